# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of tests/mutate/ fits the sources: each guard stands where it
says, once, and without it the file is another one. `./waf mutate` takes too
long to be part of this.
"""

import os
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.append(os.path.join(TOP, 'tests', 'mutate'))
import mutations  # noqa: E402, ours, of the folder just named

FEWEST = 50


def complaints():
    guards = list(mutations.read(TOP))
    seen = set()
    if len(guards) < FEWEST:
        yield 'only %d guards are left' % len(guards)
    for guard in guards:
        where = '%s: %s' % (guard.path, guard.reason)
        if guard.complaint:
            yield '%s: %s' % (where, guard.complaint)
            continue
        with open(os.path.join(TOP, guard.path), encoding='utf-8') as stream:
            text = stream.read()
        start, end = guard.span
        if not guard.reason or '\n' in guard.reason:
            yield where + ': a reason is one line'
        if text[start:end].split() == guard.new.split():
            yield where + ': nothing is taken out'
        if (guard.path, guard.span, guard.new) in seen:
            yield where + ': the same twice'
        seen.add((guard.path, guard.span, guard.new))


def main():
    found = ['tests/mutate/guards_*.py: ' + text for text in complaints()]
    if found:
        print('\n'.join(found))
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
