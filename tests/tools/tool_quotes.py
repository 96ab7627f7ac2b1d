# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that somebody chose to forge, break or turn around what quotes them.

They go in as the fields of a violation (tests/tools/say_quoted.c) and as those of an
export (spn-audit --from-ldif), and are read back by what is not ours: Python's
json, csv and html.parser, shlex, and the expression of docs/logging.md. What
comes back is what went in, and nothing raw that steers a terminal is in any
output. SPN_QUOTES_RANDOM is how many random values there are.
"""

import base64
import csv
import html.parser
import io
import json
import os
import random
import re
import shlex
import subprocess
import tempfile
import unicodedata
import unittest

BUILD = os.environ["SPN_POLICY_BUILD"]
AUDIT = os.path.join(BUILD, "programs", "spn-audit")
SAY = os.path.join(BUILD, "tests", "say_quoted")
PAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "docs", "logging.md")
RANDOM = int(os.environ.get("SPN_QUOTES_RANDOM", "1000"))
BASE = b",CN=Users,DC=corp,DC=example,DC=com"
SID = "S-1-5-21-1-2-3-1104"

# Default_Ignorable_Code_Point that is not Cf.
IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f"
    "\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]")

FORGED = [
    "http/x' on 'CN=Administrator,CN=Users,DC=corp' by S-1-5-21-9-9-9-500: no",
    "'; account 'Administrator' SID S-1-5-21-9-9-9-500",
    "http/x'", "'", "''", "x\\", "\\'", "\\27", "\\5c27", "\\\\'", "a' and 'b",
    "http/x held by CN=Administrator,DC=corp: it is his",
    "x: y; z", "x:", "x;", "a; b", "\"x\"", "\"", "\\\"", "\", \"dn\": \"",
    "{spn}", "'{partner}'", "{words}", "%s%n", "$(reboot)", "`reboot`", "a b",
    "=1+1", "@SUM(A1)", "+1", "-1", " =1", "'=1", "''=1", "\t=1", "\r=1",
    "\uff1d1", "\uff20a", "\uff0b1", "\uff0d1", "\u3000\uff1d1", "\u22121",
    "\u00a0=1", "</td><script>", "&amp;", "<!--", "]]>", "a,b", ",", "#",
    "a\nb", "a\r\nspn_policy: refused SPN-101: 'forged'", "a\tb", "\x1b[2Ja",
    "\x7f", "\x85", "\x9b2J", "\u2028", "\u2029", "\u202a", "a\u202eb",
    "\u2066x\u2069", "\u200e\u200f", "\u200b", "\u00ad", "\u061c", "\u0600",
    "\ufeff", "\ufff9x\ufffb", "\U000e0041", "\U0001d173", "\u3164",
    "\u05d0\u05d1", "M\u00fcller", "\u20ac", "\U0001f427", "x" * 299 + "'",
    "\u00e4" * 200, "'" * 301, "\u202e" * 150, "...", "",
]
BROKEN = [b"\xff", b"\xc3", b"a\xe2\x80'", b"\x9b", b"\xed\xa0\x80", b"\xc0\xaf",
          b"\xf4\x90\x80\x80'", b"a\0b", b"\0"]


def values():
    """All of them as bytes, then random ones."""
    fixed = [text.encode() for text in FORGED] + BROKEN
    hidden = "".join(char for char in map(chr, range(0x110000)) if
                     unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")
                     or IGNORABLE.match(char))
    for start in range(0, len(hidden), 70):
        fixed.append(("a%sb" % hidden[start:start + 70]).encode())
    chance = random.Random(5)
    return fixed + [b"".join(chance.choices(fixed, k=chance.randint(1, 4)))
                    for _ in range(RANDOM)]


def dn_of(value):
    """A DN with this value, escaped as ldb does; no NUL, no broken UTF-8."""
    text = value.replace(b"\0", b"").decode("utf-8", "ignore").strip() or "x"
    return b"CN=" + re.sub(r'([,=\n\r+<>#;\\"])',
                           lambda c: "\\" + c[0] if ord(c[0]) > 31
                           else "\\%02X" % ord(c[0]),
                           text).encode() + BASE


def unescape(text):
    """The bytes of text in which \\xx is a byte."""
    return re.sub(rb"\\([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]),
                  text.encode())


def undn(dn):
    """The bytes that a DN means, RFC 4514: one pass."""
    return re.sub(rb"\\([0-9A-Fa-f]{2}|.)", lambda m: bytes([int(m[1], 16)])
                  if len(m[1]) == 2 else m[1], dn, flags=re.DOTALL)


def cut(value):
    """As docs/logging.md says."""
    if len(value) <= 300:
        return value
    end = 300
    while end > 0 and value[end] & 0xc0 == 0x80:
        end -= 1
    return value[:end] + b"..."


def regex():
    with open(PAGE, encoding="utf-8") as stream:
        text = re.search(r"^```regex\n(.*)\n```", stream.read(), re.MULTILINE)
    return re.compile(text[1].replace("(?<", "(?P<"))


class Clean(unittest.TestCase):
    def assert_clean(self, output, allowed=""):
        """Valid UTF-8, and nothing in it that nobody sees."""
        text = output.decode()
        for char in set(text) - set(allowed):
            self.assertNotIn(unicodedata.category(char),
                             ("Cc", "Cf", "Zl", "Zp", "Cs"),
                             "U+%04X in %r" % (ord(char), text[:3000]))
        self.assertIsNone(IGNORABLE.search(text), text[:3000])
        return text


# A line of a report: what begins it, and its parts. PARTNER comes last.
TOKEN = r"(?:'[^']*'|[^' ]+)"
PARTS = (r"(?:error|warning|info|(?:held by|account|and|also|holds) "
         r"%s(?:, %s)*(?: and \d+ more)?|hence SPN-\d{3}(?:, SPN-\d{3})*|"
         r"PARTNER .*)" % (TOKEN, TOKEN))
LINE = re.compile(r"(?=%s)(?:(%s) +)??((?:%s(?:; |$))+)$" % (
    TOKEN, TOKEN, PARTS))
PART = re.compile(r"(?:^|; )(held by|account|and|also|holds) "
                  r"(%s(?:, %s)*)(?=; |$| and \d+ more)" % (TOKEN, TOKEN))


class Lines(Clean):
    @classmethod
    def setUpClass(cls):
        all_values = values()
        chance = random.Random(7)
        cls.rows = []
        for spn in all_values:
            other = [chance.choice(all_values) for _ in range(3)]
            cls.rows.append((
                chance.choice(["SPN-001", "SPN-101", "SPN-201", "SPN-301",
                               "SPN-602", "SPN-803"]), spn,
                other[0].replace(b"\0", b""), dn_of(other[1]),
                dn_of(other[2])))
        text = "".join("%s %s\n" % (row[0], " ".join(
            value.hex() or "-" for value in row[1:])) for row in cls.rows)
        done = subprocess.run([SAY], input=text.encode(), check=True,
                              stdout=subprocess.PIPE)
        cls.output = done.stdout
        lines = done.stdout.split(b"\n")
        assert lines.pop() == b""
        cls.said = [lines[i:i + 5] for i in range(0, len(lines), 5)]

    def each(self, kind):
        for row, said in zip(self.rows, self.said):
            with self.subTest(row=row, line=said[kind]):
                yield row, said[kind].decode()

    def test_clean(self):
        self.assertEqual(len(self.said), len(self.rows))
        self.assertEqual({len(lines) for lines in self.said}, {5})
        self.assert_clean(self.output, "\n")

    def test_text(self):
        """The log's line has each field, and no other."""
        expression = regex()
        for (code, spn, _, dn, other), line in self.each(0):
            found = expression.match(line)
            self.assertIsNotNone(found)
            self.assertEqual(("refused", code, SID),
                             (found["action"], found["code"], found["sid"]))
            self.assertEqual(cut(spn), unescape(found["spn"]))
            self.assertEqual(undn(cut(dn)), undn(found["dn"].encode()))
            self.assertEqual("'", found["others"][0])
            self.assertEqual(undn(cut(other)),
                             undn(found["others"][1:-1].encode()))
            self.assertIsNone(found["more"])

    def test_json(self):
        for (code, spn, partner, dn, other), line in self.each(1):
            body = json.loads(line)["spnPolicy"]
            self.assertEqual((code, SID, 1), (body["code"], body["userSid"],
                                              body["conflicts"]))
            self.assertEqual(cut(spn), unescape(body["spn"]))
            self.assertEqual(cut(partner), unescape(body["partner"]))
            self.assertEqual(undn(cut(dn)), undn(body["dn"].encode()))
            self.assertEqual([undn(cut(other))],
                             [undn(each.encode())
                              for each in body["conflictDns"]])

    def test_client(self):
        """The value that was sent stands in its quotes."""
        for (code, spn, _, _, _), line in self.each(2):
            if line:
                found = re.match(r"0000(?:202F|21C7): spn_policy: %s "
                                 r"'([^']*)'(?:[ :])" % code, line)
                self.assertEqual(cut(spn), unescape(found[1]))

    def test_event(self):
        dn = r"('[^']*'|[^'](?:(?![:;] )[^'])*)"
        expression = re.compile(
            r"new (?:error|warning|info) (SPN-\d{3}) [A-Z0-9-]+"
            r"(?: ('[^']*'|[^' ][^' ]*) held by| of) %s; %s: (.*)$" % (dn, dn))
        for (code, spn, _, holder, other), line in self.each(3):
            found = expression.match(line)
            self.assertIsNotNone(found)
            self.assertEqual(code, found[1])
            self.assertEqual(spn, unescape((found[2] or "").strip("'")))
            for part, wanted in ((3, holder), (4, other)):
                self.assertEqual(undn(wanted),
                                 undn(found[part].strip("'").encode()))

    def test_json_event(self):
        for (_, spn, partner, dn, other), line in self.each(4):
            finding = json.loads(line)["finding"]
            self.assertEqual(spn, unescape(finding["spn"] or ""))
            self.assertEqual(partner, unescape(finding["partner"] or ""))
            if all(b"\\" not in each and each.decode("utf-8", "ignore")
                   .encode() == each for each in (dn, other, partner)):
                self.assertEqual(
                    [dn.decode(), other.decode()],
                    [each["dn"] for each in finding["holders"]])
                self.assertEqual(partner.decode(),
                                 finding["holders"][0]["sAMAccountName"])


