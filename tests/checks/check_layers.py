# SPDX-License-Identifier: GPL-3.0-or-later
"""Dependencies point one way, folder by folder.

LAYERS says which other folders the files of one may include. A folder that is
in no table is a mistake. Those of PURE_FOLDERS are pure, besides: they include
headers of libc that need no system below them, talloc, and what is as pure.
Nothing under modules/ knows a Kerberos library, or a tool: so no rule of writes
can ask what only an audit knows.
"""

import os
import re
import sys

PURE = {name + '.h' for name in '''
    arpa/inet assert ctype endian errno fnmatch inttypes limits stdalign stdarg
    stdbool stddef stdint stdio stdlib string strings talloc
'''.split()}
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
KERBEROS = re.compile(r'krb5|gssapi|kdb|hdb|com_err', re.IGNORECASE)
POLICY = 'modules/policy'
RULES = 'modules/policy/rules'
STORE = 'modules/store'
BELOW = [POLICY, RULES, STORE]
READING = BELOW + ['tools/common', 'tools/directory']
CENSUS = 'tools/audit/census'
AUDIT_RULES = 'tools/audit/rules'
AUDIT = ['tools/audit', 'tools/audit/facts', 'tools/audit/formats', CENSUS,
         AUDIT_RULES]
PURE_FOLDERS = {POLICY, RULES, CENSUS, AUDIT_RULES}
# Of the rules a census sees no more than the first; the others are pure, too.
SINGLE = {'tools/audit/rules/facts.h', 'tools/common/arena.h',
          'tools/common/shared.h'}
PURE_FILES = {name[:-1] + end for name in SINGLE for end in 'ch'}
# Headers of the module that the tools may see, too.
SHARED = {'modules/spn_policy.h'}

# folder: what its files include, besides what lies in it
LAYERS = {
    POLICY: [],
    RULES: [POLICY],
    STORE: [POLICY, RULES],
    'modules': BELOW,
    'tools/common': BELOW,
    'tools/directory': BELOW + ['tools/common'],
    'tools/audit': READING + AUDIT,
    CENSUS: [POLICY],
    AUDIT_RULES: [POLICY, RULES, CENSUS],
    'tools/audit/facts': READING,
    'tools/audit/formats': READING + AUDIT,
    'tools/probe': READING + ['tools/probe/' + name for name in (
        'names', 'kerberos', 'web')],
    'tools/probe/names': BELOW + ['tools/common'],
    'tools/probe/kerberos': BELOW + ['tools/common'],
    'tools/probe/web': BELOW + ['tools/common', 'tools/probe/names',
                                'tools/probe/kerberos'],
    'tools/setspn': READING,
    'tools/spn_guard': BELOW + ['tools/common'],
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
        if (folder in PURE_FOLDERS or path in PURE_FILES) and (
                header not in PURE):
            return '%s includes libc and talloc only' % path
        return None
    if header in MADE:
        return None
    found = own_header(path, header)
    if found is None:
        return 'no such header in this tree'
    if folder not in LAYERS:
        return 'check_layers.py does not know the folder ' + folder
    if found in SHARED or found in SINGLE and folder.startswith('tools'):
        return None
    if path in PURE_FILES and not found.startswith(POLICY):
        return '%s is pure' % path
    if os.path.dirname(found) not in [folder] + LAYERS[folder]:
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
