# SPDX-License-Identifier: GPL-3.0-or-later
"""Dependencies point one way: tools -> modules -> modules/policy.

modules/policy/ is pure: it includes headers of libc that need no system
below them, talloc, and its own. modules/ knows no Kerberos library and no
tool. tools/ and tests/ may include what they like.
"""

import os
import re
import sys

PURE = {name + '.h' for name in '''
    arpa/inet assert ctype errno fnmatch inttypes limits stdalign stdarg
    stdbool stddef stdint stdio stdlib string strings talloc
'''.split()}
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
KERBEROS = re.compile(r'krb5|gssapi|kdb|hdb|com_err', re.IGNORECASE)
POLICY = os.path.join('modules', 'policy')


def sources(folder):
    for path, folders, names in os.walk(folder):
        for name in sorted(names):
            if name.endswith(('.c', '.h')):
                yield os.path.join(path, name)


def own_header(path, header):
    """Where a quoted include lies, or None."""
    for folder in os.path.dirname(path), 'modules', '.':
        found = os.path.normpath(os.path.join(folder, header))
        if os.path.exists(found):
            return found
    return None


def complaint(path, quote, header):
    """Why this file may not include this header, or None."""
    pure = path.startswith(POLICY + os.sep)
    if KERBEROS.search(header):
        return 'nothing under modules/ may include Kerberos'
    if quote == '<':
        if pure and header not in PURE:
            return 'modules/policy/ includes libc and talloc only'
        return None
    found = own_header(path, header)
    if found is None:
        return 'no such header in this tree'
    if pure and not found.startswith(POLICY + os.sep):
        return 'modules/policy/ includes only its own headers'
    if not found.startswith('modules' + os.sep):
        return 'modules/ includes nothing from outside modules/'
    return None


def main():
    bad = 0
    for path in sources('modules'):
        with open(path, encoding='utf-8') as stream:
            for number, line in enumerate(stream, 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                reason = complaint(path, match.group(1), match.group(2))
                if reason:
                    print('%s:%d: %s: %s' % (path, number, match.group(2),
                                             reason))
                    bad += 1
    return 1 if bad else 0


sys.exit(main())
