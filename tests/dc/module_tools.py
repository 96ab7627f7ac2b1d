# SPDX-License-Identifier: GPL-3.0-or-later
"""The module under the tools of an administrator, and changed configuration.

Runs in the environment ad_dc:local. What each tool sees is in docs/write-paths.md.
"""

import os
import tempfile
import unittest
import urllib.parse

import ldb
from samba.samdb import SamDB

from module_write_paths import (ADMIN, CONF, LP, SAM, SERVER, WritePaths,
                          admin_credentials, credentials, local, over_ldap,
                          run)
from rows_directory import raw_path

OVER_LDAP = ("-H", "ldap://" + SERVER, "-U" + ADMIN)
ON_THE_DC = ("-s", CONF)
HEURISTICS = "00000000010000000002"     # and the 21st character


class Tools(WritePaths):
    """WritePaths, with accounts that tools have made."""

    def made(self, name):
        """The DN of an account that a tool has made, None if it has not."""
        found = self.stock.search(self.stock.domain_dn(), ldb.SCOPE_SUBTREE,
                                  "(sAMAccountName=%s)" % name, attrs=["dn"])
        if not found:
            return None
        self.addCleanup(self.throw_away, found[0].dn)
        return found[0].dn

    def throw_away(self, dn):
        try:
            self.stock.delete(dn)
        except ldb.LdbError as error:
            if error.args[0] != ldb.ERR_NO_SUCH_OBJECT:
                raise

    def run_well(self, *command):
        status, said = run(*command)
        self.assertEqual(status, 0, said)
        return said


class SambaTool(Tools):
    def create(self, name, spns, where):
        return run("samba-tool", "computer", "create", name, *where,
                   *["--service-principal-name=" + spn for spn in spns])

    def test_computer_create(self):
        """Both halves are taken, one is completed, a taken one makes no
        account at all.
        """
        for number, where in enumerate((OVER_LDAP, ON_THE_DC)):
            both, half = "both%d" % number, "half%d" % number
            status, said = self.create("tc1" + both, self.pair(both), where)
            self.assertEqual(status, 0, said)
            self.assertEqual(self.spns(self.made("tc1%s$" % both)),
                             self.pair(both))
            status, said = self.create("tc2" + half, ["http/" + half], where)
            self.assertEqual(status, 0, said)
            self.assertEqual(self.spns(self.made("tc2%s$" % half)),
                             self.pair(half))
            status, said = self.create("tc3" + both, ["http/" + both], where)
            self.assertNotEqual(status, 0)
            self.assertIn("000021C7: spn_policy: SPN-104", said)
            self.assertIsNone(self.made("tc3%s$" % both))

    def test_computer_create_as_user(self):
        """An ordinary user may make computers, but not put SPNs on them."""
        status, _ = self.create(
            "tcuser", ["http/tcuser-site"],
            ("-H", "ldap://" + SERVER, "-Ualice%Secret007"))
        self.assertNotEqual(status, 0)
        self.assertIsNone(self.made("tcuser$"))

    def test_computer_delete(self):
        """Whatever it held is free afterwards."""
        heir = self.account("tdheir")
        for number, where in enumerate((OVER_LDAP, ON_THE_DC)):
            host = "tdsite%d" % number
            self.computer("td%d" % number, self.pair(host))
            status, _ = run("samba-tool", "computer", "delete",
                            "td%d" % number, "-H", "ldap://" + SERVER,
                            "-Ualice%Secret007")
            self.assertNotEqual(status, 0)
            self.run_well("samba-tool", "computer", "delete",
                          "td%d" % number, *where)
            self.change(local(), heir, "http/" + host)

    def test_dbcheck(self):
        """It mends a database full of violations; nothing is refused.

        What was put below all modules has no metadata, and so dbcheck writes
        each servicePrincipalName again.
        """
        raw = ldb.Ldb(raw_path(SAM))
        before = {}
        for number, spns in enumerate((
                ["http/dbc"], ["http/dbc." + self.dns],
                ["http://dbc", "dbc/"], ["HTTP/dbctwice", "http/dbctwice"])):
            dn = self.account("dbc%d" % number)
            message = ldb.Message(ldb.Dn(raw, dn))
            message["s"] = ldb.MessageElement(spns, ldb.FLAG_MOD_REPLACE,
                                              "servicePrincipalName")
            raw.modify(message)
            before[dn] = sorted(spns)
        status, said = run("samba-tool", "dbcheck", "--cross-ncs", "--fix",
                           "--yes", *ON_THE_DC)
        self.assertNotIn("spn_policy: SPN", said)
        self.assertNotIn("Failed", said)
        self.assertNotIn("(0 errors)", said)
        for dn, spns in before.items():
            self.assertEqual(self.spns(dn), spns, said)
        said = self.run_well("samba-tool", "dbcheck", self.ou, *ON_THE_DC)
        self.assertIn("(0 errors)", said)


