# SPDX-License-Identifier: GPL-3.0-or-later
"""SPN-804 on a DC: rights that were given are said, all others are not.

Runs in ad_dc_stock:local. A fresh domain gives nobody but administrators the
right to write SPNs, so what is found is what the test gave.
"""

import json
import os
import subprocess
import unittest

import ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB
from samba.sd_utils import SDUtils

from rows_directory import raw_path

CONF = os.environ["SERVERCONFFILE"]
SPN = "f3a64788-5306-11d1-a9c5-0000f80367c1"
PUBLIC = "e48d0154-bcf8-11d1-8702-00c04fb96050"

# Account, ACE, what SPN-804 says of it.
GIVEN = (
    ("rfull", "(A;;GA;;;%s)", "full control"),
    ("rspn", "(OA;;WP;%s;;%%s)" % SPN, "write servicePrincipalName"),
    ("rpublic", "(OA;;WP;%s;;%%s)" % PUBLIC, "write Public-Information"),
    ("rself", "(OA;;SW;%s;;%%s)" % SPN,
     "validated write of servicePrincipalName"),
    ("rdac", "(A;;WD;;;%s)", "change permissions"),
    ("rread", "(A;;GR;;;%s)", None),
    ("rdeny", "(D;;GA;;;%s)", None),
    ("ruser", "(A;;GA;;;{user})", "full control"),
    ("rother", "(OA;;WP;bf967950-0de6-11d0-a285-00aa003049e2;;%s)", None),
)


class Rights(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        lp = LoadParm()
        lp.load(CONF)
        self.sam_path = lp.private_path("sam.ldb")
        self.samdb = SamDB(self.sam_path, lp=lp,
                           session_info=system_session(),
                           options=["modules:samba_dsdb"])
        self.ou = "OU=rights," + self.samdb.domain_dn()
        self.samdb.add({"dn": self.ou, "objectClass": "organizationalUnit"})
        self.addCleanup(self.samdb.delete, self.ou, ["tree_delete:1"])
        self.add("helpdesk", "group")
        self.add("joiner", "user")
        sids = [self.samdb.schema_format_value(
            "objectSid", self.samdb.search(
                "CN=%s,%s" % (name, self.ou), ldb.SCOPE_BASE,
                attrs=["objectSid"])[0]["objectSid"][0]).decode()
                for name in ("helpdesk", "joiner")]
        for name, ace, _ in GIVEN:
            self.add(name, "user", "foo/" + name)
            if "%s" in ace:
                ace = ace % sids[0]
            SDUtils(self.samdb).dacl_add_ace(
                "CN=%s,%s" % (name, self.ou), ace.format(user=sids[1]))

    def add(self, name, object_class, spn=None):
        entry = {"dn": "CN=%s,%s" % (name, self.ou), "sAMAccountName": name,
                 "objectClass": object_class}
        if spn:
            entry["servicePrincipalName"] = spn
        self.samdb.add(entry)

    def write_descriptor(self, dn, value):
        message = ldb.Message(dn)
        message["sd"] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE,
                                           "nTSecurityDescriptor")
        ldb.Ldb(raw_path(self.sam_path), options=["modules:"]).modify(message)

    def found(self, *how):
        done = subprocess.run(
            ["spn-audit", *how, "--only=SPN-804", "--format=json"],
            check=False, stdout=subprocess.PIPE)
        return {(holder["sAMAccountName"], each["partner"])
                for each in json.loads(done.stdout)["findings"]
                for holder in each["holders"]}

    def expected(self):
        """A name, of groups and of accounts, even without SPNs."""
        return {(name, "%s (%s)" % (
            "joiner" if name == "ruser" else "helpdesk", right))
                for name, _, right in GIVEN if right}

    def test_broken(self):
        """A descriptor that is none is said, not taken for a harmless one."""
        dn = ldb.Dn(self.samdb, "CN=rread," + self.ou)
        sound = self.samdb.search(dn, ldb.SCOPE_BASE, attrs=[
            "nTSecurityDescriptor"])[0]["nTSecurityDescriptor"][0]
        self.addCleanup(self.write_descriptor, dn, sound)
        self.write_descriptor(dn, b"\x01\x00\x04\x80broken")
        done = subprocess.run(
            ["spn-audit", "-s", CONF, "--only=SPN-804"], check=False,
            stdout=subprocess.PIPE, text=True)
        self.assertIn("the permissions of 1 accounts with SPNs could not be "
                      "read", " ".join(done.stdout.split()))

    def test_local(self):
        self.assertEqual(self.expected(), self.found("-s", CONF))

    def test_through_modules(self):
        self.assertEqual(self.expected(), self.found(
            "-s", CONF, "--option=spn_audit:through modules=yes"))

    def test_ldap(self):
        self.assertEqual(self.expected(), self.found(
            "-H", "ldap://" + os.environ["SERVER"], "-U%s%%%s" % (
                os.environ["USERNAME"], os.environ["PASSWORD"])))


if __name__ == "__main__":
    unittest.main()
