# SPDX-License-Identifier: GPL-3.0-or-later
"""setspn against a real DC: what is refused, and what it says then."""

import os
import re
import subprocess
import tempfile
import unittest

from setspn_directory import (
    ADMIN, CHECKING, CONF, DNS, MODULE, PASSWORD, SERVER, SetspnTest, as_user,
    dn_of, local, local_samdb, registering, remote, run, setUpModule,
    write_raw)  # noqa: F401

URL = "ldap://" + SERVER
# Where and who: each command to type begins so.
LOGIN = "setspn -H '%s' --user='%s'" % (URL, ADMIN.partition("%")[0])
# What a shell would take for something else than itself.
NASTY = ("foo/it's", "foo/$HOME`id`", "foo/x/a;b&&c|d", "foo/x/\"a\"", "-foo/x",
         "foo/!!", "foo bar/x", "foo/x/*?[a]~#", "foo/x/sql\\inst")


def typed(command, folder):
    """As somebody types it, who only gives the password."""
    login = "setspn() { command setspn --configfile=%s \"$@\"; }; "
    return subprocess.run(
        ["sh", "-c", login % os.environ["SMB_CONF_PATH"] + command],
        check=False, cwd=folder, stdin=subprocess.DEVNULL,
        env=dict(os.environ, PASSWD=os.environ["PASSWORD"]),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def offered(result, lead="to move it"):
    return re.search("setspn: %s: (.*)" % lead, result.err)[1]


class Refusals(SetspnTest):
    def works(self, command):
        with tempfile.TemporaryDirectory() as folder:
            done = typed(command, folder)
            self.assertEqual([], os.listdir(folder), command)
        self.assertEqual(0, done.returncode, (command, done.stderr))

    def test_commands_are_for_a_shell(self):
        """Each name is one word to it, whatever is in it."""
        for spn in NASTY:
            with self.subTest(spn=spn):
                write_raw(dn_of("svc1"), spn)
                self.works(offered(remote("-S", "--", spn, "o'brien")))
                self.assertEqual(set(), self.spns(dn_of("svc1")))
                self.assertEqual({spn}, self.spns(dn_of("o'brien")))
                write_raw(dn_of("o'brien"))

    def test_names_that_read_as_another(self):
        """An account's name may look like DOMAIN, or like a computer's."""
        domain = local_samdb().domain_netbios_name()
        for name, odd in (("svc1", "svc3@" + domain), ("svc1", domain + "\\svc3"),
                          ("web02", "pc1")):
            dn = dn_of(name, "Computers" if name == "web02" else "Users")
            other = dn_of("pc1", "Computers") if odd == "pc1" else dn_of("svc3")
            usual = name + "$" if name == "web02" else name
            with self.subTest(name=odd):
                write_raw(dn, odd, attribute="sAMAccountName")
                self.addCleanup(write_raw, dn, usual,
                                attribute="sAMAccountName")
                write_raw(dn, "foo/x")
                self.works(offered(remote("-S", "foo/x", "svc2")))
                self.assertEqual(set(), self.spns(dn))
                self.assertEqual({"foo/x"}, self.spns(dn_of("svc2")))
                # Same to add: another one is not given the name.
                self.works(offered(remote("-U", "-S", "foo/x", "%s\\%s"
                                          % (domain, odd))))
                self.assertEqual({"foo/x"}, self.spns(dn))
                self.assertEqual(set(), self.spns(other))
                write_raw(dn)
                write_raw(dn, usual, attribute="sAMAccountName")

    def test_what_nobody_sees_is_not_offered(self):
        """... nor is anything else that is not what it looks like."""
        write_raw(dn_of("svc1"), "foo/a\nb")
        result = remote("-S", "foo/a\nb", "svc2")
        self.assertEqual(1, result.code, result.err)
        self.assertNotIn("to move it", result.err)

    def test_local_command_has_no_url(self):
        write_raw(dn_of("svc1"), "foo/x")
        self.assertEqual("setspn --pair -U -D 'foo/x' 'svc1' && "
                         "setspn --pair -C -S 'foo/x' 'web02$'",
                         offered(local("-S", "foo/x", "web02")))

    def test_several_holders(self):
        for name in "svc1", "svc2", "svc3":
            write_raw(dn_of(name), "foo/x")
        result = remote("-S", "foo/x", "svc4")
        command = offered(result)
        self.assertEqual(1, result.err.count("to move it"))
        self.assertEqual(3, command.count(" -D "))
        self.works(command)
        self.assertEqual({"foo/x"}, self.spns(dn_of("svc4")))
        for name in "svc1", "svc2", "svc3":
            self.assertEqual(set(), self.spns(dn_of(name)))

    def test_host_of_a_computer_stays(self):
        """Nothing is offered that takes it away and then fails."""
        computer = dn_of("web02", "Computers")
        write_raw(computer, "HOST/web02", "HOST/web02." + DNS)
        write_raw(dn_of("svc3"), "http/web02", "http/web02." + DNS)
        result = remote("-S", "HOST/web02", "svc2")
        self.assertEqual(1, result.code)
        self.assertIn("SPN-101: 'HOST/web02' is in use by another account",
                      result.err)
        self.assertNotIn("to move it", result.err)

    def test_malformed_is_not_moved(self):
        write_raw(dn_of("svc1"), "http/site", "http/site." + DNS)
        result = remote("-S", "http/site ", "svc2")
        self.assertEqual(1, result.code)
        self.assertIn("SPN-006", result.err)
        self.assertNotIn("to move it", result.err)

    def test_host_comes_first(self):
        """What would make a service account answer for all of a computer."""
        write_raw(dn_of("svc1"), "http/web02", "http/web02." + DNS)
        result = remote("-R", "web02")
        self.assertEqual(1, result.code)
        self.assertIn("HOST must come first",
                      result.err)
        self.assertNotIn("to have both", result.err)
        self.assertIn("is no computer: HOST stands for", remote(
            "-S", "HOST/nowhere", "svc1").err)

    @unittest.skipUnless(MODULE, "the policy is the module's")
    def test_moved_as_a_pair_whatever_the_policy(self):
        pair = ("http/app", "http/app." + DNS)
        for level in "warn", "off", "deny":
            with self.subTest(level=level):
                self.setting("http-pair", level)
                write_raw(dn_of("svc1"), *pair)
                self.works(offered(remote("-S", pair[0], "svc2")))
                self.assertEqual(set(), self.spns(dn_of("svc1")))
                self.assertEqual(set(pair), self.spns(dn_of("svc2")))
                write_raw(dn_of("svc2"))

    @unittest.skipUnless(MODULE, "the policy is the module's")
    def test_pairs_that_must_be_whole(self):
        self.setting("http-pair", "deny")
        self.assertEqual(0, remote("-S", "http/den", "svc1").code)
        self.assertEqual(0, remote("-D", "http/den", "svc1").code)
        self.assertEqual(set(), self.spns(dn_of("svc1")))

    def setting(self, key, value):
        def policy(*what):
            subprocess.run(["spn-policy", "-s", CONF, *what], check=True,
                           stdout=subprocess.DEVNULL)
        policy("set", "%s=%s" % (key, value))
        self.addCleanup(policy, "unset", key)

    def test_alias(self):
        """Samba refuses HOST after http and does not say whose that is."""
        write_raw(dn_of("svc1"), "http/zed", "http/zed." + DNS)
        result = remote("-S", "HOST/zed", "svc2")
        self.assertEqual(1, result.code)
        self.assertIn("warning: SPN-201: 'http/zed' is on another account",
                      result.err)
        self.assertIn("HOST/zed: %s (user) has http/zed\n" % dn_of("svc1"),
                      result.err)
        self.assertIn("Failed to assign SPN on account '%s'" % dn_of("svc2"),
                      result.err)
        self.assertIn("HOST must come first", result.err)
        result = remote("-S", "cifs/zed", "svc2")
        self.assertEqual((0, set()), (result.code, {"HOST/zed"}
                                      & self.spns(dn_of("svc1"))))

    @unittest.skipUnless(MODULE, "the policy is the module's")
    def test_alias_denied(self):
        self.setting("alias-spn", "deny")
        write_raw(dn_of("svc1"), "HOST/yak")
        self.check(remote("-S", "cifs/yak", "svc2"), 1, CHECKING, "SPN-201",
                   "cifs/yak: %s (user) has host/yak\n" % dn_of("svc1"),
                   "the policy of this forest to refuse that: alias-spn = deny")
        self.assertEqual(set(), self.spns(dn_of("svc2")))

    def test_catalogue(self):
        for args in ("-S", "foo/x", "svc1"), ("-D", "foo/x", "svc1"), (
                "-R", "web02"):
            self.check(run("--configfile=" + CONF, "-H", URL + ":3268",
                           "--user=" + ADMIN, *args), 2, "",
                       "%s:3268 is a global catalogue" % URL,
                       "give -H %s\n" % URL)

    def test_no_catalogue(self):
        """A port that only begins so, and the end of an address of IPv6."""
        for url in URL + ":32680", "ldap://[::1:3268]":
            with self.subTest(url=url):
                result = run("--configfile=" + CONF, "-H", url,
                             "--user=" + ADMIN, "-S", "foo/x", "svc1")
                self.assertEqual(2, result.code)
                self.assertNotIn("global catalogue", result.err)

    def test_not_utf8(self):
        self.check(remote("-S", b"foo/\xff", "svc1"), 2, "",
                   "setspn: -S: 'foo/\\ff' is not UTF-8")

    def test_output_that_cannot_be_written(self):
        command = ["setspn", "--configfile=" + CONF, "-X"]
        with open("/dev/full", "wb") as full:
            done = subprocess.run(command, check=False, stdout=full,
                                  stderr=subprocess.PIPE)
        self.assertEqual(2, done.returncode)
        self.assertIn(b"setspn: cannot write to standard output: No space",
                      done.stderr)

    def test_compat_exit_of_bad_arguments(self):
        self.check(run("--compat-exit", "-S", "foo/x"), 1, "", "setspn: -S")
        self.check(run("-S", "foo/x"), 2, "", "setspn: -S")

    def test_duplicate(self):
        write_raw(dn_of("svc1"), "http/app", "http/app." + DNS)
        result = self.check(
            remote("-S", "HTTP/app", "svc2"), 1,
            CHECKING + "%s\n\thttp/app\n\thttp/app.%s\n\n"
            "Duplicate SPN found, aborting operation!\n"
            % (dn_of("svc1"), DNS), "SPN-101",
            "%s (user) has it" % dn_of("svc1"))
        self.assertEqual(set(), self.spns(dn_of("svc2")))
        self.works(offered(result))
        self.assertEqual(set(), self.spns(dn_of("svc1")))
        self.assertEqual({"HTTP/app", "HTTP/app." + DNS},
                         self.spns(dn_of("svc2")))

    def test_half_of_another(self):
        write_raw(dn_of("svc1"), "http/split." + DNS)
        self.check(remote("-S", "http/split", "svc2"), 1, CHECKING,
                   "SPN-303", dn_of("svc1"), "what to do",
                   "to move it: %s --pair -U -D 'http/split.%s' "
                   "'svc1' && %s --pair -U -S 'http/split.%s' "
                   "'svc2'\n"
                   % (LOGIN, DNS, LOGIN, DNS))
        self.assertEqual(set(), self.spns(dn_of("svc2")))

    def test_syntax(self):
        for spn, code in (("noslash", "SPN-001"), ("http://web", "SPN-003"),
                          ("a/b/c/d", "SPN-001"), ("cifs/", "SPN-002")):
            self.check(remote("-S", spn, "svc2"), 1, CHECKING, code)
        self.check(remote("-S", "http://web", "svc2"), 1, CHECKING,
                   "if that was meant: %s -U -S 'http/web' 'svc2'\n"
                   % LOGIN)

    def test_what_was_meant(self):
        """The class stays, and a list is as many commands."""
        for spn, code, *meant in (
                ("MSSQLSvc://sql02:1433", "SPN-003", "MSSQLSvc/sql02:1433"),
                ("MSSQLSvc:/sql02", "SPN-003", "MSSQLSvc/sql02"),
                ("cifs://fs1", "SPN-003", "cifs/fs1"),
                ("MSSQLSvc/web02\\PORTAL", "SPN-014",
                 "MSSQLSvc/web02.%s:PORTAL" % DNS),
                ("MSSQLSvc/sql02:", "SPN-016", "MSSQLSvc/sql02"),
                ("HTTP/<server>", "SPN-014"),
                ("web02", "SPN-001"),
                ("HTTP/a,HTTP/b.x", "SPN-015", "HTTP/a", "HTTP/b.x")):
            result = self.check(remote("-S", spn, "svc2"), 1, CHECKING, code)
            self.assertEqual(
                ["%s -U -S '%s' 'svc2'" % (LOGIN, each) for each in meant],
                re.findall("if that was meant: (.*)", result.err))
        self.assertEqual(set(), self.spns(dn_of("svc2")))

    def test_what_is_odd_is_registered(self):
        """... alone, and with a word about it."""
        self.check(remote("-S", "HTTP/{fqdn}", "svc2"), 0,
                   CHECKING + "\n" + registering(dn_of("svc2"),
                                                 "HTTP/{fqdn}"),
                   "warning: SPN-017")

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




if __name__ == "__main__":
    unittest.main()