class DomainController(Tools):
    def test_spnupdate(self):
        """Nothing to do; then two lost SPNs come back; all or nothing when
        somebody holds one of them.
        """
        dn = str(self.stock.search(
            self.stock.domain_dn(), ldb.SCOPE_SUBTREE,
            "(sAMAccountName=%s$)" % os.environ["SERVER"],
            attrs=["dn"])[0].dn)
        whole = self.spns(dn)
        said = self.run_well("samba_spnupdate", "--verbose", *ON_THE_DC)
        self.assertIn("Nothing to add", said)
        lost = [spn for spn in whole
                if spn.lower().startswith("restrictedkrbhost/")]
        self.assertEqual(len(lost), 2)
        self.change(self.stock, dn, *lost, flag=ldb.FLAG_MOD_DELETE)
        thief = self.in_configuration("tools-thief", lost[:1])
        status, said = run("samba_spnupdate", *ON_THE_DC)
        self.assertNotEqual(status, 0)
        self.assertIn("spn_policy: SPN-10", said)
        self.assertEqual(len(self.spns(dn)), len(whole) - 2)
        self.change(self.stock, thief, flag=ldb.FLAG_MOD_REPLACE)
        self.run_well("samba_spnupdate", *ON_THE_DC)
        self.assertEqual(self.spns(dn), whole)

    def test_offline_backup(self):
        """Backup and restore keep the list of modules and the settings."""
        backup = tempfile.mkdtemp(dir=os.environ["TMPDIR"])
        target = tempfile.mkdtemp(dir=os.environ["TMPDIR"])
        self.run_well("spn-policy", "set", "syntax=warn", "-H", SAM,
                      *ON_THE_DC)
        self.addCleanup(run, "spn-policy", "set", "syntax=deny", "-H", SAM,
                        *ON_THE_DC)
        self.run_well("samba-tool", "domain", "backup", "offline",
                      "--targetdir=" + backup, *ON_THE_DC)
        archive = os.path.join(backup, os.listdir(backup)[0])
        self.run_well("samba-tool", "domain", "backup", "restore",
                      "--backup-file=" + archive, "--targetdir=" + target,
                      "--newservername=ADDC2", *ON_THE_DC)
        sam = os.path.join(target, "private", "sam.ldb")
        raw = ldb.Ldb("tdb://" + sam, options=["modules:"])
        self.assertEqual(str(raw.search("@MODULES", ldb.SCOPE_BASE)[0]
                             ["@LIST"]), "spn_policy,samba_dsdb")
        said = self.run_well("ldbsearch", "-H", sam, "-s", "base", "-b",
                             "CN=SPN Policy,CN=Services,%s"
                             % self.stock.get_config_basedn(),
                             "msDS-Settings")
        self.assertIn("syntax=warn", said)


