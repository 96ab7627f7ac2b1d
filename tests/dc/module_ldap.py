# SPDX-License-Identifier: GPL-3.0-or-later
"""The module under LDAP requests that are rare, large or odd.

Runs in the environment ad_dc:local. What each request sees is in
docs/write-paths.md.
"""

import os
import subprocess
import unittest

import ldb
from samba.sd_utils import SDUtils

from module_write_paths import WritePaths, admin_credentials, credentials, over_ldap

RECYCLE_BIN = "766ddcd8-acd0-445e-f3b9-a7f9b6744f2a"
PASSWORD = "Ldap.Passw0rd"
MANY = 10000    # values of one request


class Requests(WritePaths):
    def setUp(self):
        super().setUp()
        self.admin = over_ldap(admin_credentials())
        self.alice = over_ldap(credentials("alice", "Secret007"))

    def guid(self, dn):
        found = self.stock.search(dn, ldb.SCOPE_BASE, attrs=["objectGUID"])
        return self.stock.schema_format_value(
            "objectGUID", found[0]["objectGUID"][0]).decode()

    def replace(self, samdb, dn, attr, *values):
        message = ldb.Message(ldb.Dn(samdb, dn))
        message["x"] = ldb.MessageElement(list(values), ldb.FLAG_MOD_REPLACE,
                                          attr)
        samdb.modify(message)

    def raw_spns(self, dn):
        found = self.stock.search(dn, ldb.SCOPE_BASE,
                                  attrs=["servicePrincipalName"])[0]
        return sorted(bytes(v) for v in found.get("servicePrincipalName", []))


class Names(Requests):
    """Requests that touch the object and not its SPNs."""

    def test_modrdn(self):
        """A new DN changes no SPN, and both go on being known."""
        dn = self.account("rdn1", self.pair("rdn"))
        new = "CN=rdn2," + self.ou
        with self.assertRaises(ldb.LdbError):
            self.alice.rename(dn, new)
        self.admin.rename(dn, new)
        self.assertEqual(self.spns(new), self.pair("rdn"))
        other = self.account("rdn3")
        self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, "SPN-101",
                            self.change, self.admin, other, "http/rdn")
        self.change(self.admin, new, "http/rdn", flag=ldb.FLAG_MOD_DELETE)
        self.assertEqual(self.spns(new), [])

    def test_delete_frees(self):
        """What a deleted account held may be taken by another."""
        dn = self.account("del1", self.pair("del"))
        heir = self.account("del2")
        with self.assertRaises(ldb.LdbError):
            self.alice.delete(dn)
        self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, "SPN-101",
                            self.change, self.admin, heir, "http/del")
        self.admin.delete(dn)
        self.change(self.admin, heir, "http/del")
        self.assertEqual(self.spns(heir), self.pair("del"))

    def test_delete_of_what_others_rely_on(self):
        """A computer with the HOST pair goes: never refused."""
        dns = "relied." + self.dns
        dn = self.computer("relied", ["HOST/relied", "HOST/" + dns],
                           dNSHostName=dns)
        user = self.account("relying", ["http/relied"])
        self.admin.delete(dn)
        self.assertEqual(self.spns(user), ["http/relied"])

    def test_replace_with_nothing(self):
        """All values go, pairs and all, also where there are none."""
        dn = self.account("none", ["foo/none", *self.pair("none")])
        self.assert_refused(ldb.ERR_INSUFFICIENT_ACCESS_RIGHTS, "",
                            self.replace, self.alice, dn,
                            "servicePrincipalName")
        for _ in range(2):
            self.replace(self.admin, dn, "servicePrincipalName")
            self.assertEqual(self.spns(dn), [])

    def test_add_nothing(self):
        """Samba refuses an add of no values; so it stays."""
        dn = self.account("empty", ["foo/empty"])
        with self.assertRaises(ldb.LdbError):
            self.change(self.admin, dn)
        self.assertEqual(self.spns(dn), ["foo/empty"])

    def test_long_name(self):
        """NetBIOS names end at 15 characters: the partner is asked for at
        the computer, not cut out of its DNS name.
        """
        long, short = "averyverylongname1", "averyverylongna"
        dns = "%s.%s" % (long, self.dns)
        dn = self.computer(short, dNSHostName=dns)
        self.change(self.admin, dn, "http/" + dns)
        # A KDC finds the computer by its CN for the other one.
        self.assertEqual(self.spns(dn), ["http/" + dns])
        self.change(self.admin, dn, "http/" + dns, flag=ldb.FLAG_MOD_DELETE)
        self.assertEqual(self.spns(dn), [])
        user = self.account("longuser")
        self.change(self.admin, user, "http/" + short)
        self.assertEqual(self.spns(user), ["http/" + short, "http/" + dns])

    def test_long_name_of_no_computer(self):
        dn = self.account("longsvc")
        self.change(self.admin, dn, "http/averyverylongname2")
        self.assertEqual(self.spns(dn), self.pair("averyverylongname2"))


