# SPDX-License-Identifier: GPL-3.0-or-later
"""The built module exports one symbol, and links nothing it must not.

Every program that opens an ldb loads the module into itself: whatever else
it exported could collide with theirs, and libkrb5 would meet Samba's Heimdal.
"""

import os
import subprocess
import sys

FOLDER = os.path.join(os.environ.get('SPN_POLICY_BUILD', 'bin'),
                      'ldb-modules')
MODULE = os.path.join(FOLDER, 'spn_policy.so')
FOREIGN = ('krb5', 'gssapi', 'hdb', '-samba4', '-private-samba')


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                          universal_newlines=True).stdout


def main():
    if not os.path.exists(MODULE):
        print('%s: not built' % MODULE)
        return 1
    errors = []
    others = sorted(set(os.listdir(FOLDER)) - {'spn_policy.so'})
    if others:
        errors.append('ldb loads every file of %s; not the module: %s'
                      % (FOLDER, ' '.join(others)))
    symbols = [line.split()[-1] for line in
               output('nm', '-D', '--defined-only', MODULE).splitlines()]
    if symbols != ['ldb_init_module']:
        errors.append('exported: %s; wanted: ldb_init_module alone'
                      % (' '.join(symbols) or 'nothing'))
    for line in output('readelf', '-d', MODULE).splitlines():
        if '(NEEDED)' in line and any(word in line for word in FOREIGN):
            errors.append('must not be linked: ' + line.split()[-1])
    for error in errors:
        print('%s: %s' % (MODULE, error))
    return 1 if errors else 0


sys.exit(main())
