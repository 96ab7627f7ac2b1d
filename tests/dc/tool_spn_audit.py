# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-audit against a real DC: its database, LDAP with a password and with
Kerberos, LDAP over TLS.

Runs in the environment ad_dc_stock:local. What is wrong in the directory is
put there by setUpModule; each test holds the whole report against that list,
so that what is missing shows as well as what is invented. What stock Samba
refuses (duplicates) is written into the files below all its modules.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import jsonschema
import ldb
from samba.auth import system_session
from samba.dcerpc import security
from samba.ndr import ndr_pack
from samba.param import LoadParm
from samba.samdb import SamDB

CONF = os.environ["SERVERCONFFILE"]
SERVER = os.environ["SERVER"]
REALM = os.environ["REALM"]
ADMIN = os.environ["USERNAME"]
PASSWORD = os.environ["PASSWORD"]
DNS = REALM.lower()
SCHEMA = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "docs", "spn-audit.schema.json")

NUM_MANY = 1000
OU = "OU=audit"
ORDINARY = ("auditor", "Audit0r.Pass")

# Accounts and what they hold. {d} is the DNS name of the domain.
COMPUTERS = {
    "web01": ("HOST/web01", "HOST/web01.{d}"),
    "farm1": (),
    "farm2": (),
    "silent": (),
}
USERS = {
    "alone": ("http/app.{d}",),
    "behind": ("http/web01.{d}",),
    "broken": ("cifs/", "http://pasted", "https/tls.{d}", "foo/we\tird",
               "foo/u@%s" % REALM, "foo/dot.{d}.", "foo/10.1.2.3",
               "http/p80.{d}:80", "http/p80.{d}", "http/p80"),
    "dupa": ("foo/dup.{d}",),
    "dupb": (),
    "fine": ("http/intra", "HTTP/intra.{d}", "foo/bar:1433", "foo/bar:inst",
             "E3514235-4B06-11D1-AB04-00C04FC2DCD2/x/{d}",
             "Hyper-V Replica Service/silent"),
    "many": tuple("foo/n%04d.{d}" % i for i in range(NUM_MANY)),
    "narrow": ("foo/host",),
    "nofqdn": ("http/portal",),
    "owner": ("host/owned.{d}",),
    "raw": (),
    "splita": ("http/split.{d}",),
    "splitb": ("http/split",),
    "wide": ("foo/h\u00f6st",),
}
# Written below the modules: account, values; each in a request of its own.
RAW = (
    ("dupb", (b"FOO/dup.{d}",)),
    ("farm1", (b"http/farm", b"http/farm.{d}")),
    ("farm2", (b"http/farm", b"http/farm.{d}")),
    ("raw", (b"noslash", b"foo/nul\0tail", b"foo/\x1b[31mred",
             b"http/a\0b")),
    ("raw", (b"FOO/Twice",)),
    ("raw", (b"foo/twice",)),
)
HOSTS = ("app", "farm", "intra", "n0000", "owned", "p80", "portal", "split",
         "tls", "Twice", "watched", "h\u00f6st", "host")
# The other naming context of a duplicate that crosses them.
ELSEWHERE = "CN=Directory Service,CN=Windows NT,CN=Services,%s"
ACROSS = b"foo/across"

# code, SPN (escaped, folded), holders, others
FOUND = {
    ("SPN-001", "noslash", "raw", ""),
    ("SPN-002", "cifs/", "broken", ""),
    ("SPN-003", "http://pasted", "broken", ""),
    ("SPN-004", "https/tls.{d}", "broken", ""),
    ("SPN-005", "foo/u@{d}", "broken", ""),
    ("SPN-006", "foo/we\\09ird", "broken", ""),
    ("SPN-006", "foo/nul\\00tail", "raw", ""),
    ("SPN-006", "foo/\\1b[31mred", "raw", ""),
    ("SPN-006", "http/a\\00b", "raw", ""),
    ("SPN-007", "foo/dot.{d}.", "broken", ""),
    ("SPN-008", "foo/10.1.2.3", "broken", ""),
    ("SPN-009", "http/p80.{d}:80", "broken", ""),
    ("SPN-011", "http/intra.{d}", "fine", ""),
    ("SPN-101", "foo/dup.{d}", "dupa dupb", ""),
    ("SPN-101", "foo/across", "Directory Service raw", ""),
    ("SPN-102", "foo/host", "narrow", "wide"),
    ("SPN-103", "foo/twice", "raw", ""),
    ("SPN-104", "http/farm", "farm1$ farm2$", ""),
    ("SPN-104", "http/farm.{d}", "farm1$ farm2$", ""),
    ("SPN-202", "host/owned.{d}", "owner", ""),
    ("SPN-301", "http/app.{d}", "alone", ""),
    ("SPN-302", "http/portal", "nofqdn", ""),
    ("SPN-303", "http/split", "splitb", "splita"),
    ("SPN-304", "http/web01.{d}", "behind", "web01$"),
}


