# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of spn-audit that say a number, and those that need no directory.
"""

import ctypes.util
import glob
import html
import json
import os
import re
import shutil
import signal
import subprocess
import time
import unittest

import tool_audit_input as base
from hostile import SPN, computer, configuration, user
from small_dns import SmallDns
from tool_audit_input import TOOL

BUILD = os.path.dirname(os.path.dirname(TOOL))
MANUALS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "docs", "man", "*.xml")

DAY = 24 * 3600
# name, least, most
NUMBERS = (("page size", 0, 1000000), ("stale days", 1, 36500),
           ("password days", 1, 36500), ("dns timeout", 1, 60000),
           ("dns tries", 1, 20), ("dns queries", 1, 1000))
BAD = ("abc", "", "-1", "1x", "1.5", " 7", "0x10", "99999999999999999999",
       "٣")


def filetime(days):
    """So many days ago."""
    return int((time.time() - days * DAY + 11644473600) * 10000000)


def option(name, value):
    return "--%s=%s" % (name.replace(" ", "-"), value)


def old(name, value):
    return "--option=spn_audit:%s=%s" % (name, value)


class Options(base.Input):
    def run_tool(self, *args):
        return subprocess.run([TOOL, "--configfile=/dev/null", *args],
                              stdin=subprocess.DEVNULL, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def listed(self, *args):
        done = self.run_tool("--list-rules", *args)
        self.assertEqual((0, b""), (done.returncode, done.stderr), args)


class Apply(Options):
    """What does not go with --apply, and it without a terminal."""

    def refused_as(self, text, *args):
        done = self.run_tool(*args)
        self.assertEqual((2, b""), (done.returncode, done.stdout), args)
        self.assertIn(text.encode(), done.stderr)

    def test_together(self):
        for args in (("--from-ldif=x",), ("--partial",), ("--watch",),
                     ("--output=x",), ("--write-baseline=x",),
                     ("--fix-ldif=x",), ("--fix-setspn=x",), ("--list-rules",),
                     ("--explain=all",), ("--baseline=-",), ("--undo=-",)):
            self.refused_as("--apply goes with no " + args[0].removesuffix(
                "=x").removesuffix("=all"), "--apply", "--yes", *args)
        self.refused_as("--apply goes with no --format other than text",
                        "--apply", "--yes", "--format=json")

    def test_alone(self):
        self.refused_as("--yes goes with --apply only", "--yes")
        self.refused_as("--undo goes with --apply only", "--undo=x")
        self.refused_as("--keytab goes with --apply only: it tells whose key a "
                        "service has", "--keytab=x")

    def test_no_terminal(self):
        self.refused_as("standard input is no terminal; give --yes", "--apply")


class SmbConf(Options):
    """Of the variable, as Samba takes it."""

    def run_with(self, path, *args, **how):
        return subprocess.run(
            [TOOL, *args], stdin=subprocess.DEVNULL, check=False,
            env={**os.environ, "SMB_CONF_PATH": path}, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, **how)

    def test_missing(self):
        path = self.path("no.conf")
        for args in ((), ("--list-rules",), ("--from-ldif=/dev/null",)):
            done = self.run_with(path, *args)
            self.assertIn(b"Can't load %s - " % path.encode(), done.stderr)

    def test_empty(self):
        """The one of the machine, or its absence."""
        environment = {**os.environ}
        environment.pop("SMB_CONF_PATH", None)
        expected = subprocess.run(
            [TOOL], stdin=subprocess.DEVNULL, check=False, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(expected.stderr, self.run_with("").stderr)

    def test_pipe(self):
        """It can be read once only."""
        ours, theirs = os.pipe()
        with os.fdopen(theirs, "w", encoding="ascii") as stream:
            stream.write("[global]\nprivate dir = %s\nfoo bar = 1\n"
                         % self.folder)
        with os.fdopen(ours, "rb"):
            done = self.run_with("/dev/fd/%d" % ours, pass_fds=[ours])
        for text in self.path("sam.ldb"), 'unknown parameter "foo bar"':
            self.assertIn(text.encode(), done.stderr)


    def test_named(self):
        """Read by us; and by Samba, which is started when it is known that it
        has to be."""
        conf = self.write("conf", "[global]\nprivate dir = %s\n" % self.folder)
        for args in (), ("--user=x",), ("--use-kerberos=required",):
            done = self.run_with(os.devnull, "--configfile=" + conf, *args)
            self.assertIn(self.path("sam.ldb").encode(), done.stderr)
        conf = self.write("conf", "[global]\nfoo bar = 1\n")
        done = subprocess.run(
            [os.path.join(BUILD, "programs", "setspn"), "-L", "a",
             "--configfile=" + conf, "-H", self.path("sam.ldb")], check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.assertIn(b'unknown parameter "foo bar"', done.stderr)

    def test_folder(self):
        """Samba would read nothing, and say nothing."""
        for args in (), ("--user=x",):
            done = self.run_with(os.devnull, "--list-rules", "--configfile="
                                 + self.folder, *args)
            self.refused(done, "--configfile: ", self.folder, "directory")
            done = self.run_with(os.devnull, "--list-rules", "--configfile="
                                 + self.path("no.conf"), *args)
            self.refused(done, "--configfile: ", "no.conf")

    def test_option(self):
        """It counts before the file, whoever reads that."""
        conf = self.write("conf", "[global]\nprivate dir = /nowhere\n")
        for args in (), ("--user=x",):
            done = self.run_with(os.devnull, "--configfile=" + conf,
                                 "--option=private dir=" + self.folder, *args)
            self.assertIn(self.path("sam.ldb").encode(), done.stderr)


class Libraries(Options):
    def test_missing(self):
        """A file that is none, and one without the functions."""
        other = ctypes.util.find_library("m")
        with open("/proc/self/maps", encoding="utf-8") as stream:
            ctypes.CDLL(other)
            stream.seek(0)
            found = [line.split()[-1] for line in stream if other in line]
        folder = os.path.join(self.folder, "libraries")
        os.mkdir(folder)
        path = os.path.join(folder, "libsamba-credentials.so.1")
        for source in os.devnull, found[0]:
            shutil.copyfile(source, path)
            done = subprocess.run(
                [TOOL, "--configfile=/dev/null", "--user=x", "--list-rules"],
                env={**os.environ, "LD_LIBRARY_PATH": folder}, check=False,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE)
            self.assertEqual(2, done.returncode)
            for text in b"cannot load a library of Samba", b"samba-libs":
                self.assertIn(text, done.stderr)


    def test_damaged_module(self):
        """Of ldb: what ends who loads it is left out, and the cause told."""
        folder = os.path.join(self.folder, "modules")
        os.mkdir(folder)
        path = os.path.join(folder, "cut.so")
        with open(os.path.join(BUILD, "ldb-modules", "spn_policy.so"),
                  "rb") as whole, open(path, "wb") as cut:
            cut.write(whole.read(4096))
        done = subprocess.run(
            [os.path.join(BUILD, "programs", "setspn"),
             "--configfile=/dev/null", "-H", self.path("sam.ldb"), "-L", "a"],
            env={**os.environ, "LDB_MODULES_PATH": folder}, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.assertEqual(2, done.returncode)
        left_out, cannot_open = done.stderr.splitlines()
        self.assertIn("%s is left out: whoever loads it is ended by signal %d "
                      % (path, signal.SIGBUS), left_out)
        self.assertIn("cannot open", cannot_open)


class Kerberos(Options):
    def test_words(self):
        """Those of Samba, which is started for others."""
        for word in "required", "Yes", "off":
            self.listed("--use-kerberos=" + word)
        for word in "1", "true", "x", "":
            self.refused(self.run_tool("--list-rules",
                                       "--use-kerberos=" + word))

    def test_result(self):
        """Where Samba has read the options, ours of an audit is what it is."""
        both = configuration() + user(1, **{SPN: "foo/a"}) + user(
            2, **{SPN: "foo/a"})
        self.assertEqual(1, self.audit(both, "--user=x").returncode)


class Numbers(Options):
    EXPORT = configuration() + computer(
        1, **{SPN: "foo/stale", "pwdLastSet": filetime(50),
              "lastLogonTimestamp": filetime(50)}) + user(
        2, **{SPN: "foo/old", "pwdLastSet": filetime(50)})

    def codes(self, *args):
        done = self.audit(self.EXPORT, "--only=SPN-502,SPN-702", *args)
        self.assertEqual((0, b""), (done.returncode, done.stderr))
        return re.findall(r"(?m)^[A-Z]+ (SPN-\d+)", done.stdout.decode())

    def test_days(self):
        self.assertEqual([], self.codes())
        for spell in option, old:
            for name, code in (("stale days", "SPN-502"),
                               ("password days", "SPN-702")):
                self.assertEqual([code], self.codes(spell(name, 49)))
                self.assertEqual([], self.codes(spell(name, 51)))
        # its own option counts first
        self.assertEqual(["SPN-502"], self.codes(
            "--stale-days=49", old("stale days", 51)))

    def test_bounds(self):
        for name, least, most in NUMBERS:
            for number in (least, most):
                self.listed(option(name, number))
                self.listed(old(name, number))
            for number in (least - 1, most + 1, *BAD):
                with self.subTest(name=name, number=number):
                    spelled = option(name, number)
                    words = [] if number == "" else [str(number), str(most)]
                    self.refused(self.run_tool("--list-rules", spelled),
                                 spelled.partition("=")[0], *words)
                    if str(number).strip() == str(number) != "":
                        self.refused(
                            self.run_tool("--list-rules", old(name, number)),
                            "spn_audit:" + name, *words)

    def test_switches(self):
        for name in "one by one", "through modules":
            for word in ("yes", "No", "true", "FALSE", "on", "off", "0", "1"):
                self.listed(old(name, word))
            self.refused(self.run_tool("--list-rules", old(name, "maybe")),
                         "spn_audit:" + name, "'maybe'", "yes")

    def test_dns(self):
        server = SmallDns({"here.example.com": ("A",)})
        self.addCleanup(server.close)
        for spell in option, old:
            done = self.audit(
                configuration() + user(1, **{SPN: [
                    "foo/here.example.com", "foo/gone.example.com"]}),
                "--check-dns", "--only=SPN-402", "--dns-tries=1",
                spell("dns server", server.address))
            self.assertEqual({b"foo/gone.example.com"}, set(
                re.findall(rb"foo/[a-z.]+", done.stdout)), done.stderr)
        self.refused(self.run_tool("--dns-server="), "--dns-server")


class Sources(Options):
    def test_one(self):
        """An export and a server: nobody can have meant both."""
        export = self.write("export", Numbers.EXPORT)
        for url in ("ldap://127.0.0.1:1", "/nowhere/sam.ldb"):
            self.refused(self.run_tool("--from-ldif=" + export, "-H", url),
                         "--from-ldif and -H", "only one")


class Names(Options):
    def test_unknown(self):
        for name in "stael days", "stale day", "stale days x", "x", "format":
            with self.subTest(name=name):
                self.refused(self.run_tool("--list-rules", old(name, 1)),
                             "spn_audit:" + name.replace(" ", " "),
                             "stale days", "one by one")

    def test_smb_conf(self):
        """There, too; and neither case nor blanks count."""
        for line, is_good in (("spn_audit:stale days = 7", True),
                              ("SPN_AUDIT : Stale  Days = 7", True),
                              ("spn_audit:stael days = 7", False),
                              ("spn_audit:stale days = x", False),
                              ("other:thing = x", True)):
            path = self.write("smb.conf", "[global]\n\t%s\n" % line)
            done = subprocess.run(
                [TOOL, "--configfile=" + path, "--list-rules"], check=False,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if is_good:
                self.assertEqual((0, b""), (done.returncode, done.stderr))
            else:
                self.refused(done, "spn_audit:")


class Catalogue(Options):
    def text(self, *args):
        done = self.run_tool(*args)
        self.assertEqual((0, b""), (done.returncode, done.stderr), args)
        return done.stdout.decode()

    def rules(self):
        return re.findall(r"(?m)^  (SPN-\d+) +([A-Z0-9-]+) +(\w+)",
                          self.text("--list-rules", "--rule=syntax=off"))

    def test_list_as_json(self):
        listed = json.loads(self.text("--list-rules", "--format=json",
                                      "--rule=syntax=off"))["rules"]
        self.assertEqual(self.rules(), [
            (rule["code"], rule["id"], rule["severity"]) for rule in listed])
        done = self.audit(configuration() + user(1, **{SPN: "foo/x"}),
                          "--format=json", "--rule=syntax=off")
        self.assertEqual(json.loads(done.stdout)["meta"]["rules"], listed)
        for name in "csv", "html", "prometheus":
            self.refused(self.run_tool("--list-rules", "--format=" + name),
                         "--list-rules", "text and json")
        self.refused(self.run_tool("--explain=all", "--format=json"),
                     "--explain", "text")

    def explained(self, words):
        return re.findall(r"(?m)^(SPN-\d+) [A-Z0-9-]+$",
                          self.text("--explain=" + words))

    def test_explain(self):
        codes = [code for code, _, _ in self.rules()]
        self.assertEqual(codes, self.explained("all"))
        listing = self.text("--list-rules")
        names = re.findall(r"(?m)^([a-z-]+):", listing)
        self.assertLess(5, len(names))
        found = [code for name in names for code in self.explained(name)]
        self.assertEqual(codes, found)
        self.assertEqual(["SPN-101", "SPN-301"],
                         self.explained("pair-no-short,spn-101"))
        # the page of a rule comes once
        text = self.text("--explain=http-pair")
        self.assertEqual(1, len(re.findall(r"(?m)^http-pair: ", text)))
        for word in "nonsense", "SPN-999", "all,SPN-101", "syntax,", "":
            self.refused(self.run_tool("--explain=" + word), "--explain")

    def shown(self, pattern):
        """The matches in all manual pages."""
        found = []
        for path in sorted(glob.glob(MANUALS)):
            with open(path, encoding="utf-8") as page:
                found += re.findall(pattern, html.unescape(page.read()),
                                    re.DOTALL)
        return found

    def test_examples_of_explain(self):
        """What the manual pages show of it is how the text begins."""
        shown = self.shown(r"\$ spn-audit --explain=(SPN-\d+)\n"
                           r"(.*?)(?:\.\.\.\n)?</screen>")
        self.assertLess(1, len(shown))
        for code, text in shown:
            self.assertEqual(text, self.text("--explain=" + code)[:len(text)])

    def test_examples_of_reports(self):
        """All but the first and the last line, which count what a new domain
        has."""
        shown = self.shown(r"(?m)^[#$] spn-audit ([^\n]*)\n"
                           r"addom\.[^\n]* checked;[^\n]*\n"
                           r"(\n.*?\n)addom\.[^\n]* checked;")
        self.assertLess(1, len(shown))
        dns = "addom.samba.example.com"
        domain = "DC=" + dns.replace(".", ",DC=")
        text = configuration() + computer(
            1, sAMAccountName="web01$", dNSHostName="web01." + dns,
            **{SPN: ["HOST/web01", "HOST/web01." + dns]}) + user(
            2, sAMAccountName="svc-web", **{SPN: "http/web01." + dns})
        for old_text, new in (("CN=x1,CN=Users", "CN=web01,CN=Computers"),
                              ("CN=x2,", "CN=svc-web,"),
                              ("DC=example,DC=com", domain),
                              ("dnsRoot: example.com", "dnsRoot: " + dns)):
            text = text.replace(old_text, new)
        for options, report in shown:
            done = self.audit(text, *[
                each for each in options.split()
                if each.startswith("--")])
            said = done.stdout.decode()
            self.assertTrue(said[said.index("\n") + 1:].startswith(report),
                            (options, done.stdout.decode()))


if __name__ == "__main__":
    unittest.main()
