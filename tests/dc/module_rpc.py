# SPDX-License-Identifier: GPL-3.0-or-later
"""The module under the RPC calls that write SPNs or the names they come from.

netlogon LogonGetDomainInfo, SAMR SetUserInfo, DRSUAPI DsWriteAccountSpn as
somebody who is no administrator. module_write_paths.py has the last as one.

Runs in the environment ad_dc:local. What each call sees is in docs/write-paths.md.
"""

import os
import unittest

import ldb
from samba import NTSTATUSError, ntstatus
from samba.dcerpc import drsuapi, lsa, misc, netlogon, samr, security
from samba.samdb import SamDB
from samba.sd_utils import SDUtils

from module_write_paths import (ACCESS_DENIED, LP, SERVER, WritePaths, admin_credentials,
                          credentials, write_account_spn)

ADD = drsuapi.DRSUAPI_DS_SPN_OPERATION_ADD
REPLACE = drsuapi.DRSUAPI_DS_SPN_OPERATION_REPLACE
DELETE = drsuapi.DRSUAPI_DS_SPN_OPERATION_DELETE
PASSWORD = "Rpc.Passw0rd"
# servicePrincipalName: read and write the property
WRITE_SPN = "(OA;;RPWP;f3a64788-5306-11d1-a9c5-0000f80367c1;;%s)"
ACCOUNT_NAME = 7            # SetUserInfo, level UserAccountNameInformation
HANDLES_SPN_UPDATE = 0x2    # NETR_WS_FLAG_HANDLES_SPN_UPDATE


def over_ldap(creds):
    return SamDB(url="ldap://" + SERVER, lp=LP, credentials=creds)


class Accounts(WritePaths):
    def login(self, name):
        """Credentials of an account of this test."""
        self.stock.setpassword("(sAMAccountName=%s)" % name, PASSWORD)
        return credentials(name, PASSWORD)

    def sid(self, dn):
        return self.stock.schema_format_value(
            "objectSid", self.stock.search(
                dn, ldb.SCOPE_BASE, attrs=["objectSid"])[0]["objectSid"][0]
        ).decode()

    def name_of(self, dn):
        return str(self.stock.search(dn, ldb.SCOPE_BASE, attrs=[
            "sAMAccountName"])[0]["sAMAccountName"])

    def workstation(self, name, *spns):
        """A joined computer with its two HOST SPNs."""
        dns = "%s.%s" % (name, self.dns)
        return self.computer(name, ["HOST/" + name, "HOST/" + dns, *spns],
                             dNSHostName=dns)