class Page(html.parser.HTMLParser):
    """Tags, the text of each cell of class spn and of class account, and the data
    for the script."""

    def __init__(self):
        super().__init__()
        self.tags = set()
        self.cells = {"spn": [], "account": []}
        self.inside = False
        self.is_data = False
        self.data = ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.is_data = dict(attrs).get("id") == "data"
        if tag == "td":
            self.inside = dict(attrs).get("class") in self.cells
            if self.inside:
                self.cell = self.cells[dict(attrs)["class"]]
                self.cell.append("")

    def handle_data(self, data):
        if self.inside:
            self.cell[-1] += data
        if self.is_data:
            self.data += data

    def handle_endtag(self, tag):
        self.is_data = False
        self.inside = self.inside and tag != "td"


def uncell(text):
    """What stood in a cell, as spn-audit(8) says."""
    blank = "\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
    guarded = ("'['%s]*[-=+@\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d"
               "\uff20]" % blank)
    return text[1:] if re.match(guarded, text) else text


def line_of(name, value):
    return b"%s:: %s\n" % (name.encode(), base64.b64encode(value))


class Report(Clean):
    @classmethod
    def setUpClass(cls):
        """Two accounts for each value, which is in all that an account says."""
        cls.spns = set()
        cls.names = set()
        cls.dns = set()
        cls.typed = []  # DNs of a few accounts
        entries = []
        for i, value in enumerate(values()[:len(FORGED) + len(BROKEN) + 60]):
            name = value.replace(b"\0", b"").decode("utf-8", "ignore")
            name = name.strip() or "x"
            for half in "ab":
                dn = dn_of(b"%d%s%s" % (i, half.encode(), value))
                cls.spns.add(value)
                cls.names.add(name)
                cls.spns.add(b"%d%s " % (i, half.encode()) + value)
                cls.dns.add(undn(dn))
                if half == "a" and i < 3:
                    cls.typed.append(dn)
                entries.append(
                    line_of("dn", dn) + b"objectClass: user\n"
                    b"objectClass: computer\nuserAccountControl: 4096\n"
                    b"msDS-SupportedEncryptionTypes: 4\n" +
                    (line_of("servicePrincipalName", value) if value else b"")
                    + line_of("servicePrincipalName",
                              b"%d%s " % (i, half.encode()) + value)
                    + line_of("servicePrincipalName",
                              b"http/" + name.encode())
                    + b"".join(line_of(attr, name.encode()) for attr in (
                        "sAMAccountName", "dNSHostName", "description",
                        "userPrincipalName", "msDS-AdditionalDnsHostName",
                        "msDS-AllowedToDelegateTo")))
                # the last one is what an audit says is missing
                cls.spns.update(start + name.encode()
                                for start in (b"http/", b"", b"HOST/"))
        cls.ldif = b"\n".join(entries) + b"\n"

    def audit(self, *args):
        done = subprocess.run(
            [AUDIT, "-s", "/dev/null", "--from-ldif=-", *args],
            input=self.ldif, check=False, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 1, done.stderr[-2000:])
        self.assert_clean(done.stderr, "\n")
        return done.stdout

    def test_json(self):
        text = self.assert_clean(self.audit("--format=json"), "\n")
        document = json.loads(text)
        self.assertEqual(text, json.dumps(
            document, indent=2, ensure_ascii=False) + "\n"
            if text.isascii() else text)
        seen = set()
        for finding in document["findings"]:
            for account in finding["holders"] + finding["others"]:
                self.assertIn(account["sAMAccountName"], self.names)
                self.assertIn(undn(account["dn"].encode()), self.dns)
            seen.add(unescape(finding["spn"] or ""))
        self.assertLessEqual(seen - {b""}, self.spns)
        self.assertGreater(len(seen), 100)

    def test_csv(self):
        text = self.assert_clean(self.audit("--format=csv"), "\r\n")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        self.assertEqual({len(row) for row in rows}, {22})
        self.assertLessEqual({unescape(uncell(row[4])) for row in rows[1:]},
                             self.spns | {b""})
        for row in rows[1:]:
            for cell in row:
                self.assertIsNone(re.match(
                    r"\s*[-=+@\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d"
                    r"\uff1d\uff20\t\r]", cell), row)
            for dn in re.split(r"(?<!\\); (?=CN=)", uncell(row[6])):
                if dn:
                    self.assertIn(undn(dn.encode()), self.dns)

    def test_html(self):
        text = self.assert_clean(self.audit("--format=html"), "\n\t")
        page = Page()
        page.feed(text)
        self.assertEqual(page.tags, set(
            "html head meta title style body h1 p ul li b h2 div a span svg "
            "rect label input select option table thead tr th tbody td code "
            "wbr dl dt dd script".split()))
        self.assertLessEqual(
            {unescape(each) for each in page.cells["spn"]},
            self.spns | {b""})
        self.assertLessEqual(
            {undn(each.encode()) for each in page.cells["account"]}, self.dns)
        self.assertTrue(page.cells["account"])
        data = json.loads(page.data)
        parents = [",%s" % each for each in data["parents"]] + [""]
        names = [name + parents[parent] for name, parent in zip(
            data["names"], data["parentOf"])]
        self.assertLessEqual({undn(each.encode()) for each in names}, self.dns)
        self.assertLess(100, len(names))

    def test_prometheus(self):
        text = self.assert_clean(self.audit("--format=prometheus"), "\n")
        for line in text.splitlines():
            self.assertRegex(line, r'^(#.*|[a-z_]+(\{([a-z]+="([^"\\]|\\.)*"'
                             r',?)+\})? \d+(\.\d+)?)$')

    def assert_account(self, word):
        """A name, or a DN."""
        bare = word.strip("'")
        self.assertTrue(unescape(bare) in {n.encode() for n in self.names} or
                        undn(bare.encode()) in self.dns, word)

    def test_text(self):
        """A line has its parts and no other, whatever stands in them."""
        text = self.assert_clean(self.audit(), "\n")
        findings = re.split(r"^(?:ERROR|WARNING|INFO) SPN-\d{3} .*$", text,
                            flags=re.MULTILINE)
        lines = re.findall(r"^  ((?! |SPN-\d{3}).*)$",
                           "".join(findings[1:]), re.MULTILINE)
        self.assertLess(100, len(lines))
        for line in lines:
            found = LINE.match(line)
            self.assertIsNotNone(found, line)
            parts = PART.findall(found[2])
            if parts and parts[0][0] in ("and", "holds"):
                self.assert_account(found[1])
            elif found[1] and unescape(found[1].strip("'")) not in self.spns:
                self.assert_account(found[1])
            for label, names in parts:
                for name in re.findall(TOKEN + r"(?=, |$)", names):
                    if label == "holds":
                        self.assertIn(unescape(name.strip("'")), self.spns)
                    else:
                        self.assert_account(name)

    def test_text_in_full(self):
        """Nothing but an SPN stands where one is announced."""
        heads, holds = [], []
        for dn in self.typed:
            text = self.assert_clean(
                self.audit(b"--account=" + dn), "\n")
            found = re.findall(
                r"^  SPN-\d{3} (.*)\n    (held by|account)?", text,
                re.MULTILINE)
            held = re.findall(r"^    holds   (.*)$", text, re.MULTILINE)
            self.assertLessEqual(
                {unescape(each) for each, label in found if label} |
                {unescape(each) for each in held}, self.spns)
            holds += held
            heads += [each for each, label in found if not label]
            heads += re.findall(r"^    (?:held by|also|account|and) +(.*)$",
                                text, re.MULTILINE)
        self.assertTrue(heads and holds)
        for dn in heads:
            if dn[0] != ".":
                self.assertIn(undn(dn.encode()), self.dns)

    def test_repairs(self):
        with tempfile.TemporaryDirectory() as folder:
            ldif, commands, baseline = (
                os.path.join(folder, name) for name in ("l", "c", "b"))
            self.audit("--fix-ldif=" + ldif, "--fix-setspn=" + commands)
            self.audit("--write-baseline=" + baseline)
            for path in (ldif, commands, baseline):
                with open(path, "rb") as stream:
                    self.assert_clean(stream.read(), "\n\t")
            self.check_ldif(ldif)
            self.check_commands(commands)

    def check_ldif(self, path):
        with open(path, "rb") as stream:
            # a long line goes on after "\n " (RFC 2849)
            text = stream.read().replace(b"\n ", b"")
        lines = [each for each in text.split(b"\n")
                 if each and not each.startswith(b"#")]
        self.assertGreater(len(lines), 10)
        for line in lines:
            name, _, value = line.partition(b":")
            value = (base64.b64decode(value[2:]) if value.startswith(b":")
                     else value[1:])
            if name == b"dn":
                self.assertIn(undn(value), self.dns)
            elif name != b"servicePrincipalName":
                self.assertIn(line, (
                    b"changetype: modify", b"-", b"add: servicePrincipalName",
                    b"delete: servicePrincipalName",
                    b"replace: servicePrincipalName"))

    def check_commands(self, path):
        subprocess.run(["sh", "-n", path], check=True)
        with open(path, encoding="utf-8") as stream:
            # those that wait for an answer, too
            lines = [each for each in (line.removeprefix("# ")
                                       for line in stream)
                     if each.startswith("setspn")]
        self.assertGreater(len(lines), 3)
        for line in lines:
            words = shlex.split(line)
            self.assertEqual(words[:2], ["setspn", "$@"])
            self.assertIn(words[2], ("-C", "-U"))
            self.assertIn(words[3], ("-S", "-D"))
            self.assertEqual(words[-2:], ["||", "status=1"])
            self.assertIn(words[-3], self.names)


if __name__ == "__main__":
    unittest.main()
