# SPDX-License-Identifier: GPL-3.0-or-later
"""setspn against a real DC: what it does when it is let.

What is printed is held against the whole text, since scripts read it; the
patterns of such scripts are in Scripts.
"""

import os
import re
import subprocess
import unittest

import ldb

from setspn_directory import (
    ADMIN, BASE, CHECKING, CONF, DNS, DOMAIN, MODULE, REALM, SERVER, SetspnTest,
    dn_of, local, local_samdb, load_conf, registering, remote, run,
    setUpModule, write_raw)  # noqa: F401


def change(dn, what, *values):
    """As --dry-run prints it."""
    return "dn: %s\nchangetype: modify\n%s: servicePrincipalName\n%s-\n\n" % (
        dn, what, "".join("servicePrincipalName: %s\n" % value
                          for value in values))


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
        for spn in ("foo/(a)", "foo/x/a\\b", "foo/x/a&b|c!", "foo/a=b"):
            result = remote("-S", spn, "svc1")
            self.assertEqual(0, result.code, result.err)
            self.assertIn(spn, self.spns(dn_of("svc1")))
            self.assertEqual(0, remote("-Q", spn).code)
            self.assertEqual(0, remote("-D", spn, "svc1").code)
        self.assertEqual(0, remote("-S", "foo/x/sql\\inst", "svc1").code)
        self.assertIn("\tfoo/x/sql\\inst\n", remote("-L", "svc1").out)
        self.assertEqual(0, remote("-D", "foo/x/sql\\inst", "svc1").code)
        # What looks like an escape is printed as one, and taken so.
        for spn, printed in ((b"foo/a\\beef", "foo/a\\5cbeef"),
                             (b"foo/a\x1b", "foo/a\\1b")):
            write_raw(dn_of("svc1"), spn)
            self.assertIn("\t%s\n" % printed, remote("-L", "svc1").out)
            self.assertEqual(0, remote("-Q", printed).code)
            self.assertEqual(1, remote("-Q", printed + "\\2a").code)
            self.assertEqual(0, remote("-D", printed, "svc1").code)
            self.assertEqual(set(), self.spns(dn_of("svc1")))
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

    def test_stars(self):
        write_raw(dn_of("svc1"), "http/app")
        for stars in "**", "http/**", "***/app":
            result = remote("-Q", stars)
            self.assertEqual(0, result.code, result.err)
            self.assertIn(dn_of("svc1") + "\n\thttp/app\n", result.out)

    def test_not_found(self):
        self.check(remote("/q", "http/app"), 1,
                   CHECKING + "\nNo such SPN found.\n")

    def test_alias(self):
        write_raw(dn_of("web02", "Computers"), "HOST/web02")
        self.check(remote("-Q", "http/web02"), 1,
                   CHECKING + "\nNo such SPN found.\n",
                   "%s answers for http/web02, through its host/web02"
                   % dn_of("web02", "Computers"))

    def test_who_answers_by_the_cn(self):
        """A KDC finds a computer object by its CN: docs/kdc.md."""
        nobody = CHECKING + "\nNo such SPN found.\n"
        for spn in "http/web02", "http/web02.elsewhere.test":
            self.check(remote("-Q", spn), 1, nobody,
                       "%s answers for %s, as the computer of that CN"
                       % (dn_of("web02", "Computers"), spn))
        self.assertEqual("", remote("-Q", "foo/web02").err)
        write_raw(dn_of("svc1"), "HOST/web02")
        for spn in "http/web02", "HOST/web02":
            result = remote("-Q", spn)
            self.assertIn("nobody gets a ticket for %s: %s/web02 is on one "
                          "account, and another computer has that CN" % (spn, "HOST" if spn[0] == "H"
                                         else "host"), result.err)
            for dn in dn_of("svc1"), dn_of("web02", "Computers"):
                self.assertIn("one of them is %s\n" % dn, result.err)

    def test_who_answers_nobody(self):
        write_raw(dn_of("svc1"), "HOST/app", "foo/app/" + DNS)
        write_raw(dn_of("svc2"), "host/APP")
        self.check(remote("-Q", "http/app"), 1,
                   CHECKING + "\nNo such SPN found.\n",
                   "nobody gets a ticket for http/app: host/app is on several "
                   "accounts", "one of them is " + dn_of("svc1"),
                   "one of them is " + dn_of("svc2"))
        self.assertIn("%s is no domain controller" % dn_of("svc1"),
                      remote("-Q", "foo/app/" + DNS).err)

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
        write_raw(dn_of("svc2"), "HTTP/App")
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


    def test_kadmin(self):
        """Of krbtgt it is none, of anybody else it is."""
        write_raw(dn_of("svc2"), "kadmin/changepw")
        for how in local, remote:
            self.check(how("-X", "-P"), 1,
                       "kadmin/changepw is registered on these accounts:\n"
                       "\t%s\n\t%s\n\nfound 1 group of duplicate SPNs.\n"
                       % (dn_of("krbtgt"), dn_of("svc2")))

    def test_domain_of_another_server(self):
        samdb = local_samdb()
        dn = "CN=CHILD,CN=Partitions," + str(samdb.get_config_basedn())
        path = os.path.join(load_conf().private_path("sam.ldb.d"),
                            str(samdb.get_config_basedn()).upper() + ".ldb")
        raw = ldb.Ldb("tdb://" + path, flags=ldb.FLG_DONT_CREATE_DB)
        like = raw.search(dn.partition(",")[2], ldb.SCOPE_ONELEVEL,
                          "(objectClass=crossRef)")[0]
        raw.add({"dn": dn, "objectClass": ["top", "crossRef"],
                 "cn": "CHILD", "nCName": "DC=child," + BASE,
                 "dnsRoot": "child." + DNS, "nETBIOSName": "CHILD",
                 "objectGUID": os.urandom(16),
                 "nTSecurityDescriptor": list(like["nTSecurityDescriptor"])})
        self.addCleanup(raw.delete, dn)
        for how in local, remote:
            for args in ("-X", "-F"), ("-Q", "foo/*", "-F"):
                self.assertIn(
                    "setspn: warning: this server does not hold child.%s"
                    % DNS, how(*args).err)
            self.assertEqual("", how("-X").err)
        self.assertIn("child." + DNS, remote("-S", "foo/x", "svc1").err)
        self.check(remote("-L", "CHILD\\svc1"), 2, "",
                   "'CHILD\\svc1' is of another domain; give -H ldap://child.")


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

    def test_reset_of_a_user(self):
        self.check(remote("-R", "svc1"), 0, registering(
            dn_of("svc1"), "HOST/svc1." + DNS, "HOST/svc1"),
                   "warning: %s is no computer" % dn_of("svc1"))

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
        """What it says is what the DC does."""
        pair = ["http/app", "http/app." + DNS]
        dn = dn_of("svc1")
        sent = pair if MODULE else pair[:1]
        says = ["--single: the DC adds 'http/app.%s' all the same: it has the "
                "module" % DNS, "other half"] * MODULE
        for how in local, remote:
            self.check(how("-S", "--single", "--dry-run", pair[0], "svc1"), 0,
                       change(dn, "add", *sent), *says)
            self.check(how("-S", "--single", pair[0], "svc1"), 0,
                       CHECKING + "\n" + registering(dn, *sent), *says)
            self.assertEqual(set(sent), self.spns(dn))
            write_raw(dn)

    def test_single_of_what_is_there_sends_nothing(self):
        write_raw(dn_of("svc1"), "http/app")
        result = self.check(
            remote("-S", "--single", "http/app", "svc1"), 0,
            CHECKING + "http/app is already registered on %s\n"
            % dn_of("svc1"))
        self.assertNotIn("all the same", result.err)
        self.assertEqual({"http/app"}, self.spns(dn_of("svc1")))

    def test_delete_single(self):
        pair = ["http/app", "http/app." + DNS]
        dn = dn_of("svc1")
        for how in local, remote:
            write_raw(dn, *pair)
            for more in (), ("--dry-run",):
                result = how("-D", "--single", *more, pair[0], "svc1")
                if MODULE:
                    self.check(result, 1, "", "the DC takes away 'http/app.%s' "
                               "all the same" % DNS, "nothing was changed")
                    self.assertEqual(set(pair), self.spns(dn))
                else:
                    self.assertEqual(0, result.code, result.err)
            self.assertEqual(set(pair) if MODULE else {pair[1]},
                             self.spns(dn))
            # what has no other half goes by itself
            write_raw(dn, pair[0], "foo/x")
            for spn in "foo/x", pair[0]:
                self.check(how("-D", "--single", spn, "svc1"), 0,
                           registering(dn, spn, verb="Unregistering"))

    def test_dry_run_of_delete(self):
        """It shows what -D then does."""
        pair = ["http/app", "http/app." + DNS]
        dn = dn_of("svc1")
        for how in local, remote:
            for gone in (pair if MODULE else pair[:1],):
                write_raw(dn, *pair)
                result = self.check(
                    how("--dry-run", "-D", pair[0], "svc1"), 0,
                    change(dn, "delete", *gone))
                self.assertEqual(MODULE, pair[1] + " goes along: the other "
                                 "half of the pair" in result.err)
                self.assertEqual(set(pair), self.spns(dn))
                self.check(how("-D", pair[0], "svc1"), 0,
                           registering(dn, *gone, verb="Unregistering"))
                self.assertEqual(set(pair) - set(gone), self.spns(dn))

    @unittest.skipUnless(MODULE, "the module's own settings")
    def test_what_lets_the_module_complete_nothing(self):
        """smb.conf of the DC, and the policy: then one half goes alone."""
        pair = ["http/app", "http/app." + DNS]
        dn = dn_of("svc1")
        for mode in "audit", "off":
            write_raw(dn, *pair)
            self.check(local("--option=spn_policy:mode=" + mode, "--dry-run",
                             "-D", pair[0], "svc1"), 0,
                       change(dn, "delete", pair[0]))
            self.check(local("--option=spn_policy:mode=" + mode, "-D",
                             "--single", pair[0], "svc1"), 0,
                       registering(dn, pair[0], verb="Unregistering"))
            self.assertEqual({pair[1]}, self.spns(dn))
        subprocess.run(["spn-policy", "-s", CONF, "set", "http-pair=warn"],
                       check=True, stdout=subprocess.DEVNULL)
        self.addCleanup(subprocess.run, ["spn-policy", "-s", CONF, "unset",
                                         "http-pair"], check=True,
                        stdout=subprocess.DEVNULL)
        write_raw(dn, *pair)
        self.check(remote("--dry-run", "-D", pair[0], "svc1"), 0,
                   change(dn, "delete", pair[0]))

    def test_dry_run(self):
        for how in local, remote:
            self.check(how("--dry-run", "-S", "http/app", "svc1"), 0,
                       change(dn_of("svc1"), "add", "http/app",
                              "http/app." + DNS),
                       "http/app.%s goes along" % DNS)
        self.assertEqual(set(), self.spns(dn_of("svc1")))


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
