# SPDX-License-Identifier: GPL-3.0-or-later
"""The module on a real DC, by the ways that rows cannot take: other
protocols, tools, transactions, special DNs.

Runs in the environment ad_dc:local. Each test works on accounts of its own in
an OU that is thrown away with them.
"""

import contextlib
import os
import subprocess
import tempfile
import unittest

import ldb
from samba import param
from samba.auth import system_session
from samba.credentials import Credentials, DONT_USE_KERBEROS
from samba.dcerpc import drsuapi, misc
from samba.samdb import SamDB

CONF = os.environ["SERVERCONFFILE"]
SERVER = os.environ["SERVER"]
ADMIN = "%s%%%s" % (os.environ["USERNAME"], os.environ["PASSWORD"])
LP = param.LoadParm(CONF)
SAM = LP.private_path("sam.ldb")
PERMISSIVE = "permissive_modify:0"
ACCESS_DENIED = 5   # WERR_ACCESS_DENIED


def credentials(user, password):
    creds = Credentials()
    creds.guess(LP)
    creds.set_username(user)
    creds.set_password(password)
    creds.set_domain(os.environ["DOMAIN"])
    creds.set_kerberos_state(DONT_USE_KERBEROS)
    return creds


def admin_credentials():
    return credentials(os.environ["USERNAME"], os.environ["PASSWORD"])


def over_ldap(creds):
    return SamDB(url="ldap://" + SERVER, lp=LP, credentials=creds)


def local(*options):
    return SamDB(url=SAM, lp=LP, session_info=system_session(),
                 options=list(options))