@unittest.skipIf("SOCKET_WRAPPER_DIR" in os.environ,
                 "`net ads` finds no DC under socket_wrapper")
class NetAds(Tools):
    """`net ads`, as an administrator, as a user and as the DC."""

    def net(self, verb, spn, login=ADMIN):
        return run("net", "ads", "setspn", verb, "netads", spn, *ON_THE_DC,
                   "-U" + login)

    def test_setspn(self):
        """It wants an account that has an SPN already."""
        first = "foo/netads"
        # A KDC would find CN=netads for the other half.
        dn = self.account("otherwise", [first], objectClass="computer",
                          sAMAccountName="netads$", userAccountControl="4096",
                          dNSHostName="netads." + self.dns)
        self.account("netother", ["foo/netother"])
        status, said = self.net("add", "http/netads", "alice%Secret007")
        self.assertNotEqual(status, 0, said)
        self.assertEqual(self.spns(dn), [first])
        status, said = self.net("add", "http/netads")
        self.assertEqual(status, 0, said)
        self.assertEqual(self.spns(dn), [first] + self.pair("netads"))
        status, said = self.net("add", "foo/netother")
        self.assertNotEqual(status, 0)
        self.assertIn("000021C7: spn_policy: SPN-101", said)
        # It sends what stays, as samba-tool does.
        status, said = self.net("delete", "http/netads." + self.dns)
        self.assertNotEqual(status, 0)
        self.assertIn("0000202F: spn_policy: SPN-309", said)
        self.assertEqual(self.spns(dn), [first] + self.pair("netads"))
        with self.policy("replace-half=remove"):
            status, said = self.net("delete", "http/netads." + self.dns)
        self.assertEqual(status, 0, said)
        self.assertEqual(self.spns(dn), [first])

    def test_keytab(self):
        """add_update_ads registers both names of the DC at once."""
        server = os.environ["SERVER"]
        dn = self.stock.search(
            self.stock.domain_dn(), ldb.SCOPE_SUBTREE,
            "(sAMAccountName=%s$)" % server, attrs=["dn"])[0].dn
        before = self.spns(dn)
        self.addCleanup(self.change, self.stock, dn, *before,
                        flag=ldb.FLAG_MOD_REPLACE)
        command = ("net", "ads", "keytab", "add_update_ads", "http",
                   *ON_THE_DC, "-P", "--option=kerberosmethod="
                   "dedicated keytab", "--option=dedicatedkeytabfile=%s"
                   % os.path.join(os.environ["TMPDIR"], "tools.keytab"))
        status, said = run(*command)
        if "Invalid command" in said:
            self.skipTest("this net has no add_update_ads any more")
        self.assertEqual(status, 0, said)
        self.assertEqual(self.spns(dn), sorted(before + self.pair(server)))


class Ldapi(Tools):
    """The sockets of the DC's own file system."""

    def open(self, *path, creds=None):
        url = "ldapi://" + urllib.parse.quote(LP.private_path(
            os.path.join(*path)), safe="")
        return SamDB(url=url, lp=LP, credentials=creds)

    def test_privileged(self):
        """SYSTEM, and trusted: judged like everybody."""
        self.account("api1", ["foo/api"])
        dn = self.account("api2")
        samdb = self.open("ldap_priv", "ldapi")
        self.change(samdb, dn, "http/api")
        self.assertEqual(self.spns(dn), self.pair("api"))
        self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION,
                            "000021C7: spn_policy: SPN-101",
                            self.change, samdb, dn, "foo/api")

    def test_dbcheck_control(self):
        """A trusted caller may say that it is dbcheck; Samba's own check
        does not care, so the one that is spared is ours.
        """
        dn = self.account("api5")
        samdb = local()
        self.change(samdb, dn, "http://api5", controls=[
            "local_oid:1.3.6.1.4.1.7165.4.3.19:0"])
        self.assertEqual(self.spns(dn), ["http://api5"])

    def test_unprivileged(self):
        self.account("api3", ["foo/api3"])
        dn = self.account("api4")
        admin = self.open("ldapi", creds=admin_credentials())
        self.change(admin, dn, "http/api4")
        self.assertEqual(self.spns(dn), self.pair("api4"))
        self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, "SPN-101",
                            self.change, admin, dn, "foo/api3")
        alice = self.open("ldapi", creds=credentials("alice", "Secret007"))
        self.assert_refused(ldb.ERR_INSUFFICIENT_ACCESS_RIGHTS, "",
                            self.change, alice, dn, "foo/api5")


