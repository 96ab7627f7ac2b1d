# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rootDSE of a server says of the module, and what the tools make of
that; and what a server that Kerberos does not reach may put into a message.

Needs no directory: tests/lib/small_ldap.py is the server.
"""

import os
import re
import subprocess
import unittest

from small_ldap import DOMAIN, MECHANISMS, SmallLdap

TOOLS = os.path.join(os.environ["SPN_POLICY_BUILD"], "programs")
DN = "CN=svc,CN=Users," + DOMAIN
AD = "1.2.840.113556.1.4.800"
PAIR = ["http/app", "http/app.example.com"]
SVC = (DN, [("objectClass", ["top", "user"]), ("sAMAccountName", ["svc"]),
            ("objectGUID", [b"0123456789abcdef"]),
            ("servicePrincipalName", [*PAIR, "foo/x"])])


STATE = "version=0.1.0 ldb=2.6.2 state=%s since=20261129120000.0Z restart=no"
THERE, WATCHES, IDLE = (STATE % mode for mode in ("enforce", "audit", "idle"))


class Presence(unittest.TestCase):
    def serve(self, state=None, **root):
        server = SmallLdap([SVC])
        self.addCleanup(server.close)
        server.entries[0] = ("", [
            (name, root.get(name, values)) for name, values in [
                *server.entries[0][1], (MECHANISMS, ["GSS-SPNEGO"]),
                *([("spnPolicyState", [state])] if state else [])]])
        return server

    def run_tool(self, server, *args, login="--user=%"):
        return subprocess.run(
            [os.path.join(TOOLS, args[0]), *args[1:], "--configfile=/dev/null",
             "-H", "ldap://" + server.address, login],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, check=False, timeout=100)

    def test_status(self):
        for state, text in (
                (None, "not visible over LDAP: run spn-policy status on the DC"),
                (THERE, "but spn_policy is in force there"),
                (WATCHES, "but spn_policy is there and refuses nothing: "
                          "spn_policy:mode"),
                (IDLE, "but spn_policy is there and refuses nothing"),
                ("nonsense", "run spn-policy status on the DC")):
            with self.subTest(state=state):
                done = self.run_tool(self.serve(state), "spn-policy",
                                     "status")
                self.assertIn(text, done.stdout.splitlines()[1])

    def test_whose_kdc_it_is(self):
        """A KDC of Samba finds a computer by its CN, one of Windows does
        not."""
        computer = ("CN=web01,CN=Computers," + DOMAIN, [
            ("objectClass", ["top", "user", "computer"]), ("cn", ["web01"]),
            ("sAMAccountName", ["web01$"]),
            ("objectGUID", [b"0123456789abcdeF"])])
        for vendor, capability, finds in (
                ("Samba Team (https://www.samba.org)", AD, True),
                ("", AD, False), ("Example", AD, False), ("", "1.2.3", True)):
            with self.subTest(vendor=vendor, capability=capability):
                server = self.serve()
                server.entries.append(computer)
                server.entries[0][1].extend((
                    ("vendorName", [vendor] if vendor else []),
                    ("supportedCapabilities", [capability])))
                done = self.run_tool(server, "setspn", "-Q", "http/web01")
                self.assertEqual(1, done.returncode, done.stderr)
                self.assertEqual(finds, "as the computer of that CN"
                                 in done.stderr, done.stderr)

    def deleted(self, state, *options):
        done = self.run_tool(self.serve(state), "setspn", "--dry-run", "-D",
                             *options, PAIR[0], "svc")
        return done, re.findall(r"^servicePrincipalName: (.*)$", done.stdout,
                                re.MULTILINE)

    def test_delete(self):
        for state, gone in ((None, PAIR[:1]), (THERE, PAIR),
                            (WATCHES, PAIR[:1]), (IDLE, PAIR[:1])):
            with self.subTest(state=state):
                done, values = self.deleted(state)
                self.assertEqual((0, gone), (done.returncode, values))
                self.assertEqual(gone == PAIR, "goes along" in done.stderr)
                self.assertEqual(PAIR, self.deleted(state, "--pair")[1])
                done, values = self.deleted(state, "--single")
                if gone == PAIR:
                    self.assertEqual((1, []), (done.returncode, values))
                    self.assertIn("nothing was changed", done.stderr)
                else:
                    self.assertEqual((0, gone), (done.returncode, values))

    def test_add_what_is_there(self):
        """Nothing is sent, so the module adds no other half."""
        for there in PAIR[:1], []:
            with self.subTest(there=there):
                server = self.serve(THERE)
                server.entries[-1] = (DN, [
                    (name, ["foo/x", *there] if name.startswith("service")
                     else values) for name, values in SVC[1]])
                done = self.run_tool(server, "setspn", "--dry-run", "-S",
                                     "--single", PAIR[0], "svc")
                self.assertEqual(0, done.returncode, done.stderr)
                self.assertEqual(not there, "all the same" in done.stderr,
                                 done.stderr)

    def test_name_of_a_stranger(self):
        """Who has proven nothing names no host that is not like one."""
        for name, shown in (("dc1.example.com", "dc1.example.com"),
                            ("x$(id)", "NAME"), ("-x", "NAME"),
                            ("a b", "NAME"), ("", "NAME")):
            with self.subTest(name=name):
                server = self.serve(dnsHostName=[name])
                done = self.run_tool(server, "setspn", "-L", "svc",
                                     "--use-kerberos=required",
                                     login="--user=a%b")
                self.assertEqual(2, done.returncode)
                self.assertIn("127.0.0.1 is an address; give -H ldap://%s, "
                              % shown, done.stderr)


if __name__ == "__main__":
    unittest.main()
