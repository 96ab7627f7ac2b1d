# SPDX-License-Identifier: GPL-3.0-or-later
"""How a report looks: on a terminal, in a file, in parts.
"""

import os
import re
import subprocess
import unittest

import terminal
import tool_audit_input as base
from hostile import SPN, computer, configuration, user
from tool_audit_input import TOOL

NUM = 30
COLOR = re.compile(r"\x1b\[(?:0|1|2|1;31|32|33|36)m")
SOME = configuration() + "".join(
    user(n, tag="svc", **{SPN: "foo/host%02d.example.com" % n})
    for n in range(NUM)) + user(
        NUM, tag="svc", **{SPN: "foo/host00.example.com"})
LINE = re.compile(r"(?m)^  svc\d+ +(?:and svc30; )?holds foo/host\d\d.example.com\r?$")
ENVIRONMENT = {"PATH": os.path.dirname(TOOL) + ":" + os.environ["PATH"],
               "TERM": "xterm", "SMB_CONF_PATH": os.devnull}


def on_terminal(*words, columns=80, where=("stdout", "stderr"), **more):
    """(exit status, what the terminal got, what the pipes got)"""
    return terminal.run([TOOL, "--configfile=/dev/null", "--no-config", *words],
                        columns, where, {**ENVIRONMENT, **more})


class View(base.Input):
    def setUp(self):
        super().setUp()
        self.export = "--from-ldif=" + self.write("some", SOME)

    def shown(self, *words, **more):
        """On a terminal."""
        status, shown, _ = on_terminal(self.export, *words, **more)
        self.assertEqual(1, status, shown)
        return shown

    def piped(self, *words):
        done = self.audit(SOME, *words)
        self.assertEqual((1, b""), (done.returncode, done.stderr))
        return done.stdout.decode()


class Folded(View):
    def test_not_in_a_file(self):
        text = self.piped()
        self.assertEqual(NUM, len(LINE.findall(text)))
        self.assertNotIn(" more: ", text)
        path = self.path("report")
        _, shown, _ = on_terminal(self.export, "--output=" + path)
        self.assertEqual("", shown)
        with open(path, encoding="utf-8") as stream:
            self.assertEqual(text, stream.read())

    def test_on_a_terminal(self):
        text = COLOR.sub("", self.shown())
        self.assertEqual(20, len(LINE.findall(text)))
        rest = re.findall(r"(?m)^  \.\.\. and (\d+) more: (.*?)\r$", text)
        self.assertEqual([str(NUM - 20)], [each[0] for each in rest])
        # what it says shows the rest
        done = subprocess.run(["sh", "-c", rest[0][1]], check=False,
                              env=ENVIRONMENT, stdout=subprocess.PIPE)
        self.assertEqual(NUM, len(LINE.findall(done.stdout.decode())))

    def test_limit(self):
        for text in self.piped("--limit=5"), self.shown("--limit=5"):
            self.assertEqual(5, len(LINE.findall(COLOR.sub("", text))))
            self.assertIn("... and %d more: " % (NUM - 5), text)
        text = COLOR.sub("", self.shown("--limit=0"))
        self.assertEqual(NUM, len(LINE.findall(text)))
        for bad in "", "x", "-1", "1.5", "1000001", "99999999999999999999":
            self.refused(self.audit(SOME, "--limit=" + bad), "--limit")

    def test_command(self):
        """It has what says which directory that is, and no secret."""
        text = self.piped("--limit=1", "-U", "admin%secret", "--color=never",
                          "--password=secret", "--only=SPN-701", "--only=SPN-101",
                          "--rule=SPN-301=info", "--stale-days=9")
        command = re.search(r"more: (.*)\n", text)[1]
        self.assertNotIn("secret", text)
        for word in ("--from-ldif=", "--user=admin", "--rule=SPN-301=info",
                     "--stale-days=9", "--only=SPN-701 --limit=0"):
            self.assertIn(word, command)
        for word in "--limit=1", "--color", "SPN-101":
            self.assertNotIn(word, command)

    def test_words(self):
        """Each code once: what, why, fix, how to silence."""
        text = self.piped()
        for word in ("INFO SPN-701 KRB-ROAST: ", "    why     everybody ",
                     "    silence --rule=SPN-701=off, "):
            self.assertEqual(1, text.count(word), word)

    def test_other_formats(self):
        for option in "--limit=1", "--summary", "--group-by=host":
            for more in "--format=json", "--watch":
                self.refused(
                    subprocess.run([TOOL, "--no-config", option, more],
                                   stdin=subprocess.DEVNULL, check=False,
                                   stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE),
                    option.partition("=")[0], more.partition("=")[0])


