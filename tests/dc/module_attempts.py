# SPDX-License-Identifier: GPL-3.0-or-later
"""What callers of every kind try against the two promises and the module.

To take what another account holds, in every form of a request and with every
control; to switch the module off. The administrator is among them: what the
policy refuses it refuses to everybody. tests/dc/module_secrets.py is about what
can be learned.

Runs in the environment ad_dc:local.
"""

import os
import unittest

import ldb
import raw_ldap
from raw_ldap import ADD, DELETE, REPLACE
from samba.sd_utils import SDUtils

from module_write_paths import SAM, SERVER, WritePaths

PASSWORD = "Attempt.Passw0rd"
SPN = "servicePrincipalName"
WRITE_SPN = "(OA;;RPWP;f3a64788-5306-11d1-a9c5-0000f80367c1;;%s)"
CREATE_COMPUTER = "(OA;;CC;bf967a86-0de6-11d0-a285-00aa003049e2;;%s)"
CREATE_SETTINGS = "(A;;CC;;;%s)"
EXISTS = 68

# Those that change what modules below do, whoever may send them.
CONTROLS = {
    "none": None,
    "relax": "1.3.6.1.4.1.4203.666.5.12",
    "permissive modify": "1.2.840.113556.1.4.1413",
    "show deleted": "1.2.840.113556.1.4.417",
    "show recycled": "1.2.840.113556.1.4.2064",
    "as system": "1.3.6.1.4.1.7165.4.3.7",
    "provision": "1.3.6.1.4.1.7165.4.3.16",
    "dbcheck": "1.3.6.1.4.1.7165.4.3.19",
    "replicated update": "1.3.6.1.4.1.7165.4.3.3",
    "recalculate": "1.3.6.1.4.1.7165.4.3.5",
    "ours": "1.3.6.1.4.1.7165.4.3.9999",
}


class Callers(WritePaths):
    """An administrator, a user without rights, a helper who may write the
    SPNs of target, a machine. Each with a connection of its own.
    """

    def setUp(self):
        super().setUp()
        self.target = self.account("target")
        self.helper = self.account("helper")
        self.machine = self.computer(
            "w1", ["HOST/w1", "HOST/w1." + self.dns],
            dNSHostName="w1." + self.dns)
        self.grant(self.target, WRITE_SPN)
        self.callers = {
            "admin": self.login(os.environ["USERNAME"],
                                os.environ["PASSWORD"]),
            "user": self.login("alice", "Secret007")}
        for caller, name in (("helper", "helper"), ("machine", "w1$")):
            self.stock.setpassword("(sAMAccountName=%s)" % name, PASSWORD)
            self.callers[caller] = self.login(name, PASSWORD)

    def login(self, name, password):
        raw = raw_ldap.RawLdap(SERVER, "%s\\%s" % (os.environ["DOMAIN"],
                                                   name), password)
        self.addCleanup(raw.close)
        return raw

    def id_of(self, dn, attr):
        found = self.stock.search(dn, ldb.SCOPE_BASE, attrs=[attr])[0]
        return self.stock.schema_format_value(attr, found[attr][0]).decode()

    def grant(self, dn, ace):
        """To the helper."""
        SDUtils(self.stock).dacl_add_ace(
            dn, ace % self.id_of(self.helper, "objectSid"))

    def names(self, dn):
        """The ways to name an object."""
        return (dn, "<GUID=%s>" % self.id_of(dn, "objectGUID"),
                "<SID=%s>" % self.id_of(dn, "objectSid"))


def forms(dn, spn):
    """name of the form: a modify that brings spn."""
    changes = {
        "add": [(ADD, SPN, [spn])],
        "add behind another": [(ADD, SPN, ["foo/form", spn])],
        "second element": [(ADD, SPN, ["foo/form"]), (ADD, SPN, [spn])],
        "replace": [(REPLACE, SPN, [spn])],
        "replace, add": [(REPLACE, SPN, ["foo/form"]), (ADD, SPN, [spn])],
        "delete all, add": [(DELETE, SPN, []), (ADD, SPN, [spn])],
        "delete, add": [(DELETE, SPN, [spn]), (ADD, SPN, [spn])],
        "name of any case": [(ADD, "SERVICEprincipalNAME", [spn])],
        "OID of the attribute": [(ADD, "1.2.840.113556.1.4.771", [spn])],
    }
    return {name: raw_ldap.modify(dn, *each)
            for name, each in changes.items()}


