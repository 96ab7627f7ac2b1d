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
OPTIMIZE = ['-O3']
# Optimized as one piece when the program is linked: what reads whole
# directories, and of what it is made. With that and -O3 an audit takes 9 % less
# instructions; with one of them 3 or 4 %. The libraries have ordinary code, too,
# for what is linked as usual: the module, the other programs, the tests.
AS_ONE_PIECE = ('spn-audit', 'setspn', 'audit', 'directory', 'common', 'store',
                'policy')
WHOLE = ['-flto=auto', '-ffat-lto-objects']
APART = '-fno-lto'


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
        flags += OPTIMIZE + HARDENING
    # The user's own flags come last and win.
    env.CFLAGS = flags + env.CFLAGS
    env.LINKFLAGS = link + env.LINKFLAGS
    if not opts.sanitize and not opts.coverage:
        _configure_whole(conf)
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


def _configure_whole(conf):
    if conf.env.CC_NAME == 'gcc' and conf.check_cc(
            cflags=WHOLE, linkflags=WHOLE, mandatory=False,
            msg='Checking for link time optimization'):
        # Or the linker does so wherever it meets such objects.
        conf.env.prepend_value('LINKFLAGS', APART)


def _maps(flags):
    """What makes paths the same on each machine. With WHOLE gcc 12 tells the
    assembler nothing of it, nor the linker."""
    maps = [flag for flag in flags if flag.startswith(
        ('-ffile-prefix-map=', '-fdebug-prefix-map='))]
    return maps + ['-Wa,--debug-prefix-map=' + flag.partition('=')[2]
                   for flag in maps]


def env_of(env, name):
    """The environment for that library or program."""
    derived = env.derive()
    if name in AS_ONE_PIECE and env.LINKFLAGS[:1] == [APART]:
        maps = _maps(env.CFLAGS)
        derived.CFLAGS = WHOLE + maps + env.CFLAGS
        derived.LINKFLAGS = WHOLE + maps + env.LINKFLAGS[1:]
    return derived