def run(*command, text=""):
    """(exit status, everything it printed); text is its input."""
    done = subprocess.run(command, stdout=subprocess.PIPE, input=text,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def write_account_spn(creds, operation, dn, *spns):
    """DsWriteAccountSpn, the call of setspn.exe: its status."""
    drs = drsuapi.drsuapi("ncacn_ip_tcp:%s[seal]" % SERVER, LP, creds)
    info = drsuapi.DsBindInfoCtr()
    info.length = 28
    info.info = drsuapi.DsBindInfo28()
    handle = drs.DsBind(misc.GUID(drsuapi.DRSUAPI_DS_BIND_GUID), info)[1]
    request = drsuapi.DsWriteAccountSpnRequest1()
    request.operation = operation
    request.object_dn = dn
    request.count = len(spns)
    names = []
    for spn in spns:
        name = drsuapi.DsNameString()
        name.str = spn
        names.append(name)
    request.spn_names = names
    level, result = drs.DsWriteAccountSpn(handle, 1, request)
    assert level == 1
    return result.status[0]


class WritePaths(unittest.TestCase):
    def setUp(self):
        self.stock = local("modules:samba_dsdb")
        self.dns = self.stock.domain_dns_name()
        self.ou = "OU=paths," + self.stock.domain_dn()
        self.stock.add({"dn": self.ou, "objectClass": "organizationalUnit"})
        self.addCleanup(self.stock.delete, self.ou, ["tree_delete:1"])

    def account(self, name, spns=(), **more):
        """Made without the module, so that it may hold what it likes."""
        dn = "CN=%s,%s" % (name, self.ou)
        self.stock.add({"dn": dn, "objectClass": "user",
                        "sAMAccountName": name, "userAccountControl": "544",
                        **({"servicePrincipalName": list(spns)}
                           if spns else {}), **more})
        return dn

    def computer(self, name, spns=(), **more):
        return self.account(name, spns, objectClass="computer",
                            sAMAccountName=name + "$",
                            userAccountControl="4096", **more)

    def in_configuration(self, name, spns):
        """An object of the configuration."""
        dn = "CN=%s,CN=Services,%s" % (name, self.stock.get_config_basedn())
        self.stock.add({"dn": dn, "objectClass": "computer", "sAMAccountName": name + "$",
                        "servicePrincipalName": spns})
        self.addCleanup(self.stock.delete, dn)
        return dn

    def spns(self, dn):
        found = self.stock.search(dn, ldb.SCOPE_BASE,
                                  attrs=["servicePrincipalName"])[0]
        return sorted(str(v) for v in found.get("servicePrincipalName", []))

    def pair(self, host):
        return ["http/" + host, "http/%s.%s" % (host, self.dns)]

    @contextlib.contextmanager
    def policy(self, *lines):
        """With these lines in the settings."""
        policy = "CN=SPN Policy,CN=Services,%s" % (
            self.stock.get_config_basedn())

        def change(flag):
            message = ldb.Message(ldb.Dn(self.stock, policy))
            message["s"] = ldb.MessageElement(list(lines), flag,
                                              "msDS-Settings")
            self.stock.modify(message)
        change(ldb.FLAG_MOD_ADD)
        try:
            yield
        finally:
            change(ldb.FLAG_MOD_DELETE)

    def set_policy(self, *lines):
        """The same to the end of the test."""
        self.enterContext(self.policy(*lines))

    def change(self, samdb, dn, *spns, flag=ldb.FLAG_MOD_ADD, controls=None):
        message = ldb.Message(dn if isinstance(dn, ldb.Dn)
                              else ldb.Dn(samdb, dn))
        message["spn"] = ldb.MessageElement(list(spns), flag,
                                            "servicePrincipalName")
        samdb.modify(message, controls or [])

    def assert_refused(self, number, text, call, *args, **more):
        with self.assertRaises(ldb.LdbError) as caught:
            call(*args, **more)
        self.assertEqual(caught.exception.args[0], number, caught.exception.args[1])
        self.assertIn(text, caught.exception.args[1])
        return caught.exception.args[1]


class Tools(WritePaths):
    """What an administrator types."""

    def test_samba_tool(self):
        """samba-tool spn, local and over LDAP: both halves, no duplicate."""
        for number, where in enumerate((["-H", "ldap://" + SERVER,
                                         "-U" + ADMIN],
                                        ["-s", CONF])):
            host = "tool%d" % number
            first = self.account("first%d" % number)
            second = self.account("second%d" % number)
            self.assertEqual(run("samba-tool", "spn", "add", "http/" + host,
                                 "first%d" % number, *where)[0], 0)
            self.assertEqual(self.spns(first), self.pair(host))
            status, said = run("samba-tool", "spn", "add",
                               "HTTP/" + host.upper(), "second%d" % number,
                               *where)
            self.assertNotEqual(status, 0, said)
            self.assertEqual(self.spns(second), [])
            delete = ("samba-tool", "spn", "delete", "http/" + host, *where)
            status, said = run(*delete)
            self.assertNotEqual(status, 0, said)
            self.assertIn("0000202F: spn_policy: SPN-309", said)
            self.assertEqual(self.spns(first), self.pair(host))
            with self.policy("replace-half=remove"):
                self.assertEqual(run(*delete)[0], 0)
            self.assertEqual(self.spns(first), [])

    def test_ldbmodify_file(self):
        """Three records in one file, the last one refused: none is stored."""
        accounts = [self.account(name) for name in ("file1", "file2")]
        holder = self.account("file3", ["foo/taken"])
        with tempfile.NamedTemporaryFile("w", suffix=".ldif") as ldif:
            for dn, spn in zip(accounts + accounts[:1],
                               ("foo/one", "http/two", "foo/taken")):
                ldif.write("dn: %s\nchangetype: modify\n"
                           "add: servicePrincipalName\n"
                           "servicePrincipalName: %s\n\n" % (dn, spn))
            ldif.flush()
            status, said = run("ldbmodify", "-H", SAM,
                               "--configfile=" + CONF, ldif.name)
        self.assertNotEqual(status, 0)
        self.assertIn("SPN-101", said)
        for dn in accounts:
            self.assertEqual(self.spns(dn), [])
        self.assertEqual(self.spns(holder), ["foo/taken"])

    def test_status(self):
        """spn-policy sees the module on the running DC."""
        status, said = run("spn-policy", "status", "-H", "ldap://" + SERVER,
                           "-U" + ADMIN, "-s", CONF)
        self.assertEqual(status, 0, said)


class Transactions(WritePaths):
    def test_swallowed_refusal(self):
        """Who swallows the refusal and commits gets it again."""
        self.account("swallow1", ["http/swallow"])
        other = self.account("swallow2")
        samdb = local()
        samdb.transaction_start()
        try:
            self.change(samdb, other, "http/swallow." + self.dns, "foo/x")
        except ldb.LdbError:
            pass
        self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION,
                            "0000202F: spn_policy: SPN-303",
                            samdb.transaction_commit)
        self.assertEqual(self.spns(other), [])

    def test_only_the_end_counts(self):
        """What is mended before the commit was never wrong."""
        first = self.account("mend1", ["http/mend"])
        other = self.account("mend2")
        samdb = local()
        samdb.transaction_start()
        self.change(samdb, other, "http/mend." + self.dns)
        self.change(samdb, first, "http/mend", flag=ldb.FLAG_MOD_DELETE)
        self.change(samdb, other, "http/mend")
        samdb.transaction_commit()
        self.assertEqual(self.spns(other), self.pair("mend"))

    def test_other_attributes_roll_back(self):
        """A refused request changes nothing at all."""
        self.account("roll1", ["foo/roll"])
        other = self.account("roll2")
        samdb = over_ldap(admin_credentials())
        message = ldb.Message(ldb.Dn(samdb, other))
        message["spn"] = ldb.MessageElement(
            "foo/roll", ldb.FLAG_MOD_ADD, "servicePrincipalName")
        message["text"] = ldb.MessageElement(
            "changed", ldb.FLAG_MOD_REPLACE, "description")
        self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION,
                            "000021C7: spn_policy: SPN-101",
                            samdb.modify, message)
        found = self.stock.search(other, ldb.SCOPE_BASE,
                                  attrs=["description"])[0]
        self.assertNotIn("description", found)