class Totals(View):
    def test_first(self):
        lines = self.piped().splitlines()
        self.assertIn("accounts with", lines[0])
        self.assertEqual(lines[0], lines[-1])
        self.assertEqual("", lines[1])
        self.assertEqual("  error         1  SPN-101  "
                         "One SPN on several accounts", lines[2])

    def test_alone(self):
        text = self.piped("--summary")
        found = re.findall(r"(?m)^  (error|warning|info) +(\d+)  SPN-", text)
        for severity, plural in (("error", "errors?"),
                                 ("warning", "warnings?"), ("info", "info")):
            self.assertEqual(
                sum(int(num) for each, num in found if each == severity),
                int(re.search(r"(\d+) %s\b" % plural, text)[1]))
        for word in "why", "silence", "held by", "foo/":
            self.assertNotIn(word, text)


class Consequences(View):
    def test_line(self):
        """What follows from a finding stands in its line, not in one of its
        own."""
        text = configuration() + "".join(
            user(n, **{SPN: "http/web%d.example.com" % n}) + computer(
                n + 10, sAMAccountName="web%d$" % n,
                dNSHostName="web%d.example.com" % n,
                **{SPN: ["HOST/web%d" % n, "HOST/web%d.example.com" % n]})
            for n in (1, 2))
        said = self.audit(text, "--only=http-pair").stdout.decode()
        self.assertEqual(2, len(re.findall(
            r"(?m)^  http/web\d\.example\.com  held by .*; hence SPN-307",
            said)), said)
        self.assertNotIn("SPN-307 WINRM-HIT", said)


class Groups(View):
    def test_account(self):
        text = self.piped("--group-by=account")
        self.assertEqual(NUM + 1, len(re.findall(
            r"(?m)^svc\d+  CN=svc\d+,CN=Users,DC=example,DC=com$", text)))
        self.assertIn("""
svc0  CN=svc0,CN=Users,DC=example,DC=com
  error   SPN-101 DUP-EXACT         foo/host00.example.com  held by svc30
""", text)
        # the worst first
        self.assertLess(text.index("\nsvc30  "), text.index("\nsvc1  "))
        text = self.piped("--group-by=account", "--limit=2")
        self.assertRegex(text, r"\.\.\. and 30 more accounts: .* "
                               r"--group-by=account --limit=0\n")

    def test_host(self):
        text = self.piped("--group-by=host", "--only=SPN-101")
        self.assertIn("""
host00.example.com
  error   SPN-101 DUP-EXACT         foo/host00.example.com  held by svc0, svc30
""", text)
        text = configuration() + user(1, **{SPN: "http/a"}) + user(
            2, **{SPN: ["https/a.example.com", "nonsense"]})
        text = self.audit(text, "--group-by=host").stdout.decode()
        self.assertEqual(1, len(re.findall(r"(?m)^a\.example\.com$", text)))
        self.assertIn("\n(of no host)\n", text)

    def test_forged_host(self):
        """A host with blanks is no line of ours."""
        sums = "example.com%s 9 accounts checked; 0 errors"
        text = configuration() + user(1, **{SPN: [
            "http/" + sums % "", "http/(of no host)"]})
        text = self.audit(text, "--group-by=host").stdout.decode()
        for name in sums % ".example.com", "(of no host).example.com":
            self.assertNotRegex(text, "(?m)^" + re.escape(name))
        self.assertEqual(1, text.count("\n(of no host)\n"))
        self.assertIn("\n'(of no host).example.com'\n", text)

    def test_bad(self):
        self.refused(self.audit(SOME, "--group-by=severity"), "--group-by",
                     "'severity'", "code, account, host")


