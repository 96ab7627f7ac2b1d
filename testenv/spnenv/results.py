# SPDX-License-Identifier: GPL-3.0-or-later
"""From a suite's output to what passed, failed and was skipped."""

import re
from dataclasses import dataclass, field

# "failure: name [" begins a text that a line "]" ends; so may the others.
SUBUNIT = re.compile(r"^(test|testing|success|successful|failure|error|skip|"
                     r"xfail|uxsuccess)(?: |: )(.+?)( \[(?: multipart)?)?$")
VERDICTS = {"success": "passed", "successful": "passed", "xfail": "passed",
            "failure": "failed", "error": "failed", "uxsuccess": "failed",
            "skip": "skipped"}
CLOSING = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$")


@dataclass
class Result:
    """Counts, and for every failure that has no test to blame a reason."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: list = field(default_factory=list)

    def add(self, verdict, number=1):
        setattr(self, verdict, getattr(self, verdict) + number)

    def fail(self, reason):
        self.failed += 1
        self.reasons.append(reason)

    def add_all(self, other):
        for verdict in ("passed", "failed", "skipped"):
            self.add(verdict, getattr(other, verdict))

    def __str__(self):
        return "%d passed, %d failed, %d skipped" % (
            self.passed, self.failed, self.skipped)


def read_subunit(output, result):
    running, in_text = None, False
    for line in output.splitlines():
        if in_text:
            in_text = line != "]"
            continue
        found = SUBUNIT.match(line)
        if not found:
            continue
        word, name, text = found.groups()
        in_text = text is not None
        if word in VERDICTS:
            result.add(VERDICTS[word])
            running = None
        else:
            if running is not None:
                result.fail("%s began and never ended" % running)
            running = name
    if running is not None:
        result.fail("%s began and never ended" % running)


def read_rows(output, result):
    lines = output.splitlines()
    found = next(filter(None, map(CLOSING.match, reversed(lines))), None)
    if found:
        for verdict, number in zip(("passed", "failed", "skipped"),
                                   found.groups()):
            result.add(verdict, int(number))


def read_nothing(_output, result):
    """Decided by the exit status alone; judge() has added a failure."""
    if not result.failed:
        result.add("passed")


READERS = {"subunit": read_subunit, "rows": read_rows, "status": read_nothing}


def judge(kind, output, status):
    """The Result of a suite that printed OUTPUT and ended with STATUS.

    status None: it had to be killed. A suite that ends badly without having
    named a failed test, or that counts nothing, has failed once.
    """
    result = Result()
    if kind == "status" and status != 0:
        result.failed += 1
    READERS[kind](output, result)
    if status is None:
        result.fail("took too long and was ended")
    elif status != 0 and not result.failed:
        result.fail("exit status %d, but no failed test" % status)
    elif not (result.passed or result.failed or result.skipped):
        result.fail("it counted no test")
    return result
