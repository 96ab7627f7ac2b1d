# SPDX-License-Identifier: GPL-3.0-or-later
"""Guards, each of which a test must miss: `./waf mutate` takes them out one by
one (run_mutations.py).

They stand in guards_*.py: a file, and under it what the guard is for, the text
that stands there exactly once, and what stands there without it. White space
does not count. A new guard is a new entry; when a file moves, only the line with
its path changes.
"""

import collections
import os
import re

import guards_apply
import guards_common
import guards_connect
import guards_module
import guards_policy
import guards_probe_kerberos
import guards_probe_web
import guards_tools

GUARDS = {path: entries for module in (
    guards_apply,
    guards_common,
    guards_connect,
    guards_module,
    guards_policy,
    guards_probe_kerberos,
    guards_probe_web,
    guards_tools)
    for path, entries in module.GUARDS.items()}

Guard = collections.namedtuple('Guard', 'path line reason new span complaint')
TOKEN = re.compile(r'\w+|[^\w\s]')


def places_of(old, text):
    tokens = TOKEN.findall(old)
    pattern = r'\s*'.join(re.escape(token) for token in tokens)
    return list(re.finditer(pattern, text))


def read_file(top, path, entries):
    try:
        with open(os.path.join(top, path), encoding='utf-8') as stream:
            text = stream.read()
    except FileNotFoundError:
        yield Guard(path, 0, '', '', None, 'there is no such file')
        return
    for reason, old, new in entries:
        found = places_of(old, text)
        if len(found) == 1:
            start, end = found[0].span()
            line = text.count('\n', 0, start) + 1
            yield Guard(path, line, reason, new, (start, end), '')
        else:
            yield Guard(path, 0, reason, new, None,
                        'stands there %d times: %s' % (len(found), old))


def read(top):
    """Every guard; one that cannot be found once has a complaint."""
    for path, entries in GUARDS.items():
        yield from read_file(top, path, entries)
