# SPDX-License-Identifier: GPL-3.0-or-later
"""Completion in bash and zsh: every option that a program takes is offered, what
is offered is taken, and the places between "=" and "," are told apart.
"""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

BUILD = os.path.abspath(os.environ["SPN_POLICY_BUILD"])
PROGRAMS = os.path.join(BUILD, "programs")
MADE = os.path.join(BUILD, "completion")
NAMES = [name for name in sorted(os.listdir(MADE)) if not name.startswith("_")]
ARGS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "tools", "setspn", "args.c")
# As bash sets it, and as those set it who want "=" to be a part of words.
BREAKS = " \t\n\"'><=;|&(:"
NO_BREAKS = BREAKS.replace("=", "")
# Nobody has to ask for --help in order to read it.
HIDDEN = {"-?", "--help"}


def run(name, *arguments):
    return subprocess.run(
        [os.path.join(PROGRAMS, name), *arguments], stdin=subprocess.DEVNULL,
        env=dict(os.environ, SMB_CONF_PATH=os.devnull), check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def options_of(name):
    """What stands at the beginning of a line of --help."""
    text = run(name, "--help").stdout
    lines = re.findall(r"^ {2,6}(-[\w?-].*?)(?:  |$)", text, re.MULTILINE)
    found = {each for line in lines
             for each in re.findall(r"(?:^|, )(--?[\w?][\w-]*)", line)}
    if name == "setspn":
        with open(ARGS, encoding="utf-8") as source:
            letters = re.search(r'letters\[\] = "([^"]+)"', source.read())[1]
        found |= {"-" + letter for letter in letters}
        found |= {each for each in options_of("spn-audit") if each in (
            "--machine-pass", "--use-kerberos", "--configfile", "--option")}
    return found - HIDDEN


def in_bash(name, *words, breaks=BREAKS):
    """What bash offers for the last of the words."""
    script = ('. "$0"; COMP_WORDBREAKS=$BREAKS; COMP_WORDS=("$@"); '
              'COMP_CWORD=$(($# - 1)); _%s; printf "%%s\\n" "${COMPREPLY[@]}"'
              % name.replace("-", "_"))
    done = subprocess.run(
        ["bash", "-u", "-c", script, os.path.join(MADE, name), name, *words],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=dict(os.environ, BREAKS=breaks), text=True)
    return [line for line in done.stdout.splitlines() if line]


class Completion(unittest.TestCase):
    def test_every_option(self):
        self.assertLessEqual({"setspn", "spn-audit", "spn-policy"},
                             set(NAMES))
        for name in NAMES:
            wanted = options_of(name)
            self.assertGreater(len(wanted), 10, name)
            offered = {word.rstrip("=") for word in in_bash(name, "-")}
            self.assertEqual(set(), wanted - offered, name + ", bash")
            with open(os.path.join(MADE, "_" + name), encoding="utf-8") as text:
                specs = set(re.findall(r"^\t'\*(--?[\w?-]+?)=?-?\[",
                                       text.read(), re.MULTILINE))
            self.assertEqual(set(), wanted - specs, name + ", zsh")

    def test_places(self):
        for name, words, expected in (
                ("spn-audit", ["--form"], ["--format="]),
                ("spn-audit", ["--format", "="],
                 ["text", "json", "csv", "html", "prometheus", "nagios"]),
                ("spn-audit", ["--format", "=", "j"], ["json"]),
                ("spn-audit", ["--format", "j"], ["json"]),
                ("spn-audit", ["--rule", "=", "http-p"], ["http-pair="]),
                ("spn-audit", ["--rule", "=", "syntax", "=", "o"], ["off"]),
                ("spn-audit", ["--only", "=", "SPN-001,SPN-101"],
                 ["SPN-001,SPN-101"]),
                ("spn-audit", ["--stale-days", "="], []),
                ("spn-audit", [""], []),
                ("spn-policy", ["e"], ["enable"]),
                ("spn-policy", ["-H", "x", "set", "http"], ["http-pair="]),
                ("spn-policy", ["set", "http-pair", "=", "w"], ["warn"]),
                ("spn-policy", ["unset", "http"], ["http-pair"]),
                ("spn-policy", ["enable", ""], []),
                ("setspn", ["--use-kerberos", "=", "r"], ["required"])):
            self.assertEqual(expected, in_bash(name, *words), words)

    def test_without_word_breaks(self):
        """The reply is the whole word where "=" is a part of it."""
        self.assertEqual(["--format=json"], in_bash(
            "spn-audit", "--format=j", breaks=NO_BREAKS))

    def test_nothing_is_run(self):
        """What is typed is text, whatever bash could make of it."""
        for word in ("$(echo x >&2)", "-$(echo x >&2)", "a[$(echo x >&2)]",
                     "--format=$(echo x >&2)"):
            for name in NAMES:
                self.assertEqual([], in_bash(name, word, "$(echo y >&2)"))

    def test_files(self):
        with tempfile.NamedTemporaryFile(prefix="a file ") as there:
            self.assertEqual([there.name], in_bash(
                "spn-audit", "--from-ldif", "=", there.name[:-3]))

    def test_what_is_offered_is_taken(self):
        for word in in_bash("spn-audit", "--format", "="):
            said = run("spn-audit", "--format=" + word,
                       "--from-ldif=/no/such/file").stdout
            self.assertNotIn("there is no format", said)
        rules = in_bash("spn-audit", "--rule", "=", "")
        words = in_bash("spn-audit", "--rule", "=", rules[0][:-1], "=", "")
        done = run("spn-audit", "--list-rules",
                   *("--rule=" + rules[0] + word for word in words),
                   *("--rule=" + rule + words[-1] for rule in rules))
        self.assertEqual(0, done.returncode, done.stdout)
        for key in in_bash("spn-policy", "set", ""):
            for word in in_bash("spn-policy", "set", key.rstrip("="), "=",
                                ""):
                said = run("spn-policy", "set", key + word).stdout
                self.assertNotIn("it takes", said)
                self.assertNotIn("there are", said)

    @unittest.skipUnless(shutil.which("zsh"), "no zsh")
    def test_zsh_reads_it(self):
        for name in NAMES:
            done = subprocess.run(
                ["zsh", "-f", "-c",
                 "_arguments() { print -l -- $@ }; compset() { }; "
                 "compadd() { }; . $0 || :", os.path.join(MADE, "_" + name)],
                check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True)
            self.assertEqual("", done.stderr, name)
            self.assertIn("*--use-kerberos=[", done.stdout)


if __name__ == "__main__":
    unittest.main()
