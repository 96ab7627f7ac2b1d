# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-audit over exports and lists that are odd, and not wrong; or wrong, and
then the message says where.

Needs no directory.
"""

import csv
import io
import json
import os
import re
import resource
import subprocess
import tempfile
import unittest

from hostile import CONFIGURATION, SPN, computer, configuration, user

TOOL = os.path.join(os.environ["SPN_POLICY_BUILD"], "programs", "spn-audit")


class Input(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        if isinstance(data, str):
            data = data.encode("utf-8")
        with open(self.path(name), "wb") as stream:
            stream.write(data)
        return self.path(name)

    def audit(self, text, *args, stdin=b""):
        return subprocess.run(
            [TOOL, "--configfile=/dev/null",
             "--from-ldif=" + self.write("export", text), *args],
            input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            check=False)

    def refused(self, done, *words):
        self.assertEqual((2, b""), (done.returncode, done.stdout),
                         done.stderr)
        self.assertNotIn(b"out of memory", done.stderr)
        for word in words:
            self.assertIn(word.encode(), done.stderr)


class Heads(Input):
    """What is said of an account is headed by it, not by one of its SPNs."""
    EXPORT = configuration() + user(
        1, tag="svc", **{SPN: ["foo/b", "foo/a", "foo/c"]}) + user(
        2, tag="svc", **{SPN: "foo/d", "userAccountControl": 514}) + user(
        3, tag="svc", **{SPN: "nonsense", "userPrincipalName": "x@y"}) + user(
        4, tag="svc", userPrincipalName="x@y")
    NAME = "CN=svc%d,CN=Users,DC=example,DC=com"
    # code, subject, SPN, whose
    FINDINGS = [("SPN-602", "account", None, 3),
                ("SPN-001", "spn", "nonsense", 3),
                ("SPN-203", "forest", None, None),
                ("SPN-501", "account", "foo/d", 2),
                ("SPN-701", "account", "foo/b", 1),
                ("SPN-701", "account", "nonsense", 3)]

    def report(self, *args):
        done = self.audit(self.EXPORT, *args)
        self.assertEqual(b"", done.stderr)
        return done.stdout.decode()

    def name(self, number):
        return "" if number is None else self.NAME % number

    def test_text(self):
        """What is alone with its code is a block; else it is a line."""
        alone = [each for each in self.FINDINGS if each[0] != "SPN-701"]
        heads = re.findall(r"(?m)^  (SPN-\d+) ?(.*)$", self.report())
        self.assertEqual(
            [(code, self.name(whose) if subject == "account" else spn or "")
             for code, subject, spn, whose in alone], heads)
        self.assertIn("""--write-baseline

  svc1  holds foo/b and 2 more
  svc3  holds nonsense
