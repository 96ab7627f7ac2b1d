# SPDX-License-Identifier: GPL-3.0-or-later
"""Samba's public libraries that our programs load when they need them
(tools/common/samba.c): what the headers need, and their names at run time."""

import re

# What libldb deprecates is what an older one has: see connect_fold.c.
LDB_TRIAL = '''
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>
#include <talloc.h>
#include <util/data_blob.h>
#include <ldb.h>
int main(void)
{
    ldb_set_utf8_functions(NULL, NULL, NULL, NULL);
    return 0;
}
'''

# In the order in which they are loaded.
NAMES = ['samba-hostconfig', 'samba-credentials', 'samba-errors']


def configure(conf):
    """Sets what 'SAMBA' in a 'use' stands for: nothing is linked."""
    conf.find_program('readelf', var='READELF',
                      errmsg='not found; Debian: apt-get install binutils')
    for name in 'HOSTCONFIG', 'CREDENTIALS', 'SAMBA_UTIL':
        conf.env.append_unique('CFLAGS_SAMBA', conf.env['CFLAGS_' + name])
    conf.check_cc(fragment=LDB_TRIAL, use='LDB TALLOC SAMBA_UTIL',
                  mandatory=False,
                  define_name='HAVE_LDB_SET_UTF8_FUNCTIONS',
                  msg='Checking for ldb_set_utf8_functions')
    for name in NAMES:
        macro = 'SPN_' + name[len('samba-'):].upper()
        conf.env.append_value('DEFINES_SAMBA', '%s="%s"' % (
            macro, _name_at_run_time(conf, name)))


def _name_at_run_time(conf, name):
    """What a program that is linked with it asks the loader for."""
    conf.check_cc(lib=name, msg='Checking for lib' + name,
                  linkflags=['-Wl,--no-as-needed'], uselib_store='TRIAL',
                  errmsg='not found; Debian: apt-get install samba-dev')
    path = conf.cmd_and_log(conf.env.CC + [
        '-print-file-name=lib%s.so' % name]).strip()
    found = re.search(r'SONAME.*\[(.+)\]', conf.cmd_and_log(
        conf.env.READELF + ['-d', path]))
    return found.group(1) if found else 'lib%s.so' % name
