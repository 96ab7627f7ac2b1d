# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that all programs share, with values that make no sense: each says
which one it is and what is expected, wherever it is read, and ends with 2.

Needs no directory.
"""

import os
import re
import subprocess
import unittest

from tool_audit_input import Input
from tool_hostile_server import TOOLS

PROGRAMS = {"spn-audit": (), "spn-policy": ("check",),
            "spn-probe": ("--no-kdc", "http://127.0.0.1:9/"),
            "setspn": ("-Q", "foo/x")}
HELP = "Try '%s --help'.\n"
SETTING = "NAME=VALUE"


class BadOptions(Input):
    def run_tool(self, program, *words):
        return subprocess.run(
            [os.path.join(TOOLS, program), *words, *PROGRAMS[program]],
            env=dict(os.environ, SMB_CONF_PATH=os.devnull),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, check=False, timeout=600)

    def assert_refused(self, program, words, *expected):
        done = self.run_tool(program, *words)
        self.refused(done, *expected)
        said = done.stderr.decode()
        self.assertTrue(said.endswith(HELP % program), (words, said))
        return said

    def everywhere(self, words, *expected):
        for program in PROGRAMS:
            said = self.assert_refused(program, words, program + ": ",
                                       *expected)
            self.assertEqual(2, said.count("\n"), said)

    def test_option(self):
        for bad in "x", "", "=y", "log level":
            self.everywhere(("--option=" + bad,), "--option: '%s'" % bad,
                            SETTING)
        self.everywhere(("--option", "x"), "--option: 'x'", SETTING)
        # not only the last one
        self.everywhere(("--option=x", "--option=log level=0"), "'x'")

    def test_files(self):
        nothing = self.path("nothing")
        for name in "--configfile", "--authentication-file":
            self.everywhere((name + "=" + nothing,), name + ": ", nothing,
                            "cannot be read: No such file", "give the path of")
            self.everywhere((name, self.path("")), name + ": ",
                            "cannot be read: Is a directory")
            self.everywhere((name + "=",), name + ": ''")

    def test_letters(self):
        for program in PROGRAMS:
            for words in (("-s", "nothing"), ("-snothing",), ("-A=nothing",),
                          ("-NA", "nothing")):
                if program != "setspn":
                    self.assert_refused(program, words, "'nothing'",
                                        "cannot be read")

    def test_words(self):
        self.everywhere(("--client-protection=x",), "--client-protection",
                        "'x'", "there are: sign, encrypt, off")

    def test_timeout(self):
        for bad in "x", "", "-1", "86401":
            self.everywhere(("--timeout=" + bad,), "--timeout: '%s'" % bad,
                            "seconds")

    def test_no_value(self):
        for name in ("--option", "--configfile", "--realm", "--user",
                     "--client-protection", "--use-kerberos"):
            for program in PROGRAMS:
                self.refused(subprocess.run(
                    [os.path.join(TOOLS, program), name],
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE, check=False),
                    program + ": " + name)

    def test_what_samba_reads(self):
        """It says itself what is wrong, and we whose option it is."""
        for words, *expected in (
                (("--use-kerberos=maybe",), "desired|required|off"),
                (("--kerberos=maybe",), "maybe", "yes|no"),
                (("--debuglevel=x",), "debug level", "x"),
                (("--option=max log size=x",), "max log size=x"),
                (("--option=nosuch=x",), "nosuch"),
                (("--machine-pass",), "machine account",
                 "a machine that has joined a domain")):
            for program in PROGRAMS:
                self.assert_refused(program, words, program + ": Samba ",
                                    *expected)

    def test_guard(self):
        """It takes what samba is started with, and waits for nobody."""
        for words, *expected in (
                (("--option=x",), "--option: 'x'", SETTING),
                (("--option", "log level"), "--option: 'log level'"),
                (("-s", "nothing"), "--configfile: 'nothing' cannot be read"),
                (("-i", "--configfile=nothing"), "smb.conf")):
            done = subprocess.run(
                [os.path.join(TOOLS, "spn-guard"), *words], check=False,
                env={name: value for name, value in os.environ.items()
                     if name != "JOURNAL_STREAM"},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE)
            self.refused(done, "spn-guard: ", *expected)

    def test_setspn_knows_what_has_a_value(self):
        """It takes the command line apart before Samba does."""
        text = self.run_tool("spn-policy", "--help").stdout.decode()
        names = re.findall(r"(?m)^  .{4}(--[a-z0-9-]+)=", text)
        self.assertIn("--netbiosname", names)
        for name in set(names) - {"--format", "--color"}:
            done = subprocess.run(
                [os.path.join(TOOLS, "setspn"), name], stdout=subprocess.PIPE,
                stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
            self.refused(done, "setspn: %s: a value must follow" % name)


if __name__ == "__main__":
    unittest.main()
