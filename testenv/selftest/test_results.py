# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of how testenv/check reads what a suite prints."""

import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from spnenv import results, suites     # noqa: E402 (needs the path)

KNOWN = re.compile(r"^s\.listed\(none\)$")

# what it proves, kind, output, exit status (None: was ended), the counts
TABLE = (
    ("all well", "counted", "test: a\nsuccess: a\n", 0, (1, 0, 0)),
    ("both spellings", "counted", "test: a\nsuccessful: a\n", 0, (1, 0, 0)),
    ("a failure with text", "counted",
     "test: a\nfailure: a [\nsuccess: b\n]\n", 1, (0, 1, 0)),
    ("a text that never ends", "counted",
     "test: a\nfailure: a [\nsuccess: b\n", 1, (0, 1, 0)),
    ("an error", "counted", "test: a\nerror: a [\n]\n", 1, (0, 1, 0)),
    ("skipped", "counted", "test: a\nskip: a [\nwhy\n]\n", 0, (0, 0, 1)),
    ("other lines do not matter", "counted",
     "time: now\nhello\ntest: a\nfailed: no\nsuccess: a\n", 0, (1, 0, 0)),
    ("a crash in a test", "counted",
     "test: a\nsuccess: a\ntest: b\n", -11, (1, 1, 0)),
    ("a test that ends silently", "counted",
     "test: a\ntest: b\nsuccess: b\n", 0, (1, 1, 0)),
    ("a crash between tests", "counted",
     "test: a\nsuccess: a\n", -11, (1, 1, 0)),
    ("no test at all", "counted", "hello\n", 0, (0, 1, 0)),
    ("took too long", "counted", "test: a\nsuccess: a\n", None, (1, 1, 0)),
    ("a known failure", "counted",
     "test: listed\nfailure: listed [\n]\n", 1, (0, 0, 1)),
    ("a crash after a skipped one", "counted",
     "test: a\nskip: a\n", 1, (0, 1, 1)),
    ("a crash after a known failure", "counted",
     "test: listed\nfailure: listed [\n]\n", -6, (0, 1, 1)),
    ("a known failure that passes", "counted",
     "test: listed\nsuccess: listed\n", 0, (0, 1, 0)),
    ("rows", "counted", "x\n3 passed, 0 failed, 2 skipped\n", 0, (3, 0, 2)),
    ("rows that fail", "counted",
     "3 passed, 1 failed, 2 skipped\n", 1, (3, 1, 2)),
    ("rows that do not end", "counted", "ok 1\n", 1, (0, 1, 0)),
    ("rows that end badly", "counted",
     "3 passed, 0 failed, 0 skipped\n", 1, (3, 1, 0)),
    ("rows without a sum", "counted", "ok 1\n", 0, (0, 1, 0)),
    ("by status", "status", "", 0, (1, 0, 0)),
    ("by status, bad", "status", "", 3, (0, 1, 0)),
    ("by status, too long", "status", "", None, (0, 1, 0)),
)


class JudgeTest(unittest.TestCase):

    def test_table(self):
        """Every row of the table, all wrong ones printed."""
        wrong = []
        for what, kind, output, status, expected in TABLE:
            suite = suites.Suite("s", "none", kind, "true")
            result = results.judge(suite, output, status, KNOWN)
            found = (result.passed, result.failed, result.skipped)
            if found != expected:
                wrong.append("%s: %s, not %s" % (what, found, expected))
            if result.failed and not result.details:
                wrong.append("%s: fails without a word" % what)
        self.assertEqual(wrong, [])

    def test_details(self):
        """Of a failed test is shown what it printed, of others nothing."""
        suite = suites.Suite("s", "none", "counted", "true")
        result = results.judge(
            suite, "test: a\nnoise\nsuccess: a\ntest: b\nhint\n"
            "failure: b [\nwhy\n]\n", 1, KNOWN)
        self.assertEqual(result.details,
                         ["test: b\nhint\nfailure: b [\nwhy\n]"])

    def test_reason(self):
        """Why something was left out is shown, though nothing failed."""
        suite = suites.Suite("s", "none", "counted", "true")
        why = "skipped: no samba.tests.x on this machine"
        result = results.judge(
            suite, why + "\n0 passed, 0 failed, 1 skipped\n", 0, KNOWN)
        self.assertEqual((result.skipped, result.failed, result.details),
                         (1, 0, [why]))

    def test_knownfail_file(self):
        """The project's own list can be read."""
        self.assertFalse(results.read_knownfail().search("anything(none)"))


class SuitesTest(unittest.TestCase):

    def test_names_differ(self):
        """A name says one suite."""
        names = [suite.name for suite in suites.all_suites()]
        self.assertEqual(len(names), len(set(names)), names)