class Forest(WritePaths):
    def test_other_naming_context(self):
        """Held in another naming context."""
        self.in_configuration("paths-far", ["foo/far"])
        near = self.account("near")
        for samdb in (over_ldap(admin_credentials()), local()):
            self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION,
                                "000021C7: spn_policy: SPN-101 'foo/far'",
                                self.change, samdb, near, "foo/far")
        self.assertEqual(self.spns(near), [])

    def test_harmless_write_after_a_duplicate(self):
        """What the last write of a transaction does is not all that it did."""
        self.in_configuration("roads-first", ["foo/first"])
        near = self.account("near1")
        for other, spn in ((self.account("near2"), "foo/harmless"),
                           (self.account("near3"), "http/harmless"),
                           (near, "foo/besides")):
            samdb = local()
            samdb.transaction_start()
            self.change(samdb, near, "foo/first")
            self.change(samdb, other, spn)
            self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION,
                                "000021C7: spn_policy: SPN-101 'foo/first'",
                                samdb.transaction_commit)
            self.assertEqual(self.spns(near), [])
            self.assertEqual(self.spns(other), [])

    def test_rename_into_a_collision(self):
        """samldb rewrites the SPNs of a renamed computer by itself."""
        new = "renamed." + self.dns
        self.in_configuration("paths-rename", ["HOST/" + new])
        spns = ["HOST/before", "HOST/before." + self.dns]
        dn = self.computer("before", spns, dNSHostName="before." + self.dns)
        samdb = over_ldap(admin_credentials())
        for attr, value in (("dNSHostName", new),
                            ("description", "unrelated")):
            message = ldb.Message(ldb.Dn(samdb, dn))
            message["x"] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE,
                                              attr)
            if attr == "description":
                samdb.modify(message)
                continue
            self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION,
                                "000021C7: spn_policy: SPN-101",
                                samdb.modify, message)
        found = self.stock.search(dn, ldb.SCOPE_BASE,
                                  attrs=["dNSHostName"])[0]
        self.assertEqual(str(found["dNSHostName"]), "before." + self.dns)
        self.assertEqual(self.spns(dn), spns)

    def test_rename_by_account_name(self):
        """The same by sAMAccountName."""
        self.in_configuration("paths-rename", ["HOST/newname"])
        dn = self.computer("oldname", ["HOST/oldname"])
        samdb = over_ldap(admin_credentials())
        message = ldb.Message(ldb.Dn(samdb, dn))
        message["x"] = ldb.MessageElement("newname$", ldb.FLAG_MOD_REPLACE,
                                          "sAMAccountName")
        self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, "SPN-101",
                            samdb.modify, message)
        self.assertEqual(self.spns(dn), ["HOST/oldname"])

    def test_rename_without_collision(self):
        dn = self.computer("plain", ["HOST/plain"])
        samdb = over_ldap(admin_credentials())
        message = ldb.Message(ldb.Dn(samdb, dn))
        message["x"] = ldb.MessageElement("plainer$", ldb.FLAG_MOD_REPLACE,
                                          "sAMAccountName")
        samdb.modify(message)
        self.assertEqual(self.spns(dn), ["HOST/plainer"])