def fill(text):
    if isinstance(text, bytes):
        return text.replace(b"{d}", DNS.encode())
    return text.replace("{d}", DNS)


def load_conf():
    lp = LoadParm()
    lp.load(CONF)
    return lp


def local_samdb():
    lp = load_conf()
    return SamDB(lp.private_path("sam.ldb"), lp=lp,
                 session_info=system_session(),
                 options=["modules:samba_dsdb"])


def dn_of(samdb, name):
    return "CN=%s,%s,%s" % (name, OU, samdb.domain_dn())


def add_accounts(samdb):
    samdb.add({"dn": "%s,%s" % (OU, samdb.domain_dn()),
               "objectClass": "organizationalUnit"})
    for name, spns in COMPUTERS.items():
        entry = {"dn": dn_of(samdb, name), "objectClass": "computer",
                 "sAMAccountName": name + "$", "userAccountControl": "4096",
                 "dNSHostName": "%s.%s" % (name, DNS)}
        if spns:
            entry["servicePrincipalName"] = [fill(spn) for spn in spns]
        samdb.add(entry)
    for name, spns in USERS.items():
        entry = {"dn": dn_of(samdb, name), "objectClass": "user",
                 "sAMAccountName": name}
        if spns:
            entry["servicePrincipalName"] = [fill(spn) for spn in spns]
        samdb.add(entry)
    samdb.newuser(*ORDINARY)
    add_hosts(samdb)


def add_hosts(samdb):
    """To a host that DNS does not have other findings give way: SPN-401."""
    zone = "DC=%s,CN=MicrosoftDNS,DC=DomainDnsZones,%s" % (
        DNS, samdb.domain_dn())
    for name in HOSTS:
        samdb.add({"dn": "DC=%s,%s" % (name, zone), "objectClass": "dnsNode"})


def write_raw(partition, dn, values):
    """Into the file of a naming context, below all modules."""
    lp = load_conf()
    path = os.path.join(lp.private_path("sam.ldb.d"),
                        partition.upper() + ".ldb")
    raw = ldb.Ldb("tdb://" + path, flags=ldb.FLG_DONT_CREATE_DB)
    raw.set_debug(lambda level, text: None)     # it warns of what is meant
    message = ldb.Message(ldb.Dn(raw, dn))
    message["servicePrincipalName"] = ldb.MessageElement(
        [fill(value) for value in values], ldb.FLAG_MOD_ADD,
        "servicePrincipalName")
    raw.modify(message)


def setUpModule():
    samdb = local_samdb()
    add_accounts(samdb)
    domain = samdb.domain_dn()
    configuration = str(samdb.get_config_basedn())
    for name, values in RAW:
        write_raw(domain, dn_of(samdb, name), values)
    write_raw(domain, dn_of(samdb, "raw"), [ACROSS])
    write_raw(configuration, ELSEWHERE % configuration, [ACROSS])


# What SPN-704 says of accounts without types depends on the release of Samba
# and on where the audit runs: tool_audit_ticket_types.py.
SAME_KDC = "--kdc-default-enctypes=0x18"


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()