class Configuration(Tools):
    """What is changed counts from the next transaction on, also for
    connections that were there before.
    """

    def setUp(self):
        super().setUp()
        self.admin = over_ldap(admin_credentials())
        config = str(self.stock.get_config_basedn())
        self.service = ("CN=Directory Service,CN=Windows NT,CN=Services,"
                        + config)
        self.settings = "CN=SPN Policy,CN=Services," + config
        for dn, attr in ((self.service, "sPNMappings"),
                         (self.service, "dSHeuristics"),
                         (self.settings, "msDS-Settings")):
            self.addCleanup(self.replace, self.stock, dn, attr,
                            *self.values(dn, attr))

    def values(self, dn, attr):
        found = self.stock.search(dn, ldb.SCOPE_BASE, attrs=[attr])[0]
        return [str(each) for each in found.get(attr, [])]

    def replace(self, samdb, dn, attr, *values):
        message = ldb.Message(ldb.Dn(samdb, dn))
        message["x"] = ldb.MessageElement(list(values), ldb.FLAG_MOD_REPLACE,
                                          attr)
        samdb.modify(message)

    def test_not_for_users(self):
        alice = over_ldap(credentials("alice", "Secret007"))
        for dn, attr, value in (
                (self.service, "sPNMappings", "host=foo"),
                (self.service, "dSHeuristics", HEURISTICS + "7"),
                (self.settings, "msDS-Settings", "duplicate-spn=off")):
            before = self.values(dn, attr)
            self.assert_refused(ldb.ERR_INSUFFICIENT_ACCESS_RIGHTS, "",
                                self.replace, alice, dn, attr, value)
            self.assertEqual(self.values(dn, attr), before)

    def test_mappings(self):
        """A class becomes an alias of HOST."""
        self.replace(self.admin, self.settings, "msDS-Settings",
                     "alias-spn=deny")
        self.computer("cfgmap", ["HOST/cfgmap1", "HOST/cfgmap2"])
        dn = self.account("cfgalias")
        self.change(self.admin, dn, "cfgclass/cfgmap1")
        mappings = self.values(self.service, "sPNMappings")
        self.replace(self.admin, self.service, "sPNMappings",
                     *[each + ",cfgclass" for each in mappings])
        self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, "SPN-201",
                            self.change, self.admin, dn, "cfgclass/cfgmap2")
        self.replace(self.admin, self.service, "sPNMappings", *mappings)
        self.change(self.admin, dn, "cfgclass/cfgmap2")

    def test_heuristics_duplicates(self):
        """2: ours is off, Samba's own is not."""
        self.in_configuration("cfg-far", ["foo/cfgfar"])
        self.account("cfgnear", ["foo/cfgnear"])
        dn = self.account("cfgdup")
        self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, "SPN-101",
                            self.change, self.admin, dn, "foo/cfgfar")
        self.replace(self.admin, self.service, "dSHeuristics",
                     HEURISTICS + "2")
        said = self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, "samldb",
                                   self.change, self.admin, dn,
                                   "foo/cfgnear")
        self.assertNotIn("spn_policy", said)
        self.change(self.admin, dn, "foo/cfgfar")
        self.assertEqual(self.spns(dn), ["foo/cfgfar"])
        self.change(self.admin, dn, "foo/cfgfar", flag=ldb.FLAG_MOD_DELETE)
        self.replace(self.admin, self.service, "dSHeuristics")
        self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, "SPN-101",
                            self.change, self.admin, dn, "foo/cfgfar")

    def test_heuristics_aliases(self):
        """4: alias-spn is off, duplicate-spn is not."""
        self.replace(self.admin, self.settings, "msDS-Settings",
                     "alias-spn=deny")
        self.computer("cfghost", ["HOST/cfghost"])
        self.in_configuration("cfg-far2", ["foo/cfgfar2"])
        dn = self.account("cfgcifs")
        self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, "SPN-201",
                            self.change, self.admin, dn, "cifs/cfghost")
        self.replace(self.admin, self.service, "dSHeuristics",
                     HEURISTICS + "4")
        self.change(self.admin, dn, "cifs/cfghost")
        self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, "SPN-101",
                            self.change, self.admin, dn, "foo/cfgfar2")

    def test_modes_of_duplicates(self):
        """Outside the domain, where Samba's own check does not look."""
        self.in_configuration("cfg-modes", ["foo/cfgmode"])
        for mode, stored in (("warn", True), ("off", True), ("deny", False)):
            self.replace(self.admin, self.settings, "msDS-Settings",
                         "duplicate-spn=" + mode)
            dn = self.account("cfgmode" + mode)
            if not stored:
                self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, "SPN-101",
                                    self.change, self.admin, dn,
                                    "foo/cfgmode")
                continue
            self.change(self.admin, dn, "foo/cfgmode")
            self.assertEqual(self.spns(dn), ["foo/cfgmode"])
            self.stock.delete(dn)

    def test_exempt_accounts(self):
        """By name and by objectGUID; of all rules but duplicate-spn."""
        self.in_configuration("cfg-spared", ["foo/cfgspared"])
        named = self.account("cfgnamed")
        known = self.account("cfgknown")
        guid = self.stock.schema_format_value(
            "objectGUID", self.stock.search(
                known, ldb.SCOPE_BASE,
                attrs=["objectGUID"])[0]["objectGUID"][0]).decode()
        self.replace(self.admin, self.settings, "msDS-Settings",
                     "exempt-account=CFGNAMED", "exempt-account=" + guid)
        for number, dn in enumerate((named, known)):
            half = "http/cfgspared%d" % number
            self.change(self.admin, dn, half, "http://x%d" % number)
            self.assertIn(half, self.spns(dn))
            self.assertEqual(len(self.spns(dn)), 2)
            self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, "SPN-101",
                                self.change, self.admin, dn, "foo/cfgspared")
        self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, "SPN-003",
                            self.change, self.admin, self.account("cfgother"),
                            "http://x")

    def test_settings(self):
        """spn-policy set, and a transaction that changes its own law."""
        self.run_well("spn-policy", "set", "http-pair=off", *OVER_LDAP,
                      *ON_THE_DC)
        dn = self.account("cfgset")
        self.change(self.admin, dn, "http/cfgset1")
        self.assertEqual(self.spns(dn), ["http/cfgset1"])
        self.run_well("spn-policy", "set", "http-pair=deny", *OVER_LDAP,
                      *ON_THE_DC)
        self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, "SPN-302",
                            self.change, self.admin, dn, "http/cfgset2")
        samdb = local()
        samdb.transaction_start()
        self.replace(samdb, self.settings, "msDS-Settings", "http-pair=off")
        self.change(samdb, dn, "http/cfgset3")
        self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, "SPN-302",
                            samdb.transaction_commit)
        self.assertEqual(self.spns(dn), ["http/cfgset1"])
        self.assertIn("http-pair=deny",
                      self.values(self.settings, "msDS-Settings"))
        self.replace(samdb, self.settings, "msDS-Settings", "http-pair=off")
        self.change(samdb, dn, "http/cfgset3")


if __name__ == "__main__":
    unittest.main()
