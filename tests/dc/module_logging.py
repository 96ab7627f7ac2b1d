# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module writes into samba's log: that it is whole, that it is little,
and that docs/logging.md says how to read it.

Runs in the environment ad_dc:local, whose samba logs the module at level 5.
SPN_LOG_REFUSALS is how many refusals a flood has.
"""

import collections
import json
import os
import re
import subprocess
import tempfile
import unittest

import ldb

from samba.sd_utils import SDUtils

from module_write_paths import (CONF, LP, WritePaths, admin_credentials, credentials,
                          over_ldap)

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PAGE = os.path.join(TOP, "docs", "logging.md")
LOG = os.environ["SMBD_TEST_LOG"]
LOG_IN_PAGE = "/var/log/samba/spn_policy.log"
REFUSALS = int(os.environ.get("SPN_LOG_REFUSALS", "1000"))
SYNTAX = "0000202F"
PASSWORD = "Secret007-more"
WRITE_SPN = "(OA;;WP;f3a64788-5306-11d1-a9c5-0000f80367c1;;%s)"
OURS = re.compile(rb"^\s*(spn_policy: .*|{\"timestamp\".*)$")
# What could hide or move a part of a line: C0, DEL, and what nobody sees.
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e"
                    "\u2060-\u206f\ufeff]")


def page():
    with open(PAGE, encoding="utf-8") as stream:
        return stream.read()


def events(lines):
    """The JSON lines, parsed: what is no JSON fails the test."""
    return [json.loads(line) for line in lines
            if line.startswith('{"timestamp"')]


class Logging(WritePaths):
    def setUp(self):
        super().setUp()
        self.mark = os.path.getsize(LOG)
        self.sam = over_ldap(admin_credentials())

    def lines(self):
        """Ours since setUp(), without the blanks in front."""
        with open(LOG, "rb") as log:
            log.seek(self.mark)
            found = [OURS.match(line) for line in log.read().split(b"\n")]
        return [match.group(1).decode() for match in found if match]

    def refuse(self, dn, *spns):
        self.assert_refused(19, SYNTAX, self.change, self.sam, dn, *spns)


class Values(Logging):
    def test_nothing_gets_through(self):
        """Whatever somebody writes stays inside of its line and its quotes."""
        dn = self.account("odd")
        holder = 'CN=ho\\"ld\\0Aer\u202e,%s' % self.ou
        self.stock.add({"dn": holder, "objectClass": "user",
                        "sAMAccountName": "holder",
                        "servicePrincipalName": ["foo/held"]})
        values = [b"http://a\nspn_policy: refused SPN-101: 'forged'",
                  b'http://"}}\\"\t', b"http://\x1b[2J\x1b[1;1H\x7f",
                  "http://a\u202eb\u200bc\u00add\ufeff".encode(),
                  b"http://" + b"x" * 60000,
                  b"http://{spn}{others}%s%n$(reboot)"]
        for value in values:
            self.refuse(dn, value)
        self.assert_refused(19, "000021C7", self.change, self.sam, dn,
                            "foo/held")
        lines = self.lines()
        self.assertEqual(len(lines), 2 * (len(values) + 1))
        for line in lines:
            self.assertIsNone(UNSAFE.search(line), line)
            self.assertLess(len(line), 2500)
        found = [event["spnPolicy"] for event in events(lines)]
        self.assertEqual(len(found), len(values) + 1)
        self.assertEqual({event["action"] for event in found}, {"refused"})
        self.assertEqual({event["dn"] for event in found}, {dn})
        self.assertIn('"ld\\0Aer\\e2\\80\\ae,OU=',
                      found[-1]["conflictDns"][0])
        self.assertEqual(found[-1]["conflicts"], 1)

    def test_forged(self):
        """Who may write the SPNs of one account is always named as the one
        who did, on that account, however the value reads."""
        target = self.account("target")
        helper = self.account("helper")
        self.stock.setpassword("(sAMAccountName=helper)", PASSWORD)
        sid = self.stock.schema_format_value(
            "objectSid", self.stock.search(
                helper, ldb.SCOPE_BASE,
                attrs=["objectSid"])[0]["objectSid"][0]).decode()
        SDUtils(self.stock).dacl_add_ace(target, WRITE_SPN % sid)
        caller = over_ldap(credentials("helper", PASSWORD))
        other = "CN=o' by S-1-5-18: x,%s" % self.ou
        self.stock.add({"dn": other, "objectClass": "user",
                        "sAMAccountName": "other",
                        "servicePrincipalName": ["foo/o'held"]})
        forged = ("http://x' on 'CN=Administrator,CN=Users,%s' by %s-500: it "
                  "is a URL" % (
                      self.stock.domain_dn(), self.stock.domain_sid))
        values = [forged, "http://'", "http://a'; account 'b' SID S-1-1-0",
                  "http://\\27", "http://\", \"dn\": \"CN=x", "http://\u009b2J",
                  "http://\u202e\u2066x"]
        texts = [self.assert_refused(19, SYNTAX, self.change, caller, target,
                                     value) for value in values]
        values.append("foo/o'held")
        texts.append(self.assert_refused(19, "000021C7", self.change, caller,
                                         target, values[-1]))
        for text in texts:
            self.assertIsNone(UNSAFE.search(text), text)
        lines = self.lines()
        self.assertEqual(len(lines), 2 * len(values), lines)
        expression = re.compile(re.search(
            r"^```regex\n(.*)\n```", page(), re.MULTILINE)[1]
            .replace("(?<", "(?P<"))
        found = [expression.match(line) for line in lines[::2]]
        for value, match, event in zip(values, found, events(lines)):
            event = event["spnPolicy"]
            for said in match, event:
                self.assertEqual(value, re.sub(
                    r"(?:\\[0-9a-f]{2})+", lambda m: bytes.fromhex(
                        m[0].replace("\\", "")).decode(), said["spn"]))
                self.assertEqual(said["dn"], target)
            self.assertEqual(match["sid"], sid)
            self.assertEqual(event["userSid"], sid)
        self.assertEqual(event["conflictDns"], [other])
        self.assertEqual(found[-1]["others"],
                         "'%s'" % other.replace("'", "\\27"))

    def test_settings(self):
        """A line of the settings that is not understood, likewise."""
        dn = "CN=SPN Policy,CN=Services,%s" % self.stock.get_config_basedn()
        for flag in (ldb.FLAG_MOD_DELETE, ldb.FLAG_MOD_ADD):
            message = ldb.Message(ldb.Dn(self.stock, dn))
            message["s"] = ldb.MessageElement(
                [b"fr\x1bob=\n\"1", b"x" * 3000], flag, "msDS-Settings")
            if flag == ldb.FLAG_MOD_ADD:
                self.stock.modify(message)
            else:
                self.addCleanup(self.stock.modify, message)
        self.change(self.sam, self.account("set"), "foo/set")
        lines = [line for line in self.lines() if "SPN-902" in line]
        self.assertGreaterEqual(len(lines), 2)
        for line in lines:
            self.assertIsNone(UNSAFE.search(line), line)
            self.assertLess(len(line), 2500)

    def test_fields(self):
        """Every field is documented, and there is no other one."""
        table = page().split("## The JSON line", 1)[1].split("\n## ", 1)[0]
        documented = set()
        for row in re.findall(r"^\| ([\w, ]+) \|", table, re.MULTILINE):
            documented.update(row.split(", "))
        documented.discard("field")
        self.refuse(self.account("fields"), "http://x")
        event = events(self.lines())[-1]
        self.assertEqual(set(event) - {"spnPolicy"} | set(event["spnPolicy"]),
                         documented)


class Jq(Logging):
    def example(self, text):
        """The output of the example of docs/logging.md with this text."""
        blocks = re.findall(r"^```sh\n(.*?)^```", page(),
                            re.MULTILINE | re.DOTALL)
        found = [block for block in blocks if text in block]
        self.assertEqual(len(found), 1, text)
        self.assertIn(LOG_IN_PAGE, found[0])
        done = subprocess.run(
            ["sh", "-euc", found[0].replace(LOG_IN_PAGE, LOG)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout.splitlines()

    def everything(self, action):
        """Events of this kind in the whole log."""
        with open(LOG, "rb") as log:
            found = [OURS.match(line) for line in log.read().split(b"\n")]
        lines = [match.group(1).decode() for match in found if match]
        return [event for event in events(lines)
                if event["spnPolicy"]["action"] == action]

    def test_examples(self):
        holder = self.account("holder", ["foo/held"])
        dn = self.account("asks")
        self.refuse(dn, "http://x\t{\"timestamp\": 1}")
        self.assert_refused(19, "000021C7", self.change, self.sam, dn,
                            "foo/held")
        self.change(self.sam, dn, "https/warned")
        refused = self.everything("refused")
        counted = collections.Counter(event["spnPolicy"]["userSid"]
                                      for event in refused)
        self.assertEqual(
            {words[1]: int(words[0]) for words in
             (line.split() for line in self.example("uniq -c"))}, counted)
        last = self.example("tail -n 20")[-1].split("\t")
        self.assertEqual(last[1:], ["SPN-101", "foo/held", dn, holder])
        self.assertEqual(last[0], refused[-1]["timestamp"])
        self.assertIn(dn + " SPN-004", self.example('"warned"'))

    def test_text(self):
        """The example for the text line."""
        dn = self.account("texts")
        self.refuse(dn, "http://x' by S-1-1-0: y")
        self.assertIn([dn, "%s-500" % self.stock.domain_sid],
                      [line.split() for line in self.example("grep -oP")])

    def test_replicated(self):
        """Here no replication happens, so the log of one is made up."""
        with open(LOG, "rb") as log:
            before = log.read()
        line = json.loads(re.search(r'^({"timestamp".*})$', page(),
                                    re.MULTILINE).group(1))
        line["spnPolicy"]["action"] = "replicated"
        with tempfile.NamedTemporaryFile("wb") as copy:
            copy.write(before + b"\n  " + json.dumps(line).encode() + b"\n")
            copy.flush()
            block = [each for each in re.findall(
                r"^```sh\n(.*?)^```", page(), re.MULTILINE | re.DOTALL)
                if '"replicated"' in each][0]
            done = subprocess.run(
                ["sh", "-euc", block.replace(LOG_IN_PAGE, copy.name)],
                stdout=subprocess.PIPE, text=True, check=True)
        self.assertEqual([json.loads(each) for each in
                          done.stdout.splitlines()], [line["spnPolicy"]])


class Flood(Logging):
    def said(self, level, tool, *arguments, text):
        """Our lines of what a process with this log level writes."""
        with open(CONF, encoding="utf-8") as conf:
            changed, num = re.subn(r"(?m)^(\s*log level) = .*$",
                                   r"\1 = " + level, conf.read())
        self.assertEqual(num, 1)
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, name)
                     for name in ("smb.conf", "input")]
            for path, what in zip(paths, (changed, text)):
                with open(path, "w", encoding="utf-8") as out:
                    out.write(what)
            done = subprocess.run(
                [tool, "--configfile=" + paths[0], *arguments, paths[1]],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                errors="replace", check=False)
        lines = done.stdout.splitlines()
        return done, [line for line in lines if OURS.match(line.encode())]

    def refusals(self, level, number, dn=None):
        """So many requests, each in a transaction of its own."""
        dn = dn or self.account("flood")
        text = "case\tflood\t0\t19\tsystem\n" + "".join(
            "add\t%s\tservicePrincipalName\thttp://x%d\n" % (dn, i)
            for i in range(number))
        done, lines = self.said(
            level, os.path.join(TOP, "bin", "tests", "modify_many"),
            text=text)
        self.assertEqual(done.returncode, 0, done.stdout[-500:])
        self.assertIn("flood %d " % number, done.stdout)
        return lines

    def one_request(self, prefix, level="1 spn_policy:3"):
        """10,000 values in it."""
        text = "dn: %s\nchangetype: modify\nadd: servicePrincipalName\n" % (
            self.account("flood"))
        text += "".join("servicePrincipalName: %sx%d\n" % (prefix, i)
                        for i in range(10000))
        return self.said(level, "ldbmodify", "-H",
                         LP.private_path("sam.ldb"), text=text)

    def test_usual_levels(self):
        """Refusals are what clients do: 30 in a minute, and that there are
        more. Level 0 is that of a smb.conf that names none."""
        dn = self.account("flood")
        for level in "0", "1", "2", "1 spn_policy:0":
            lines = self.refusals(level, REFUSALS, dn)
            self.assertEqual(len(lines), 31, lines[-3:])
            self.assertEqual(30, sum(" refused SPN-003: 'http://x" in line
                                     for line in lines))
            self.assertIn("more than 30 refusals in a minute", lines[-1])

    def test_warnings_at_the_usual_level(self):
        """Of what is let in nothing is written there."""
        done, lines = self.one_request("https/", "1")
        self.assertEqual(done.returncode, 0, done.stdout[-500:])
        self.assertEqual(lines, [])

    def test_one_line_each(self):
        self.assertEqual(len(self.refusals("1 spn_policy:3", 100)), 100)

    def test_many_values_one_refusal(self):
        """10,000 values that are refused make one line."""
        done, lines = self.one_request("http://")
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(len(lines), 1)

    def test_many_values_many_warnings(self):
        """10,000 that are let in with a warning make 20, and a sum."""
        done, lines = self.one_request("https/")
        self.assertEqual(done.returncode, 0, done.stdout[-500:])
        self.assertEqual(len(lines), 21)
        self.assertIn("9980 more violations", lines[-1])


if __name__ == "__main__":
    unittest.main()
