# SPDX-License-Identifier: GPL-3.0-or-later
"""Computers and controllers that join a domain whose DC has the module.

Runs in the environment ad_dc:local. What joins has a folder of its own; it is
not started afterwards, since all that concerns the module happens on the DC.
"""

import os
import sys
import tempfile
import unittest

import ldb
from samba import param
from samba.auth import system_session
from samba.samdb import SamDB

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(
    os.path.dirname(os.path.abspath(__file__)))), "testenv"))

from module_write_paths import ADMIN, SERVER, WritePaths, run  # noqa: E402
from spnenv import config, layout, table  # noqa: E402

LOG = os.environ["SMBD_TEST_LOG"]
DOMAIN = table.ADDOM
FQDN = "%s.%s" % (SERVER, DOMAIN.dns)


class Joins(WritePaths):
    def setUp(self):
        super().setUp()
        self.mark = os.path.getsize(LOG)

    def said(self):
        """What the module has logged, text only."""
        with open(LOG, "rb") as log:
            log.seek(self.mark)
            return [line.strip().decode(errors="replace")
                    for line in log.read().split(b"\n")
                    if line.strip().startswith(b"spn_policy: ")]

    def host(self, name):
        """Folders and smb.conf of a host that is not there yet."""
        folder = tempfile.TemporaryDirectory(dir=os.environ["TMPDIR"])
        self.addCleanup(folder.cleanup)
        dirs = layout.HostDirs(folder.name, name)
        dirs.make()
        host = table.Controller(host=name, iface=table.ADDC.iface,
                                domain=DOMAIN)
        config.write(dirs.smb_conf,
                     config.smb_conf(dirs, host, [host.address]))
        return dirs

    def join(self, name, role, login=ADMIN):
        """(smb.conf of the new one, exit status, what was said)"""
        dirs = self.host(name)
        self.addCleanup(self.forget, name)
        status, said = run(
            "samba-tool", "domain", "join", DOMAIN.dns, role,
            "--configfile=" + dirs.smb_conf, "--server=" + FQDN,
            "-U" + login, "--realm=" + DOMAIN.realm,
            "--workgroup=" + DOMAIN.netbios, "--dns-backend=NONE",
            "--machinepass=Joined.Passw0rd")
        return dirs.smb_conf, status, said

    def forget(self, name):
        """A DC that is no more; others have its objects otherwise."""
        run("samba-tool", "domain", "demote", "-H", "ldap://" + SERVER,
            "-U" + ADMIN, "--remove-other-dead-server=" + name)

    def spns_of(self, name):
        found = self.stock.search(self.stock.domain_dn(), ldb.SCOPE_SUBTREE,
                                  "(sAMAccountName=%s$)" % name,
                                  attrs=["servicePrincipalName"])
        if not found:
            return None
        return {str(value).lower() for value in
                found[0].get("servicePrincipalName", [])}

    def modules_of(self, smb_conf):
        lp = param.LoadParm()
        lp.load(smb_conf)
        raw = ldb.Ldb("tdb://" + lp.private_path("sam.ldb"),
                      options=["modules:"])
        return str(raw.search("@MODULES", ldb.SCOPE_BASE)[0]["@LIST"])