def run(*args, env=None, stdout=subprocess.PIPE):
    environment = dict(os.environ, **(env or {}))
    environment.pop("LDB_MODULES_PATH", None)
    done = subprocess.run(["spn-audit", SAME_KDC, *args], env=environment,
                          stdin=subprocess.DEVNULL, stdout=stdout,
                          stderr=subprocess.PIPE, check=False)
    if done.stdout is None:
        done.stdout = b""
    return Result(done)


def local(*args, **kwargs):
    return run("-s", CONF, *args, **kwargs)


def ldap(*args, scheme="ldap"):
    return run("-s", os.environ["SMB_CONF_PATH"], "-H",
               "%s://%s" % (scheme, SERVER), *args)


PASSWORD_OPTIONS = ("-U", "%s%%%s" % (ADMIN, PASSWORD))


class AuditTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        with open(SCHEMA, encoding="utf-8") as stream:
            cls.schema = json.load(stream)

    def document(self, result, code=1):
        self.assertEqual(code, result.code, result.err + result.out[-2000:])
        document = json.loads(result.out)
        jsonschema.validate(document, self.schema)
        return document

    def json(self, *args, how=local, code=1, **kwargs):
        return self.document(how("--format=json", *args, **kwargs), code)

    @staticmethod
    def names(accounts):
        names = [account["sAMAccountName"] or
                 account["dn"].split(",")[0].partition("=")[2]
                 for account in accounts]
        return " ".join(sorted(names))

    @staticmethod
    def judged(document):
        """Findings of the rules that judge writes; the others have a test of
        their own, tool_audit_rules."""
        return [f for f in document["findings"]
                if f["code"] < "SPN-4" or f["code"] >= "SPN-9"]

    def found(self, document):
        return {(f["code"], (f["spn"] or "").lower(),
                 self.names(f["holders"]), self.names(f["others"]))
                for f in self.judged(document)}

    def expected(self, *codes):
        return {(code, fill(spn), holders, others)
                for code, spn, holders, others in FOUND
                if not codes or code in codes}

    def check_all(self, document):
        """Everything that was seeded, nothing else, nothing twice."""
        self.assertEqual(sorted(self.expected()),
                         sorted(self.found(document)))
        self.assertEqual(len(FOUND), len(self.judged(document)))

    def refused(self, result, *words):
        """Exit status 2, nothing on stdout, the reason on stderr."""
        self.assertEqual(2, result.code, result.out + result.err)
        self.assertEqual("", result.out)
        for word in words:
            self.assertIn(word, result.err)


class Local(AuditTest):
    def test_all(self):
        document = self.json()
        self.check_all(document)
        meta = document["meta"]
        self.assertEqual(DNS, meta["domain"])
        self.assertEqual("%s.%s" % (SERVER, DNS), meta["dc"])
        self.assertTrue(meta["url"].endswith("/sam.ldb"), meta["url"])
        self.assertIsNone(meta["part"])
        self.assertGreater(meta["counts"]["spns"], NUM_MANY)
        for severity in ("error", "warning", "info"):
            self.assertEqual(
                sum(f["severity"] == severity for f in document["findings"]),
                meta["counts"][severity])

    def test_most_urgent_first(self):
        order = ["error", "warning", "info"]
        severities = [order.index(f["severity"])
                      for f in self.json()["findings"]]
        self.assertEqual(sorted(severities), severities)

    def test_twice_the_same(self):
        first, second = self.json(), self.json()
        for document in (first, second):
            document["meta"].pop("time")
        self.assertEqual(first, second)
        self.assertEqual(local().out, local().out)

    def test_url(self):
        path = load_conf().private_path("sam.ldb")
        for url in (path, "tdb://" + path):
            self.check_all(self.json("-H", url))

    def test_text(self):
        result = local()
        self.assertEqual(1, result.code)
        self.assertEqual("", result.err)
        parts = {part[:7]: part.lower() for part in re.split(
            r"(?m)^(?:ERROR|WARNING|INFO) (?=SPN-)", result.out)}
        for code, spn, holders, others in self.expected():
            self.assertIn(spn, parts[code])
        for line in result.out.splitlines()[::len(
                result.out.splitlines()) - 1]:
            self.assertRegex(line, r"^%s: \d+ accounts with \d+ SPNs checked; "
                             r"\d+ errors, \d+ warnings, \d+ info$"
                             % re.escape(DNS))

    def test_text_is_safe_and_fits(self):
        for line in local().out.split("\n"):
            self.assertNotRegex(line, "[\x00-\x1f\x7f-\x9f]")
            if "=" not in line and not re.match(
                    r"  (SPN-|.*  (held by|account|holds|and|also|hence|PARTNER) )|"
                    r".* checked;", line):
                self.assertLessEqual(len(line), 80, line)

    def test_reason_names_other_half(self):
        for finding in self.json("--only=SPN-304")["findings"]:
            self.assertEqual("http/web01", finding["partner"])
            self.assertIn("http/web01", finding["cure"])


