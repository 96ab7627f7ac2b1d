# SPDX-License-Identifier: GPL-3.0-or-later
"""Dependencies point one way, folder by folder.

LAYERS says which other folders the files of one may include. A folder that is
in no table is a mistake. modules/policy/ is pure, besides: it includes headers
of libc that need no system below them, and talloc. Nothing under modules/
knows a Kerberos library.
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
POLICY = 'modules/policy'
RULES = 'modules/policy/rules'
STORE = 'modules/store'
BELOW = [POLICY, RULES, STORE]
READING = BELOW + ['tools/common', 'tools/directory']
AUDIT = ['tools/audit', 'tools/audit/facts', 'tools/audit/formats']
# Headers of the module that the tools may see, too.
SHARED = {'modules/spn_policy.h'}

# folder: what its files include, besides what lies in it
LAYERS = {
    POLICY: [RULES],
    RULES: [POLICY],
    STORE: [POLICY, RULES],
    'modules': BELOW,
    'tools/common': BELOW,
    'tools/directory': BELOW + ['tools/common'],
    'tools/audit': READING + AUDIT,
    'tools/audit/facts': READING + ['tools/audit/facts'],
    'tools/audit/formats': READING + AUDIT,
    'tools/setspn': READING,
    'tools/spn_policy': BELOW + ['tools/common'],
}
# Made by the build.
MADE = {'audit/formats/page_parts.h', 'audit/rule_pages.h'}


def sources():
    for top in 'modules', 'tools':
        for path, _, names in os.walk(top):
            for name in sorted(names):
                if name.endswith(('.c', '.h')):
                    yield os.path.join(path, name)


def own_header(path, header):
    """Where a quoted include lies, or None."""
    for folder in os.path.dirname(path), 'modules', 'tools':
        found = os.path.normpath(os.path.join(folder, header))
        if os.path.exists(found):
            return found
    return None


def complaint(path, quote, header):
    """Why this file may not include this header, or None."""
    folder = os.path.dirname(path)
    if folder.startswith('modules') and KERBEROS.search(header):
        return 'nothing under modules/ may include Kerberos'
    if quote == '<':
        if folder in (POLICY, RULES) and header not in PURE:
            return 'modules/policy/ includes libc and talloc only'
        return None
    if header in MADE:
        return None
    found = own_header(path, header)
    if found is None:
        return 'no such header in this tree'
    if folder not in LAYERS:
        return 'check_layers.py does not know the folder ' + folder
    if (os.path.dirname(found) not in [folder] + LAYERS[folder]
            and found not in SHARED):
        return '%s is not below %s' % (os.path.dirname(found), folder)
    return None


def main():
    bad = 0
    for path in sources():
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
