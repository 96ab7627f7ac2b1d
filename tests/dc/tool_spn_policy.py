# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-policy on a copy of a DC's database, and over LDAP.

Runs in the environment ad_dc_stock:local. The copies are of a real private
directory; the DC that runs beside it is only asked over LDAP. The module has
to be in SPN_POLICY_MODULES_PATH, or in bin/ldb-modules.
"""

import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

OLD = "samba_dsdb"
NEW = "spn_policy,samba_dsdb"
CONF = os.environ["SERVERCONFFILE"]
BINDIR = os.environ.get("BINDIR", "bin")
MODULES = os.environ.get("SPN_POLICY_MODULES_PATH",
                         os.path.join(BINDIR, "ldb-modules"))
KILLS = 20


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()


def environment(with_module):
    env = dict(os.environ)
    env.pop("LDB_MODULES_PATH", None)
    if with_module:
        env["LDB_MODULES_PATH"] = MODULES
    return env


def spn_policy(*args, url=None, conf=CONF, with_module=True):
    command = ["spn-policy", "-s", conf]
    if url is not None:
        command += ["-H", url]
    return Result(subprocess.run(command + list(args),
                                 env=environment(with_module),
                                 stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, check=False))


def load_conf():
    lp = LoadParm()
    lp.load(CONF)
    return lp


class OneCopy(unittest.TestCase):
    """A fresh copy of the DC's database for each test."""

    FILES = ("sam.ldb", "encrypted_secrets.key")

    def setUp(self):
        self.lp = load_conf()
        self.private = tempfile.mkdtemp(prefix="p")
        self.addCleanup(shutil.rmtree, self.private)
        self.url = os.path.join(self.private, "sam.ldb")
        self.copy(self.lp.get("private dir"))

    def copy(self, source):
        """Holds the DC's write lock, so that files are of one moment."""
        live = SamDB(os.path.join(source, "sam.ldb"), lp=self.lp,
                     session_info=system_session())
        live.transaction_start()
        for name in self.FILES:
            shutil.copy2(os.path.join(source, name), self.private)
        shutil.copytree(os.path.join(source, "sam.ldb.d"),
                        os.path.join(self.private, "sam.ldb.d"))
        live.transaction_cancel()

    def bare(self):
        return ldb.Ldb(self.url, options=["modules:"],
                       flags=ldb.FLG_DONT_CREATE_DB)

    def list(self):
        answer = self.bare().search("@MODULES", ldb.SCOPE_BASE,
                                    attrs=["@LIST"])
        self.assertEqual(1, len(answer[0]["@LIST"]))
        return str(answer[0]["@LIST"][0])

    def write_list(self, text):
        message = ldb.Message()
        bare = self.bare()
        message.dn = ldb.Dn(bare, "@MODULES")
        message["@LIST"] = ldb.MessageElement([text], ldb.FLAG_MOD_REPLACE,
                                              "@LIST")
        bare.modify(message)

    def policy(self, *args, **kwargs):
        return spn_policy(*args, url=self.url, **kwargs)

    def good(self, *args, **kwargs):
        result = self.policy(*args, **kwargs)
        self.assertEqual(0, result.code, result.out + result.err)
        return result.out

    def bad(self, code, *args, **kwargs):
        result = self.policy(*args, **kwargs)
        self.assertEqual(code, result.code, result.out + result.err)
        return result.out + result.err

    def samdb(self):
        return SamDB(self.url, lp=self.lp, session_info=system_session(),
                     options=["modules:" + OLD])

    def settings(self):
        samdb = self.samdb()
        answer = samdb.search(
            "CN=SPN Policy,CN=Services,%s" % samdb.get_config_basedn(),
            ldb.SCOPE_BASE, attrs=["msDS-Settings"])
        return sorted(str(v) for v in answer[0].get("msDS-Settings", []))