class Plant(Callers):
    """A duplicate, or half of somebody else's pair."""

    def setUp(self):
        super().setUp()
        self.victim = self.make_victim()

    def make_victim(self):
        return self.account("victim", self.pair("victim"))

    def assert_nothing_changed(self, what):
        self.assertEqual(self.spns(self.victim), self.pair("victim"), what)
        self.assertEqual(self.spns(self.target), [], what)

    def attempt(self, caller, what, request, controls=()):
        answer = self.callers[caller].send(request, controls)
        what = "%s, %s: %d %s" % (caller, what, answer.code, answer.text)
        self.assertNotEqual(answer.code, raw_ldap.SUCCESS, what)
        self.assert_nothing_changed(what)
        return answer

    def test_right_to_write(self):
        """The helper is able to: what else is refused is not for that."""
        answer = self.callers["helper"].send(raw_ldap.modify(
            self.target, (ADD, SPN, ["http/free"])))
        self.assertEqual(answer.code, raw_ldap.SUCCESS, answer.text)
        self.assertEqual(self.spns(self.target), self.pair("free"))

    def test_every_form(self):
        """Either half, in any spelling, by any name of the account."""
        for spn in (*self.pair("victim"), "HTTP/VICTIM",
                    "http/Victim." + self.dns.upper()):
            for dn in self.names(self.target):
                for form, request in forms(dn, spn).items():
                    for caller in ("helper", "admin"):
                        self.attempt(caller, (form, dn, spn), request)

    def test_every_control(self):
        """A control opens no door, critical or not."""
        for name, oid in CONTROLS.items():
            for critical in (False, True):
                controls = [raw_ldap.control(oid, critical)] if oid else []
                for form, request in forms(self.target,
                                           "http/victim").items():
                    for caller in ("helper", "admin"):
                        self.attempt(caller, (form, name, critical), request,
                                     controls)

    def test_no_rights(self):
        """A user and a machine hear from access control only."""
        for caller in ("user", "machine"):
            for form, request in forms(self.target, "http/victim").items():
                answer = self.attempt(caller, form, request)
                self.assertNotIn("SPN-", answer.text, form)

    def test_no_name(self):
        """A DN that is none: what Samba says to it, and nothing in the log
        that calls an operator.
        """
        for dn, code in ((b"<GUI/x>", ldb.ERR_INVALID_DN_SYNTAX),
                         (b"CN=\xc3," + self.ou.encode(),
                          ldb.ERR_OPERATIONS_ERROR)):
            answer = self.attempt("user", dn, raw_ldap.modify(
                dn, (ADD, SPN, ["foo/x"])))
            self.assertEqual(answer.code, code, answer.text)
        with open(os.environ["SMBD_TEST_LOG"], "rb") as log:
            self.assertNotIn(b"SPN-901", log.read())

    def test_take_away(self):
        """Nobody takes half of a pair away who has no right to."""
        for caller in ("user", "helper", "machine"):
            for changes in ([(DELETE, SPN, ["http/victim"])],
                            [(DELETE, SPN, [])], [(REPLACE, SPN, [])],
                            [(REPLACE, SPN, ["http/victim"])]):
                answer = self.attempt(caller, changes, raw_ldap.modify(
                    self.victim, *changes))
                self.assertEqual(answer.code, raw_ldap.NO_RIGHTS)

    def test_new_account(self):
        """Who may create computers brings no duplicate with one."""
        self.grant(self.ou, CREATE_COMPUTER)
        for spn in ("http/victim", "http/victim." + self.dns):
            for caller in ("helper", "admin", "user"):
                dn = "CN=planted,%s" % self.ou
                self.attempt(caller, spn, raw_ldap.add(
                    dn, ("objectClass", ["computer"]), (SPN, [spn]),
                    ("sAMAccountName", ["planted$"])))
                self.assertEqual(self.stock.search(
                    self.ou, expression="(cn=planted)").count, 0)

    def test_names_of_a_computer(self):
        """Samba rewrites SPNs when a name changes; not into a duplicate."""
        spns = ["HOST/c1", "HOST/c1." + self.dns, *self.pair("c1")]
        dn = self.computer("c1", spns, dNSHostName="c1." + self.dns)
        for caller in ("admin", "helper", "user", "machine"):
            for attr, value in (("sAMAccountName", "victim$"),
                                ("dNSHostName", "victim." + self.dns)):
                self.attempt(caller, attr, raw_ldap.modify(
                    dn, (REPLACE, attr, [value])))
                self.assertEqual(self.spns(dn), sorted(spns))

    def test_undelete(self):
        """A deleted account comes back without what is another's."""
        dn = self.account("undead")
        guid = self.id_of(dn, "objectGUID")
        self.stock.delete(dn)
        now = str(self.stock.search(
            "<GUID=%s>" % guid, ldb.SCOPE_BASE, attrs=["dn"],
            controls=["show_deleted:1"])[0].dn)
        controls = [raw_ldap.control(CONTROLS["show deleted"], True)]

        def undelete(spn):
            return raw_ldap.modify(
                now, (DELETE, "isDeleted", []),
                (REPLACE, "distinguishedName", [dn]), (REPLACE, SPN, [spn]))

        for caller in ("admin", "helper", "user"):
            self.attempt(caller, "undelete", undelete("http/victim"),
                         controls)
        answer = self.callers["admin"].send(undelete("http/undead"), controls)
        self.assertEqual(answer.code, raw_ldap.SUCCESS, answer.text)


