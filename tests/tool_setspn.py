# SPDX-License-Identifier: GPL-3.0-or-later
"""setspn against a real DC, with the module (ad_dc) and without
(ad_dc_stock): its database and LDAP, as administrator, as a user who may write
one account, as a user who may write none, as a computer.

What is printed is held against the whole text, since scripts read it; the
patterns of such scripts are in Scripts.
"""

import os
import re
import subprocess
import unittest

import ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

CONF = os.environ["SERVERCONFFILE"]
SERVER = os.environ["SERVER"]
REALM = os.environ["REALM"]
DOMAIN = os.environ["DOMAIN"]
DNS = REALM.lower()
ADMIN = "%s%%%s" % (os.environ["USERNAME"], os.environ["PASSWORD"])
PASSWORD = "Sp3n.Passw0rd"

USERS = ("kbuser", "svc1", "svc2", "svc3", "svc4", "writer", "nobody1",
         "both")
COMPUTERS = ("web01", "web02", "pc1", "both")
WRITE_SPN = "(OA;;WP;f3a64788-5306-11d1-a9c5-0000f80367c1;;%s)"


def load_conf():
    lp = LoadParm()
    lp.load(CONF)
    return lp


def local_samdb():
    lp = load_conf()
    return SamDB(lp.private_path("sam.ldb"), lp=lp,
                 session_info=system_session(),
                 options=["modules:samba_dsdb"])


def has_module():
    lp = load_conf()
    raw = ldb.Ldb(lp.private_path("sam.ldb"), flags=ldb.FLG_DONT_CREATE_DB,
                  options=["modules:"])
    found = raw.search(base="@MODULES", scope=ldb.SCOPE_BASE)
    return b"spn_policy" in found[0]["@LIST"][0]


MODULE = has_module()


