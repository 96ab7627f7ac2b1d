# SPDX-License-Identifier: GPL-3.0-or-later
"""What the compiler and the linker are told."""

WARNINGS = '''
    -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes
    -Wwrite-strings -Wformat=2 -Wcast-qual -Wpointer-arith
    -Wimplicit-fallthrough -Wdeclaration-after-statement
'''.split()
HARDENING = '''
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
'''.split()
# as-needed: every program that opens an ldb loads what the module names.
# gc-sections: and nothing of a library that it does not call.
LINK = ['-Wl,--as-needed', '-Wl,--gc-sections', '-Wl,-z,relro', '-Wl,-z,now']


def configure(conf, version):
    env = conf.env
    opts = conf.options
    flags = ['-std=gnu11', '-g', '-fvisibility=hidden',
             '-ffunction-sections', '-fdata-sections'] + WARNINGS
    link = list(LINK)
    defs = ['-Wl,-z,defs']
    if opts.ci:
        flags += ['-Werror']
    if opts.sanitize:
        sanitize = ['-fsanitize=' + opts.sanitize]
        flags += sanitize + ['-O1', '-fno-omit-frame-pointer',
                             '-fno-sanitize-recover=all']
        link += sanitize
        if env.CC_NAME == 'clang':
            # clang leaves the runtime to the program.
            defs = []
    elif opts.coverage:
        flags += ['-O0', '--coverage']
        link += ['--coverage']
    else:
        flags += ['-O2'] + HARDENING
    # The user's own flags come last and win.
    env.CFLAGS = flags + env.CFLAGS
    env.LINKFLAGS = link + env.LINKFLAGS
    env.append_value('DEFINES', ['_GNU_SOURCE',
                                 'SPN_POLICY_VERSION="%s"' % version])
    env.CFLAGS_cprogram = ['-fPIE']
    env.LINKFLAGS_cprogram = ['-pie']
    # libgcov's own symbols must not leave the module either.
    env.append_value('LINKFLAGS_cshlib', defs + ['-Wl,--exclude-libs,ALL'])
    env.cshlib_PATTERN = '%s.so'
    env.SANITIZE = opts.sanitize
    env.COVERAGE = opts.coverage
    # Static archives are rewritten without a clock or a user in them.
    env.ARFLAGS = ['rcsD']
