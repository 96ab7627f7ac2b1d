#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do two builds of spn-audit say the same, byte for byte?

	same_reports.py OLD NEW [--directories N] [--sam PATH --configfile PATH]

OLD and NEW are the programs. Each of N generated domains, of other seeds and sizes,
with each kind of violation (tests/dc/violations.py), is audited by both, as an export:
JSON and CSV, all rules, each rule by itself, warnings only. With --sam the files of a
controller, too. The time of the audit is all that may differ. Exit 1 if anything else does.
"""

import argparse
import difflib
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "dc"))

import violations  # noqa: E402

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
EVERY = (["--format=json"], ["--format=csv"])
SHOWN = 20


def rule_names(program):
    done = subprocess.run([program, "--list-rules", "--format=json"],
                          check=True, text=True, stdout=subprocess.PIPE)
    return sorted(set(re.findall(r'"rule": "([^"]+)"', done.stdout)))


def run(program, options):
    done = subprocess.run([program, *options], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said = TIME.sub("TIME", done.stdout)
    return "exit %d\n%s%s" % (done.returncode, said, done.stderr)


def differ(programs, options):
    """Prints what differs."""
    old, new = (run(program, options) for program in programs)
    if old == new:
        return False
    print("differs: %s" % " ".join(options))
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), "old",
                                 "new", lineterm="", n=0)
    for _, line in zip(range(SHOWN), lines):
        print("  " + line[:300])
    return True


def compare(programs, where, rules):
    """How many reports of this directory differ."""
    asked = [*EVERY, ["--format=json", "--min-severity=warning"],
             *(["--format=json", "--only=" + rule] for rule in rules)]
    return sum(differ(programs, [*where, *each]) for each in asked)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--directories", type=int, default=20)
    parser.add_argument("--sam")
    parser.add_argument("--configfile")
    options = parser.parse_args()
    programs = options.old, options.new
    rules = rule_names(options.old)
    num_differ = 0
    for seed in range(options.directories):
        with tempfile.NamedTemporaryFile("w", suffix=".ldif",
                                         encoding="utf-8") as export:
            violations.write_ldif(violations.build(
                "corp%d.example.com" % seed, 37 * seed, 1 + seed % 3, seed),
                                  export)
            export.flush()
            num_differ += compare(programs, ["--from-ldif", export.name],
                                  rules)
    if options.sam:
        num_differ += compare(
            programs, ["-s", options.configfile, "-H", options.sam,
                       "--kdc-default-enctypes=0x18"], rules)
    print("%d generated directories, %d kinds of report each: %d differ" % (
        options.directories, 3 + len(rules), num_differ))
    return 1 if num_differ else 0


if __name__ == "__main__":
    sys.exit(main())
