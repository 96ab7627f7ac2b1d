# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts with findings that can be repaired, and such that a person has to
look at, written below all modules into a DC's database. For the tests of
--fix-ldif and of --apply.
"""

import json
import os
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


def fill(value):
    return value.replace(b"{d}", DNS.encode())


class FixWorld(unittest.TestCase):
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

    def add_same(self):
        """Two accounts that hold a value twice, in the same bytes."""
        for name, spns in (
                ("csame", (b"foo/same", b"foo/same", b"foo/kept4")),
                ("csame2", (b"foo/same2", b"a/b/c/same", b"foo/same2"))):
            self.add(name, {"objectClass": "user", "sAMAccountName": name,
                            "userAccountControl": "544"}, spns)

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