class WriteAccountSpn(Accounts):
    """setspn.exe of a machine for itself, and of an ordinary user."""

    write = staticmethod(write_account_spn)

    def of_another_cn(self, name, **more):
        """One that a KDC does not find by its CN, so both halves count."""
        return self.account("cn-" + name, objectClass="computer",
                            sAMAccountName=name + "$",
                            userAccountControl="4096", **more)

    def test_machine_for_itself(self):
        """The other half is its own name as well: validated write takes it."""
        dn = self.of_another_cn("rpcself", dNSHostName="rpcself." + self.dns)
        creds = self.login("rpcself$")
        self.assertEqual(self.write(creds, ADD, dn, "http/rpcself"), 0)
        self.assertEqual(self.spns(dn), self.pair("rpcself"))
        self.assertEqual(self.write(creds, DELETE, dn, "http/rpcself"), 0)
        self.assertEqual(self.spns(dn), [])

    def test_machine_with_host_pair(self):
        """A HOST pair answers for the other half: nothing is added."""
        dn = self.workstation("rpchost")
        host = self.spns(dn)
        creds = self.login("rpchost$")
        self.assertEqual(self.write(creds, ADD, dn, "http/rpchost"), 0)
        self.assertEqual(self.spns(dn), host + ["http/rpchost"])

    def test_machine_and_what_is_not_its_own(self):
        """No other name, no other account, nothing that somebody holds."""
        dn = self.workstation("rpcown")
        other = self.workstation("rpcother")
        self.account("rpcholder", ["http/rpcown." + self.dns])
        creds = self.login("rpcown$")
        for target, spn in ((dn, "http/rpcother2"), (dn, "http/rpcown"),
                            (dn, "http://rpcown"), (other, "http/rpcother")):
            before = self.spns(target)
            self.assertEqual(self.write(creds, ADD, target, spn),
                             ACCESS_DENIED, spn)
            self.assertEqual(self.spns(target), before)

    def test_machine_replaces_its_set(self):
        """A replace that brings something is completed; one that only takes
        away leaves no half alone, but for the setting.
        """
        dn = self.of_another_cn("rpcset", dNSHostName="rpcset." + self.dns)
        creds = self.login("rpcset$")
        self.assertEqual(self.write(creds, REPLACE, dn, "http/rpcset"), 0)
        self.assertEqual(self.spns(dn), self.pair("rpcset"))
        wanted = ("http/rpcset", "TERMSRV/rpcset")
        whole = sorted([wanted[1], *self.pair("rpcset")])
        self.assertEqual(self.write(creds, REPLACE, dn, *wanted), 0)
        self.assertEqual(self.spns(dn), whole)
        self.assertEqual(self.write(creds, REPLACE, dn, *wanted),
                         ACCESS_DENIED)
        self.assertEqual(self.spns(dn), whole)
        self.set_policy("replace-half=remove")
        self.assertEqual(self.write(creds, REPLACE, dn, *wanted), 0)
        self.assertEqual(self.spns(dn), ["TERMSRV/rpcset"])

    def test_other_spelling(self):
        """What is there is there, and stays as it is spelled."""
        dn = self.of_another_cn("RPCSPELL", dNSHostName="rpcspell." + self.dns)
        creds = self.login("RPCSPELL$")
        for who in (creds, admin_credentials()):
            for spn in ("http/rpcspell." + self.dns, "HTTP/RPCSPELL",
                        "http/rpcspell", "HTTP/RpcSpell." + self.dns):
                self.assertEqual(self.write(who, ADD, dn, spn), 0, spn)
                self.assertEqual(len(self.spns(dn)), 2)
            self.assertIn("http/rpcspell." + self.dns, self.spns(dn))

    def test_limit_of_a_machine(self):
        """It gives itself so many and no more, however it asks; who is not
        the machine has no limit, and what is there may go and come.
        """
        dn = self.workstation("rpclimit")
        own = ["TERMSRV/rpclimit", "TERMSRV/rpclimit." + self.dns]
        self.set_policy("machine-spn-limit=4")
        creds = self.login("rpclimit$")
        self.assertEqual(self.write(creds, ADD, dn, *own), 0)
        self.assertEqual(self.write(creds, ADD, dn, "WSMAN/rpclimit"),
                         ACCESS_DENIED)
        client = over_ldap(creds)
        self.assert_refused(19, "0000202F: spn_policy: SPN-904 "
                            "'WSMAN/rpclimit' would be more than the 4",
                            self.change, client, dn, "WSMAN/rpclimit")
        self.assert_refused(19, "SPN-904", self.change, client, dn,
                            "foo/rpclimit", *own, "HOST/rpclimit",
                            "WSMAN/rpclimit", flag=ldb.FLAG_MOD_REPLACE)
        self.assertEqual(len(self.spns(dn)), 4)
        with open(os.environ["SMBD_TEST_LOG"], encoding="utf-8",
                  errors="replace") as log:
            self.assertIn("SPN-904", log.read())
        self.change(over_ldap(admin_credentials()), dn, "foo/1", "foo/2")
        self.assertEqual(len(self.spns(dn)), 6)
        self.change(client, dn, own[0], flag=ldb.FLAG_MOD_DELETE)
        self.assert_refused(19, "SPN-904", self.change, client, dn, own[0])

    def test_ordinary_user(self):
        """Denied whatever the SPN is, without touching anything."""
        target = self.account("rpctarget")
        self.account("rpctaken", ["foo/rpctaken"])
        creds = credentials("alice", "Secret007")
        for spn in ("foo/rpcnew", "foo/rpctaken", "http/rpcnew",
                    "http://rpcnew"):
            self.assertEqual(self.write(creds, ADD, target, spn),
                             ACCESS_DENIED, spn)
        self.assertEqual(self.spns(target), [])

    def test_user_with_the_right(self):
        """Who may write servicePrincipalName completes and is refused."""
        target = self.account("rpcgranted")
        self.account("rpcused", ["foo/rpcused"])
        user = self.account("rpcwriter")
        SDUtils(self.stock).dacl_add_ace(target, WRITE_SPN % self.sid(user))
        creds = self.login("rpcwriter")
        self.assertEqual(self.write(creds, ADD, target, "http/rpcgr"), 0)
        self.assertEqual(self.spns(target), self.pair("rpcgr"))
        for spn in ("foo/rpcused", "http://rpcgr2"):
            self.assertEqual(self.write(creds, ADD, target, spn),
                             ACCESS_DENIED, spn)
        self.assertEqual(self.spns(target), self.pair("rpcgr"))