class Names(WritePaths):
    def test_guid_and_sid(self):
        """An account may be named by objectGUID or SID instead of a DN."""
        samdb = over_ldap(admin_credentials())
        for number, attr in enumerate(("objectGUID", "objectSid")):
            dn = self.account("named%d" % number)
            value = self.stock.search(dn, ldb.SCOPE_BASE, attrs=[attr])[0]
            text = self.stock.schema_format_value(
                attr, value[attr][0]).decode()
            name = "<%s=%s>" % ("GUID" if number == 0 else "SID", text)
            self.change(samdb, ldb.Dn(samdb, name), "http/named%d" % number)
            self.assertEqual(self.spns(dn), self.pair("named%d" % number))

    def test_another_name_besides(self):
        """An add is judged by where it goes, not by a GUID or SID in front."""
        other = self.account("besides", ["foo/besides",
                                         "http/besides." + self.dns])
        found = self.stock.search(other, ldb.SCOPE_BASE,
                                  attrs=["objectGUID", "objectSid"])[0]
        samdb = over_ldap(admin_credentials())
        for name, attr in (("GUID", "objectGUID"), ("SID", "objectSid")):
            text = self.stock.schema_format_value(
                attr, found[attr][0]).decode()
            for spn in ("http://pasted", "http/besides", "foo/besides "):
                dn = "CN=beside-%s,%s" % (name, self.ou)
                with self.assertRaises(ldb.LdbError):
                    samdb.add({"dn": ldb.Dn(samdb, "<%s=%s>;%s" % (
                        name, text, dn)), "objectClass": "user",
                        "sAMAccountName": "beside-" + name,
                        "servicePrincipalName": [spn]})
                self.assertEqual(self.stock.search(
                    self.ou, expression="(cn=beside-%s)" % name).count, 0)

    def test_test_and_set(self):
        """Deleting what is not there is an error, whatever comes along."""
        dn = self.account("casn", ["foo/a"])
        samdb = over_ldap(admin_credentials())
        message = ldb.Message(ldb.Dn(samdb, dn))
        message.add(ldb.MessageElement(["foo/absent"], ldb.FLAG_MOD_DELETE,
                                       "servicePrincipalName"))
        message.add(ldb.MessageElement(["http/casn"], ldb.FLAG_MOD_ADD,
                                       "servicePrincipalName"))
        self.assert_refused(ldb.ERR_NO_SUCH_ATTRIBUTE, "", samdb.modify,
                            message)
        self.assertEqual(self.spns(dn), ["foo/a"])

    def test_permissive_modify(self):
        """An existing value is no error then, and brings no second one."""
        dn = self.account("permit", self.pair("permit"))
        samdb = over_ldap(admin_credentials())
        self.change(samdb, dn, "http/permit", "foo/new",
                    controls=[PERMISSIVE])
        self.assertEqual(self.spns(dn), ["foo/new"] + self.pair("permit"))

    def test_undelete(self):
        """SPNs that come with an undelete are judged like any other."""
        dn = self.account("undead")
        self.account("living", ["foo/living"])
        guid = self.stock.schema_format_value(
            "objectGUID", self.stock.search(
                dn, ldb.SCOPE_BASE, attrs=["objectGUID"])[0]["objectGUID"][0]
        ).decode()
        self.stock.delete(dn)
        samdb = over_ldap(admin_credentials())
        found = samdb.search("<GUID=%s>" % guid, ldb.SCOPE_BASE,
                             controls=["show_deleted:1"], attrs=["dn"])[0]

        def undelete(spn):
            message = ldb.Message(found.dn)
            message["a"] = ldb.MessageElement([], ldb.FLAG_MOD_DELETE,
                                              "isDeleted")
            message["b"] = ldb.MessageElement(dn, ldb.FLAG_MOD_REPLACE,
                                              "distinguishedName")
            message["c"] = ldb.MessageElement(spn, ldb.FLAG_MOD_REPLACE,
                                              "servicePrincipalName")
            samdb.modify(message, ["show_deleted:1"])

        with self.assertRaises(ldb.LdbError):
            undelete("foo/living")
        undelete("http/undead")
        self.assertEqual(self.spns(dn), self.pair("undead"))