class Controllers(Joins):
    def expected(self, name):
        """What a join registers, without the SPNs that a GUID is in."""
        fqdn = "%s.%s" % (name, DOMAIN.dns)
        return {"host/" + name, "host/" + fqdn,
                "gc/%s/%s" % (fqdn, DOMAIN.dns)}

    def test_second_controller(self):
        """A real join: LDAP add, replace of all SPNs, DsAddEntry."""
        name = "joindc"
        smb_conf, status, said = self.join(name, "DC")
        self.assertEqual(status, 0, said)
        self.assertEqual(self.said(), [])
        spns = self.spns_of(name)
        self.assertLessEqual(self.expected(name), spns)
        self.assertTrue([spn for spn in spns if spn.startswith(
            "e3514235-4b06-11d1-ab04-00c04fc2dcd2/")])
        # Its own database begins without the module, and that is seen.
        self.assertEqual(self.modules_of(smb_conf), "samba_dsdb")
        status, said = run("spn-policy", "status", "-s", smb_conf)
        self.assertNotEqual(status, 0)
        self.assertIn("spn_policy is not enabled on this DC. Remedy: "
                      "spn-policy enable", said)
        self.enable(smb_conf)

    def enable(self, smb_conf):
        status, said = run("spn-policy", "enable", "-s", smb_conf)
        self.assertEqual(status, 0, said)
        self.assertEqual(self.modules_of(smb_conf), "spn_policy,samba_dsdb")

    def test_name_is_taken(self):
        """Somebody else holds what the new controller would register."""
        name = "jointaken"
        holder = self.in_configuration(
            "join-thief", ["HOST/%s.%s" % (name, DOMAIN.dns)])
        _, status, said = self.join(name, "DC")
        self.assertNotEqual(status, 0)
        self.assertIn("spn_policy: SPN-10", said)
        self.assertTrue([line for line in self.said()
                         if "refused SPN-10" in line and holder in line])
        self.assertIn(self.spns_of(name), (None, set()))

    def test_as_user(self):
        _, status, said = self.join("joinuser", "DC", "alice%Secret007")
        self.assertNotEqual(status, 0)
        self.assertEqual(self.said(), [], said)

    def test_read_only(self):
        """An RODC joins; a write to its database goes to another DC."""
        name = "joinrodc"
        smb_conf, status, said = self.join(name, "RODC")
        self.assertEqual(status, 0, said)
        self.assertEqual(self.said(), [])
        self.assertLessEqual(
            {"host/" + name, "host/%s.%s" % (name, DOMAIN.dns)},
            self.spns_of(name))
        self.enable(smb_conf)
        # ldb's own functions make a strange error of a referral; what counts
        # is that it is the same one, and that nothing was written.
        self.assertEqual(self.refusal(smb_conf, "spn_policy,samba_dsdb"),
                         self.refusal(smb_conf, "samba_dsdb"))

    def refusal(self, smb_conf, modules):
        """What a write of an SPN to this database ends in."""
        lp = param.LoadParm()
        lp.load(smb_conf)
        samdb = SamDB(url=lp.private_path("sam.ldb"), lp=lp,
                      session_info=system_session(),
                      options=["modules:" + modules])
        dn = "CN=alice,CN=Users," + samdb.domain_dn()
        with self.assertRaises(ldb.LdbError) as caught:
            self.change(samdb, dn, "http/rodc")
        self.assertNotIn("servicePrincipalName", samdb.search(
            dn, ldb.SCOPE_BASE, attrs=["servicePrincipalName"])[0])
        return caught.exception.args

    def test_clone(self):
        """A copy over the network, as an online backup makes it."""
        target = tempfile.mkdtemp(dir=os.environ["TMPDIR"])
        status, said = run(
            "samba-tool", "drs", "clone-dc-database", DOMAIN.dns,
            "--server=" + FQDN, "--targetdir=" + target, "-U" + ADMIN)
        self.assertEqual(status, 0, said)
        smb_conf = os.path.join(target, "etc", "smb.conf")
        self.assertEqual(self.modules_of(smb_conf), "samba_dsdb")
        # The settings come along, since they are replicated.
        said = run("ldbsearch", "-H",
                   os.path.join(target, "private", "sam.ldb"), "-b",
                   "CN=SPN Policy,CN=Services,%s"
                   % self.stock.get_config_basedn(), "-s", "base", "dn")[1]
        self.assertIn("dn: CN=SPN Policy", said)


class Members(Joins):
    """adcli joins by LDAP and Kerberos alone, as realmd does for sssd."""

    def member(self, name):
        self.addCleanup(self.throw_away, name)
        user, _, password = ADMIN.partition("%")
        return run(
            "adcli", "join", "--domain=" + DOMAIN.dns,
            "--domain-controller=" + FQDN, "--login-user=" + user,
            "--stdin-password", "--computer-name=" + name.upper(),
            "--host-fqdn=%s.%s" % (name, DOMAIN.dns), "--service-name=host",
            "--service-name=HTTP", "--host-keytab="
            + os.path.join(os.environ["TMPDIR"], name + ".keytab"),
            text=password)

    def throw_away(self, name):
        found = self.stock.search(self.stock.domain_dn(), ldb.SCOPE_SUBTREE,
                                  "(sAMAccountName=%s$)" % name, attrs=["1.1"])
        for each in found:
            self.stock.delete(each.dn, ["tree_delete:1"])

    def test_join(self):
        status, said = self.member("joinmember")
        self.assertEqual(status, 0, said)
        self.assertEqual(self.said(), [])
        self.assertEqual(self.spns_of("joinmember"), {
            "%s/%s" % (service, host)
            for service in ("host", "http", "restrictedkrbhost")
            for host in ("joinmember", "joinmember." + DOMAIN.dns)})

    def test_name_is_taken(self):
        """adcli goes on without the SPNs that it may not have."""
        holder = self.in_configuration("join-thief2", ["http/jointaken2"])
        _, said = self.member("jointaken2")
        self.assertTrue([line for line in self.said()
                         if "refused SPN-" in line and holder in line], said)
        self.assertFalse([spn for spn in self.spns_of("jointaken2") or ()
                          if spn.startswith("http/")])


if __name__ == "__main__":
    unittest.main()
