# SPDX-License-Identifier: GPL-3.0-or-later
"""The file with options of spn-audit: what is read of it, what wins, and from
whom it is not taken. Needs no directory.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from hostile import SPN, configuration, user
import tool_audit_input as base
from tool_audit_input import TOOL

EXPORT = configuration() + user(1, **{SPN: ["foo/b", "foo/a"]}) + user(
    2, **{SPN: "foo/b"})
EXAMPLE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "docs", "examples", "spn-audit.conf")
ONLY_TYPED = ("config", "no-config", "help", "usage", "version", "list-rules",
              "explain", "password", "apply", "yes", "undo",
              "keytab")
NOBODY = 65534


class Config(base.Input):
    def setUp(self):
        super().setUp()
        self.export = self.write("export", EXPORT)

    def run_tool(self, *args, **how):
        return subprocess.run(
            [TOOL, *args], stdin=subprocess.DEVNULL, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how)

    def conf(self, text, name="conf"):
        path = self.write(name, "configfile = /dev/null\n" + text)
        os.chmod(path, 0o644)
        return "--config=" + path

    def codes(self, text, *args):
        done = self.run_tool(self.conf(text), "--from-ldif=" + self.export,
                             "--format=json", *args)
        self.assertEqual(b"", done.stderr)
        return {each["code"] for each in json.loads(done.stdout)["findings"]}


class Lines(Config):
    def test_forms(self):
        for text in ("only = SPN-101", "only=SPN-101", "\t only =\tSPN-101 \r",
                     "# only = SPN-701\n\n;only = SPN-701\nonly = SPN-101",
                     "only = SPN-101\n", "only = SPN-101\npartial = no"):
            with self.subTest(text=text):
                self.assertEqual({"SPN-101"}, self.codes(text))

    def test_switches(self):
        export = "from-ldif = %s\n" % self.export
        for line, is_on in (("verbose", True), ("verbose = yes", True),
                            ("verbose=1", True), ("verbose = Off", False),
                            ("verbose = no", False)):
            done = self.run_tool(self.conf(export + line))
            self.assertEqual(is_on, b": read " in done.stderr, line)

    def test_every_option(self):
        """What --help lists is known here, and what takes a value is the
        same."""
        text = self.run_tool("--help").stdout.decode()
        options = {}
        for name, value in re.findall(r"--([a-z0-9-]+)(\[?=)?", text):
            options[name] = options.get(name) or value
        self.assertGreater(len(options), 50)
        for name, value in options.items():
            if name in ONLY_TYPED:
                continue
            done = self.run_tool(self.conf(
                "%s\nxyz" % (name if not value else name + " = x")))
            self.refused(done, ":3: there is no option 'xyz'")
            if value == "=":
                self.refused(self.run_tool(self.conf(name)),
                             ":2: %s: it needs a value" % name)

    def test_example(self):
        with open(EXAMPLE, encoding="utf-8") as stream:
            text = stream.read()
        self.assertIn("SPN-101", self.codes(text))
        # and with its comments as lines
        lines = re.findall(r"(?m)^#(\S.*=.*)$", text)
        self.assertGreater(len(lines), 3)
        self.refused(self.run_tool(self.conf("\n".join([*lines, "xyz"]))),
                     ":%d: there is no option 'xyz'" % (len(lines) + 2))

    def test_wrong(self):
        for text, words in (
                ("\n# x\nfromat = json", (":4: ", "'fromat'")),
                ("--format = json", (":2: ", "'--format'")),
                ("H = x", (":2: ", "'H'")),
                ("= x", (":2: ", "''")),
                ("only", (":2: only: it needs a value",)),
                ("partial = perhaps", (":2: partial: 'perhaps'", "yes")),
                ("user = alice%secret", (":2: user: no password",)),
                ("a\x1b[31m = 1", (":2: ", "\\1b[31m")),
                ("only = SPN-101\0", ("NUL",)),
                ("#" * 70000, ("65535 bytes",)),
                *(("\n%s = x" % name, (":3: %s: " % name,))
                  for name in ONLY_TYPED)):
            with self.subTest(text=text[:30]):
                done = self.run_tool(self.conf(text))
                self.refused(done, *words)
                self.assertNotIn(b"secret", done.stderr)
                self.assertNotIn(b"\x1b", done.stderr)

    def test_plugin(self):
        """It says that it could not run; and the file may say what it is."""
        done = self.run_tool(self.conf("xyz"), "--format=nagios")
        self.assertEqual(3, done.returncode)
        self.assertRegex(done.stdout.decode(),
                         r"^SPN UNKNOWN - .*:2: there is no option 'xyz'\n$")
        done = self.run_tool(self.conf("format = nagios"),
                             "--from-ldif=/nowhere")
        self.assertEqual(3, done.returncode)
        self.assertIn(b"SPN UNKNOWN - ", done.stdout)


class Wins(Config):
    """What is typed counts before the file."""

    def test_replaced(self):
        self.assertEqual({"SPN-701"}, self.codes("only = SPN-101",
                                                 "--only=SPN-701"))
        self.assertEqual({"SPN-101"}, self.codes(
            "format = csv\nonly = SPN-101"))
        self.assertEqual({"SPN-101", "SPN-701"}, self.codes(
            "only = SPN-101\nonly = SPN-701"))

    def test_added(self):
        found = self.codes("rule = SPN-101=off\nrule = SPN-701=off")
        self.assertEqual(set(), found & {"SPN-101", "SPN-701"})
        found = self.codes("rule = SPN-101=off\nrule = SPN-701=off",
                           "--rule=SPN-101=error")
        self.assertEqual({"SPN-101"}, found & {"SPN-101", "SPN-701"})

    def test_sources(self):
        for line in "url = ldap://127.0.0.1:1", "check-dcs":
            self.assertIn("SPN-101", self.codes(line))
        done = self.run_tool(self.conf("from-ldif = " + self.export),
                             "-H/nowhere")
        self.refused(done, "cannot open /nowhere")

    def test_reports(self):
        """The file of a report of one kind is not that of another."""
        path = self.path("report.csv")
        conf = self.conf("format = csv\noutput = %s\nfrom-ldif = %s" % (
            path, self.export))
        done = self.run_tool(conf, "--format=json")
        self.assertTrue(json.loads(done.stdout))
        self.assertFalse(os.path.exists(path))
        self.assertEqual(b"", self.run_tool(conf).stdout)
        self.assertTrue(os.path.exists(path))

    def test_catalogue(self):
        """The lines for an audit are not in the way."""
        conf = self.conf("format = csv\noutput = /nowhere/x\nwatch\n"
                         "rule = SPN-101=info")
        done = self.run_tool(conf, "--explain=SPN-101")
        self.assertEqual((0, b""), (done.returncode, done.stderr))
        listed = self.run_tool(conf, "--list-rules").stdout.decode()
        self.assertRegex(listed, r"SPN-101 .*info")

    def test_logon(self):
        """Half of a logon from here and half from there is another user."""
        conf = self.conf("authentication-file = /nowhere/x\n"
                         "from-ldif = " + self.export)
        self.assertEqual(2, self.run_tool(conf).returncode)
        done = self.run_tool(conf, "--user=alice%x")
        self.assertIn(b"SPNs checked", done.stdout, done.stderr)

    def test_neither(self):
        conf = self.conf("xyz")
        self.refused(self.run_tool(conf, "--no-config"), "do not go together")
        self.refused(self.run_tool("--config="), "the value is empty")
        self.refused(self.run_tool("--config=/nowhere"), "No such file")
        # help is there in any case; a value is no option
        self.assertEqual(0, self.run_tool(conf, "--help").returncode)
        self.assertEqual(0, self.run_tool(conf, "-V").returncode)
        self.refused(self.run_tool("--account", "--no-config", conf), "'xyz'")


class Safe(Config):
    def test_writable(self):
        conf = self.conf("only = SPN-101")
        for mode in 0o664, 0o646, 0o666, 0o602:
            os.chmod(self.path("conf"), mode)
            self.refused(self.run_tool(conf), "chmod go-w")

    def test_no_file(self):
        os.mkfifo(self.path("pipe"))
        for name in "pipe", ".":
            self.refused(self.run_tool("--config=" + self.path(name),
                                       timeout=60), "no plain file")

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a file away")
    def test_owner(self):
        conf = self.conf("only = SPN-101")
        os.chown(self.path("conf"), NOBODY, NOBODY)
        self.refused(self.run_tool(conf), "belongs to user %d" % NOBODY)


def can_unshare():
    return shutil.which("unshare") and subprocess.run(
        ["unshare", "-m", "true"], check=False,
        stderr=subprocess.DEVNULL).returncode == 0


@unittest.skipUnless(os.geteuid() == 0 and can_unshare(),
                     "needs root and a mount namespace")
class Default(Config):
    """/etc/spn-audit.conf, in an /etc that only the tool sees."""

    def setUp(self):
        super().setUp()
        # Where tests have their files otherwise, others may not look.
        folder = tempfile.TemporaryDirectory(dir="/tmp")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.export = self.write("export", EXPORT)

    def in_etc(self, text, *args, nobody=False, modules=""):
        """With modules of Samba's, or of that folder. A copy of the program,
        since nobody may not have the right to see a checkout."""
        self.conf(text)
        os.chmod(self.folder, 0o755)
        os.chmod(self.export, 0o644)
        tool = shutil.copy(TOOL, self.path("spn-audit"))
        how = ("setpriv", "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY,
               "--clear-groups") if nobody else ()
        return subprocess.run(
            ["unshare", "-m", "sh", "-c",
             'mount -t tmpfs none /etc && cp "$1" /etc/spn-audit.conf && '
             'shift && exec "$@"', "sh", self.path("conf"), *how, tool,
             "--from-ldif=" + self.export, *args],
            check=False, stdin=subprocess.DEVNULL, text=True,
            env=dict(os.environ, TMPDIR="/tmp", LDB_MODULES_PATH=modules),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def test_read(self):
        done = self.in_etc("only = SPN-101\nformat = csv")
        self.assertEqual("", done.stderr)
        self.assertIn("SPN-101", done.stdout)
        self.assertNotIn("SPN-701", done.stdout)
        done = self.in_etc("only = SPN-101", "--no-config",
                           "--configfile=/dev/null")
        self.assertIn("SPN-701", done.stdout)
        done = self.in_etc("xyz")
        self.assertEqual(2, done.returncode)
        self.assertIn("/etc/spn-audit.conf:2: ", done.stderr)

    def test_somebody_else(self):
        """Root's file makes nobody else write files, and says that it is left
        out; root himself it does, and who names it."""
        os.mkdir(self.path("w"), 0o777)
        os.chmod(self.path("w"), 0o777)
        text = "".join("%s = %s\n" % (name, self.path("w/" + name))
                       for name in ("output", "fix-ldif", "fix-setspn",
                                    "write-baseline"))
        done = self.in_etc(text, nobody=True)
        self.assertEqual([], os.listdir(self.path("w")))
        self.assertIn("SPNs checked", done.stdout, done.stderr)
        for number, name in enumerate(("output", "fix-ldif", "fix-setspn",
                                       "write-baseline"), 2):
            self.assertIn("/etc/spn-audit.conf:%d: %s writes a file" % (
                number, name), done.stderr)
        done = self.in_etc(text, "--config=/etc/spn-audit.conf", nobody=True)
        self.assertEqual("", done.stderr)
        self.assertEqual(4, len(os.listdir(self.path("w"))))
        for name in os.listdir(self.path("w")):
            os.remove(self.path("w/" + name))
        done = self.in_etc(text)
        self.assertEqual(("", ""), (done.stdout, done.stderr))
        self.assertEqual(4, len(os.listdir(self.path("w"))))

    def test_modules_of_somebody_else(self):
        """What may not be read is there, and the message says so."""
        os.mkdir(self.path("own"), 0o700)
        os.mkdir(self.path("own/modules"), 0o700)
        for name, why in (("own/modules",
                           "it cannot be read (Permission denied)"),
                          ("absent", "it is not there")):
            with self.subTest(name=name):
                done = self.in_etc("", nobody=True, modules=self.path(name))
                self.assertIn("%s is left out: %s. Remedy: " % (
                    self.path(name), why), done.stderr)
                self.assertIn("SPNs checked", done.stdout)


if __name__ == "__main__":
    unittest.main()