class LogonGetDomainInfo(Accounts):
    """Each start of a Windows workstation: it says what its name is, and the
    DC replaces the whole set of its SPNs.
    """

    def call(self, name, dns, flags=0):
        """The flags of the answer; errors of the write are never told."""
        creds = self.login(name + "$")
        creds.set_secure_channel_type(misc.SEC_CHAN_WKSTA)
        creds.set_workstation(name)
        connection = netlogon.netlogon(
            "ncacn_ip_tcp:%s[schannel,seal]" % SERVER, LP, creds)
        given = creds.new_client_authenticator()
        authenticator = netlogon.netr_Authenticator()
        authenticator.cred.data = list(given["credential"])
        authenticator.timestamp = given["timestamp"]
        query = netlogon.netr_WorkstationInformation()
        query.dns_hostname = dns
        query.os_name.string = "spn_policy test"
        query.workstation_flags = flags
        connection.netr_LogonGetDomainInfo(
            SERVER, name, authenticator, netlogon.netr_Authenticator(), 1,
            query)

    def dns_of(self, dn):
        found = self.stock.search(dn, ldb.SCOPE_BASE, attrs=["dNSHostName"])
        return str(found[0].get("dNSHostName", ""))

    def host(self, name):
        return ["HOST/" + name, "HOST/%s.%s" % (name, self.dns)]

    def test_first_time(self):
        """A computer without SPNs gets its HOST pair; nothing is refused."""
        dn = self.computer("ldifirst")
        self.call("ldifirst", "ldifirst." + self.dns)
        self.assertEqual(self.spns(dn), self.host("ldifirst"))
        self.assertEqual(self.dns_of(dn), "ldifirst." + self.dns)

    def test_pair_goes_as_one(self):
        """An http pair of the machine is lost, both halves together."""
        dn = self.workstation("ldipair", "foo/ldipair",
                              *self.pair("ldipair"))
        self.call("ldipair", "ldipair." + self.dns)
        self.assertEqual(self.spns(dn), self.host("ldipair"))

    def test_site_on_a_service_account(self):
        """The target state of KB 871179 is left alone."""
        dn = self.computer("ldisite")
        service = self.account("ldisvc", self.pair("ldisite"))
        self.call("ldisite", "ldisite." + self.dns)
        self.assertEqual(self.spns(service), self.pair("ldisite"))
        # Samba's own check wants rights on the other account, which a
        # machine has not: as on stock Samba nothing is written.
        self.assertEqual(self.spns(dn), [])

    def test_held_outside_the_domain(self):
        """Held in another naming context: the whole write is undone."""
        self.in_configuration("ldi-far", ["HOST/ldifar." + self.dns])
        dn = self.computer("ldifar", ["foo/ldifar"])
        self.call("ldifar", "ldifar." + self.dns)
        self.assertEqual(self.spns(dn), ["foo/ldifar"])
        self.assertEqual(self.dns_of(dn), "")

    def test_machine_that_writes_itself(self):
        """Windows since Vista says so, and nothing is replaced."""
        spns = self.pair("ldivista")
        dn = self.computer("ldivista", spns,
                           dNSHostName="ldivista." + self.dns)
        self.call("ldivista", "ldivista." + self.dns,
                  flags=HANDLES_SPN_UPDATE)
        self.assertEqual(self.spns(dn), spns)