class Rpc(WritePaths):
    """DsWriteAccountSpn, the way of setspn.exe."""

    def write(self, operation, dn, *spns):
        return write_account_spn(admin_credentials(), operation, dn, *spns)

    def test_completed_and_refused(self):
        dn = self.account("rpc1")
        other = self.account("rpc2")
        self.assertEqual(self.write(
            drsuapi.DRSUAPI_DS_SPN_OPERATION_ADD, dn, "http/rpc"), 0)
        self.assertEqual(self.spns(dn), self.pair("rpc"))
        self.assertEqual(self.write(
            drsuapi.DRSUAPI_DS_SPN_OPERATION_ADD, other,
            "http/rpc." + self.dns), ACCESS_DENIED)
        self.assertEqual(self.write(
            drsuapi.DRSUAPI_DS_SPN_OPERATION_ADD, other, "http://pasted"),
            ACCESS_DENIED)
        self.assertEqual(self.spns(other), [])

    def test_replace_and_delete(self):
        dn = self.account("rpc3", self.pair("rpc3"))
        self.assertEqual(self.write(
            drsuapi.DRSUAPI_DS_SPN_OPERATION_REPLACE, dn, "http/rpc4"), 0)
        self.assertEqual(self.spns(dn), self.pair("rpc4"))
        self.assertEqual(self.write(
            drsuapi.DRSUAPI_DS_SPN_OPERATION_DELETE, dn,
            "http/rpc4." + self.dns), 0)
        self.assertEqual(self.spns(dn), [])


