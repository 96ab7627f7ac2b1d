# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of docs/troubleshooting-401.md, typed in the site that has the fault.

A comment before a block says which: "case: NAME" of the table of cases, or "same" as
before. A line with "$ " is typed by the user of that case, with "# " by root; the lines
below it are in what it prints, in this order, and blanks do not count. "..." is for what
is left out. On the page the domain is example.com, its controller dc1.
"""

import os
import re
import subprocess

from spnenv import layout, webcases_more, webclients, webnames
from spnenv.errors import TestenvError

PAGE = os.path.join(layout.CHECKOUT, "docs", "troubleshooting-401.md")
BLOCK = re.compile(r"^<!-- (same|case: (\S+)) -->\n```console\n(.*?)^```$",
                   re.MULTILINE | re.DOTALL)
SECONDS = 120


def on_the_page(text, own_type):
    """As the page has it, on a KDC that takes RC4 by itself."""
    for seen, shown in ((" %s, key" % own_type, " rc4, key"),
                        (webnames.DNS, "example.com"),
                        (webnames.REALM, "EXAMPLE.COM"),
                        ("//" + os.environ["SERVER"], "//dc1")):
        text = text.replace(seen, shown)
    return text


def here(command):
    return command.replace("//dc1", "//" + os.environ["SERVER"])


def commands(block):
    """(who, command, [lines]) of a block."""
    found = []
    for line in block.splitlines():
        if line.startswith(("$ ", "# ")):
            found.append((line[0], line[2:], []))
        else:
            found[-1][2].append(line)
    return found


def lacks(wanted, printed):
    """The first line that is not there, or None."""
    printed = " ".join(printed.split())
    place = 0
    for line in wanted:
        line = " ".join(line.split())
        if line == "...":
            continue
        found = printed.find(line, place)
        if found < 0:
            return line
        place = found + len(line)
    return None


def typed(site, case, who, command):
    if who == "#":
        return site.said(here(command))
    done = subprocess.run(
        [*webclients.with_clock(case.ask), "sh", "-c", here(command)],
        env=webclients.environ(case.ask, case.ask.cache), check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=SECONDS)
    return done.stdout


def begin(site, name):
    for case in webcases_more.CASES:
        if case.name == name:
            site.reset()
            site.world.own_type()   # before anything is arranged
            for step in case.arrange:
                step(site)
            return case
    raise TestenvError("%s: there is no case %s" % (PAGE, name))


def run_all(site):
    with open(PAGE, encoding="utf-8") as stream:
        blocks = BLOCK.findall(stream.read())
    case, failed, number = None, not blocks, 0
    for what, name, block in blocks:
        if what != "same":
            case = begin(site, name)
        for who, command, wanted in commands(block):
            number += 1
            title = "%s-%d" % (case.name, number)
            print("test: " + title)
            printed = on_the_page(typed(site, case, who, command),
                                  site.world.own_type())
            missing = lacks(wanted, printed)
            if missing is None:
                print("success: " + title, flush=True)
                continue
            failed = True
            print("failure: %s [\n%s %s\nlacks: %s\n%s]" % (
                title, who, command, missing, printed), flush=True)
    return 1 if failed else 0
