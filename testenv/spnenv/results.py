# SPDX-License-Identifier: GPL-3.0-or-later
"""From a suite's output to what passed, failed and was skipped.

A failure that testenv/selftest/knownfail expects counts as skipped.
"""

import os
import re
from dataclasses import dataclass, field

from spnenv import layout

KNOWNFAIL = os.path.join(layout.TESTENV, "selftest", "knownfail")

# "failure: name [" begins a text that a line "]" ends; so may the others.
SUBUNIT = re.compile(r"^(test|testing|success|successful|failure|error|skip|"
                     r"xfail|uxsuccess)(?:: | )(.+?)( \[(?: multipart)?)?$")
VERDICTS = {"success": "passed", "successful": "passed",
            "failure": "failed", "error": "failed", "uxsuccess": "failed",
            "skip": "skipped", "xfail": "skipped"}
CLOSING = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$")

# Why tests were left out: shown, whatever else came.
REASON = re.compile(r"^skipped: ")

LAST_LINES = 60     # of an output whose failed tests are not known by name


@dataclass
class Result:
    """Counts, and what a reader needs to know about the failures."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    named: bool = False     # the output says subunit
    excused: bool = False   # a known failure, which explains an exit status
    details: list = field(default_factory=list)

    def add(self, verdict, number=1):
        setattr(self, verdict, getattr(self, verdict) + number)

    def fail(self, detail):
        self.failed += 1
        self.details.append(detail)

    def counted(self):
        return self.passed + self.failed + self.skipped

    def add_all(self, other):
        for verdict in ("passed", "failed", "skipped"):
            self.add(verdict, getattr(other, verdict))

    def __str__(self):
        return "%d passed, %d failed, %d skipped" % (
            self.passed, self.failed, self.skipped)


def read_knownfail(path=KNOWNFAIL):
    """One regular expression out of the file's."""
    with open(path, encoding="utf-8") as lines:
        rules = [line.strip() for line in lines
                 if line.strip() and not line.startswith("#")]
    return re.compile("|".join("(?:%s)" % rule for rule in rules) or "(?!)")


class SubunitReader:
    """Text protocol v1; told whole names, it knows what may fail."""

    def __init__(self, result, suite_name, environment, knownfail):
        self.result = result
        self.pattern = "%s.%%s(%s)" % (suite_name, environment)
        self.knownfail = knownfail
        self.running = None
        self.lines = []         # since the running test began

    def conclude(self, word, name):
        verdict = VERDICTS[word]
        if self.knownfail.search(self.pattern % name):
            if verdict == "failed":
                verdict = "skipped"
                self.result.excused = True
            elif verdict == "passed":
                verdict = "failed"
                self.lines.append("%s passed, but knownfail lists it" % name)
        self.result.add(verdict)
        if verdict == "failed":
            self.result.details.append("\n".join(self.lines))
        self.running = None

    def never_ended(self):
        if self.running is not None:
            self.lines.append("%s began and never ended" % self.running)
            self.result.fail("\n".join(self.lines))

    def read(self, output):
        text_of = None          # (word, name) whose text we are in
        for line in output.splitlines():
            found = SUBUNIT.match(line) if text_of is None else None
            if found and found.group(1) in ("test", "testing"):
                self.never_ended()
                self.running, self.lines = found.group(2), []
            self.lines.append(line)
            if text_of is not None:
                if line == "]":
                    self.conclude(*text_of)
                    text_of = None
            elif found and found.group(1) in VERDICTS:
                if found.group(3):
                    text_of = found.group(1, 2)
                else:
                    self.conclude(*found.group(1, 2))
        if text_of is not None:
            self.conclude(*text_of)
        self.never_ended()


def read_closing_line(output, result):
    lines = output.splitlines()
    found = next(filter(None, map(CLOSING.match, reversed(lines))), None)
    if found:
        for verdict, number in zip(("passed", "failed", "skipped"),
                                   found.groups()):
            result.add(verdict, int(number))


def judge(suite, output, status, knownfail=None):
    """The Result of a suite that printed OUTPUT and ended with STATUS.

    status None: it had to be ended. A suite that ends badly without having
    named a failed test, or that counts nothing, has failed once.
    """
    result = Result()
    if suite.kind == "counted":
        SubunitReader(result, suite.name, suite.environment,
                      knownfail or read_knownfail()).read(output)
        result.named = result.counted() > 0
        if not result.named:
            read_closing_line(output, result)
    elif status == 0:
        result.add("passed")
    last = "\n".join(output.splitlines()[-LAST_LINES:])
    if status is None:
        result.fail("%s\n%s took too long and was ended" % (last, suite.name))
    elif status != 0 and not result.failed and not (
            result.excused and status > 0):
        result.fail("%s\n%s: exit status %d" % (last, suite.name, status))
    elif not result.counted():
        result.fail("%s\n%s counted no test" % (last, suite.name))
    elif result.failed and not result.details:
        result.details.append(last)
    if suite.kind == "counted":
        result.details += [line for line in output.splitlines()
                           if REASON.match(line)]
    return result
