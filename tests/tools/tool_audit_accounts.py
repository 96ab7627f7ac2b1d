# SPDX-License-Identifier: GPL-3.0-or-later
"""What JSON and CSV say besides findings: of accounts, for auditors; and the
consequences of a mistake below it.

Needs no directory.
"""

import csv
import io
import json
import os
import subprocess
import time
import unittest

from hostile import DOMAIN, SPN, computer, configuration, entry, group, user
from tool_audit_input import TOOL, Input

SCHEMA = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "docs", "spn-audit.schema.json")
# Windows counts 100 ns since 1601.
SECONDS_TO_1970 = 11644473600
NEVER = 0x7fffffffffffffff
ENABLED, DISABLED = 0x200, 0x202
FOR_DELEGATION, TO_AUTH_FOR_DELEGATION = 0x80000, 0x1000000
DES_ONLY = 0x200000
DAY = 24 * 3600
CN = "CN=%s,CN=Users," + DOMAIN
ACCOUNT = ("enabled", "password_set", "password_age_days", "last_logon",
           "encryption_types", "privileged", "privileged_groups",
           "delegation")
OLD_COLUMNS = ("code", "id", "rule", "severity", "spn", "partner", "holders",
               "others", "reason", "cure", "subject")


def nt_time(seconds):
    return (int(seconds) + SECONDS_TO_1970) * 10 ** 7


def of_age(days):
    """A bit less: the clock goes on."""
    return nt_time(time.time() - days * DAY - 60)


class Report(Input):
    maxDiff = None

    def json(self, text, *args):
        done = self.audit(configuration() + text, "--format=json", *args)
        self.assertEqual(b"", done.stderr)
        report = json.loads(done.stdout)
        self.check_schema(report)
        return report

    def check_schema(self, report):
        try:
            import jsonschema
        except ImportError:
            return      # testenv/ has it
        with open(SCHEMA, encoding="utf-8") as stream:
            jsonschema.validate(report, json.load(stream))

    def csv(self, text, *args):
        done = self.audit(configuration() + text, "--format=csv", *args)
        return list(csv.DictReader(io.StringIO(done.stdout.decode())))


