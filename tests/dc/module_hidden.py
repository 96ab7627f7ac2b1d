# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that a KDC finds twice: what makes or cures one, on a DC.

The table of docs/rules/hidden-duplicate.md, on stock Samba and with the module, by
the environment it runs in (ad_dc:local or ad_dc_stock:local). A KDC says whether
the name is gone.
"""

import os
import tempfile

import ldb

from ask_kdc import asker_of_domain
from module_joins import Joins
from module_write_paths import ADMIN, SERVER, admin_credentials, \
    over_ldap, run

HAS_MODULE = os.environ["ENVNAME"].startswith("ad_dc:")
UNKNOWN = 7


class Hidden(Joins):
    """web01 is a name that G, a computer of another name, holds."""

    def setUp(self):
        super().setUp()
        self.admin = over_ldap(admin_credentials())
        self.name = "HOST/web01." + self.dns
        self.holder = self.computer(
            "holder", [self.name],
            clearTextPassword="Secret-holder".encode("utf-16-le"))
        self.pc = self.computer(
            "pc7", ["HOST/pc7"],
            clearTextPassword="Secret-pc7".encode("utf-16-le"))
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.asker = asker_of_domain(folder.name)
        self.assertEqual(self.key(), "holder$")

    def key(self, name=None):
        """Whose key the KDC answers with for an alias of the name."""
        error, owner = self.asker.ask(
            (name or self.name).replace("HOST/", "http/"))
        return error or owner

    def other(self, cn, ou=None):
        return "CN=%s,%s" % (cn, ou or self.ou)

    def expect(self, call, *args):
        """Refused with the module; without it the name is gone."""
        if HAS_MODULE:
            self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, "SPN-105", call,
                                *args)
            self.assertEqual(self.key(), "holder$")
        else:
            call(*args)
            self.assertEqual(self.key(), UNKNOWN)

    def test_rename(self):
        """By DN and by GUID; away again, the name is back."""
        self.expect(self.admin.rename, self.pc, self.other("WEB01"))
        if not HAS_MODULE:
            self.admin.rename(self.other("WEB01"), self.pc)
        guid = self.stock.schema_format_value("objectGUID", self.stock.search(
            self.pc, ldb.SCOPE_BASE, attrs=["objectGUID"])[0]["objectGUID"][0])
        self.expect(self.admin.rename, "<GUID=%s>" % guid.decode(),
                    self.other("web01"))
        if not HAS_MODULE:
            self.admin.rename(self.other("web01"), self.pc)
        self.assertEqual(self.key(), "holder$")

    def test_others_are_renamed(self):
        """A user may be called so, a computer otherwise, or be moved."""
        user = self.account("somebody")
        self.admin.rename(user, self.other("WEB01"))
        self.admin.rename(self.pc, self.other("web011"))
        ou = "OU=more," + self.ou
        self.stock.add({"dn": ou, "objectClass": "organizationalUnit"})
        self.admin.rename(self.other("web011"), self.other("web011", ou))
        self.assertEqual(self.key(), "holder$")

    def test_old_one(self):
        """One that is there blocks nothing, and whatever ends it is welcome."""
        old = self.computer("web01", [],
                            clearTextPassword="Secret-old".encode("utf-16-le"))
        self.assertEqual(self.key(), UNKNOWN)
        ou = "OU=more," + self.ou
        self.stock.add({"dn": ou, "objectClass": "organizationalUnit"})
        self.admin.rename(old, self.other("web01", ou))
        self.change(self.admin, self.other("web01", ou), "foo/web01")
        self.change(self.admin, self.holder, "foo/holder")
        self.admin.rename(self.other("web01", ou), self.other("away", ou))
        self.assertEqual(self.key(), "holder$")

    def test_spn(self):
        """HOST of a computer that does not hold it."""
        name = "HOST/pc7." + self.dns
        if HAS_MODULE:
            self.expect(self.change, self.admin, self.holder, name)
        else:
            self.change(self.admin, self.holder, name)
        self.assertEqual(self.key(name), "pc7$" if HAS_MODULE else UNKNOWN)
        with self.assertRaises(ldb.LdbError):
            self.change(self.admin, self.holder, "HOST/pc7")

    def test_prepared(self):
        status, said = run("samba-tool", "computer", "create", "WEB01",
                           "-H", "ldap://" + SERVER, "-U" + ADMIN)
        self.addCleanup(run, "samba-tool", "computer", "delete", "WEB01",
                        "-H", "ldap://" + SERVER, "-U" + ADMIN)
        if HAS_MODULE:
            self.assertNotEqual(status, 0, said)
            self.assertIn("SPN-105", said)
            self.assertEqual(self.key(), "holder$")
        else:
            self.assertEqual(status, 0, said)
            self.assertEqual(self.key(), UNKNOWN)

    def test_join(self):
        """A join brings the name itself: a duplicate that everybody sees."""
        for name, may_join in (("WEB01", False), ("WEB02", True)):
            status, said = run(
                "adcli", "join", "--domain=" + self.dns, "--stdin-password",
                "--domain-controller=%s.%s" % (SERVER, self.dns),
                "--login-user=" + os.environ["USERNAME"], "--verbose",
                "--computer-name=" + name, "--host-fqdn=%s.%s" % (
                    name.lower(), self.dns),
                "--host-keytab=" + os.path.join(self.folder, name),
                text=os.environ["PASSWORD"])
            self.addCleanup(run, "samba-tool", "computer", "delete", name,
                            "-H", "ldap://" + SERVER, "-U" + ADMIN)
            self.assertEqual(status == 0, may_join, said)
            self.assertEqual(self.key(), "holder$", said)