""", self.report())

    def test_text_of_account(self):
        self.assertIn("""
  SPN-701 CN=svc1,CN=Users,DC=example,DC=com
    holds   foo/b
            and 2 more
    why     """, self.report("--account=svc1"))

    def test_json(self):
        """What was there before is as it was."""
        self.assertEqual(
            self.FINDINGS,
            [(f["code"], f["subject"], f["spn"],
              int(f["holders"][0]["dn"][6]) if f["holders"] else None)
             for f in json.loads(self.report("--format=json"))["findings"]])

    def test_csv(self):
        rows = list(csv.reader(io.StringIO(self.report("--format=csv"))))
        self.assertEqual(
            [(code, spn or "", subject)
             for code, subject, spn, _ in self.FINDINGS],
            [(row[0], row[4], row[10]) for row in rows[1:]])

    def test_html(self):
        page = re.sub("<wbr */?>", "", self.report("--format=html"))
        for code, subject, spn, whose in self.FINDINGS:
            cell = ('<td class="account">' + self.name(whose)
                    if subject == "account" else
                    '<td class="spn"><code>%s</code>' % spn if spn else
                    '<td class="spn"')
            self.assertRegex(
                page, '<td class="code"><a href="#%s">%s</a> (?:(?!</tr>).)*%s'
                % (code, code, re.escape(cell)))
            self.assertIn('<dt id="%s">' % code, page)

    def test_baseline_of_yesterday(self):
        """A line is still CODE SPN OTHER-HALF SUM, so an older one fits."""
        path = self.write("baseline", "SPN-701 FOO/B - 20fa6881340bb6e2\n")
        done = self.audit(self.EXPORT, "--only=keys,check",
                          "--baseline=" + path)
        self.assertNotIn(b"svc1", done.stdout)
        self.assertNotIn(b"SPN-903", done.stdout)


class Controllers(Input):
    """Whose KDC is it? Only a Samba one looks at the CN of a computer."""

    def codes(self, *systems):
        text = configuration() + "".join(
            computer(number, tag="dc", userAccountControl=0x2000,
                     operatingSystem=system)
            for number, system in enumerate(systems))
        text += computer(1, tag="pc") + computer(2, tag="pc",
                                                 **{SPN: "HOST/pc1"})
        done = self.audit(text, "--only=hidden-duplicate", "--format=csv")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return re.findall(rb"SPN-[0-9]+", done.stdout)

    def test_kind(self):
        """One Samba among them is enough; who says nothing is Samba."""
        windows = "Windows Server 2022 Standard"
        self.assertEqual([], self.codes(windows, windows))
        for systems in ((), ("Samba",), (windows, "Samba"),
                        (windows, "Samba-4.22.11-Debian-4.22.11+dfsg-0")):
            self.assertIn(b"SPN-105", self.codes(*systems), systems)


class Configuration(Input):
    SERVICE = "CN=Directory Service,CN=Windows NT,CN=Services,"

    def test_value_twice(self):
        """Each entry of the configuration, each attribute twice."""
        plain = configuration() + user(1, **{SPN: "foo/x"})
        twice = "".join(
            line + (line if ": " in line and line[:4] != "dn: " else "")
            for line in configuration().splitlines(True))
        self.assertNotEqual(plain, twice)
        once = self.audit(plain)
        done = self.audit(twice + user(1, **{SPN: "foo/x"}))
        self.assertEqual((once.returncode, once.stdout, once.stderr),
                         (done.returncode, done.stdout, done.stderr))
        self.assertIn(once.returncode, (0, 1))

    def test_no_room(self):
        """What is not the fault of the memory is not said to be."""
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 22, 1 << 22))

        dn = self.SERVICE + CONFIGURATION
        self.write("export", configuration().replace(
            "host=alerter", "host=" + "x," * (1 << 22) + "alerter"))
        done = subprocess.run(
            [TOOL, "--configfile=/dev/null",
             "--from-ldif=" + self.path("export")], preexec_fn=limit,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.refused(done, self.path("export"), dn)


class Baseline(Input):
    EXPORT = configuration() + user(1, **{SPN: "foo/x"}) + user(
        2, **{SPN: ["foo/x", "foo/y"]})

    def test_any_byte(self):
        """No byte of a comment ends the file, nor does its length."""
        path = self.path("baseline")
        self.audit(self.EXPORT, "--write-baseline=" + path)
        with open(path, "rb") as stream:
            keys = stream.read()
        for byte in (1, 4, 26, 128, 254, 255):
            comment = b"# " + bytes([byte]) * 20000 + b"\n"
            self.write("baseline", comment + keys)
            done = self.audit(self.EXPORT, "--baseline=" + path)
            self.assertEqual((0, b""), (done.returncode, done.stderr), byte)
            self.assertIn(b"3 accepted, no findings", done.stdout, byte)

    def test_line_behind_any_byte(self):
        """And what stands behind it is read, if it is wrong."""
        path = self.write("baseline", b"# y\xff\nnonsense\n")
        self.refused(self.audit(self.EXPORT, "--baseline=" + path),
                     path + ":2: 'nonsense'")

    def test_nothing(self):
        path = self.write("baseline", b"")
        done = self.audit(self.EXPORT, "--baseline=" + path)
        self.assertEqual(self.audit(self.EXPORT).stdout, done.stdout)
        self.refused(self.audit(self.EXPORT, "--baseline=" + self.folder),
                     self.folder + ": Is a directory")


class Names(Input):
    def found(self, *args):
        done = self.audit(
            configuration() + user(1, **{SPN: "foo/x", "sAMAccountName":
                                         "jürgen"})
            + user(2, **{SPN: "foo/y", "sAMAccountName": "gro\u00dfe  mühe$"}),
            "--only=SPN-701", *args)
        self.assertEqual((0, b""), (done.returncode, done.stderr))
        return re.findall("foo/.", done.stdout.decode())

    def test_account(self):
        """--account compares names as the directory does."""
        for name, spn in (("jürgen", "foo/x"), ("JÜRGEN", "foo/x"),
                          ("Jürgen", "foo/x"), ("GROßE MÜHE$", "foo/y"),
                          ("große  mÜhe", "foo/y")):
            self.assertEqual([spn], self.found("--account=" + name), name)
        self.refused(self.audit(configuration() + user(
            1, **{SPN: "foo/x"}), "--account=JÜRGEN"), "JÜRGEN", "DN")

    def test_base(self):
        text = configuration() + user(1, **{SPN: "foo/x"}).replace(
            "CN=x1", "CN=jürgen")
        for option in "--account", "--base":
            done = self.audit(text, "--only=SPN-701",
                              option + "=cn=JÜRGEN,cn=users,dc=EXAMPLE,dc=com")
            self.assertEqual((0, b""), (done.returncode, done.stderr))
            self.assertIn(b"foo/x", done.stdout)


if __name__ == "__main__":
    unittest.main()