def samba_tool(*args):
    subprocess.run(["samba-tool", *args, "-s", CONF], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def dn_of(name, kind="Users"):
    return "CN=%s,CN=%s,%s" % (name, kind, BASE)


def setUpModule():
    samdb = local_samdb()
    for name in USERS:
        cn = "both-user" if name == "both" else name
        samdb.newuser(cn, PASSWORD)
        if name == "both":
            samdb.modify_ldif("dn: %s\nchangetype: modify\n"
                              "replace: sAMAccountName\n"
                              "sAMAccountName: both\n" % dn_of(cn))
    for name in COMPUTERS:
        samdb.add({"dn": dn_of(name, "Computers"),
                   "objectClass": "computer", "sAMAccountName": name + "$",
                   "userAccountControl": "4096",
                   "dNSHostName": "%s.%s" % (name, DNS)})
    samdb.setpassword("(sAMAccountName=pc1$)", PASSWORD)
    sid = samdb.search(base=dn_of("writer"), attrs=["objectSid"])[0]
    sid = samdb.schema_format_value("objectSid", sid["objectSid"][0]).decode()
    samba_tool("dsacl", "set", "--objectdn=" + dn_of("svc3"),
               "--sddl=" + WRITE_SPN % sid)


BASE = str(local_samdb().domain_dn())


def write_raw(dn, *values):
    """Into the file of the domain, below all modules."""
    path = os.path.join(load_conf().private_path("sam.ldb.d"),
                        BASE.upper() + ".ldb")
    raw = ldb.Ldb("tdb://" + path, flags=ldb.FLG_DONT_CREATE_DB)
    raw.set_debug(lambda level, text: None)
    message = ldb.Message(ldb.Dn(raw, dn))
    message["servicePrincipalName"] = ldb.MessageElement(
        list(values), ldb.FLAG_MOD_REPLACE if values else ldb.FLAG_MOD_DELETE,
        "servicePrincipalName")
    raw.modify(message)


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()


def run(*args):
    environment = dict(os.environ)
    if not MODULE:
        environment.pop("LDB_MODULES_PATH", None)
    return Result(subprocess.run(
        ["setspn", *args], env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False))


def local(*args):
    return run("--configfile=" + CONF, *args)


def as_user(user):
    def remote(*args):
        return run("--configfile=" + os.environ["SMB_CONF_PATH"], "-H",
                   "ldap://" + SERVER, "--user=" + user, *args)
    return remote


remote = as_user(ADMIN)
CHECKING = "Checking domain %s\n" % BASE


class SetspnTest(unittest.TestCase):
    maxDiff = None

    def check(self, result, code, out, *words):
        self.assertEqual((code, out), (result.code, result.out), result.err)
        for word in words:
            self.assertIn(word, result.err)
        return result

    def spns(self, dn):
        found = local_samdb().search(base=dn, scope=ldb.SCOPE_BASE,
                                     attrs=["servicePrincipalName"])
        return {v.decode(errors="replace")
                for v in found[0].get("servicePrincipalName", [])}

    def clear(self, *dns):
        for dn in dns:
            if self.spns(dn):
                write_raw(dn)

    def tearDown(self):
        self.clear(*(dn_of(name) for name in USERS if name != "both"),
                   dn_of("both-user"),
                   *(dn_of(name, "Computers") for name in COMPUTERS))


def registering(dn, *spns, verb="Registering"):
    return "%s ServicePrincipalNames for %s\n%sUpdated object\n" % (
        verb, dn, "".join("\t%s\n" % spn for spn in spns))


class Article(SetspnTest):
    """KB 871179, as it is printed there."""

    def steps(self, how):
        fqdn = "http/web01." + DNS
        dn = dn_of("kbuser")
        user = "%s\\kbuser" % DOMAIN
        self.check(how("-S", "http/web01", user), 0,
                   CHECKING + "\n" + registering(dn, "http/web01", fqdn),
                   fqdn + " went along")
        self.check(how("-S", fqdn, user), 0,
                   CHECKING + "%s is already registered on %s\n" % (fqdn, dn))
        self.check(how("-l", "kbuser"), 0,
                   "Registered ServicePrincipalNames for %s:\n\thttp/web01\n"
                   "\t%s\n" % (dn, fqdn))

    def test_local(self):
        self.steps(local)

    def test_ldap(self):
        self.steps(remote)

    def test_other_order_and_switches(self):
        fqdn = "http/web01." + DNS
        self.check(remote("/u", "/s", fqdn, "kbuser@" + DNS), 0,
                   CHECKING + "\n" + registering(dn_of("kbuser"), fqdn,
                                                 "http/web01"))
        self.assertEqual({fqdn, "http/web01"}, self.spns(dn_of("kbuser")))


class Refusals(SetspnTest):
    def test_duplicate(self):
        write_raw(dn_of("svc1"), "http/app", "http/app." + DNS)
        result = self.check(
            remote("-S", "HTTP/app", "svc2"), 1,
            CHECKING + "%s\n\thttp/app\n\thttp/app.%s\n\n"
            "Duplicate SPN found, aborting operation!\n"
            % (dn_of("svc1"), DNS), "SPN-101",
            "%s (user) has it" % dn_of("svc1"))
        command = re.search("to move it: (.*)", result.err)[1]
        self.assertEqual(set(), self.spns(dn_of("svc2")))
        # What it advises works, half by half.
        first, second = (each.split() for each in command.split(" && "))
        for words in first, second:
            words = [word.strip("'") for word in words[1:]]
            done = remote(*words)
            self.assertEqual(0, done.code, done.err)
        self.assertEqual(set(), self.spns(dn_of("svc1")))
        self.assertEqual({"HTTP/app", "HTTP/app." + DNS},
                         self.spns(dn_of("svc2")))

    def test_half_of_another(self):
        write_raw(dn_of("svc1"), "http/split." + DNS)
        self.check(remote("-S", "http/split", "svc2"), 1, CHECKING,
                   "SPN-303", dn_of("svc1"), "what to do",
                   "to move it: setspn --pair -U -D 'http/split.%s' 'svc1' && "
                   "setspn -U -S 'http/split.%s' 'svc2'\n" % (DNS, DNS))
        self.assertEqual(set(), self.spns(dn_of("svc2")))

    def test_syntax(self):
        for spn, code in (("noslash", "SPN-001"), ("http://web", "SPN-003"),
                          ("a/b/c/d", "SPN-001"), ("cifs/", "SPN-002")):
            self.check(remote("-S", spn, "svc2"), 1, CHECKING, code)
        self.check(remote("-S", "http://web", "svc2"), 1, CHECKING,
                   "if that was meant: setspn -U -S 'http/web' 'svc2'\n")

    def test_broken_pair_is_completed(self):
        write_raw(dn_of("svc1"), "http/half")
        self.check(remote("-S", "http/half", "svc1"), 0,
                   CHECKING + "\n" + registering(dn_of("svc1"),
                                                 "http/half." + DNS))

    def test_no_account(self):
        first = ("FindDomainForAccount: Call to DsGetDcNameWithAccountW "
                 "failed with return value 0x%s\n%s %s\n")
        for args, code, text, name in (
                (("-L", "none"), "00000525", "Could not find account",
                 "none"),
                (("none",), "00000525", "Could not find account", "none"),
                (("-S", "foo/x", "none"), "00000525",
                 "Unable to locate account", "none"),
                (("-D", "foo/x", "NO\\none"), "0000054B",
                 "Unable to locate account", "NO\\none"),
                (("-L", "NO\\svc1"), "0000054B", "Could not find account",
                 "NO\\svc1"),
                (("-L", "svc1@no.example"), "0000054B",
                 "Could not find account", "svc1@no.example"),
                (("-C", "svc1"), "00000525", "Could not find account",
                 "svc1"),
                (("-U", "web01"), "00000525", "Could not find account",
                 "web01")):
            result = self.check(remote(*args), 1, "")
            self.assertEqual(first % (code, text, name), result.err)

    def test_no_server(self):
        result = run("--configfile=" + os.environ["SMB_CONF_PATH"], "-H",
                     "ldap://127.0.0.99", "--user=a%b", "-L", "svc1")
        self.check(result, 2, "",
                   "Ldap Error(0x51 -- Server Down): ldap_connect\n"
                   "Failed to retrieve DN for domain ")

    def test_arguments(self):
        for args in ("-S", "foo/x"), ("-Z",), ("-X", "more"), ("-C", "-U", "a"):
            self.check(run(*args), 2, "", "setspn: ")
        for args in (), ("-?",), ("/?",):
            self.assertIn("-S SPN account", self.check(
                run(*args), 0, run("--help").out).out)


class Names(SetspnTest):
    def test_computer_first(self):
        head = "Registered ServicePrincipalNames for %s:\n"
        for args, dn in (
                (("both",), dn_of("both", "Computers")),
                (("-U", "both"), dn_of("both-user")),
                (("-C", "both"), dn_of("both", "Computers")),
                (("both$",), dn_of("both", "Computers")),
                (("BOTH",), dn_of("both", "Computers")),
                (("%s\\web01" % DOMAIN,), dn_of("web01", "Computers")),
                (("%s\\web01" % DNS,), dn_of("web01", "Computers")),
                (("svc1@" + REALM,), dn_of("svc1"))):
            self.check(remote(*args), 0, head % dn)

    def test_two_accounts(self):
        """svc2@DOMAIN is svc2 by its name and svc4 by its UPN."""
        samdb = local_samdb()
        change = "dn: %s\nchangetype: modify\n%s: userPrincipalName\n"
        samdb.modify_ldif((change + "userPrincipalName: x@y.example\n")
                          % (dn_of("svc4"), "replace"))
        self.check(remote("-L", "x@y.example"), 0,
                   "Registered ServicePrincipalNames for %s:\n"
                   % dn_of("svc4"))
        write = ldb.Message(ldb.Dn(samdb, dn_of("svc4")))
        write["u"] = ldb.MessageElement("svc2@" + DNS, ldb.FLAG_MOD_REPLACE,
                                        "userPrincipalName")
        path = os.path.join(load_conf().private_path("sam.ldb.d"),
                            BASE.upper() + ".ldb")
        ldb.Ldb("tdb://" + path, flags=ldb.FLG_DONT_CREATE_DB).modify(write)
        self.check(remote("-L", "svc2@" + DNS), 1, "",
                   "is the name of 2 accounts", dn_of("svc2"), dn_of("svc4"))
        samdb.modify_ldif(change % (dn_of("svc4"), "delete"))

    def test_strange_arguments(self):
        """Never a part of a filter, never sent to a terminal."""
        for text in ("*", "s*", "svc1)(cn=*", "(", ")", "\\", "\\2a", "a\tb",
                     b"\xff\xfe", b"a\x1b[31m", "svc1\n", "a" * 5000):
            result = remote("-L", text)
            self.assertEqual((1, ""), (result.code, result.out), text)
            self.assertIn("Could not find account", result.err)
            self.assertIsNone(re.search("[\x00-\x09\x0b-\x1f\x7f]",
                                        result.err))
        with self.assertRaises(ValueError):
            remote("-L", "svc1\0")     # the system has no such argument

    def test_strange_values(self):
        for spn in ("foo/(a)", "foo/a\\b", "foo/a&b|c!", "foo/a=b"):
            result = remote("-S", spn, "svc1")
            self.assertEqual(0, result.code, result.err)
            self.assertIn(spn, self.spns(dn_of("svc1")))
            self.assertEqual(0, remote("-Q", spn).code)
            self.assertEqual(0, remote("-D", spn, "svc1").code)
        # A star in an SPN is a letter to -S and -D, not to -Q.
        self.assertEqual(1, remote("-Q", "foo/)(cn=*").code)
        self.assertEqual(set(), self.spns(dn_of("svc1")))

    def test_control_characters_come_out_escaped(self):
        write_raw(dn_of("svc1"), b"foo/\x1b[31mred", b"foo/a\0b",
                  b"foo/\xff")
        out = remote("-L", "svc1").out
        self.assertIn("\tfoo/\\1b[31mred\n", out)
        self.assertIn("\tfoo/a\\00b\n", out)
        self.assertIn("\tfoo/\\ff\n", out)


class Query(SetspnTest):
    def test_found(self):
        write_raw(dn_of("svc1"), "http/app", "foo/other")
        self.check(remote("-Q", "*/app"), 0, CHECKING + "%s\n\thttp/app\n"
                   "\tfoo/other\n\nExisting SPN found!\n" % dn_of("svc1"))
        self.check(remote("-P", "-Q", "HTTP/APP"), 0, "%s\n\thttp/app\n"
                   "\tfoo/other\n\nExisting SPN found!\n" % dn_of("svc1"))

    def test_not_found(self):
        self.check(remote("/q", "http/app"), 1,
                   CHECKING + "\nNo such SPN found.\n")

    def test_alias(self):
        write_raw(dn_of("web02", "Computers"), "HOST/web02")
        self.check(remote("-Q", "http/web02"), 1,
                   CHECKING + "\nNo such SPN found.\n",
                   "%s answers for http/web02, through its host/web02"
                   % dn_of("web02", "Computers"))

    def test_forest_and_targets(self):
        for args in (("-F",), ("-T", "*"), ("-T", ""), ("-T", DOMAIN),
                     ("-T", DNS, "-T", DOMAIN)):
            result = remote(*args, "-Q", "ldap/*")
            self.assertEqual(0, result.code, result.err)
            if args != ("-F",):
                self.assertEqual(1, result.out.count("Checking domain"))
        self.assertEqual(
            ["Checking forest " + BASE,
             "Operation will be performed forestwide, it might take a while."],
            remote("-F", "-Q", "ldap/*").out.split("\n")[:2])
        self.assertIn("Warning: No valid targets specified, reverting to "
                      "current domain.\n", remote("-T", "no", "-X").err)


class Duplicates(SetspnTest):
    def test_none(self):
        for how in local, remote:
            self.check(how("-X"), 0, CHECKING + "Processing entry 0\n"
                       "found 0 group of duplicate SPNs.\n")
            self.check(how("-X", "-P"), 0,
                       "found 0 group of duplicate SPNs.\n")
            self.assertEqual(1, how("-X", "--compat-exit").code)

    def test_some(self):
        write_raw(dn_of("svc1"), "http/app", "foo/a", "FOO/A")
        write_raw(dn_of("svc2"), "HTTP/App", "kadmin/changepw")
        write_raw(dn_of("svc4"), "http/web02")
        write_raw(dn_of("web02", "Computers"), "HOST/web02")
        groups = "is registered on these accounts:\n\t%s\n\t%s\n\n" % (
            dn_of("svc1"), dn_of("svc2"))
        for how in local, remote:
            for args in (), ("-F",), ("-T", "*"):
                result = how("-X", *args)
                self.assertEqual(1, result.code, result.err)
                self.assertEqual(1, result.out.lower().count(
                    "http/app " + groups.lower()), result.out)
                self.assertTrue(result.out.endswith(
                    "\n\nfound 1 group of duplicate SPNs.\n"), result.out)
            self.assertIn("http/web02 is also answered through HOST/web02, "
                          "by these accounts:\n\t%s\n\t%s\n\n"
                          % (dn_of("svc4"), dn_of("web02", "Computers")),
                          how("-X", "--aliases").out)


class Changes(SetspnTest):
    def test_reset(self):
        dn = dn_of("web02", "Computers")
        write_raw(dn, "foo/kept")
        self.check(remote("-R", "web02"), 0, registering(
            dn, "HOST/web02." + DNS, "HOST/web02"))
        self.check(remote("-R", "web02"), 0, "".join(
            "%s is already registered on %s\n" % (spn, dn)
            for spn in ("HOST/web02." + DNS, "HOST/web02")))
        self.assertEqual({"foo/kept", "HOST/web02." + DNS, "HOST/web02"},
                         self.spns(dn))

    def test_delete(self):
        pair = ("http/app", "http/app." + DNS)
        write_raw(dn_of("svc1"), *pair)
        gone = pair if MODULE else pair[:1]
        self.check(remote("-D", "HTTP/APP", "svc1"), 0, registering(
            dn_of("svc1"), *gone, verb="Unregistering"))
        self.assertEqual(set(pair) - set(gone), self.spns(dn_of("svc1")))
        self.check(remote("-D", "http/app", "svc1"), 0, "",
                   "http/app is not registered on")

    def test_delete_pair(self):
        pair = ("http/app", "http/app." + DNS)
        write_raw(dn_of("svc1"), "foo/x", *pair)
        self.check(remote("-D", "--pair", pair[1], "svc1"), 0, registering(
            dn_of("svc1"), *pair, verb="Unregistering"), pair[0] + " went along")
        self.assertEqual({"foo/x"}, self.spns(dn_of("svc1")))

    def test_delete_duplicated(self):
        write_raw(dn_of("svc1"), "foo/x", "foo/dup")
        write_raw(dn_of("svc2"), "foo/dup")
        self.check(remote("-D", "foo/dup", "svc1"), 0, registering(
            dn_of("svc1"), "foo/dup", verb="Unregistering"))
        self.assertEqual({"foo/x"}, self.spns(dn_of("svc1")))
        self.assertEqual({"foo/dup"}, self.spns(dn_of("svc2")))

    def test_single(self):
        self.assertEqual(0, remote("-S", "--single", "http/app",
                                   "svc1").code)
        pair = {"http/app", "http/app." + DNS}
        self.assertEqual(pair if MODULE else {"http/app"},
                         self.spns(dn_of("svc1")))

    def test_dry_run(self):
        for how in local, remote:
            self.check(how("--dry-run", "-S", "http/app", "svc1"), 0,
                       "dn: %s\nchangetype: modify\n"
                       "add: servicePrincipalName\n"
                       "servicePrincipalName: http/app\n"
                       "servicePrincipalName: http/app.%s\n-\n\n"
                       % (dn_of("svc1"), DNS))
        self.assertEqual(set(), self.spns(dn_of("svc1")))


class Rights(SetspnTest):
    """Who may not, sees the code and the text of the DC."""

    def refused(self, result, dn):
        self.assertEqual(1, result.code, result.err)
        self.assertIn("Failed to assign SPN on account '%s', error "
                      "0x2098/8344 -> Insufficient access rights to perform "
                      "the operation.\n" % dn, result.err)
        self.assertIn("setspn: the server says: ", result.err)
        self.assertNotIn("Updated object", result.out)

    def test_writer_of_one(self):
        writer = as_user("writer%" + PASSWORD)
        result = writer("-S", "http/app", "svc3")
        self.assertEqual(0, result.code, result.err)
        self.assertEqual({"http/app", "http/app." + DNS},
                         self.spns(dn_of("svc3")))
        self.refused(writer("-S", "foo/x", "svc2"), dn_of("svc2"))
        self.assertEqual(0, writer("-D", "--pair", "http/app", "svc3").code)
        self.assertEqual(set(), self.spns(dn_of("svc3")))

    def test_nobody(self):
        nobody = as_user("nobody1%" + PASSWORD)
        write_raw(dn_of("svc1"), "foo/x")
        for args in (("-S", "foo/y", "svc1"), ("-D", "foo/x", "svc1"),
                     ("-R", "web02")):
            dn = (dn_of("web02", "Computers") if args[0] == "-R"
                  else dn_of("svc1"))
            self.refused(nobody(*args), dn)
        self.assertEqual(0, nobody("-Q", "foo/x").code)
        self.assertEqual(0, nobody("-X").code)

    def test_computer(self):
        """It may register its own names and no others."""
        computer = as_user("pc1$%" + PASSWORD)
        dn = dn_of("pc1", "Computers")
        self.check(computer("-R", "pc1"), 0, registering(
            dn, "HOST/pc1." + DNS, "HOST/pc1"))
        self.assertEqual(0, computer("-S", "http/pc1", "pc1").code)
        result = computer("-S", "http/other." + DNS, "pc1")
        self.assertEqual(1, result.code, result.err)
        self.assertRegex(result.err, "Failed to assign SPN on account '%s', "
                         "error 0x" % dn)
        self.refused(computer("-S", "foo/x", "svc1"), dn_of("svc1"))


class Connections(SetspnTest):
    """The ways in that Samba's options give."""

    def test_ways(self):
        write_raw(dn_of("svc1"), "foo/x")
        expected = ("Registered ServicePrincipalNames for %s:\n\tfoo/x\n"
                    % dn_of("svc1"))
        conf = "--configfile=" + os.environ["SMB_CONF_PATH"]
        fqdn = "%s.%s" % (SERVER, DNS)
        admin, _, password = ADMIN.partition("%")
        for args in (
                (conf, "-H", "ldap://" + fqdn, "--user=" + ADMIN,
                 "--use-kerberos=required"),
                (conf, "--url", "ldap://" + fqdn, "--user", ADMIN),
                (conf, "-H", "ldaps://" + fqdn, "--simple-bind-dn=%s@%s"
                 % (admin, DNS), "--password=" + password,
                 "--option=tls verify peer = no_check"),
                ("--configfile=" + CONF, "-H", "ldap://" + fqdn,
                 "--machine-pass"),
                ("--configfile=" + CONF,)):
            self.check(run(*args, "-L", "svc1"), 0, expected)
        self.check(run(conf, "-H", "ldap://" + SERVER, "--user=a%wrong",
                       "-L", "svc1"), 2, "", "setspn: cannot open ")


class Scripts(SetspnTest):
    """Patterns by which scripts read the original."""

    def test_patterns(self):
        write_raw(dn_of("svc1"), "http/app", "http/app." + DNS)
        refused = remote("-S", "http/app", "svc2").out
        self.assertRegex(refused, re.compile(
            "^Duplicate SPN found, aborting operation!$", re.M))
        self.assertEqual("Duplicate SPN found, aborting operation!",
                         refused.splitlines()[-1])
        found = remote("-Q", "http/app").out
        self.assertRegex(found, "Existing SPN found")
        self.assertEqual("Existing SPN found!", found.splitlines()[-1])
        self.assertEqual(1, len(re.findall("^CN=", found, re.M)))
        self.assertRegex(remote("-Q", "http/no").out, "No such SPN found")
        self.assertRegex(remote("-X").out, r"found \d+ group")
        self.assertEqual("found 0 group of duplicate SPNs.",
                         remote("-X", "-F").out.splitlines()[3])
        listed = remote("-L", "svc1").out.splitlines()
        self.assertRegex(listed[0],
                         "^Registered ServicePrincipalNames for CN=.*:$")
        self.assertTrue(all(line.startswith("\t") for line in listed[1:]))


if __name__ == "__main__":
    unittest.main()
