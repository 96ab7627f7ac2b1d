# SPDX-License-Identifier: GPL-3.0-or-later
"""The built module exports one symbol, and links nothing it must not; and no
function of ours is called like one of a library that a program or a test of
ours has beside it, which would then call the wrong one.

Every program that opens an ldb loads the module into itself: whatever else
it exported could collide with theirs, and libkrb5 would meet Samba's Heimdal.

Of the programs only spn-probe links libkrb5, beside Samba's libraries. That
goes well because both name a version with each function: whoever was linked
with MIT's is never given Heimdal's of the same name.
"""

import glob
import os
import re
import subprocess
import sys

BUILD = os.environ.get('SPN_POLICY_BUILD', 'bin')
FOLDER = os.path.join(BUILD, 'ldb-modules')
MODULE = os.path.join(FOLDER, 'spn_policy.so')
FOREIGN = ('krb5', 'gssapi', 'hdb', '-samba4', '-private-samba')
# Programs, and tests by the beginning of their names.
WITH_KERBEROS = ('spn-probe', 'say_kerberos', 'say_http', 'say_names',
                 'test_http_oom', 'test_probe_', 'fuzz_probe_', 'say_probe_')
KERBEROS = ('libkrb5', 'libgssapi', 'libk5crypto')
OF_KERBEROS = re.compile(r' U ((?:krb5|gss)_\w+)(@\w*MIT)?')


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                          universal_newlines=True).stdout


def names(*command):
    return {line.split()[-1].partition('@')[0]
            for line in output(*command).splitlines()
            if line and not line.endswith(':')}


def libraries():
    """The shared ones that our programs and tests have beside them."""
    programs = [path for folder in ('programs', 'tests')
                for path in glob.glob(os.path.join(BUILD, folder, '*'))
                if os.path.isfile(path)]
    return sorted(set(re.findall(r'=> (/\S+)', output('ldd', *programs))))


def kerberos():
    """Who links it, and may not; and what of it has no version of MIT's."""
    for path in sorted(glob.glob(os.path.join(BUILD, 'programs', '*'))
                       + glob.glob(os.path.join(BUILD, 'tests', '*'))):
        if not os.path.isfile(path):
            continue
        needed = [line for line in
                  output('readelf', '-d', path).splitlines()
                  if '(NEEDED)' in line and any('[' + name in line
                                                for name in KERBEROS)]
        if needed and not os.path.basename(path).startswith(WITH_KERBEROS):
            yield '%s: must not link Kerberos: %s' % (
                path, needed[0].split()[-1])
        for name, version in OF_KERBEROS.findall(
                output('nm', '-D', path) if needed else ''):
            if not version:
                yield '%s: whose is %s?' % (path, name)


def clashes():
    ours = names('nm', '--defined-only', '--extern-only', '--no-sort',
                 *glob.glob(os.path.join(BUILD, 'lib*.a')))
    # What stands in for a function of talloc does so on purpose.
    ours -= names('nm', '--defined-only', '--extern-only',
                  *glob.glob(os.path.join(BUILD, 'libfail_allocation.a')))
    for library in libraries():
        for name in sorted(ours & names('nm', '-D', '--defined-only',
                                        library)):
            yield '%s is a function of %s, too' % (name, library)


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
    found = [*kerberos(), *clashes()]
    for error in ['%s: %s' % (MODULE, error) for error in errors] + found:
        print(error)
    return 1 if errors or found else 0


sys.exit(main())
