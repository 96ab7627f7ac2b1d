# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-audit --trend and --baseline: what the page says of earlier reports.

Needs no directory.
"""

import json
import os
import re
import unittest

import tool_audit_input as base
from hostile import SPN, configuration, user

DAYS = ("2026-11-01T04:00:00Z", "2026-11-03T04:00:00Z", "2026-11-02T04:00:00Z")


def accounts(num):
    """Each of them is a finding, SPN-701."""
    return configuration() + "".join(
        user(number, tag="svc", **{SPN: "foo/%d" % number})
        for number in range(num))


class Trend(base.Input):
    def page(self, num, *args):
        done = self.audit(accounts(num), "--only=keys,check", "--format=html",
                          *args)
        self.assertEqual((0, b""), (done.returncode, done.stderr))
        return done.stdout.decode()

    def earlier(self):
        """Reports with 1, 2 and 3 findings, not in the order of their time."""
        for number, day in enumerate(DAYS):
            done = self.audit(accounts(number + 1), "--only=keys,check",
                              "--format=json")
            report = json.loads(done.stdout)
            report["meta"]["time"] = day
            self.write("day%d.json" % number, json.dumps(report))
        return self.path("day*.json")

    def test_lines(self):
        page = self.page(4, "--trend=" + self.earlier())
        self.assertEqual(
            [DAYS[0] + ": error 0, warning 0, info 1",
             DAYS[2] + ": error 0, warning 0, info 3",
             DAYS[1] + ": error 0, warning 0, info 2"],
            re.findall(r"<li>(2026-11-0[^<]*)</li>", page))
        errors, _, infos = re.findall(r'<polyline points="([^"]*)"', page)
        self.assertEqual({"100"}, {point.partition(",")[2]
                                   for point in errors.split()})
        self.assertEqual(["75", "25", "50", "0"], [
            point.partition(",")[2] for point in infos.split()])
        across = [int(point.partition(",")[0]) for point in infos.split()]
        self.assertEqual((sorted(across), 0, 1000),
                         (across, across[0], across[-1]))
        self.assertIn("1 \u2192 4", page)

    def test_one_file(self):
        self.earlier()
        os.rename(self.path("day0.json"), self.path("day 0"))
        page = self.page(4, "--trend=" + self.path("day 0"))
        self.assertEqual(1, page.count("<li>2026-11-01"))
        self.assertNotIn("<li>2026-11-02", page)

    def test_without(self):
        self.assertNotIn("What has changed", self.page(4))

    def test_not_a_report(self):
        pattern = self.earlier()
        for text in b"", b"{}", b"nonsense", b'{"meta": {"time": 5}}':
            self.write("day9.json", text)
            self.refused(self.audit(accounts(1), "--format=html",
                                    "--trend=" + pattern,
                                    "--fix-ldif=" + self.path("fix")),
                         "day9.json: is no report of --format=json")
            self.assertFalse(os.path.exists(self.path("fix")))
        self.refused(self.audit(accounts(1), "--format=html",
                                "--trend=/nowhere/*"), "/nowhere/*", "no such")
        self.refused(self.audit(accounts(1), "--format=html",
                                "--trend=" + self.folder), self.folder)

    def test_another_report(self):
        trend = "--trend=" + self.earlier()
        self.refused(self.audit(accounts(1), "--format=html", trend,
                                "--account=svc0"),
                     "day0.json: is a report of other accounts", "--account")
        done = self.audit(accounts(1).replace("DC=com", "DC=org").replace(
            "example.com", "example.org"), "--format=html", trend)
        self.refused(done, "day0.json: is a report of another domain")

    def test_other_formats(self):
        for name in "text", "json", "csv":
            self.refused(self.audit(accounts(1), "--format=" + name,
                                    "--trend=x"), "--trend", "--format=html")

    def test_config_file(self):
        """It goes with the format of that file, and not with one that is typed."""
        path = self.write("conf", "format = html\ntrend = %s\n"
                          % self.earlier())
        self.assertIn("What has changed", self.audit(
            accounts(4), "--config=" + path).stdout.decode())
        done = self.audit(accounts(4), "--config=" + path, "--format=text")
        self.assertEqual((0, b""), (done.returncode, done.stderr))

    def test_baseline(self):
        path = self.path("accepted")
        self.audit(accounts(3), "--only=keys,check",
                   "--write-baseline=" + path)
        self.assertIn("<p>Beside the baseline %s: 1 new, 3 known and accepted.</p>"
                      % path, self.page(4, "--baseline=" + path))
        self.assertIn(": 0 new, 2 known and accepted, 1 of its lines accept "
                      "nothing any more.</p>",
                      self.page(2, "--baseline=" + path))


if __name__ == "__main__":
    unittest.main()