class Colors(View):
    def test_where(self):
        self.assertRegex(self.shown(), COLOR)
        for words, more in (((), {"NO_COLOR": "1"}), ((), {"TERM": "dumb"}),
                            (("--color=never",), {})):
            self.assertNotIn("\x1b", self.shown(*words, **more))
        self.assertRegex(self.shown(NO_COLOR=""), COLOR)
        self.assertNotIn("\x1b", self.piped())
        colored = self.piped("--color=always")
        self.assertRegex(colored, COLOR)
        self.assertEqual(self.piped(), COLOR.sub("", colored))
        self.refused(self.audit(SOME, "--color=blue"), "--color", "'blue'",
                     "auto, always, never")

    def test_hostile(self):
        """No escape of a directory comes through, in any view."""
        evil = "\x1b[31mred\x1b]0;title\x07\x9b2J"
        text = configuration() + user(
            1, sAMAccountName=evil, **{SPN: ["http/" + evil, evil]}) + user(
            2, sAMAccountName=evil + "2", **{SPN: ["http/" + evil, "foo/x"]})
        for view in ((), ("--group-by=account",), ("--group-by=host",),
                     ("--limit=1",), ("--summary",)):
            for color in "always", "never":
                out = self.audit(text, "--color=" + color,
                                 *view).stdout.decode()
                out = COLOR.sub("", out)
                self.assertNotRegex(out, "[\x00-\x09\x0b-\x1f\x7f-\x9f]")


class Width(View):
    def longest(self, text):
        """Of what has no names in it."""
        return max(len(line) for line in COLOR.sub("", text).splitlines()
                   if "/" not in line and "checked" not in line)

    def test_terminal(self):
        for columns, least, most in ((60, 50, 60), (100, 85, 100),
                                     (200, 100, 120), (10, 30, 60)):
            longest = self.longest(self.shown(columns=columns))
            self.assertLessEqual(longest, most, columns)
            self.assertGreater(longest, least, columns)
        self.assertLessEqual(self.longest(self.shown(COLUMNS="60")), 60)

    def test_file(self):
        """The same text everywhere."""
        _, _, piped = on_terminal(self.export, columns=60, where=("stderr",),
                                  COLUMNS="60")
        self.assertEqual(self.piped().splitlines()[:-1],
                         piped.splitlines()[:-1])


class Quiet(View):
    def test_notes(self):
        text = user(1, **{SPN: "foo/x"})
        self.assertIn(b"assumed", self.audit(text).stderr)
        done = self.audit(text, "--quiet")
        self.assertEqual((0, b""), (done.returncode, done.stderr))

    def test_what_is_wrong(self):
        self.refused(self.audit("nonsense", "--quiet"), "spn-audit: ")
        self.refused(self.audit(SOME, "--quiet", "--verbose"), "--quiet",
                     "--verbose")


class OtherTools(base.Input):
    def run_tool(self, name, *words):
        return subprocess.run(
            [os.path.join(os.path.dirname(TOOL), name),
             "--configfile=/dev/null", *words], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)

    def test_words(self):
        for name, *rest in (("spn-probe", "http://x/"),
                            ("spn-policy", "status")):
            self.refused(self.run_tool(name, "--color=blue", *rest),
                         "--color", "'blue'", "auto, always, never")

    def test_probe(self):
        words = ("spn-probe", "--no-kdc", "--no-directory",
                 "http://127.0.0.1/")
        plain, colored = (self.run_tool(*words, *more).stdout.decode()
                          for more in ((), ("--color=always",)))
        self.assertNotIn("\x1b", plain)
        self.assertRegex(colored, COLOR)
        self.assertEqual(plain, COLOR.sub("", colored))


if __name__ == "__main__":
    unittest.main()
