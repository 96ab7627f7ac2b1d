# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-audit's repairs, proven on a DC: applied over LDAP, audited again.

Runs with the module (ad_dc:local) and without it (ad_dc_stock:local). What is
wrong is written below all modules. Afterwards none of the findings that the
file claims to fix is left, and nothing else has changed: whole dumps of the
directory are compared.
"""

import json
import os
import re
import unittest

from commands import run
from fix_world import CONF, DNS, LOGIN, SERVER, FixWorld, fill

FIXED = {"SPN-001", "SPN-002", "SPN-006", "SPN-103", "SPN-301", "SPN-302",
         "SPN-404"}
# Two ways, and a person is asked.
ASKED = {"SPN-304", "SPN-507"}


class Fixes(FixWorld):
    def claimed(self):
        """{(code, SPN)} that the file says it repairs."""
        with open(self.path("ldif"), encoding="utf-8") as stream:
            text = stream.read().partition("# To be decided:")[0]
        found = set(re.findall(r"^# (SPN-\d+) \S+ (.*)$", text, re.MULTILINE))
        self.assertEqual(int(re.search(r"repairs: (\d+)", text)[1]),
                         len(found))
        return found

    def expected(self):
        host = fill(b"host/%s.{d}")
        return {
            "clong": ([b"http/capp"], []),
            "cshort": ([fill(b"http/cportal.{d}")], []),
            "cempty": ([], [b"cifs/"]),
            "cblank": ([], [b"foo/we\tird"]),
            "ctwice": ([], [b"foo/twice"]),
            "cparts": ([], [b"a/b/c/d"]),
            "cwide": ([], [b"http/we b"]),
            "cweb01u": ([b"http/cuser"], []),
            "chalf": ([host % b"chalf"], []),
            "cnone": ([b"host/cnone", host % b"cnone"], []),
        }

    def check(self, apply):
        findings = self.audit("--fix-ldif=" + self.path("ldif"),
                              "--fix-setspn=" + self.path("sh"))
        self.assertLessEqual(FIXED | ASKED, {f["code"] for f in findings})
        claimed = self.claimed()
        self.assertEqual(FIXED, {code for code, _ in claimed})
        before = self.dump()
        skipped = set(apply())
        expected = self.expected()
        for name in skipped:
            del expected[name]
        self.assertEqual(expected, self.changes(before, self.dump()))
        left = self.audit()
        still = {(f["code"], f["spn"]) for f in left
                 if not skipped.intersection(
                     h["sAMAccountName"].rstrip("$") for h in f["holders"])}
        self.assertEqual(set(), claimed & still)
        new = [f for f in left if f not in findings]
        # as in the KB: HOST on the computer, the pair on the account
        self.assertEqual([], [f for f in new if f["severity"] == "error"])

    def test_ldbmodify(self):
        def apply():
            run("ldbmodify", "-H", "ldap://" + SERVER, LOGIN,
                self.path("ldif"))
            return ()
        self.check(apply)

    def test_ldapmodify(self):
        """OpenLDAP's reader understands the same file."""
        def apply():
            run("ldapmodify", "-H", "ldaps://" + SERVER, "-x",
                "-D", "%s@%s" % (os.environ["USERNAME"], DNS),
                "-w", os.environ["PASSWORD"], "-f", self.path("ldif"))
            return ()
        os.environ["LDAPTLS_REQCERT"] = "never"
        self.check(apply)

    def test_setspn_file(self):
        def apply():
            run("sh", self.path("sh"), "--configfile=" + CONF)
            # said to be no commands
            return ("ctwice", "cblank", "cparts")
        self.check(apply)

    def test_setspn_file_that_fails(self):
        """One line that fails is the exit status of all of it."""
        self.audit("--fix-setspn=" + self.path("sh"))
        run("sh", self.path("sh"), "--configfile=" + CONF,
            "-H", "ldap://127.0.0.2", code=(1,))

    def test_the_same_bytes_twice(self):
        """One of them stays, whatever else is done to the account. Stock Samba
        takes them where the account held nothing."""
        self.add_same()
        findings = self.audit("--fix-ldif=" + self.path("ldif"))
        self.assertIn(("SPN-103", "foo/same"),
                      {(f["code"], f["spn"]) for f in findings})
        before = self.dump()
        run("ldbmodify", "-H", "ldap://" + SERVER, LOGIN, self.path("ldif"))
        changes = self.changes(before, self.dump())
        self.assertEqual(([], [b"foo/same"]), changes["csame"])
        self.assertEqual(([], [b"a/b/c/same", b"foo/same2"]), changes["csame2"])

    def test_twice_is_harmless(self):
        self.audit("--fix-ldif=" + self.path("ldif"))
        command = ("ldbmodify", "-H", "ldap://" + SERVER, LOGIN,
                   self.path("ldif"))
        run(*command)
        before = self.dump()
        run(*command, code=(0, 16, 20, 32, 1))
        self.assertEqual({}, self.changes(before, self.dump()))

    def test_baseline(self):
        path = self.path("baseline")
        self.assertGreater(len(self.audit("--write-baseline=" + path)), 10)
        self.assertEqual([], self.audit("--baseline=" + path))
        # an account is renamed: still accepted
        self.samdb.rename("CN=clong," + self.ou, "CN=clonger," + self.ou)
        self.assertEqual([], self.audit("--baseline=" + path))
        self.write("ckb", (b"foo/cdup",))
        new = self.audit("--baseline=" + path)
        self.assertIn(("SPN-101", "foo/cdup"),
                      {(f["code"], f["spn"]) for f in new})

    def test_baseline_does_not_rot(self):
        path = self.path("baseline")
        text = run("spn-audit", "-s", CONF, "--write-baseline=" + path,
                   "--only=syntax", code=(0, 1))
        self.assertIn("SPN-001", text)
        with open(path, "a", encoding="utf-8") as stream:
            stream.write("SPN-001 GONE - 0123456789abcdef # as it was\n")
        text = run("spn-audit", "-s", CONF, "--baseline=" + path,
                   "--only=syntax,check", "--format=json")
        document = json.loads(text)
        self.assertEqual(["SPN-903"],
                         [f["code"] for f in document["findings"]])
        self.assertGreater(document["meta"]["counts"]["accepted"], 0)


if __name__ == "__main__":
    unittest.main()