class Enable(OneCopy):
    def test_enable_puts_the_module_first_and_says_restart(self):
        self.assertIn("restart samba", self.good("enable"))
        self.assertEqual(NEW, self.list())

    def test_enable_makes_the_settings_object(self):
        self.good("enable")
        self.assertEqual([], self.settings())

    def test_enable_twice_changes_nothing_the_second_time(self):
        self.good("enable")
        self.assertIn("already", self.good("enable"))
        self.assertEqual(NEW, self.list())

    def test_enable_keeps_other_modules_and_their_order(self):
        self.write_list("samba_dsdb, spn_policy")
        self.good("enable")
        self.assertEqual(NEW, self.list())
        # a name without a module: enable must refuse what does not open
        self.write_list("nosuchmodule,samba_dsdb")
        self.assertIn("nosuchmodule", self.bad(2, "enable"))
        self.assertEqual("nosuchmodule,samba_dsdb", self.list())

    def test_enable_needs_a_module_that_loads(self):
        text = self.bad(2, "enable", with_module=False)
        self.assertIn("Module [spn_policy] not found", text)
        self.assertEqual(OLD, self.list())

    def test_many_enables_at_once(self):
        command = ["spn-policy", "-s", CONF, "-H", self.url, "enable"]
        running = [subprocess.Popen(command, env=environment(True),
                                    stdout=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE)
                   for _ in range(5)]
        for process in running:
            _, err = process.communicate()
            self.assertEqual(0, process.returncode, err)
        self.assertEqual(NEW, self.list())
        self.assertEqual([], self.settings())

    def test_not_a_dc(self):
        path = os.path.join(self.private, "other.ldb")
        other = ldb.Ldb(path)
        other.add({"dn": "cn=x", "cn": "x"})
        result = spn_policy("enable", url=path)
        self.assertEqual(2, result.code)
        self.assertIn("not the sam.ldb of a domain controller", result.err)

    def test_no_database_is_made_by_mistake(self):
        path = os.path.join(self.private, "nosuch.ldb")
        for command in "enable", "disable", "status", "check":
            result = spn_policy(command, url=path)
            self.assertEqual(2, result.code)
            self.assertIn("No such file", result.err)
            self.assertFalse(os.path.exists(path))


class Disable(OneCopy):
    def test_disable_and_again(self):
        self.good("enable")
        self.assertIn("restart samba", self.good("disable"))
        self.assertEqual(OLD, self.list())
        self.assertIn("nothing to do", self.good("disable"))
        self.assertEqual(OLD, self.list())

    def test_disable_is_the_way_out_when_the_file_is_gone(self):
        self.good("enable")
        text = self.bad(2, "check", with_module=False)
        self.assertIn("spn-policy disable", text)
        self.good("disable", with_module=False)
        self.assertEqual(OLD, self.list())
        self.good("check", with_module=False)

    def test_disable_keeps_other_modules_and_their_order(self):
        self.write_list("a,spn_policy,b, samba_dsdb,spn_policy")
        self.good("disable")
        self.assertEqual("a,b,samba_dsdb", self.list())

    def test_disable_keeps_the_settings(self):
        self.good("enable")
        self.good("set", "http-pair=warn")
        self.good("disable")
        self.assertEqual(["http-pair=warn"], self.settings())