class SetUserInfo(Accounts):
    """SAMR renames an account; samldb below us rewrites the SPNs."""

    def rename(self, creds, old, new):
        connection = samr.samr("ncacn_ip_tcp:%s[seal]" % SERVER, LP, creds)
        server = connection.Connect2(
            None, security.SEC_FLAG_MAXIMUM_ALLOWED)
        domain = connection.OpenDomain(
            server, security.SEC_FLAG_MAXIMUM_ALLOWED,
            security.dom_sid(self.stock.get_domain_sid()))
        name = lsa.String()
        name.string = old
        rids, _ = connection.LookupNames(domain, [name])
        user = connection.OpenUser(domain, security.SEC_FLAG_MAXIMUM_ALLOWED,
                                   rids.ids[0])
        info = samr.UserInfo7()
        info.account_name.string = new
        connection.SetUserInfo(user, ACCOUNT_NAME, info)

    def assert_status(self, wanted, call, *args):
        with self.assertRaises(NTSTATUSError) as caught:
            call(*args)
        self.assertEqual(caught.exception.args[0], wanted,
                         caught.exception)

    def test_allowed(self):
        """The short names follow, the pair stays a pair: the other half is
        the dNSHostName of the computer, and that has not changed.
        """
        dn = self.computer("samrold", ["HOST/samrold",
                                       *self.pair("samrold")],
                           dNSHostName="samrold." + self.dns)
        self.rename(admin_credentials(), "samrold$", "samrnew$")
        self.assertEqual(self.name_of(dn), "samrnew$")
        self.assertEqual(self.spns(dn), sorted([
            "HOST/samrnew", "http/samrnew", "http/samrold." + self.dns]))

    def test_refused(self):
        """By us when it commits, or by Samba when it is written."""
        self.in_configuration("samr-far", ["HOST/samrtaken"])
        self.account("samr-near", ["HOST/samrnear"])
        dn = self.computer("samrfree", ["HOST/samrfree"])
        for new, status in (
                ("samrtaken$", ntstatus.NT_STATUS_INTERNAL_DB_CORRUPTION),
                ("samrnear$", ntstatus.NT_STATUS_INVALID_PARAMETER)):
            self.assert_status(status, self.rename, admin_credentials(),
                               "samrfree$", new)
            self.assertEqual(self.name_of(dn), "samrfree$")
            self.assertEqual(self.spns(dn), ["HOST/samrfree"])

    def test_service_account(self):
        """samldb rewrites http/NAME of a user as well, but not the FQDN: a
        rename that would leave half a pair is refused.
        """
        spns = sorted(self.pair("samrsvc") + self.pair("samrsite"))
        dn = self.account("samrsvc", spns)
        self.assert_status(ntstatus.NT_STATUS_INTERNAL_DB_CORRUPTION,
                           self.rename, admin_credentials(), "samrsvc",
                           "samrsvc2")
        self.assertEqual(self.name_of(dn), "samrsvc")
        self.assertEqual(self.spns(dn), spns)
        site = self.account("samrsvc3", self.pair("samrsite3"))
        self.rename(admin_credentials(), "samrsvc3", "samrsvc4")
        self.assertEqual(self.name_of(site), "samrsvc4")
        self.assertEqual(self.spns(site), self.pair("samrsite3"))

    def test_ordinary_user(self):
        dn = self.computer("samrbob", ["HOST/samrbob"])
        self.assert_status(ntstatus.NT_STATUS_ACCESS_DENIED, self.rename,
                           credentials("alice", "Secret007"),
                           "samrbob$", "samrbob2$")
        self.assertEqual(self.spns(dn), ["HOST/samrbob"])


if __name__ == "__main__":
    unittest.main()