class Protection(WritePaths):
    """The module and its settings against clients."""

    def test_special_records(self):
        """Nobody switches the module off over LDAP.

        By OpenLDAP's client: ldb's own does not even send these.
        """
        changes = ("changetype: modify\nreplace: @LIST\n@LIST: samba_dsdb\n",
                   "changetype: delete\n",
                   "changetype: add\nobjectClass: top\n")
        for user, password in ((os.environ["USERNAME"],
                                os.environ["PASSWORD"]),
                               ("alice", "Secret007")):
            for change in changes:
                status, said = run(
                    "ldapmodify", "-x", "-H", "ldaps://" + SERVER,
                    "-o", "tls_reqcert=never", "-w", password,
                    "-D", "%s@%s" % (user, os.environ["REALM"]),
                    text="dn: @MODULES\n" + change)
                self.assertEqual(status, ldb.ERR_UNWILLING_TO_PERFORM, said)
                self.assertIn("special records are not for clients", said)
        raw = ldb.Ldb("tdb://" + SAM, options=["modules:"])
        self.assertEqual(str(raw.search("@MODULES", ldb.SCOPE_BASE)[0]
                             ["@LIST"]), "spn_policy,samba_dsdb")

    def test_settings_object(self):
        """An ordinary user cannot change the settings."""
        samdb = over_ldap(credentials("alice", "Secret007"))
        dn = "CN=SPN Policy,CN=Services,%s" % samdb.get_config_basedn()
        message = ldb.Message(ldb.Dn(samdb, dn))
        message["s"] = ldb.MessageElement(
            "duplicate-spn=off", ldb.FLAG_MOD_ADD, "msDS-Settings")
        self.assert_refused(ldb.ERR_INSUFFICIENT_ACCESS_RIGHTS, "",
                            samdb.modify, message)

    def test_controls_of_clients(self):
        """A control that only trusted callers may send changes nothing."""
        self.account("control1", ["http/control"])
        other = self.account("control2")
        for control in ("relax:0", "provision:0",
                        "local_oid:1.3.6.1.4.1.7165.4.3.19:0",
                        "local_oid:1.3.6.1.4.1.7165.4.3.3:0"):
            samdb = over_ldap(admin_credentials())
            with self.assertRaises(ldb.LdbError):
                self.change(samdb, other, "http/control." + self.dns,
                            controls=[control])
            self.assertEqual(self.spns(other), [])

    def test_same_words_without_rights(self):
        """Held or not, hidden or not: access control answers alike."""
        self.account("hidden", ["foo/hidden"])
        target = self.account("target")
        samdb = over_ldap(credentials("alice", "Secret007"))
        answers = {self.assert_refused(
            ldb.ERR_INSUFFICIENT_ACCESS_RIGHTS, "", self.change, samdb,
            target, spn).replace(spn, "SPN")
            for spn in ("foo/hidden", "foo/nobody", "http/hidden",
                        "http://hidden")}
        self.assertEqual(len(answers), 1, answers)


class BreakGlass(WritePaths):
    """spn_policy:mode in smb.conf."""

    def open_with(self, mode):
        lp = param.LoadParm(CONF)
        lp.set("spn_policy:mode", mode)
        return SamDB(url=SAM, lp=lp, session_info=system_session())

    def test_modes(self):
        self.account("glass1", ["http/glass"])
        for mode, stored in (("enforce", False), ("nonsense", False),
                             ("audit", True), ("off", True)):
            dn = self.account("glass-" + mode)
            samdb = self.open_with(mode)
            spn = "http/glass." + self.dns
            if stored:
                self.change(samdb, dn, spn)
                self.assertEqual(self.spns(dn), [spn])
                self.stock.delete(dn)
            else:
                self.assert_refused(ldb.ERR_CONSTRAINT_VIOLATION, "SPN-303",
                                    self.change, samdb, dn, spn)


class Errors(unittest.TestCase):
    def test_no_such_account(self):
        """What is not there is reported by the directory as ever."""
        samdb = over_ldap(admin_credentials())
        message = ldb.Message(ldb.Dn(samdb, "CN=nobody," + samdb.domain_dn()))
        message["s"] = ldb.MessageElement("http/x", ldb.FLAG_MOD_ADD,
                                          "servicePrincipalName")
        with self.assertRaises(ldb.LdbError) as caught:
            samdb.modify(message)
        self.assertEqual(caught.exception.args[0], ldb.ERR_NO_SUCH_OBJECT)


if __name__ == "__main__":
    unittest.main()