class Status(OneCopy):
    def test_not_installed(self):
        text = self.bad(1, "status", with_module=False)
        self.assertIn("PROBLEM: the module is not installed", text)

    def test_installed_not_enabled(self):
        text = self.bad(1, "status")
        self.assertIn("Remedy: spn-policy enable", text)

    def test_enabled(self):
        self.good("enable")
        text = self.good("status")
        self.assertIn("module list   " + NEW, text)
        self.assertIn("loads         yes", text)
        self.assertIn("this one", text)
        self.assertNotIn("PROBLEM", text)

    def test_enabled_and_the_file_is_gone(self):
        self.good("enable")
        self.good("set", "http-pair=warn")
        text = self.bad(1, "status", with_module=False)
        self.assertIn("Remedy: install the module, or spn-policy disable",
                      text)
        self.assertRegex(text, "http-pair +warn +settings object")

    def test_listed_but_not_first(self):
        self.write_list("samba_dsdb,spn_policy")
        self.assertIn("not the first", self.bad(1, "status"))

    def test_where_settings_come_from(self):
        self.good("enable")
        self.good("set", "http-pair=deny")
        text = self.good("status")
        self.assertRegex(text, "http-pair +deny +settings object")
        self.assertRegex(text, "duplicate-spn +deny +default")
        self.assertRegex(text, "mode +enforce +default")

    def test_running_samba_has_another_database(self):
        self.good("enable")
        self.assertRegex(self.good("status"), "running +not asked: ")

    def test_dsheuristics(self):
        self.good("enable")
        samdb = self.samdb()
        samdb.modify_ldif("""
dn: CN=Directory Service,CN=Windows NT,CN=Services,%s
changetype: modify
replace: dSHeuristics
dSHeuristics: 000000000100000000022
""" % samdb.get_config_basedn())
        del samdb
        self.assertRegex(self.good("status"),
                         "duplicate-spn +off +dSHeuristics")

    def conf_with(self, line):
        path = os.path.join(self.private, "smb.conf")
        with open(CONF, encoding="utf-8") as source:
            text = source.read()
        with open(path, "w", encoding="utf-8") as target:
            target.write(text.replace("[global]", "[global]\n" + line, 1))
        return path

    def test_mode_of_smb_conf(self):
        self.good("enable")
        conf = self.conf_with("spn_policy:mode = audit")
        self.assertRegex(self.good("status", conf=conf),
                         "mode +audit +smb.conf")
        conf = self.conf_with("spn_policy:mode = nonsense")
        text = self.bad(1, "status", conf=conf)
        self.assertRegex(text, "mode +enforce +default")
        self.assertIn("PROBLEM: smb.conf: spn_policy:mode = nonsense", text)
        self.bad(1, "check", conf=conf)

    def test_control_characters_do_not_reach_the_terminal(self):
        self.good("enable")
        samdb = self.samdb()
        message = ldb.Message(ldb.Dn(
            samdb, "CN=SPN Policy,CN=Services,%s" % samdb.get_config_basedn()))
        message["s"] = ldb.MessageElement(
            ["dns-suffix=\x1b[31mred", "y\u009b=1", "ü=1"],
            ldb.FLAG_MOD_ADD, "msDS-Settings")
        samdb.modify(message)
        del samdb
        text = self.bad(1, "status") + self.bad(1, "check")
        self.assertNotIn("\x1b", text)
        self.assertNotIn("\x9b", text)
        self.assertIn("y\\c2\\9b", text)
        self.assertIn("ü", text)
        self.assertIn("\\1b[31mred", text)