class Undelete(Requests):
    """With the recycle bin a deleted account keeps its SPNs."""

    def setUp(self):
        super().setUp()
        # Samba lets only the DC itself do it, no client.
        message = ldb.Message(ldb.Dn(self.stock, ""))
        message["e"] = ldb.MessageElement(
            "CN=Partitions,%s:%s" % (self.admin.get_config_basedn(),
                                     RECYCLE_BIN),
            ldb.FLAG_MOD_REPLACE, "enableOptionalFeature")
        try:
            self.stock.modify(message)
        except ldb.LdbError as error:   # it stays on: a test before has
            if error.args[0] != ldb.ERR_ATTRIBUTE_OR_VALUE_EXISTS:
                raise

    def deleted(self, name, *spns):
        """(DN it had, its DN now)"""
        dn = self.account(name, spns)
        guid = self.guid(dn)
        self.admin.delete(dn)
        found = self.admin.search("<GUID=%s>" % guid, ldb.SCOPE_BASE,
                                  controls=["show_deleted:1"],
                                  attrs=["servicePrincipalName"])[0]
        self.assertEqual(len(found.get("servicePrincipalName", [])),
                         len(spns))
        return dn, found.dn

    def undelete(self, samdb, dn, now, *spns):
        message = ldb.Message(now)
        message["a"] = ldb.MessageElement([], ldb.FLAG_MOD_DELETE,
                                          "isDeleted")
        message["b"] = ldb.MessageElement(dn, ldb.FLAG_MOD_REPLACE,
                                          "distinguishedName")
        if spns:
            message["c"] = ldb.MessageElement(
                list(spns), ldb.FLAG_MOD_REPLACE, "servicePrincipalName")
        samdb.modify(message, ["show_deleted:1"])

    def test_undelete(self):
        """Samba 4.17 cannot undelete with the recycle bin on (it wants to
        remove isRecycled, which is not there). Should it ever, the SPNs that
        come back are judged: then this test says so.
        """
        dn, now = self.deleted("bin1", *self.pair("bin"))
        for samdb in (self.alice, self.admin):
            with self.assertRaises(ldb.LdbError):
                self.undelete(samdb, dn, now)
        heir = self.account("bin2")
        self.change(self.admin, heir, "http/bin")
        with self.assertRaises(ldb.LdbError):
            self.undelete(self.admin, dn, now)
        with self.assertRaises(ldb.LdbError):
            self.undelete(self.admin, dn, now, "foo/bin")
        self.assertEqual(self.spns(heir), self.pair("bin"))

    def test_deleted_holder_holds_nothing(self):
        """SPNs in the recycle bin are free."""
        self.deleted("bin3", "foo/bin3", *self.pair("bin3"))
        heir = self.account("bin4")
        self.change(self.admin, heir, "http/bin3", "foo/bin3")
        self.assertEqual(self.spns(heir), ["foo/bin3"] + self.pair("bin3"))

    def test_write_to_what_is_deleted(self):
        """Samba lets an administrator. It holds nothing by that: the SPN is
        free for an account that lives.
        """
        _, now = self.deleted("bin5", "foo/bin5")
        with self.assertRaises(ldb.LdbError):
            self.change(self.alice, now, "http/bin5",
                        controls=["show_deleted:1"])
        self.change(self.admin, now, "http/bin5", controls=["show_deleted:1"])
        heir = self.account("bin6")
        self.change(self.admin, heir, "http/bin5")
        self.assertEqual(self.spns(heir), self.pair("bin5"))


