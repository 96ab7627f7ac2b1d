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
import tempfile
import unittest
from collections import Counter

import ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

from commands import run
from rows_directory import raw_path

CONF = os.environ["SERVERCONFFILE"]
SERVER = os.environ["SERVER"]
DNS = os.environ["REALM"].lower()
LOGIN = "-U%s%%%s" % (os.environ["USERNAME"], os.environ["PASSWORD"])
OU = "OU=fixes"
# What every change of an object changes, and a logon.
BOOKKEEPING = {"uSNChanged", "whenChanged", "replPropertyMetaData",
               "lastLogon", "lastLogonTimestamp", "logonCount"}

COMPUTERS = {
    "cweb01": ("HOST/cweb01", "HOST/cweb01.{d}"),
    "chalf": ("HOST/chalf",),
    "cnone": (),
    "calias": ("HOST/calias", "HOST/calias.{d}"),
}
USERS = {
    "clong": (b"http/capp.{d}",),
    "cshort": (b"http/cportal",),
    "cempty": (b"cifs/", b"foo/kept"),
    "cblank": (b"foo/we\tird", b"foo/kept2"),
    "ctwice": (b"FOO/Twice",),
    "cparts": (b"a/b/c/d",),
    "cwide": (b"http/we b",),       # goes, and has no other half
    "cweb01u": (b"http/cuser.{d}",),    # named as a computer without its $
    # of all that follows nothing may be repaired
    "ckb": (b"http/cweb01.{d}",),
    "cdupa": (b"foo/cdup",),
    "cdupb": (b"foo/cdup",),
    "csplita": (b"http/csplit.{d}",),
    "csplitb": (b"http/csplit",),
    "curl": (b"http://pasted",),
    "cnoslash": (b"noslash",),
    # "replace" would write what no directory takes
    "ckept": (b"noslash2", b"x/y/z/w", b"foo/kept3"),
    "cport": (b"http/cport.{d}:8080",),
}
SECOND = {"ctwice": (b"foo/twice",)}
FIXED = {"SPN-001", "SPN-002", "SPN-006", "SPN-103", "SPN-301", "SPN-302",
         "SPN-404"}
# Two ways, and a person is asked.
ASKED = {"SPN-304", "SPN-507"}


def fill(value):
    return value.replace(b"{d}", DNS.encode())


class Fixes(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        lp = LoadParm()
        lp.load(CONF)
        path = lp.private_path("sam.ldb")
        self.samdb = SamDB(path, lp=lp, session_info=system_session(),
                           options=["modules:samba_dsdb"])
        self.raw = ldb.Ldb(raw_path(path))
        self.raw.set_debug(lambda level, text: None)
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.ou = "%s,%s" % (OU, self.samdb.domain_dn())
        self.addCleanup(self.samdb.delete, self.ou, ["tree_delete:1"])
        self.seed()

    def seed(self):
        self.samdb.add({"dn": self.ou, "objectClass": "organizationalUnit"})
        for name, spns in COMPUTERS.items():
            entry = {"objectClass": "computer", "sAMAccountName": name + "$",
                     "userAccountControl": "4096",
                     "dNSHostName": "%s.%s" % (name, DNS)}
            if name == "calias":
                entry["msDS-AdditionalDnsHostName"] = "calias2." + DNS
            self.add(name, entry, [spn.encode() for spn in spns])
        for name, spns in USERS.items():
            self.add(name, {"objectClass": "user",
                            "sAMAccountName": name.replace("01u", "01"),
                            "userAccountControl": "544"}, spns)
        for name, spns in SECOND.items():
            self.write(name, spns)

    def add(self, name, entry, spns):
        entry["dn"] = "CN=%s,%s" % (name, self.ou)
        self.samdb.add(entry)
        if name == "calias":    # samldb gave it the SPNs that shall lack
            self.write(name, spns, ldb.FLAG_MOD_REPLACE)
        elif spns:
            self.write(name, spns)

    def write(self, name, spns, flag=ldb.FLAG_MOD_ADD):
        message = ldb.Message(ldb.Dn(self.raw, "CN=%s,%s" % (name, self.ou)))
        message["s"] = ldb.MessageElement([fill(spn) for spn in spns], flag,
                                          "servicePrincipalName")
        self.raw.modify(message)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def audit(self, *more):
        # none of these hosts is in DNS, and to SPN-401 others give way
        text = run("spn-audit", "-s", CONF, "--format=json",
                   "--rule=SPN-401=off",
                   "--base=" + self.ou, *more, code=(0, 1))
        return json.loads(text)["findings"]

    def claimed(self):
        """{(code, SPN)} that the file says it repairs."""
        with open(self.path("ldif"), encoding="utf-8") as stream:
            text = stream.read().partition("# To be decided:")[0]
        found = set(re.findall(r"^# (SPN-\d+) \S+ (.*)$", text, re.MULTILINE))
        self.assertEqual(int(re.search(r"repairs: (\d+)", text)[1]),
                         len(found))
        return found

    def dump(self):
        found = {}
        for message in self.raw.search(self.samdb.domain_dn(),
                                       ldb.SCOPE_SUBTREE):
            entry = {attr: sorted(bytes(v) for v in message[attr])
                     for attr in message.keys()
                     if attr != "dn" and attr not in BOOKKEEPING}
            found[str(message.dn)] = entry
        return found

    def spns_of(self, entry):
        """In small letters: to find out whether the writer may, Samba deletes
        HOST/web01 of the computer and adds it again as host/web01."""
        return Counter(spn.lower() for spn
                       in entry.pop("servicePrincipalName", []))

    def changes(self, before, after):
        """{name: (values that came, values that went)}; nothing else."""
        self.assertEqual(set(before), set(after))
        found = {}
        for dn, entry in after.items():
            old, new = self.spns_of(before[dn]), self.spns_of(entry)
            self.assertEqual(before[dn], entry, dn)
            if old != new:
                name = dn.split(",")[0].partition("=")[2]
                found[name] = (sorted((new - old).elements()),
                               sorted((old - new).elements()))
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
