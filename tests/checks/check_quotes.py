# SPDX-License-Identifier: GPL-3.0-or-later
"""No value is put into quotes by hand: who chose it may have put one in.

spn_quote() and spn_json() of modules/policy/quote.c do that, or where it is
another kind of quoting the one function that has it. What is wrong is a format
with %s between quotes, and a template's {name} next to only one.
"""

import os
import re
import sys

HAND = re.compile(r"""'%[-.*0-9]*s|%[-.*0-9]*s'|\\"%[-.*0-9]*s|%[-.*0-9]*s\\\"""")
HALF = re.compile(r"""'\{\w+\}(?!')|(?<!')\{\w+\}'""")
# Nothing in these was chosen by anybody else.
ALLOWED = {
    "tools/common/connect.c": ["Try '%s --help'."],
    "tools/audit/events.c": [r"\"time\": \"%s\"", r"\"event\": \"%s\""],
    "tools/common/json.c": [r"\"%s\": "],
    "tools/common/metrics.c": [r"%s=\""],
    "tools/audit/formats/prometheus.c": [r"code=\"%s\"", r"id=\"%s\"",
                                         r"state=\"%s\"",
                                         r"rule=\"%s\"", r"severity=\"%s\""],
    "modules/policy/report.c": [r"\"%s\": %s"],
    "modules/policy/settings_values.c": ["'spn-policy unset %s'"],
    # what the user typed, word for word as the original has it
    "tools/setspn/words.h": [r"domain \"%s\" :"],
}
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def sources():
    for folder in "modules", "tools":
        for path, _, names in os.walk(folder):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.join(path, name)


def complaints(path):
    with open(path, encoding="utf-8") as stream:
        text = COMMENT.sub(lambda m: "\n" * m[0].count("\n"), stream.read())
    for allowed in ALLOWED.get(path, ()):
        if allowed not in text:
            yield 0, "there is no %s any more: take it out here" % allowed
        text = text.replace(allowed, "")
    for number, line in enumerate(text.splitlines(), 1):
        if HAND.search(line):
            yield number, "quotes by hand, policy/quote.h has functions"
        if HALF.search(line):
            yield number, "a template with one quote at a name"


def main():
    bad = ["%s:%d: %s" % (path, number, text) for path in sources()
           for number, text in complaints(path)]
    print("\n".join(bad))
    return 1 if bad else 0


sys.exit(main())
