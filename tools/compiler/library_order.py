# SPDX-License-Identifier: GPL-3.0-or-later
"""Which libraries a program names first.

The dynamic loader looks a symbol up in one library after the other, in the
order in which they are named, those of the program before those of its
libraries. Our tools bring fifty to a hundred of them, all of whose symbols are
looked up when a program starts, and that is most of what a start costs.
docs/performance.md has the figures.
"""

import samba_libraries

# What has the most symbols and would stand far behind. Samba's client
# libraries bring all of them in any case.
COMMON = ('c', 'ndr-standard', 'ndr')
# Samba brings an error_message() of its own, and libkrb5 would take that for
# the one of libcom_err, where its texts are. Whose comes first is taken, and
# nothing else says who that is.
KERBEROS = ('com_err', 'crypto')
NEEDED = ('com_err',)
# Those of Samba's libraries that are always loaded (tools/common/samba.h): the
# loader has less to do when a program begins with them.
WITH_SAMBA = {'spn-policy': samba_libraries.NAMES,
              'spn-audit': ['samba-hostconfig']}


def configure(conf):
    found = [name for name in KERBEROS + COMMON if conf.check_cc(
        lib=name, mandatory=name in NEEDED,
        msg='Checking for lib%s, to come first' % name,
        errmsg='not found' if name not in NEEDED else
        'not found; Debian: apt-get install libkrb5-dev')]
    conf.env.FIRST_LIBRARIES = found


def flags(env, program):
    first = {'spn-policy': COMMON, 'spn-probe': KERBEROS}.get(program, ())
    names = [name for name in env.FIRST_LIBRARIES if name in first]
    names += WITH_SAMBA.get(program, [])
    if not names:
        return []
    return ['-Wl,--push-state,--no-as-needed',
            *('-l' + name for name in names), '-Wl,--pop-state']
