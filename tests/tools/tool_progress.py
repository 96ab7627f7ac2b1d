# SPDX-License-Identifier: GPL-3.0-or-later
"""How far the work is: on a terminal, of what takes its time, and nowhere else.

Needs no directory: the servers are those of tests/lib.
"""

import os
import re
import subprocess
import time
import unittest

import terminal
from commands import without_network_warning
from hostile import SPN, configuration, user
from small_dns import SmallDns
from small_ldap import SmallLdap
from tool_audit_input import Input
from tool_hostile_server import ANONYMOUS, TOOLS, account

ENVIRONMENT = {"PATH": TOOLS + ":" + os.environ["PATH"], "TERM": "xterm",
               "SMB_CONF_PATH": os.devnull}
WIPED = "\x1b[K"
NUM = 150
# The terminal is standard error, where nothing else is said.
LINE = r"%s: %s\x1b\[K\r"


class Progress(Input):
    def show(self, tool, *words, where=("stderr",), **more):
        """(what the terminal got, what the pipe got, exit status)"""
        status, shown, piped = terminal.run(
            [tool, "--configfile=/dev/null", *words],
            80, where, {**ENVIRONMENT, **more})
        self.assertIn(status, (0, 1), shown)
        return without_network_warning(shown), piped, status

    def serve(self, page=None, pause=0.012):
        """The words that name a server that takes its time."""
        server = SmallLdap(
            [account("a%03d" % n, guid=b"0123456789abc%03d" % n)
             for n in range(NUM)], pause=pause, page=page)
        self.addCleanup(server.close)
        return "-H", "ldap://" + server.address, *ANONYMOUS

    def assert_wiped(self, shown):
        """What is left on the line is what came last, and that is nothing."""
        self.assertEqual("", re.split(r"\r|\x1b\[K", shown)[-1], shown)
        self.assertTrue(shown.endswith(WIPED), shown)


class Reading(Progress):
    """spn-audit."""

    def read(self, *words, page=None, pause=0.012, **more):
        return self.show("spn-audit", "--no-config", *self.serve(page, pause),
                         *words, **more)[0]

    def test_count(self):
        shown = self.read()
        self.assertRegex(shown, LINE % ("spn-audit", r"reading \d+ accounts"))
        # wiped away before anything else is said
        self.assertRegex(shown, r"\r\x1b\[Kspn-audit: deleted objects")

    def test_share(self):
        shown = self.read("--page-size=64", page=64)
        share = [int(each) for each in re.findall(
            r"reading \[[#-]{24}\] +(\d+)%, \d+ accounts", shown)]
        self.assertTrue(share and share == sorted(share), shown)

    def test_none(self):
        begun = time.monotonic()
        shown = self.read(pause=0)
        if time.monotonic() - begun < 1:    # not on a machine that is busy
            self.assertNotIn("reading", shown)
        self.assertEqual("", self.read("--quiet"))
        self.assertNotIn("reading", self.read(TERM="dumb"))


class Duplicates(Progress):
    """setspn -X, which is read by scripts that know setspn.exe."""

    def test_count(self):
        for scope in (), ("-F",):
            words = "setspn", "-X", *scope
            shown, out, status = self.show(*words, *self.serve())
            self.assertRegex(shown, LINE % ("setspn", r"reading \d+ accounts"))
            self.assert_wiped(shown)
            done = subprocess.run(
                [*words, "--configfile=/dev/null", *self.serve(pause=0)],
                env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                check=False)
            self.assertEqual((status, out), (done.returncode, done.stdout))
            self.assertEqual("", without_network_warning(done.stderr))

    def test_both_are_the_terminal(self):
        """The line is gone before the first one of the answer."""
        shown, _, _ = self.show("setspn", "-X", *self.serve(),
                                where=("stdout", "stderr"))
        before, wiped, after = shown.rpartition(WIPED)
        self.assertIn("reading", before)
        self.assertTrue(wiped and after.startswith("Checking domain "), shown)

    def test_none(self):
        shown, out, _ = self.show("setspn", "-X", "-P", *self.serve())
        self.assertEqual(("", "found 0 group of duplicate SPNs.\n"),
                         (shown, out))
        words = "-X", *self.serve()
        self.assertEqual("", self.show("setspn", *words, TERM="dumb")[0])
        begun = time.monotonic()
        shown = self.show("setspn", "-X", *self.serve(pause=0))[0]
        if time.monotonic() - begun < 1:    # not on a machine that is busy
            self.assertEqual("", shown)

    def test_other_switches(self):
        """What they say comes at once."""
        self.assertEqual("", self.show("setspn", "-Q", "foo/*",
                                       *self.serve())[0])


class Dns(Progress):
    """spn-audit --check-dns: many servers do not answer."""

    def ask(self, *words, silent=5, **more):
        """NUM names, of which so many are never answered, two queries at a
        time."""
        hosts = ["h%03d.corp.example.com" % n for n in range(NUM)]
        server = SmallDns({host: ("SILENT",) if n % 16 == 1 and n < 16 * silent
                           else ("A",) for n, host in enumerate(hosts)})
        self.addCleanup(server.close)
        export = configuration() + "".join(
            user(n, **{SPN: "foo/" + host}) for n, host in enumerate(hosts))
        return self.show(
            "spn-audit", "--no-config", "--check-dns", "--only=SPN-402",
            "--from-ldif=" + self.write("hosts", export),
            "--option=spn_audit:dns server=" + server.address,
            "--option=spn_audit:dns timeout=400",
            "--option=spn_audit:dns tries=1",
            "--option=spn_audit:dns queries=2", *words, **more)

    def test_share(self):
        shown, _, _ = self.ask()
        share = [int(each) for each in re.findall(
            r"spn-audit: asking DNS \[[#-]{24}\] +(\d+)%, \d+ names\x1b\[K\r",
            shown)]
        self.assertTrue(share and share == sorted(share), shown)
        # wiped away before anything else is said
        self.assertRegex(shown, r"\r\x1b\[Kspn-audit: DNS has no answer to 5 "
                                r"of %d names" % NUM)

    def test_report(self):
        """It is the same, and nothing of the line is in it."""
        _, out, _ = self.ask("--format=json")
        self.assertNotIn("asking", out)
        self.assertNotIn("\x1b", out)

    def test_none(self):
        shown, _, _ = self.ask("--quiet")
        self.assertNotIn("asking", shown)
        self.assertNotIn(WIPED, shown)


if __name__ == "__main__":
    unittest.main()