class Accounts(Report):
    def of(self, *args, **attrs):
        """(of the JSON, of the CSV) about one account with these."""
        text = user(1, **{SPN: "foo/x", **attrs}) + "".join(args)
        account, = [each for each in self.json(text)["accounts"]
                    if each["sAMAccountName"] == "x1"]
        rows = [row for row in self.csv(text, "--only=keys,delegation")
                if row["holders"] == account["dn"]]
        self.assertTrue(rows)
        return account, {name: rows[0][name] for name in ACCOUNT}

    def test_password(self):
        for set_at, text, days in (
                (of_age(400), None, 400), (of_age(0), None, 0),
                (nt_time(0) + 10 ** 7, "1970-01-01T00:00:01Z", None),
                (nt_time(1000000000), "2001-09-09T01:46:40Z", None)):
            account, row = self.of(pwdLastSet=set_at)
            if text is not None:
                self.assertEqual(text, account["pwdLastSet"])
                days = int(time.time() - (set_at // 10 ** 7
                                          - SECONDS_TO_1970)) // DAY
            self.assertEqual(days, account["passwordAgeDays"])
            self.assertEqual(account["pwdLastSet"], row["password_set"])
            self.assertEqual(str(days), row["password_age_days"])
            self.assertFalse(account["mustChangePassword"])

    def test_no_password(self):
        """0: it must be changed; -1, the end of time and times before 1970
        are none; nor is what is not there."""
        for value in (0, -1, NEVER, 1, nt_time(-DAY), None):
            attrs = {} if value is None else {"pwdLastSet": value}
            account, row = self.of(**attrs)
            self.assertEqual(
                (None, None, value == 0),
                (account["pwdLastSet"], account["passwordAgeDays"],
                 account["mustChangePassword"]), value)
            self.assertEqual("must be changed" if value == 0 else "",
                             row["password_set"])
            self.assertEqual("", row["password_age_days"])

    def test_future(self):
        account, row = self.of(pwdLastSet=NEVER - 1,
                               lastLogonTimestamp=of_age(-10))
        self.assertEqual(0, account["passwordAgeDays"])
        self.assertEqual("30828-09-14T02:48:05Z", account["pwdLastSet"])
        self.assertGreater(account["lastLogonTimestamp"], "2026")
        self.assertEqual("0", row["password_age_days"])

    def test_last_logon(self):
        for value, text in ((nt_time(1000000000), "2001-09-09T01:46:40Z"),
                            (0, None), (NEVER, None)):
            account, row = self.of(lastLogonTimestamp=value)
            self.assertEqual(text, account["lastLogonTimestamp"])
            self.assertEqual(text or "", row["last_logon"])

    def test_encryption(self):
        """As rule keys judges: with it goes SPN-704, or not."""
        for attrs, types, weak in (
                ({"msDS-SupportedEncryptionTypes": 28},
                 ["RC4", "AES128", "AES256"], False),
                ({"msDS-SupportedEncryptionTypes": 24},
                 ["AES128", "AES256"], False),
                ({"msDS-SupportedEncryptionTypes": 4}, ["RC4"], True),
                ({"msDS-SupportedEncryptionTypes": 3}, [], True),
                ({"msDS-SupportedEncryptionTypes": 0x20}, [], True),
                ({"userAccountControl": ENABLED | DES_ONLY}, [], True),
                ({"pwdLastSet": nt_time(1000000000)}, ["RC4"], True),
                ({}, None, False)):     # an export does not say
            account, row = self.of(**attrs)
            self.assertEqual(types, account["encryptionTypes"], attrs)
            self.assertEqual("none" if types == []
                             else ", ".join(types or []),
                             row["encryption_types"])
            found = self.json(user(1, **{SPN: "foo/x", **attrs}),
                              "--only=SPN-704")["findings"]
            self.assertEqual(weak, found != [], attrs)

    def test_privileged(self):
        ours = CN % "ours"
        groups = (group("Roots", 519, memberOf=CN % "Builtin")
                  + group("Builtin", 544)
                  + group("ours", 2000, memberOf=[CN % "Roots",
                                                  CN % "theirs"])
                  + group("theirs", 2001, memberOf=ours))
        for attrs, is_privileged, names in (
                ({}, False, []),
                ({"adminCount": 1}, True, []),
                ({"memberOf": CN % "Builtin"}, True, ["Administrators"]),
                ({"memberOf": CN % "theirs"}, True,
                 ["Enterprise Admins", "Administrators"]),
                ({"primaryGroupID": 512}, True, ["Domain Admins"]),
                ({"primaryGroupID": 512, "memberOf": ours}, True,
                 ["Domain Admins", "Enterprise Admins", "Administrators"])):
            account, row = self.of(groups, **attrs)
            self.assertEqual((is_privileged, names), (
                account["privileged"], account["privilegedGroups"]), attrs)
            self.assertEqual(("yes" if is_privileged else "no",
                              ", ".join(names)),
                             (row["privileged"], row["privileged_groups"]))

    def test_delegation(self):
        to = {"msDS-AllowedToDelegateTo": "foo/x"}
        for attrs, words in (
                ({}, []),
                ({"userAccountControl": ENABLED | FOR_DELEGATION},
                 ["unconstrained"]),
                (to, ["constrained"]),
                ({**to, "userAccountControl":
                  ENABLED | TO_AUTH_FOR_DELEGATION},
                 ["constrained", "protocol-transition"]),
                ({"msDS-AllowedToActOnBehalfOfOtherIdentity": "x"},
                 ["resource-based"])):
            account, row = self.of(**attrs)
            self.assertEqual(words, account["delegation"])
            self.assertEqual(", ".join(words) or "none", row["delegation"])

    def test_enabled(self):
        for control, enabled in ((ENABLED, True), (DISABLED, False)):
            text = user(1, **{SPN: "foo/x", "userAccountControl": control})
            text += user(2, **{SPN: "foo/x"})
            account = self.json(text)["accounts"][0]
            self.assertEqual(enabled, account["enabled"])
            row, = self.csv(text, "--only=SPN-101")
            self.assertEqual("yes; yes" if enabled else "no; yes",
                             row["enabled"])

    def test_which(self):
        """Each once, who takes part in another way and who holds no SPN as
        well; not whom no finding names; and of a connection point nothing."""
        text = (user(1, **{SPN: ["foo/x", "foo/y"]})
                + user(2, **{SPN: ["foo/x", "foo/y"]})
                + computer(3, pwdLastSet=of_age(3),
                           dNSHostName="c3.example.com")
                + user(4, userPrincipalName="c3$@example.com")
                + entry(CN % "point", objectClass=[
                    "top", "serviceConnectionPoint"], **{SPN: "foo/x"})
                + user(5))
        report = self.json(text)
        self.assertEqual(["C3$", "x1", "x2", "x4"],
                         sorted(each["sAMAccountName"]
                                for each in report["accounts"]))
        age, = [each["passwordAgeDays"] for each in report["accounts"]
                if each["kind"] == "computer"]
        self.assertEqual(3, age)
        row = self.csv(text, "--only=SPN-101")[0]
        self.assertEqual(3, len(row["holders"].split("; ")))
        self.assertEqual("; yes; yes", row["enabled"])

    def test_other_rules(self):
        """It is there whatever was asked for."""
        text = user(1, **{SPN: "foo/x", "pwdLastSet": of_age(9),
                          "memberOf": CN % "g"})
        text += user(2, **{SPN: "foo/x"}) + group("g", 512)
        account = self.json(text, "--only=SPN-101")["accounts"][0]
        self.assertEqual((9, ["Domain Admins"]), (
            account["passwordAgeDays"], account["privilegedGroups"]))


