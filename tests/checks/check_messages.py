# SPDX-License-Identifier: GPL-3.0-or-later
"""A code stands where its message is defined, and nowhere else.

Whoever says a message names the object, so that a code nobody has is an error
of the compiler. What this looks for is a code as a string in any other place,
a code that is defined twice, and a message that is in no list, so that
spn-audit --list-rules does not know it. SPN_POLICY_BUILD is the build folder.
"""

import os
import re
import subprocess
import sys

BUILD = os.environ.get('SPN_POLICY_BUILD', 'bin')
COMMENT = re.compile(r'/\*.*?\*/', re.DOTALL)
DEFINED = re.compile(r'^\t\.code = "(SPN-\d\d\d)",$', re.MULTILINE)
CODE = re.compile(r'SPN-\d\d\d')


def sources():
    for folder in 'modules', 'tools':
        for path, _, names in os.walk(folder):
            for name in sorted(names):
                if name.endswith(('.c', '.h')):
                    yield os.path.join(path, name)


def catalogue():
    program = os.path.join(BUILD, 'programs', 'spn-audit')
    done = subprocess.run(
        [program, '--configfile=/dev/null', '--list-rules'],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        check=True)
    return set(re.findall(r'^  (SPN-\d\d\d) ', done.stdout, re.MULTILINE))


def main():
    bad, defined = [], {}
    for path in sources():
        with open(path, encoding='utf-8') as stream:
            text = COMMENT.sub(lambda m: '\n' * m[0].count('\n'),
                               stream.read())
        for code in DEFINED.findall(text):
            if code in defined:
                bad.append('%s: %s is defined in %s as well'
                           % (path, code, defined[code]))
            defined[code] = path
        for number, line in enumerate(text.splitlines(), 1):
            for code in CODE.findall(DEFINED.sub('', line)):
                bad.append('%s:%d: %s as a string: name the message'
                           % (path, number, code))
    known = catalogue()
    for code in sorted(set(defined) - known):
        bad.append('%s: %s is in no list of messages' % (defined[code], code))
    for code in sorted(known - set(defined)):
        bad.append('%s is not defined by a line of its own' % code)
    for text in bad:
        print(text)
    return 1 if bad or not defined else 0


sys.exit(main())
