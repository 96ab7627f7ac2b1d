# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/web-codes.md is what spn-probe --explain says of each code.

With --write it is written anew: SPN_POLICY_BUILD=bin python3 THIS --write
"""

import os
import re
import subprocess
import sys
import unittest

PROBE = os.path.join(os.environ["SPN_POLICY_BUILD"], "programs", "spn-probe")
PAGE = "docs/web-codes.md"
HEAD = """# What spn-probe finds

A *fault*: here a password is asked for. A *warning*: it works for some, or not for long.
A *note*: nothing is wrong with it today. `spn-probe --explain=CODE` prints the same.
"""
GROUPS = {"1": "Names and DNS", "2": "Who has the name", "3": "The client's tickets",
          "4": "The keytab", "5": "The web server", "6": "The probe itself"}
LINE = re.compile(r"(WEB-([1-6])\d\d)  (good|note|warning|fault) +(\S.*)\Z")


def say(*options):
    return subprocess.run([PROBE, "--configfile=/dev/null", *options],
                          check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def page():
    parts, group = [HEAD], None
    for line in say("--list-codes").splitlines():
        code, digit, weight, title = LINE.match(line).groups()
        if digit != group:
            parts.append("## %s\n" % GROUPS[digit])
            group = digit
        head, _, text = say("--explain=" + code).partition("\n\n")
        assert head == "%s  %s: %s" % (code, weight, title), head
        parts.append("**%s** %s (%s)\n\n%s" % (
            code, title, weight,
            "".join(each.lstrip() + "\n" for each in text.splitlines())))
    return "\n".join(parts)


class CodesTest(unittest.TestCase):
    def test_page(self):
        with open(PAGE, encoding="utf-8") as stream:
            self.assertEqual(stream.read(), page(), "%s --write" % __file__)


if __name__ == "__main__":
    if "--write" in sys.argv:
        with open(PAGE, "w", encoding="utf-8") as out:
            out.write(page())
    else:
        unittest.main()