class Settings(OneCopy):
    def setUp(self):
        super().setUp()
        self.good("enable")

    def test_a_single_value_is_replaced(self):
        self.good("set", "http-pair=warn")
        self.good("set", "http-pair=deny")
        self.assertEqual(["http-pair=deny"], self.settings())
        self.assertIn("already", self.good("set", "http-pair=deny"))

    def test_replace_half(self):
        self.assertRegex(self.good("status"), r"replace-half +deny +default")
        self.good("set", "replace-half=keep")
        self.good("set", "replace-half=remove")
        self.assertEqual(["replace-half=remove"], self.settings())
        self.assertRegex(self.good("status"),
                         r"replace-half +remove +settings object")
        self.assertIn("all valid", self.good("check"))
        self.good("unset", "replace-half")

    def test_a_list_grows(self):
        self.good("set", "dns-suffix=a.example")
        self.good("set", "dns-suffix=b.example")
        self.assertIn("already", self.good("set", "dns-suffix=A.example"))
        self.assertEqual(["dns-suffix=a.example", "dns-suffix=b.example"],
                         self.settings())

    def test_unset_one_value_of_a_list_or_all(self):
        for name in "a", "b", "c":
            self.good("set", "exempt-host=" + name)
        self.good("unset", "exempt-host=b")
        self.assertEqual(["exempt-host=a", "exempt-host=c"],
                         self.settings())
        self.good("unset", "exempt-host")
        self.assertEqual([], self.settings())

    def test_unset_of_what_is_not_set_is_harmless(self):
        self.assertIn("not set", self.good("unset", "http-pair"))
        self.assertIn("not set", self.good("unset", "dns-suffix=x"))

    def test_unknown_key(self):
        for command in ("set", "nosuch=1"), ("unset", "nosuch"):
            text = self.bad(2, *command)
            self.assertIn("there are: duplicate-spn", text)
        self.assertEqual([], self.settings())

    def test_bad_values_are_not_written(self):
        for text in ("http-pair=maybe", "http-pair=", "duplicate-spn=complete",
                     "pair-classes=http/web", "dns-suffix=.example",
                     "exempt-account=", "mode=audit", "=deny"):
            self.bad(2, "set", text)
        self.assertEqual([], self.settings())

    def test_set_makes_the_object_if_need_be(self):
        samdb = self.samdb()
        samdb.delete("CN=SPN Policy,CN=Services,%s"
                     % samdb.get_config_basedn())
        del samdb
        self.good("check")
        self.assertIn("not set", self.good("unset", "http-pair"))
        self.good("set", "http-pair=warn")
        self.assertEqual(["http-pair=warn"], self.settings())

    def test_check_names_what_is_ignored_and_unset_removes_it(self):
        samdb = self.samdb()
        samdb.modify_ldif("""
dn: CN=SPN Policy,CN=Services,%s
changetype: modify
add: msDS-Settings
msDS-Settings: http-pare=deny
msDS-Settings: syntax=maybe
msDS-Settings: nonsense
msDS-Settings: alias-spn=off
""" % samdb.get_config_basedn())
        del samdb
        text = self.bad(1, "check")
        self.assertEqual(3, text.count("PROBLEM"))
        for key in "http-pare", "syntax", "nonsense":
            self.good("unset", key)
        self.good("check")
        self.assertEqual(["alias-spn=off"], self.settings())


class Quiet(OneCopy):
    """--quiet: what was done is not said, what is wrong or was asked for is."""

    def said(self, *args):
        """(stdout, stderr), without where the module of this test lies."""
        result = self.policy("--quiet", *args)
        self.assertEqual(0, result.code, result.out + result.err)
        lines = [line for line in result.err.splitlines()
                 if "LDB_MODULES_PATH" not in line]
        return result.out, "".join(lines)

    def test_what_was_done(self):
        nothing = ("", "")
        for command, names in (("enable", NEW), ("enable", NEW),
                               ("disable", OLD), ("disable", OLD)):
            self.assertEqual(nothing, self.said(command))
            self.assertEqual(names, self.list())
        for command in "set", "set", "unset", "unset":
            self.assertEqual(nothing, self.said(command, "http-pair=warn"))
            self.assertEqual(["http-pair=warn"] if command == "set" else [],
                             self.settings())

    def test_where_a_change_is_heard_of(self):
        """What enable says of LDB_MODULES_PATH is no notice: without it samba
        does not start."""
        result = self.policy("enable", "--quiet")
        self.assertIn("or they do not start", result.err)

    def test_a_note_and_a_warning(self):
        self.assertIn("note: ", self.policy("set", "exempt-host=web01").err)
        self.assertEqual(("", ""), self.said("set", "exempt-host=web01"))
        out, err = self.said("set", "exempt-host=*")
        self.assertEqual("", out)
        self.assertTrue(err.startswith("spn-policy: WARNING: "), err)

    def test_what_was_asked_for(self):
        self.good("enable")
        self.good("set", "syntax=off")
        for command in "status", "check":
            self.assertEqual((self.good(command), ""), self.said(command))
        self.good("set", "exempt-host=*")
        for command in "status", "check":
            self.assertEqual(self.bad(1, command),
                             self.bad(1, command, "--quiet"))

    def test_what_is_wrong(self):
        for args in (("set", "nosuch=1"), ("unset", "nosuch"), ("nosuch",),
                     ("set", "exempt-account=nosuch")):
            plain = self.policy(*args)
            quiet = self.policy("--quiet", *args)
            self.assertEqual((2, plain.out, plain.err),
                             (quiet.code, quiet.out, quiet.err))


