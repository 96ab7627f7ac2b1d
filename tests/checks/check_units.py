# SPDX-License-Identifier: GPL-3.0-or-later
"""The units in docs/examples: systemd reads them without a complaint, and
spn-audit has the options that they give it.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
EXAMPLES = os.path.join(TOP, "docs", "examples")
TOOL = os.path.join(os.environ["SPN_POLICY_BUILD"], "programs", "spn-audit")
INSTALLED = "/usr/local/bin/spn-audit"
# Without it (not on every developer's machine) the rest is checked.
ANALYZE = shutil.which("systemd-analyze")


def known_options():
    text = subprocess.run([TOOL, "--help"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    return set(re.findall(r"(?:^|[\s,])(-[A-Za-z]|--[a-z0-9-]+)", text))


def complaints_of_options(name, text, known):
    commands = re.findall(r"^ExecStart=%s (.*)$" % re.escape(INSTALLED), text,
                          re.MULTILINE)
    if name.endswith(".service") and len(commands) != 1:
        yield "%s: no ExecStart=%s" % (name, INSTALLED)
    for command in commands:
        for word in command.split():
            option = word.partition("=")[0]
            if option.startswith("-") and option not in known:
                yield "%s: spn-audit has no %s" % (name, option)


def complaints_of_systemd(names):
    """Of copies that start the program that was built."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name in names:
            with open(os.path.join(EXAMPLES, name), encoding="utf-8") as unit:
                text = unit.read().replace(INSTALLED, TOOL)
            paths.append(os.path.join(folder, name))
            with open(paths[-1], "w", encoding="utf-8") as copy:
                copy.write(text)
        done = subprocess.run([ANALYZE, "verify", "--man=no", *paths],
                              check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
    lines = [line for line in done.stdout.splitlines()
             if any(name in line for name in names)]
    if done.returncode != 0 and not lines:
        lines = done.stdout.splitlines() or ["exit %d" % done.returncode]
    return lines


def main():
    names = sorted(name for name in os.listdir(EXAMPLES)
                   if name.endswith((".service", ".timer")))
    known = known_options()
    complaints = [] if names else ["%s: no units" % EXAMPLES]
    for name in names:
        with open(os.path.join(EXAMPLES, name), encoding="utf-8") as unit:
            complaints += complaints_of_options(name, unit.read(), known)
    if ANALYZE:
        complaints += complaints_of_systemd(names)
    if complaints:
        print("\n".join(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
