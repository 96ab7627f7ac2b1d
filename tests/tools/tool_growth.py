# SPDX-License-Identifier: GPL-3.0-or-later
"""What spn-audit costs grows as the directory does, whatever is in it.

Whoever may make accounts can choose what stands in them. Counted are
instructions, which are about the same on every machine.
"""

import os
import re
import shutil
import subprocess
import unittest

import hostile

BUILD = os.environ["SPN_POLICY_BUILD"]
TOOL = os.path.join(BUILD, "programs", "spn-audit")
# Of four times as much; sorting and searching are in it.
GROWTH = 4.6


# Of valgrind's tools that count, the fastest.
VALGRIND = ["valgrind", "--tool=cachegrind", "--cache-sim=no",
            "--cachegrind-out-file=/dev/null",
            "--child-silent-after-fork=yes"]


def find_perf():
    """The processor's own counter is a hundred times faster, where it may be
    read."""
    command = ["perf", "stat", "-x,", "-e", "instructions:u"]
    if shutil.which("perf") is None:
        return None
    done = subprocess.run(command + ["true"], stderr=subprocess.PIPE,
                          text=True, check=False)
    return command if re.search(r"^\d+,", done.stderr, re.MULTILINE) else None


PERF = find_perf()


def is_sanitized():
    with open(TOOL, "rb") as program:
        return b"__asan_init" in program.read()


@unittest.skipIf(PERF is None and shutil.which("valgrind") is None,
                 "neither perf nor valgrind")
@unittest.skipIf(is_sanitized(), "the sanitizer's own work would be counted")
class Growth(unittest.TestCase):
    def run_under(self, counter, text):
        done = subprocess.run(
            [*counter, TOOL, "--configfile=/dev/null", "--from-ldif=-",
             "--format=json", "--output=/dev/null", "--fix-ldif=-"],
            input=text, check=False, text=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done.stderr

    def instructions(self, text):
        if PERF:
            said = self.run_under(PERF, text)
            return int(re.search(r"^(\d+),", said, re.MULTILINE)[1])
        said = self.run_under(VALGRIND, text)
        return int(re.search(r"I +refs: +([\d,]+)",
                             said)[1].replace(",", ""))

    def growth(self, shapes, num):
        start, few, many = (self.instructions(hostile.export(shapes, each))
                            for each in (2, num, 4 * num))
        return (many - start) / (few - start)

    def test_growth(self):
        for name, (shapes, num) in hostile.GROUPS.items():
            with self.subTest(name):
                growth = self.growth(shapes, num)
                print("%-24s %6.2f" % (name, growth), flush=True)
                if growth >= GROWTH:
                    self.fail("%.2f in all; %s" % (growth, ", ".join(
                        "%s: %.2f" % (each, self.growth({each: shape}, num))
                        for each, shape in shapes.items())))


if __name__ == "__main__":
    unittest.main()