class CommandLine(OneCopy):
    def test_bad_arguments(self):
        for args in ((), ("nosuch",), ("enable", "x"), ("set",),
                     ("set", "http-pair"), ("unset",), ("check", "x"),
                     ("--nosuch", "check"), ("status", "-d"),
                     ("--use-kerberos=maybe", "check"),
                     ("--option=nonsense", "check")):
            result = self.policy(*args)
            self.assertEqual(2, result.code, args)
            self.assertEqual("", result.out)
            self.assertNotEqual("", result.err)

    def test_help_and_version(self):
        result = spn_policy("--help")
        self.assertEqual(0, result.code)
        for word in ("enable", "disable", "status", "check", "set", "unset",
                     "--configfile", "--use-kerberos", "-s CONFIGFILE"):
            self.assertIn(word, result.out)
        result = spn_policy("--version")
        self.assertEqual(0, result.code)
        self.assertRegex(result.out, r"^spn-policy \S+ \(ldb \S+\)\n$")

    def test_the_environment_does_not_choose_the_database(self):
        env = environment(True)
        env["LDB_URL"] = self.url
        done = subprocess.run(["spn-policy", "-s", "/dev/null", "check"],
                              env=env, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        self.assertNotIn(self.private.encode(), done.stdout + done.stderr)

    def test_unknown_urls(self):
        for url in "http://x", "", "ldap:/":
            self.assertEqual(2, spn_policy("check", url=url).code)


class Killed(OneCopy):
    """Whatever moment it dies at: the old list or the new one."""

    def one_kill(self, command, longest):
        process = subprocess.Popen(
            ["spn-policy", "-s", CONF, "-H", self.url, command],
            env=environment(True), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0, longest))
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertIn(self.list(), (OLD, NEW))
        self.good("check")

    def test_kill(self):
        self.good("disable")
        started = time.monotonic()
        self.good("enable")
        longest = (time.monotonic() - started) * 1.2
        started = time.monotonic()
        self.good("disable")
        shortest = (time.monotonic() - started) * 1.2
        for _ in range(KILLS // 2):
            self.one_kill("enable", longest)
            self.one_kill("disable", shortest)
        self.good("enable")
        self.good("status")


class OverLdap(unittest.TestCase):
    def setUp(self):
        self.url = "ldap://" + os.environ["SERVER"]
        self.admin = "-U%s%%%s" % (os.environ["USERNAME"],
                                   os.environ["PASSWORD"])

    def policy(self, code, *args, user=None):
        result = spn_policy(user or self.admin, *args, url=self.url)
        self.assertEqual(code, result.code, result.out + result.err)
        return result.out + result.err

    def test_settings(self):
        self.policy(0, "set", "exempt-host=ldap-test")
        self.addCleanup(self.policy, 0, "unset", "exempt-host=ldap-test")
        self.assertIn("ldap-test", self.policy(0, "status"))
        self.policy(0, "check")

    def test_enable_and_disable_are_local(self):
        for command in "enable", "disable":
            self.assertIn("run it on that DC", self.policy(2, command))

    def test_status_does_not_guess(self):
        text = self.policy(0, "status")
        self.assertIn("not visible over LDAP", text)
        self.assertIn("not asked: spn-policy status --all", text)
        self.assertNotIn("running", text)

    def test_an_ordinary_user_may_look_only(self):
        self.policy(0, "set", "exempt-host=other")
        self.addCleanup(self.policy, 0, "unset", "exempt-host=other")
        bob = "-Ubob%Secret007"
        self.policy(0, "check", user=bob)
        self.policy(2, "set", "http-pair=off", user=bob)
        self.policy(2, "unset", "exempt-host=other", user=bob)

    def test_wrong_password(self):
        text = self.policy(2, "status", user="-UAdministrator%wrong")
        self.assertIn("wrong user name or password", text)
        self.assertNotIn("database  ", text)


if __name__ == "__main__":
    unittest.main()