class PlantFar(Plant):
    """The same where Samba's own check does not look."""

    def make_victim(self):
        return self.in_configuration("victim", self.pair("victim"))


class SwitchOff(Callers):
    """By what decides whether the module runs, and how strictly."""

    RECORDS = ("@MODULES", "@INDEXLIST", "@ATTRIBUTES", "@OPTIONS",
               "@PARTITION", "@SAMBA_DSDB")

    def special_records(self):
        raw = ldb.Ldb("tdb://" + SAM, options=["modules:"])
        return {name: [raw.write_ldif(each, ldb.CHANGETYPE_NONE)
                       for each in raw.search(name, ldb.SCOPE_BASE)]
                for name in self.RECORDS}

    def test_special_records(self):
        """No operation, by nobody, with no control."""
        before = self.special_records()
        self.assertIn("spn_policy", before["@MODULES"][0])
        ask_all = [raw_ldap.control(oid) for oid in CONTROLS.values() if oid]
        for caller, raw in self.callers.items():
            for dn in (*self.RECORDS, "@modules", "@NEW"):
                for request in (
                        raw_ldap.modify(dn, (REPLACE, "@LIST", ["x"])),
                        raw_ldap.modify(dn, (ADD, "cn", ["x"])),
                        raw_ldap.modify(dn, (DELETE, "@LIST", [])),
                        raw_ldap.add(dn, ("objectClass", ["top"])),
                        raw_ldap.delete(dn)):
                    for controls in ((), ask_all):
                        answer = raw.send(request, controls)
                        self.assertEqual(answer.code, raw_ldap.UNWILLING,
                                         (caller, dn, request, answer.text))
                for request in (
                        raw_ldap.rename(dn, "CN=x"),
                        raw_ldap.rename(dn, "CN=x", self.ou),
                        raw_ldap.rename(dn, "@OTHER"),
                        raw_ldap.rename(self.target, dn, ""),
                        raw_ldap.rename(self.target, dn)):
                    answer = raw.send(request)
                    self.assertNotEqual(answer.code, raw_ldap.SUCCESS,
                                        (caller, dn, request))
        self.assertEqual(self.special_records(), before)
        self.assertEqual(self.stock.search(self.target,
                                           ldb.SCOPE_BASE).count, 1)

    def still_refused(self, what):
        answer = self.callers["helper"].send(raw_ldap.modify(
            self.target, (ADD, SPN, ["foo/on"])))
        self.assertEqual(answer.code, raw_ldap.CONSTRAINT, what)
        self.assertIn("SPN-101", answer.text, what)

    def settings(self):
        return "CN=SPN Policy,CN=Services,%s" % self.stock.get_config_basedn()

    def test_configuration(self):
        """Who is no administrator changes none of it."""
        self.account("holder", ["foo/on"])
        policy = self.settings()
        service = ("CN=Directory Service,CN=Windows NT,CN=Services,%s"
                   % self.stock.get_config_basedn())
        requests = [
            raw_ldap.modify(policy, (ADD, "msDS-Settings",
                                     ["duplicate-spn=off"])),
            raw_ldap.modify(policy, (REPLACE, "msDS-Settings", [])),
            raw_ldap.delete(policy),
            raw_ldap.rename(policy, "CN=SPN Policy2"),
            raw_ldap.modify(service, (REPLACE, "dSHeuristics",
                                      ["000000000100000000022"])),
            raw_ldap.modify(service, (REPLACE, "sPNMappings", ["host=a"])),
            raw_ldap.modify(self.stock.domain_dn(), (
                ADD, "msDS-AllowedDNSSuffixes", ["example.net"]))]
        for caller in ("user", "helper", "machine"):
            for request in requests:
                answer = self.callers[caller].send(request)
                self.assertEqual(answer.code, raw_ldap.NO_RIGHTS,
                                 (caller, request, answer.text))
        self.still_refused("settings")

    def without_settings(self):
        """The settings object is away until the test ends."""
        found = self.stock.search(self.settings(), ldb.SCOPE_BASE,
                                  attrs=["objectClass", "msDS-Settings"])[0]
        self.stock.delete(found.dn)
        self.addCleanup(self.stock.add, found)

    def test_settings_of_ones_own(self):
        """Where there is no settings object nobody else makes one."""
        self.account("holder", ["foo/on"])
        self.without_settings()
        for caller in ("user", "helper", "machine"):
            answer = self.callers[caller].send(raw_ldap.add(
                self.settings(), ("objectClass", ["msDS-App-Configuration"]),
                ("msDS-Settings", ["duplicate-spn=off"])))
            self.assertEqual(answer.code, raw_ldap.NO_RIGHTS, caller)
        self.still_refused("no settings")

    def lookalike(self, dn):
        self.stock.add({"dn": dn, "objectClass": "msDS-App-Configuration",
                        "msDS-Settings": "duplicate-spn=off"}, ["relax:0"])
        self.addCleanup(self.stock.delete, dn)

    def test_lookalikes(self):
        """Only the one object counts: not its name elsewhere, not what
        replication calls the loser of a conflict.
        """
        self.account("holder", ["foo/on"])
        services = "CN=Services,%s" % self.stock.get_config_basedn()
        box = "CN=box," + services
        self.stock.add({"dn": box, "objectClass": "container"})
        self.addCleanup(self.stock.delete, box)
        conflict = "CN=SPN Policy\\0ACNF:%s," % self.id_of(self.target,
                                                       "objectGUID")
        for dn in ("CN=SPN Policy," + self.ou, "CN=SPN Policy," + box,
                   "CN=SPN Policy2," + services, conflict + services):
            self.lookalike(dn)
            self.still_refused(dn)

    def test_create_right_on_services(self):
        """It is a right to make settings only where there are none."""
        self.account("holder", ["foo/on"])
        services = "CN=Services,%s" % self.stock.get_config_basedn()
        sd_utils = SDUtils(self.stock)
        self.addCleanup(sd_utils.modify_sd_on_dn, services,
                        sd_utils.get_sd_as_sddl(services))
        self.grant(services, CREATE_SETTINGS)
        for dn, code in ((self.settings(), EXISTS),
                         ("CN=SPN Policy2," + services, raw_ldap.SUCCESS)):
            answer = self.callers["helper"].send(raw_ldap.add(
                dn, ("objectClass", ["msDS-App-Configuration"]),
                ("msDS-Settings", ["duplicate-spn=off"])))
            self.assertEqual(answer.code, code, answer.text)
            if code == raw_ldap.SUCCESS:
                self.addCleanup(self.stock.delete, dn)
        self.still_refused("create right")


if __name__ == "__main__":
    unittest.main()
