# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools against LDAP servers that are broken or mean no good.

Needs no directory: tests/lib/small_ldap.py is the server.
"""

import os
import shutil
import subprocess
import tempfile
import time
import unittest

from small_ldap import DOMAIN, SmallLdap

TOOLS = os.path.join(os.environ["SPN_POLICY_BUILD"], "programs")
SPN = "servicePrincipalName"
MODIFY = 0x66
# Each of them asks the server something.
AUDIT = ("spn-audit",)
QUERY = ("setspn", "-L", "a")
STATUS = ("spn-policy", "status")
DUPLICATES = ("setspn", "-X")
ALL = (AUDIT, QUERY, STATUS)
ANONYMOUS = ("--user=%",)
# What the tools read of an account.
READ = ("objectClass", "objectGUID", "objectSid", "sAMAccountName",
        "dNSHostName", "msDS-AdditionalDnsHostName", "userAccountControl",
        "isDeleted", SPN, "nTSecurityDescriptor", "memberOf",
        "primaryGroupID", "userPrincipalName", "pwdLastSet", "adminCount",
        "msDS-AllowedToDelegateTo", "msDS-HostServiceAccountBL",
        "msDS-AdditionalSamAccountName", "msDS-SupportedEncryptionTypes",
        "lastLogonTimestamp", "accountExpires", "operatingSystem")


def account(name, *more, guid=b"0123456789abcdef"):
    return ("CN=%s,CN=Users,%s" % (name, DOMAIN),
            [("objectClass", ["top", "user"]), ("sAMAccountName", [name]),
             ("objectGUID", [guid]), (SPN, ["foo/" + name]), *more])


class HostileServer(unittest.TestCase):
    # A socket of this machine, where nobody has to log on: then who only
    # reads does it by libldap.
    over_socket = False

    def serve(self, *args, **how):
        if self.over_socket:
            folder = tempfile.mkdtemp()
            self.addCleanup(shutil.rmtree, folder)
            how["place"] = os.path.join(folder, "ldapi")
        server = SmallLdap(*args, **how)
        self.addCleanup(server.close)
        return server

    def run_tool(self, server, tool, *args, scheme="ldap"):
        """The finished process; .seconds is how long it took."""
        begun = time.monotonic()
        if self.over_socket:
            scheme = "ldapi"
            args = [each for each in args if each not in ANONYMOUS]
        done = subprocess.run(
            [os.path.join(TOOLS, tool[0]), *tool[1:], "--configfile=/dev/null",
             "-H",
             "%s://%s" % (scheme, server.address), *args],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, check=False, timeout=1000)
        done.seconds = time.monotonic() - begun
        return done


class WithoutValues(HostileServer):
    """An attribute without values is absent, and no end of a tool."""

    def shapes(self):
        for number, name in enumerate(READ):
            for times in (1, 2):
                yield account("x%d" % times, *[(name, [])] * times,
                              guid=b"%016d" % (2 * number + times))
        yield ("CN=nothing,CN=Users," + DOMAIN, [(each, []) for each in READ])
        for odd in (b"", b"1", b"0" * 17, b"\1\xff" + b"0" * 20):
            yield account("odd", ("objectSid", [odd]),
                          ("nTSecurityDescriptor", [odd]), guid=odd)

    def test_audit(self):
        server = self.serve([account("a"), *self.shapes()])
        done = self.run_tool(server, AUDIT, *ANONYMOUS)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("foo/x1", done.stdout)

    def test_setspn(self):
        server = self.serve([account("a"), *self.shapes()])
        for tool in (QUERY, DUPLICATES, ("setspn", "-Q", "*/*")):
            done = self.run_tool(server, tool, *ANONYMOUS)
            self.assertGreaterEqual(done.returncode, 0, tool)

    def test_configuration(self):
        """The rootDSE and what else is read without an account."""
        for number in range(len(SmallLdap([]).entries)):
            server = self.serve([account("a")])
            dn, attrs = server.entries[number]
            server.entries[number] = (dn, [
                (name, values if name == "objectClass" else [])
                for name, values in attrs])
            for tool in ALL:
                done = self.run_tool(server, tool, *ANONYMOUS)
                self.assertIn(done.returncode, (0, 1, 2),
                              (tool, dn, done.stderr))


class Long(HostileServer):
    def test_value(self):
        """Longer than any of a directory: the entry and attribute are named."""
        server = self.serve([account("a"), account("b", (SPN, [
            20000000 * "x"]))])
        for tool in AUDIT, DUPLICATES:
            done = self.run_tool(server, tool, *ANONYMOUS)
            self.assertEqual(done.returncode, 2, done.stderr[:500])
            self.assertEqual(done.stdout.count("foo/"), 0)
            self.assertIn(SPN + " of CN=b,CN=Users," + DOMAIN, done.stderr)


    def test_refusal(self):
        """What a server says is said, as much of it as somebody reads."""
        server = self.serve([account("a")], refusal="odd" + 500000 * "\xe9")
        for tool in AUDIT, DUPLICATES, ("setspn", "-A", "foo/new", "a"):
            done = self.run_tool(server, tool, *ANONYMOUS)
            self.assertNotEqual(done.returncode, 0, done.stdout)
            self.assertIn("odd\xe9", done.stderr)
            self.assertIn("\xe9...", done.stderr)
            self.assertLess(len(done.stderr), 2000)


class Cut(HostileServer):
    def test_name(self):
        """Values that are cut are told, whatever the account is called."""
        for name in "b", "the rest is at", "not complete":
            server = self.serve([account("a"), account(
                name, (SPN + ";range=0-0", ["foo/" + name]))])
            for tool in DUPLICATES, ("setspn", "-Q", "foo/*"), AUDIT:
                done = self.run_tool(server, tool, *ANONYMOUS)
                self.assertEqual(done.returncode, 2, (tool, done.stdout))
                self.assertIn(name, done.stderr)

    def test_elsewhere(self):
        """To whom asks for one domain, what is below it elsewhere is no loss."""
        server = self.serve([account("a")], referral="ldap://x/DC=%zz")
        for tool in DUPLICATES, ("setspn", "-Q", "foo/*"):
            done = self.run_tool(server, tool, *ANONYMOUS)
            self.assertEqual(done.returncode, 0, done.stderr)
        done = self.run_tool(server, AUDIT, *ANONYMOUS)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("ldap://x/DC=%zz", done.stderr)


class Silence(HostileServer):
    def test_given_up(self):
        """At once, after the first answers, and while logging on."""
        for tool in ALL:
            for after in (0, 1, 3):
                for login in (ANONYMOUS, ("--user=a%b", "--use-kerberos=off")):
                    with self.subTest(tool=tool, after=after, login=login):
                        server = self.serve([account("a")],
                                            silent_after=after)
                        done = self.run_tool(server, tool, "--timeout=1",
                                             *login)
                        self.assertEqual(done.returncode, 2, done.stderr)
                        self.assertIn("--timeout", done.stderr)
                        self.assertEqual(done.stdout.count("foo/"), 0)
                        self.assertLess(done.seconds, 50)

    def test_write(self):
        """Of a write that was sent nobody knows what became."""
        told = 0
        for after in range(12):
            server = self.serve([account("a")], silent_after=after)
            done = self.run_tool(server, ("setspn", "-A", "foo/new", "a"),
                                 "--timeout=1", *ANONYMOUS)
            if MODIFY in server.requests[:after]:
                break
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("--timeout", done.stderr)
            known = MODIFY not in server.requests
            self.assertEqual("is not known" in done.stderr, not known)
            self.assertNotIn("Updated", done.stdout)
            told += not known
        self.assertEqual(told, 1)

    def test_is_told(self):
        """After ten seconds, once."""
        server = self.serve(silent_after=0)
        done = self.run_tool(server, AUDIT, "--timeout=12", *ANONYMOUS)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.count("not answered for 10 seconds"), 1)

    def test_slow_is_not_silent(self):
        """Entry after entry, each within the time, all of them not."""
        server = self.serve([account("a%d" % n, guid=b"0123456789abcde%d" % n)
                             for n in range(6)], pause=0.5)
        done = self.run_tool(server, AUDIT, "--timeout=2", *ANONYMOUS)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertGreater(done.seconds, 3)

    def test_bad_number(self):
        server = self.serve()
        for tool in ALL:
            for number in "", "-1", "x", "1.5", "86401", "99999999999":
                done = self.run_tool(server, tool, "--timeout=" + number)
                self.assertEqual(done.returncode, 2)
                self.assertIn("--timeout", done.stderr)
        self.assertEqual(server.requests, [])


class Endless(HostileServer):
    def test_pages(self):
        """The same page with the same cookie, again and again."""
        server = self.serve([account("a")], repeat=True)
        done = self.run_tool(server, AUDIT, *ANONYMOUS,
                             "--option=spn_audit:page size=1")
        self.assertEqual(done.returncode, 2)
        self.assertIn("does not end", done.stderr)
        self.assertLess(len(server.requests), 20)


class Password(HostileServer):
    def test_in_clear(self):
        """Not one byte of it is sent; the remedy is named."""
        for tool in ALL:
            server = self.serve([account("a")])
            done = self.run_tool(server, tool, "--simple-bind-dn=a@B",
                                 "--password=secret")
            self.assertEqual(done.returncode, 2)
            self.assertIn("ldaps://", done.stderr)
            self.assertIn("--user", done.stderr)
            self.assertEqual(server.requests, [])


VM = "Hyper-V Replica Service/vm1"


class Forged(HostileServer):
    def test_duplicates(self):
        """An SPN is no line of setspn -X; one with blanks is an SPN."""
        forged = "found 0 group of duplicate SPNs."
        entries = [account(name, guid=16 * name.encode()) for name in "ab"]
        for _, attrs in entries:
            attrs[-1] = (SPN, [forged, "foo/same", VM])
        server = self.serve(entries)
        done = self.run_tool(server, DUPLICATES, *ANONYMOUS)
        self.assertNotIn("\n" + forged, done.stdout)
        for spn in "'%s'" % forged, "foo/same", VM:
            self.assertIn("\n%s is registered on these accounts:\n" % spn,
                          done.stdout)
        self.assertIn("\nfound 3 group of duplicate SPNs.\n", done.stdout)


if __name__ == "__main__":
    unittest.main()