class Remote(AuditTest):
    def same_as_local(self, document):
        self.check_all(document)
        other = self.json()
        for each in (document, other):
            each["meta"].pop("time")
            each["meta"].pop("url")
        self.assertEqual(other, document)

    def test_password(self):
        self.same_as_local(self.json(*PASSWORD_OPTIONS, how=ldap))

    def test_ordinary_user(self):
        self.same_as_local(self.json("-U", "%s%%%s" % ORDINARY, how=ldap))

    def test_kerberos_by_password(self):
        self.same_as_local(self.json(*PASSWORD_OPTIONS,
                                     "--use-kerberos=required", how=ldap))

    def test_kerberos_by_ticket(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        ccache = "FILE:" + os.path.join(folder, "ccache")
        subprocess.run(["kinit", "-c", ccache, "%s@%s" % (ORDINARY[0], REALM)],
                       input=ORDINARY[1].encode(), check=True,
                       stdout=subprocess.DEVNULL)
        self.same_as_local(self.json("--use-krb5-ccache=" + ccache, how=ldap))

    def test_ldaps(self):
        self.same_as_local(self.json(
            "--simple-bind-dn=%s@%s" % (ADMIN, REALM),
            "--password=" + PASSWORD, "--option=tls verify peer=ca_only",
            how=ldap, scheme="ldaps"))

    def test_pages(self):
        for size in (1, 7, 1000):
            self.same_as_local(self.json(
                *PASSWORD_OPTIONS, "--option=spn_audit:page size=%d" % size,
                how=ldap))

    def test_one_by_one(self):
        for size in (0, 5):
            self.same_as_local(self.json(
                *PASSWORD_OPTIONS, "--option=spn_audit:one by one=yes",
                "--option=spn_audit:page size=%d" % size, how=ldap))

    def test_no_access(self):
        self.refused(ldap("-U", "%s%%wrong" % ADMIN), "cannot open")
        self.refused(ldap("-U%"), "logged on", "kinit")

    def test_who_is_shown_less_is_told(self):
        user = ("-U", "%s%%%s" % ORDINARY)
        self.assertIn("SPN-504 is not looked for", ldap(*user).err)
        for result in (ldap(*user, "--min-severity=error"), local(),
                       ldap(*user, "--only=SPN-304"), ldap(*PASSWORD_OPTIONS)):
            self.assertEqual("", result.err)


class Accounts(AuditTest):
    """What is said of them is what the directory has, however it is read."""
    ALLOWED = "msDS-AllowedToActOnBehalfOfOtherIdentity"

    def change(self, samdb, dn, flag, value=()):
        message = ldb.Message(ldb.Dn(samdb, dn))
        message[self.ALLOWED] = ldb.MessageElement(value, flag, self.ALLOWED)
        samdb.modify(message)

    def setUp(self):
        samdb = local_samdb()
        self.dn = dn_of(samdb, "fine")
        self.change(samdb, self.dn, ldb.FLAG_MOD_ADD, [ndr_pack(
            security.descriptor.from_sddl("O:BAD:(A;;GA;;;BA)",
                                          security.dom_sid(
                                              samdb.get_domain_sid())))])
        self.addCleanup(self.change, samdb, self.dn, ldb.FLAG_MOD_DELETE)
        group = ["Domain Admins", ["fine"]]
        samdb.add_remove_group_members(*group, add_members_operation=True)
        self.addCleanup(samdb.add_remove_group_members, *group,
                        add_members_operation=False)
        found = samdb.search(self.dn, ldb.SCOPE_BASE,
                             attrs=["pwdLastSet", "userAccountControl"])[0]
        self.disabled = int(found["userAccountControl"][0]) & 2 != 0
        self.must_change = int(found["pwdLastSet"][0]) == 0

    def test_same(self):
        for how, args in ((local, ()), (ldap, PASSWORD_OPTIONS),
                          (ldap, ("-U", "%s%%%s" % ORDINARY))):
            document = self.document(how("--format=json",
                                         "--only=SPN-011", *args), 0)
            fine, = [each for each in document["accounts"]
                     if each["sAMAccountName"] == "fine"]
            self.assertEqual(self.dn, fine.pop("dn"))
            self.assertEqual({
                "sAMAccountName": "fine", "kind": "user",
                "enabled": not self.disabled, "pwdLastSet": None,
                "passwordAgeDays": None,
                "mustChangePassword": self.must_change,
                "lastLogonTimestamp": None,
                "encryptionTypes": ["AES128", "AES256"],
                "privileged": True,
                # the first is in the second
                "privilegedGroups": ["Domain Admins", "Administrators"],
                "delegation": ["resource-based"]}, fine)


class Choice(AuditTest):
    def test_only(self):
        document = self.json("--only=http-pair,dup-exact")
        self.assertEqual(
            self.expected("SPN-101", "SPN-301", "SPN-302", "SPN-303",
                          "SPN-304", "SPN-305", "SPN-306", "SPN-308"),
            self.found(document))
        off = {rule["code"] for rule in document["meta"]["rules"]
               if rule["severity"] == "off"}
        self.assertIn("SPN-001", off)
        self.assertNotIn("SPN-101", off)

    def test_rule(self):
        document = self.json("--only=SPN-102,SPN-301", "--rule=SPN-301=off",
                             "--rule=dup-fold=error")
        self.assertEqual(self.expected("SPN-102"), self.found(document))
        self.assertEqual("error", document["findings"][0]["severity"])

    def test_threshold(self):
        # only a warning: no error, unless warnings are asked for
        self.assertEqual(0, local("--only=SPN-102").code)
        self.assertEqual(1, local("--only=SPN-102",
                                  "--min-severity=warning").code)
        self.assertEqual(0, local("--only=SPN-102",
                                  "--min-severity=error").code)
        self.assertEqual(0, local("--only=SPN-009").code)
        self.assertEqual(1, local("--only=SPN-009",
                                  "--min-severity=info").code)
        self.assertEqual(1, local("--only=SPN-101").code)
        self.assertEqual(0, local("--only=SPN-101",
                                  "--rule=SPN-101=info").code)

    def test_min_severity(self):
        document = self.json("--min-severity=error")
        self.assertEqual({"error"},
                         {f["severity"] for f in document["findings"]})
        self.assertEqual(0, document["meta"]["counts"]["warning"])

    def test_nothing_found(self):
        result = local("--only=SPN-204")
        self.assertEqual(0, result.code)
        self.assertRegex(result.out,
                         r"\A%s: \d+ accounts with \d+ SPNs checked; "
                         r"no findings\n\Z" % re.escape(DNS))

    def test_account(self):
        for name in ("web01", "WEB01$", dn_of(local_samdb(), "web01")):
            document = self.json("--account=" + name)
            self.assertEqual(
                self.expected("SPN-304"), self.found(document))
            self.assertIn(name, document["meta"]["part"])
        document = self.json("--account=dupa")
        self.assertEqual({("SPN-101", fill("foo/dup.{d}"), "dupa dupb", "")},
                         self.found(document))
        self.json("--account=fine", code=0)
        self.json("--account=Guest", code=0)  # has no SPN at all

    def test_base(self):
        samdb = local_samdb()
        self.check_all(self.json("--base=" + samdb.domain_dn().lower()))
        configuration = str(samdb.get_config_basedn())
        self.assertEqual(
            {("SPN-101", "foo/across", "Directory Service raw", "")},
            self.found(self.json("--base=" + configuration)))
        self.json("--base=CN=Users," + samdb.domain_dn(), code=0)

    def test_account_over_ldap(self):
        document = self.json("--account=web01", *PASSWORD_OPTIONS, how=ldap)
        self.assertEqual(self.expected("SPN-304"),
                         self.found(document))


class Arguments(AuditTest):
    BAD = (
        (("--format=xml",), ("xml", "text, json")),
        (("--rule=http-pair",), ("http-pair", "error, warning, info or off")),
        (("--rule=http-pair=deny",), ("deny", "error, warning, info or off")),
        (("--rule=nonsense=off",), ("nonsense", "duplicate-spn, ")),
        (("--only=syntax,nonsense",), ("nonsense", "duplicate-spn, ")),
        (("--only=",), ("--only",)),
        (("--min-severity=off",), ("'off'", "error, warning or info")),
        (("--explain=SPN-999",), ("SPN-999", "--list-rules")),
        (("--account=",), ("--account",)),
        (("--account=nobody",), ("nobody", "sAMAccountName")),
        (("--account=*",), ("*",)),
        (("--account=CN=nobody,DC=x",), ("CN=nobody,DC=x",)),
        (("--account==",), ("=",)),
        (("--base=web01",), ("web01", "DN")),
        (("--base=DC=nowhere",), ("DC=nowhere", "no such object")),
        (("--output=",), ("--output",)),
        (("word",), ("word",)),
        (("--nonsense",), ("--nonsense",)),
        (("-H", "/nowhere/sam.ldb"), ("/nowhere/sam.ldb",)),
        (("-H", "nowhere://x"), ("nowhere://x",)),
    )

    def test_bad(self):
        for args, words in self.BAD:
            with self.subTest(args=args):
                self.refused(local(*args), *words)

    def test_catalogue_needs_no_directory(self):
        listing = run("-s", "/dev/null", "--list-rules", "--rule=syntax=off")
        self.assertEqual((0, ""), (listing.code, listing.err))
        codes = re.findall(r"(?m)^  (SPN-\d+)  ([A-Z0-9-]+)", listing.out)
        self.assertEqual(
            [(rule["code"], rule["id"])
             for rule in self.json()["meta"]["rules"]], codes)
        self.assertRegex(listing.out, "SPN-001 +MAL-PARTS +off")
        for code, name in codes:
            by_code = run("-s", "/dev/null", "--explain", code.lower())
            self.assertEqual((0, ""), (by_code.code, by_code.err))
            self.assertIn(name, by_code.out)
            # No name of a text is left. The page has braces, too.
            self.assertNotRegex(by_code.out, r"\{\w")
            self.assertEqual(
                by_code.out,
                run("-s", "/dev/null", "--explain=" + name).out)


class Settings(AuditTest):
    """The settings of the forest say what belongs together here, too."""

    def setUp(self):
        self.samdb = local_samdb()
        self.dn = "CN=SPN Policy,CN=Services,%s" % \
            self.samdb.get_config_basedn()
        self.addCleanup(self.samdb.delete, self.dn)

    def set(self, *lines):
        self.samdb.add({"dn": self.dn, "objectClass": "msDS-App-Configuration",
                        "msDS-Settings": list(lines)})

    def test_exemptions_and_problems(self):
        self.set("exempt-account=alone", "exempt-host=portal",
                 "nonsense=deny", "http-pair=off", "duplicate-spn=off")
        document = self.json()
        found = self.found(document)
        self.assertEqual(
            self.expected() - self.expected("SPN-301", "SPN-302"),
            {f for f in found if f[0] != "SPN-902"})
        problems = [f["partner"] for f in document["findings"]
                    if f["code"] == "SPN-902"]
        self.assertEqual(1, len(problems))
        self.assertIn("nonsense", problems[0])
        self.assertEqual(document["findings"],
                         self.json(*PASSWORD_OPTIONS, how=ldap)["findings"])

    def test_pair_class(self):
        self.set("pair-classes=foo")
        codes = {f[0] for f in self.found(self.json())}
        self.assertNotIn("SPN-303", codes)
        self.assertIn("SPN-301", codes)


if __name__ == "__main__":
    unittest.main()
