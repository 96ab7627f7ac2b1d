# SPDX-License-Identifier: GPL-3.0-or-later
"""What spn-audit costs grows as the directory does, whatever is in it.

Whoever may make accounts can choose what stands in them. Counted are
instructions, by valgrind, which are the same on every machine.
"""

import os
import re
import shutil
import subprocess
import unittest

import hostile

BUILD = os.environ["SPN_POLICY_BUILD"]
TOOL = os.path.join(BUILD, "tools", "spn-audit")
# Of four times as much; sorting and searching are in it.
GROWTH = 5.0


def is_sanitized():
    with open(TOOL, "rb") as program:
        return b"__asan_init" in program.read()


@unittest.skipIf(shutil.which("valgrind") is None, "no valgrind")
@unittest.skipIf(is_sanitized(), "the sanitizer's own work would be counted")
class Growth(unittest.TestCase):
    def instructions(self, text):
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
             TOOL, "-s", "/dev/null", "--from-ldif=-", "--format=json",
             "--output=/dev/null"],
            input=text, check=False, text=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        refs = re.search(r"I +refs: +([\d,]+)", done.stderr)[1]
        return int(refs.replace(",", ""))

    def test_growth(self):
        for shape, (_, few) in hostile.SHAPES.items():
            with self.subTest(shape):
                start, few, many = (
                    self.instructions(hostile.export(shape, num))
                    for num in (2, few, 4 * few))
                growth = (many - start) / (few - start)
                print("%-24s %6.2f" % (shape, growth), flush=True)
                self.assertLess(growth, GROWTH)


if __name__ == "__main__":
    unittest.main()