class Large(Requests):
    def test_thousand_on_one_account(self):
        """The account goes on taking, giving and being refused."""
        dn = self.account("large1")
        self.account("large2", ["foo/taken"])
        for start in range(0, 1000, 100):
            self.change(self.admin, dn, *[
                "http/large%04d" % number if number % 10 == 0
                else "foo/large%04d" % number
                for number in range(start, start + 100)])
        self.assertEqual(len(self.spns(dn)), 1100)
        self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, "SPN-101",
                            self.change, self.admin, dn, "foo/taken")
        self.change(self.admin, dn, "http/large0500",
                    flag=ldb.FLAG_MOD_DELETE)
        self.assertEqual(len(self.spns(dn)), 1098)
        found = self.admin.search(
            self.ou, expression="(servicePrincipalName=http/large0990.%s)"
            % self.dns, attrs=["dn"])
        self.assertEqual([str(each.dn) for each in found], [dn])

    def ldapmodify(self, dn, spns):
        """By OpenLDAP, which knows no limit of its own."""
        creds = admin_credentials()
        return subprocess.run(
            ["ldapmodify", "-x", "-H", "ldaps://" + os.environ["SERVER"],
             "-o", "tls_reqcert=never", "-w", creds.get_password(),
             "-D", "%s@%s" % (creds.get_username(), os.environ["REALM"])],
            input="dn: %s\nchangetype: modify\nadd: servicePrincipalName\n%s"
            % (dn, "".join("servicePrincipalName: %s\n" % spn
                           for spn in spns)),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=500, check=False)

    def test_ten_thousand_values(self):
        """Paired they are taken in one request."""
        dn = self.account("huge")
        done = self.ldapmodify(dn, [
            spn for number in range(MANY // 2)
            for spn in self.pair("huge%d" % number)])
        self.assertEqual(done.returncode, 0, done.stdout[-500:])
        self.assertEqual(len(self.spns(dn)), MANY)

    def test_many_values_with_one_fault(self):
        """More than a hundred are not completed; one fault refuses all."""
        dn = self.account("fault")
        self.account("fault-holder", ["foo/fault-taken"])
        spns = [spn for number in range(60)
                for spn in self.pair("fault%d" % number)]
        for more, code in (("http/fault-half", "SPN-302"),
                           ("foo/fault-taken", "SPN-101"),
                           ("http://fault-url", "SPN-003")):
            self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, code,
                                self.change, self.admin, dn, *spns, more)
            self.assertEqual(self.spns(dn), [])

    def test_long_value(self):
        """A host name of 1,000 characters is taken; as no host can have it in
        DNS, it has no other half."""
        dn = self.account("longvalue")
        host = "h" * 1000
        try:
            self.change(self.admin, dn, "http/" + host)
        except ldb.LdbError as error:
            self.fail("%d %s" % error.args)
        self.assertEqual(self.spns(dn), ["http/" + host])


class Letters(Requests):
    def test_beyond_ascii(self):
        """Letters of any script have a pair and two cases."""
        dn = self.account("umlaut")
        other = self.account("umlaut2")
        self.change(self.admin, dn, "http/büro")
        self.assertEqual(self.raw_spns(dn), sorted(
            spn.encode() for spn in self.pair("büro")))
        for spn in ("HTTP/BÜRO", "http/Büro." + self.dns.upper()):
            self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, "SPN-101",
                                self.change, self.admin, other, spn)
        self.assert_refused(ldb.ERR_INSUFFICIENT_ACCESS_RIGHTS, "",
                            self.change, self.alice, other, "http/büro")
        self.change(self.admin, dn, "http/büro", flag=ldb.FLAG_MOD_DELETE)
        self.assertEqual(self.spns(dn), [])

    def test_accents_count(self):
        """As in the directory's own search: o and ö are two names."""
        dn = self.account("accent1", self.pair("schön"))
        other = self.account("accent2")
        self.change(self.admin, other, "http/schon")
        self.assertEqual(self.spns(other), self.pair("schon"))
        self.assertEqual(len(self.spns(dn)), 2)

    def test_no_text(self):
        """NUL, control characters, bytes that are not UTF-8: refused, and
        nothing behind the NUL is lost sight of.
        """
        dn = self.account("notext")
        self.account("notext2", ["foo/nul"])
        for spn in (b"foo/nul\0", b"foo/nul\0x", b"http/a\0b", b"\0",
                    b"http/a\x1bb", b"http/\xff\xfe", b"http/\xed\xa0\x80"):
            with self.assertRaises(ldb.LdbError, msg=spn):
                self.change(self.admin, dn, spn)
            self.assertEqual(self.raw_spns(dn), [], spn)

    def test_no_text_without_rights(self):
        """The same from a user: access control speaks, the DC lives on."""
        dn = self.account("notext3")
        for spn in (b"foo/nul\0", b"http/\xff\xfe"):
            with self.assertRaises(ldb.LdbError):
                self.change(self.alice, dn, spn)
        user = self.account("notext4")
        SDUtils(self.stock).dacl_add_ace(
            dn, "(OA;;RPWP;f3a64788-5306-11d1-a9c5-0000f80367c1;;%s)"
            % self.stock.schema_format_value("objectSid", self.stock.search(
                user, ldb.SCOPE_BASE, attrs=["objectSid"])[0]
                ["objectSid"][0]).decode())
        self.stock.setpassword("(sAMAccountName=notext4)", PASSWORD)
        writer = over_ldap(credentials("notext4", PASSWORD))
        for spn in (b"foo/nul\0", b"http/\xff\xfe"):
            with self.assertRaises(ldb.LdbError):
                self.change(writer, dn, spn)
        self.change(writer, dn, "http/notext")
        self.assertEqual(self.spns(dn), self.pair("notext"))


if __name__ == "__main__":
    unittest.main()
