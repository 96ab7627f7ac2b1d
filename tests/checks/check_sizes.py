# SPDX-License-Identifier: GPL-3.0-or-later
"""No file over 600 lines, no function over 80 (over 60: a warning), no more
than three levels of nesting.

clang-format has been here: a function is what stands between a { and a }
that both begin a line, and its lines are those between; a control statement
is nested as deep as it is indented. Every source of ours begins with the
licence line, and in C with a block below it that says what the file is for.
"""

import os
import re
import sys

FILE_LINES = 600
FUNCTION_WARN = 60
FUNCTION_ERROR = 80
NESTING = 3
CONTROL = re.compile(r'(\t+)(if|for|while|do|switch) ')
LICENCE = 'SPDX-License-Identifier: GPL-3.0-or-later'
FOLDERS = ('modules', 'tools', 'tests', 'testenv', '.ci')
SINGLE = ('waf', 'wscript')


def is_source(path):
    if path.endswith(('.c', '.h', '.py', '.sh')) or path in SINGLE:
        return True
    with open(path, 'rb') as stream:
        return stream.read(2) == b'#!'


def sources():
    yield from SINGLE
    for folder in FOLDERS:
        for path, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if name != '__pycache__']
            for name in sorted(names):
                found = os.path.join(path, name)
                if os.path.isfile(found) and is_source(found):
                    yield found


def functions(lines):
    """(line number of the name, lines of the body) of each function."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == '{':
            start = number
        elif line == '}' and start is not None:
            yield start - 1, number - start - 1
            start = None


def has_head(lines):
    """A comment of its own right below the licence line, with words in it."""
    if lines[1:2] != ['/*'] or ' */' not in lines:
        return False
    words = ' '.join(lines[2:lines.index(' */')]).split()
    return len([word for word in words if word != '*']) >= 3


def main():
    bad = 0
    for path in sources():
        with open(path, encoding='utf-8') as stream:
            lines = stream.read().split('\n')[:-1]
        if LICENCE not in '\n'.join(lines[:2]):
            print('%s:1: error: no line "%s"' % (path, LICENCE))
            bad += 1
        if len(lines) > FILE_LINES:
            print('%s: error: %d lines, at most %d' % (path, len(lines),
                                                       FILE_LINES))
            bad += 1
        if not path.endswith(('.c', '.h')):
            continue
        if not has_head(lines):
            print('%s:2: error: no block of comment that says what the file '
                  'is for' % path)
            bad += 1
        for number, line in enumerate(lines, 1):
            match = CONTROL.match(line)
            if match and len(match.group(1)) > NESTING:
                print('%s:%d: error: nested deeper than %d' % (path, number,
                                                               NESTING))
                bad += 1
        for number, length in functions(lines):
            if length > FUNCTION_ERROR:
                bad += 1
            if length > FUNCTION_WARN:
                print('%s:%d: %s: function of %d lines, at most %d' % (
                    path, number,
                    'error' if length > FUNCTION_ERROR else 'warning',
                    length, FUNCTION_WARN))
    return 1 if bad else 0


sys.exit(main())