class Techniques(Report):
    def test_same(self):
        report = self.json(user(1, **{SPN: "foo/x"}))
        rules = {each["code"]: each["technique"]
                 for each in report["meta"]["rules"]}
        with_one = {code: technique for code, technique in rules.items()
                    if technique is not None}
        self.assertEqual(
            dict.fromkeys(["SPN-505", "SPN-701", "SPN-702", "SPN-703",
                           "SPN-704"], "T1558.003"), with_one)
        found, = [each for each in report["findings"]
                  if each["code"] == "SPN-701"]
        self.assertEqual("T1558.003", found["technique"])
        row, = self.csv(user(1, **{SPN: "foo/x"}), "--only=SPN-701")
        self.assertEqual("T1558.003", row["technique"])

    def test_explain(self):
        for code, has in (("SPN-704", True), ("SPN-101", False)):
            said = subprocess.run(
                [TOOL, "--configfile=/dev/null", "--explain=" + code],
                check=True, stdout=subprocess.PIPE, text=True).stdout
            self.assertEqual(
                has, "https://attack.mitre.org/techniques/T1558/003/" in said)


WEB = computer(1, sAMAccountName="WEB01$", dNSHostName="web01.example.com",
               **{SPN: ["HOST/WEB01", "HOST/web01.example.com"]})
LONG = "http/web01.example.com"
RULES = "--only=http-pair,alias-spn,duplicate-spn,delegation"
QUIET = "--rule=SPN-203=off"


class Consequences(Report):
    def below(self, text):
        """[(code, SPN, [codes below])]"""
        return [(f["code"], f["spn"], [c["code"] for c in f["consequences"]])
                for f in self.json(text, RULES, QUIET)["findings"]]

    def test_one_mistake(self):
        """The web site has an account of its own, and one name is missing."""
        text = WEB + user(2, **{SPN: LONG})
        self.assertEqual([("SPN-304", LONG, ["SPN-201", "SPN-307"])],
                         self.below(text))
        self.assertEqual(
            [("SPN-303", "http/web01", ["SPN-201", "SPN-307"])],
            self.below(WEB.rstrip() + "\n%s: http/web01\n\n" % SPN
                       + user(2, **{SPN: LONG})))

    def test_duplicate(self):
        text = WEB + "".join(user(n, **{SPN: LONG}) for n in (2, 3))
        text += user(4, **{"msDS-AllowedToDelegateTo": [LONG, "http/web01"]})
        self.assertIn(("SPN-101", LONG, ["SPN-304", "SPN-802", "SPN-201",
                                         "SPN-307"]), self.below(text))
        # also whom only a consequence names
        self.assertIn("WEB01$", [each["sAMAccountName"] for each in self.json(
            text, "--only=SPN-101,SPN-304")["accounts"]])

    def test_counts(self):
        """What is below is counted apart, and the exit status is that of what
        is above."""
        text = WEB + user(2, **{SPN: LONG})
        counts = self.json(text, RULES, QUIET)["meta"]["counts"]
        self.assertEqual((1, 0, 0, 2), tuple(
            counts[name] for name in ("error", "warning", "info",
                                      "consequences")))
        text = configuration() + text
        for args, status in ((["--rule=SPN-304=info"], 0), ([], 1)):
            done = self.audit(text, RULES, QUIET, "--rule=SPN-201=info",
                              "--rule=SPN-307=info", *args)
            self.assertEqual(status, done.returncode)
        metrics = self.audit(text, RULES, QUIET, "--format=prometheus")
        self.assertIn(b'code="SPN-304",id="PAIR-SPLIT-ALIAS",'
                      b'rule="http-pair",severity="error"} 1\n',
                      metrics.stdout)
        self.assertNotRegex(metrics.stdout, rb'code="SPN-307".*[1-9]\n')

    def test_csv(self):
        """All are there, each row says what it follows from; and the columns
        of before keep their places."""
        text = WEB + user(2, **{SPN: LONG})
        rows = self.csv(text, RULES, QUIET)
        self.assertEqual(OLD_COLUMNS, tuple(rows[0])[:len(OLD_COLUMNS)])
        self.assertEqual(
            [("SPN-304", ""), ("SPN-201", "SPN-304 " + LONG),
             ("SPN-307", "SPN-304 " + LONG)],
            [(row["code"], row["consequence_of"]) for row in rows])
        self.assertEqual([False, True, True],
                         [row["because"] != "" for row in rows])

    def test_mild(self):
        """What is not to be reported does not stand below either."""
        text = WEB + user(2, **{SPN: LONG})
        found = self.json(text, RULES, QUIET, "--min-severity=error")
        self.assertEqual([("SPN-304", [])], [
            (f["code"], f["consequences"]) for f in found["findings"]])


if __name__ == "__main__":
    unittest.main()
