# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-audit over exports whose accounts were made to mislead it.

Needs no directory.
"""

import os
import subprocess
import tempfile
import unittest

import hostile
from hostile import SPN, computer, user

TOOL = os.path.join(os.environ["SPN_POLICY_BUILD"], "programs", "spn-audit")

# dNSHostName and the like can be written by whoever made the computer.
NO_HOSTS = (
    "10.0.0.1", "127.1", "0x7f000001", "1", "::1", "1.2.3.4.example.com",
    "example.com", "EXAMPLE", "com", "_msdcs.example.com",
    "_gc._tcp.example.com", "localhost", "localhost.example.com",
    "WEB01:8080", "w.example.com.", "*", "*.example.com", "a b", "-", "..",
    "a..b", "-a.example.com", "a-.example.com", "b\xfcro.example.com",
    "$(id).example.com", "krbtgt", "kadmin.changepw", "www.bank.test",
    "deep.below.example.com")


class Export(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def audit(self, text, *args, **variables):
        with open(self.path("export"), "w", encoding="utf-8") as stream:
            stream.write(hostile.configuration() + text)
        return subprocess.run(
            [TOOL, "--configfile=/dev/null",
             "--from-ldif=" + self.path("export"), *args],
            env=dict(os.environ, **variables), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


class Folder(Export):
    """What is in between is put into TMPDIR."""

    def test_colon(self):
        """ldb takes what stands before one for a kind of database."""
        folder = self.path("a:b")
        os.mkdir(folder)
        text = user(1, **{SPN: "foo/same"}) + user(2, **{SPN: "foo/same"})
        done = self.audit(text, TMPDIR=folder)
        self.assertEqual((done.returncode, done.stderr), (1, b""))
        self.assertEqual(os.listdir(folder), [])

    def test_not_there(self):
        done = self.audit(user(1), TMPDIR="/nowhere")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"set TMPDIR", done.stderr)


class Fixes(Export):
    def added(self, text, mark=""):
        """What the two files would add, the same in both; with mark "# " what
        they have ready for a person's decision."""
        self.audit(text, "--fix-ldif=" + self.path("ldif"),
                   "--fix-setspn=" + self.path("sh"))
        with open(self.path("ldif"), encoding="utf-8") as stream:
            ldif = stream.read()
        with open(self.path("sh"), encoding="utf-8") as stream:
            commands = [line for line in stream if line.startswith(mark + "setspn")]
        spns = {line.split(": ", 1)[1] for line in ldif.splitlines()
                if line.startswith(mark + SPN + ": ")}
        self.assertEqual(len(commands), len(spns), commands)
        return spns

    def test_dns_host_name(self):
        """Only the computer's own name gets a HOST SPN without asking."""
        text = "".join(computer(n, dNSHostName=name, **{SPN: "foo/c%d" % n})
                       for n, name in enumerate(NO_HOSTS))
        self.assertEqual(self.added(text), {
            "HOST/C%d" % n for n in range(len(NO_HOSTS))})

    def test_other_computers_name(self):
        text = computer(1, dNSHostName="www.example.com", **{SPN: "foo/c1"})
        self.assertEqual(self.added(text), {"HOST/C1"})

    def test_own_name(self):
        text = (computer(1, dNSHostName="c1.example.com", **{SPN: "foo/c1"})
                + computer(2, sAMAccountName="AVERYLONGNAMEOF$",
                           dNSHostName="averylongnameofahost.example.com",
                           **{SPN: "foo/c2"}))
        self.assertEqual(self.added(text), {
            "HOST/C1", "HOST/c1.example.com", "HOST/AVERYLONGNAMEOF",
            "HOST/averylongnameofahost.example.com"})

    def test_account_name(self):
        """sAMAccountName of what can be no host."""
        names = [name for name in NO_HOSTS if "." not in name
                 and name not in ("EXAMPLE", "com", "krbtgt")]
        text = "".join(computer(n, sAMAccountName=name + "$",
                                dNSHostName="x%d.example.com" % n,
                                **{SPN: "foo/c%d" % n})
                       for n, name in enumerate(names))
        self.assertEqual(self.added(text), set())

    def test_additional_names(self):
        text = "".join(computer(
            n, dNSHostName="c%d.example.com" % n,
            msDS__AdditionalDnsHostName=[name, "other%d.example.com" % n],
            **{SPN: ["HOST/c%d.example.com" % n, "HOST/C%d" % n]})
                       for n, name in enumerate(NO_HOSTS))
        self.assertEqual(self.added(text), set())
        self.assertEqual(self.added(text, "# "), {
            "HOST/other%d.example.com" % n for n in range(len(NO_HOSTS))})

    def test_halves(self):
        """The other half of a name that no browser takes for a host."""
        text = "".join(user(n, **{SPN: "http/" + name})
                       for n, name in enumerate(NO_HOSTS))
        for spn in self.added(text):
            host = spn.partition("/")[2].lower()
            self.assertNotIn(host.partition(".")[0], ("localhost", "-", "1"))
            self.assertFalse(host[0].isdigit(), spn)


class Long(Export):
    """A value that no directory holds is an error that says where it is; the
    longest ones that a client can write are values like any other.
    """

    def test_works(self):
        text = user(1, **{SPN: ["http/" + 15000000 * "x", "foo/same"]})
        done = self.audit(text + user(2, **{SPN: "foo/same"}))
        self.assertEqual(done.returncode, 1, done.stderr[:500])
        self.assertIn(b"foo/same", done.stdout)

    def test_too_long(self):
        for name in (SPN, "dNSHostName", "userPrincipalName", "memberOf",
                     "nTSecurityDescriptor", "description"):
            for value in (20000000 * "x", 40000000 * "x",
                          "\n ".join([70 * "x"] * 600000)):
                if name == "description" and len(value) == 20000000:
                    continue    # nobody reads it
                done = self.audit(user(1, **{SPN: "foo/x"}) + user(
                    2, **{name: value}))
                self.assertEqual(done.returncode, 2)
                self.assertEqual(done.stdout, b"")
                self.assertLess(len(done.stderr), 1000)
                for word in name, "CN=x2,CN=Users," + hostile.DOMAIN:
                    self.assertIn(word.encode(), done.stderr)


if __name__ == "__main__":
    unittest.main()
