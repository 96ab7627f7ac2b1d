# SPDX-License-Identifier: GPL-3.0-or-later
#
# The build. To add a source file, a tool or a test: one line in the tables
# below. Everything after them is machinery.

import os
import re
import subprocess
import sys

from waflib import Context, Logs
from waflib.Build import BuildContext

sys.path[:0] = [os.path.join(Context.run_dir, folder)
                for folder in ('docs/man', 'tests', 'tools')]
import audit_page  # noqa: E402, ours, of the folders just named
import manual_pages  # noqa: E402
import run_fuzz  # noqa: E402
import run_tests  # noqa: E402
from test_table import (  # noqa: E402
    CHECKS, HELPERS, TESTS, sources as _sources)

APPNAME = 'spn_policy'
VERSION = '0.1.0'
RELEASED = '2026-11-22'
top = '.'
out = 'bin'

# ---------------------------------------------------------------- tables

# TESTS and CHECKS are in tests/test_table.py.

# Pure: libc and talloc. Compiled once, for module, tools and tests.
POLICY_SOURCES = _sources('modules/policy', '''
    spn spn_unicode spn_quote spn_set spn_account spn_mappings host_pair spn_table
    spn_arena spn_slots spn_shared spn_pack spn_census spn_index
    spn_questions spn_quick_fold
    spn_index_audit rules rule_syntax rule_duplicate_spn rule_alias_spn
    rule_http_pair rule_hosts rule_holders rule_logon_names rule_keys
    rule_delegation completion settings settings_lines settings_values
    settings_effects settings_ask report messages
''')

# What searches: the same code for module, tools and tests.
STORE_SOURCES = _sources('modules', '''
    spn_store spn_store_account spn_store_config spn_values
''')

MODULE_SOURCES = _sources('modules', '''
    spn_policy spn_state spn_write spn_config spn_answer spn_forward
    spn_plan spn_request spn_steps spn_transaction spn_session spn_log
    spn_replication
''')

# name: where it is installed below PREFIX, what it links besides our two
# libraries, its files.
TOOLS = {
    'spn-policy': {
        'dir': 'sbin',
        'use': 'LDB TALLOC TEVENT HOSTCONFIG SAMBA_UTIL POPT',
        'sources': _sources('tools', '''
            audit_output audit_place
            connect connect_error connect_modules connect_options
            connect_silence
            spn_policy_tool spn_policy_list
            spn_policy_modules spn_policy_settings spn_policy_set
            spn_policy_status spn_policy_dc spn_policy_effects
            shell_command
        '''),
    },
    'spn-audit': {
        'dir': 'bin',
        'use': 'LDB TALLOC TEVENT HOSTCONFIG SAMBA_UTIL POPT '
               'UNISTRING TDB LMDB XML2 CARES',
        'sources': _sources('tools', '''
            connect connect_error connect_modules connect_options
            connect_silence spn_audit
            audit_acl audit_baseline audit_catalogue audit_choice
            audit_config audit_contexts audit_csv audit_dns audit_events
            audit_quirks audit_watch audit_entry
            audit_export audit_facts audit_files audit_findings
            audit_fix audit_fold audit_format audit_groups
            audit_html audit_json audit_judge audit_ldif audit_limits
            audit_lines
            audit_lists audit_names audit_options audit_output audit_place
            audit_prometheus audit_records audit_repair audit_scan
            audit_search audit_select audit_source audit_tell audit_text
            audit_together audit_trustees audit_words shell_command
        '''),
    },
    'setspn': {
        'dir': 'bin',
        'use': 'LDB TALLOC TEVENT HOSTCONFIG SAMBA_UTIL SAMBA_ERRORS POPT '
               'UNISTRING TDB LMDB',
        'sources': _sources('tools', '''
            connect connect_error connect_modules connect_options
            connect_silence setspn
            setspn_accounts
            setspn_args setspn_command setspn_duplicates setspn_explain
            setspn_query setspn_search setspn_send setspn_words setspn_write
            audit_config audit_files audit_fold audit_limits audit_output
            audit_place audit_records
            audit_search audit_source shell_command
        '''),
    },
}

# Makes the writes that `bench` measures.
BENCH_SOURCES = (_sources('tests/bench', 'modify_many caller shapes') +
                 _sources('tools', '''
                     connect connect_error connect_modules connect_options
                     connect_silence
                 '''))

# What only the tests in C are linked with.
TEST_LIBRARIES = [
    ('cmocka', '1.1.3', 'CMOCKA', 'libcmocka-dev'),
    ('jansson', '2.13', 'JANSSON', 'libjansson-dev'),
]

# pkg-config name, minimum version, name in 'use', Debian package
LIBRARIES = [
    ('talloc', '2.3.4', 'TALLOC', 'libtalloc-dev'),
    ('tevent', '0.13.0', 'TEVENT', 'libtevent-dev'),
    ('ldb', '2.6', 'LDB', 'libldb-dev'),
    ('samba-hostconfig', '0.0.1', 'HOSTCONFIG', 'samba-dev'),
    ('samba-util', '0.0.1', 'SAMBA_UTIL', 'samba-dev'),
    ('popt', '1.16', 'POPT', 'libpopt-dev'),
    ('tdb', '1.4', 'TDB', 'libtdb-dev'),
    ('lmdb', '0.9.24', 'LMDB', 'liblmdb-dev'),
    ('libxml-2.0', '2.9.10', 'XML2', 'libxml2-dev'),
    ('libcares', '1.18', 'CARES', 'libc-ares-dev'),
]

WARNINGS = '''
    -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes
    -Wwrite-strings -Wformat=2 -Wcast-qual -Wpointer-arith
    -Wimplicit-fallthrough -Wdeclaration-after-statement
'''.split()
HARDENING = '''
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
'''.split()
# as-needed: every program that opens an ldb loads what the module names.
LINK = ['-Wl,--as-needed', '-Wl,-z,relro', '-Wl,-z,now']

EPILOG = '''
Commands: configure, build (the default), install, uninstall, test (also
--valgrind, --only), lint, format, cover (after configure --coverage), fuzz
(also --fuzz-seconds, --only), bench (--gate, --bench), clean, distclean. Several may be given in one call. Compiler and flags are
taken from CC, CPPFLAGS, CFLAGS and LDFLAGS at configure time.
'''

# ------------------------------------------------------------- configure


def options(opt):
    # A release is a git archive; waf's own idea of one is not offered.
    Context.classes[:] = [each for each in Context.classes
                          if each.cmd not in ('dist', 'distcheck')]
    for name in 'dist', 'distcheck':
        vars(Context.g_module).pop(name, None)
    opt.load('compiler_c')
    opt.parser.epilog = ' '.join(EPILOG.split())
    group = opt.add_option_group('spn_policy: configure')
    group.add_option('--ci', action='store_true', default=False,
                     help='warnings are errors')
    group.add_option('--sanitize', default='', metavar='LIST',
                     help='build with sanitizers, for example '
                          'address,undefined')
    group.add_option('--coverage', action='store_true', default=False,
                     help='build for `cover`')
    group.add_option('--modulesdir', default='', metavar='DIR',
                     help='where the module is installed [default: what '
                          'pkg-config says for ldb]')
    group.add_option('--docs', action='store_true', default=None, dest='docs',
                     help='manual pages are a must [default: built if '
                          'xsltproc and docbook-xsl are there]')
    group.add_option('--no-docs', action='store_false', dest='docs',
                     help='no manual pages')
    group = opt.add_option_group('spn_policy: build and test')
    group.add_option('--partial', action='store_true', default=False,
                     help='leave out listed sources that do not exist yet, '
                          'instead of failing')
    group.add_option('--valgrind', action='store_true', default=False,
                     help='run the tests under memcheck; leaks are errors')
    group.add_option('--only', default='', metavar='LIST',
                     help='run only these tests, or fuzzers')
    group.add_option('--gate', action='store_true', default=False,
                     help='bench fails if a gate is missed')
    group.add_option('--bench', default='', metavar='ARGS',
                     help='more for bench, for example '
                          '"--sizes=10000,100000 --backend-store=mdb"')
    group.add_option('--fuzz-seconds', type=int, default=60, metavar='N',
                     help='how long `fuzz` runs each fuzzer [default: 60]')


def configure(conf):
    # Whatever folder was asked for with --out, git does not see it.
    conf.bldnode.make_node('.gitignore').write('*\n')
    conf.load('compiler_c clang_compilation_database')
    conf.find_program('pkg-config', var='PKGCONFIG',
                      errmsg='not found; Debian: apt-get install pkg-config')
    for package, version, name, debian in LIBRARIES:
        _check_library(conf, package, version, name, debian)
    # The libraries without a .pc file.
    conf.check_cc(lib='samba-errors', uselib_store='SAMBA_ERRORS',
                  msg='Checking for libsamba-errors',
                  errmsg='not found; Debian: apt-get install samba-dev')
    conf.check_cc(header_name='unistr.h', lib='unistring',
                  uselib_store='UNISTRING',
                  msg='Checking for libunistring',
                  errmsg='not found; Debian: apt-get install '
                         'libunistring-dev')
    conf.env.HAVE_TESTS = True
    for library in TEST_LIBRARIES:
        if not _check_library(conf, *library, mandatory=False):
            conf.env.HAVE_TESTS = False
            Logs.warn('No %s: the tests written in C are not built '
                      '(Debian: apt-get install %s)', library[0], library[3])

    ldbs_own = conf.cmd_and_log(
        conf.env.PKGCONFIG + ['--variable=modulesdir', 'ldb']).strip()
    conf.env.MODULESDIR = conf.options.modulesdir or ldbs_own
    conf.env.LDB_MODULESDIR = ldbs_own
    conf.msg('Module directory', conf.env.MODULESDIR)
    _configure_flags(conf)
    _configure_docs(conf)


def _check_library(conf, package, version, name, debian, mandatory=True):
    found = conf.check_cfg(
        package=package, args=['%s >= %s' % (package, version),
                               '--cflags', '--libs'],
        uselib_store=name, mandatory=mandatory,
        msg='Checking for %s >= %s' % (package, version),
        errmsg='not found; Debian: apt-get install %s' % debian)
    # Headers of others are not ours to warn about.
    for path in conf.env['INCLUDES_' + name]:
        conf.env.append_value('CFLAGS_' + name, ['-isystem', path])
    conf.env['INCLUDES_' + name] = []
    return found is not None


def _configure_flags(conf):
    env = conf.env
    opts = conf.options
    flags = ['-std=gnu11', '-g', '-fvisibility=hidden'] + WARNINGS
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
                                 'SPN_POLICY_VERSION="%s"' % VERSION])
    env.CFLAGS_cprogram = ['-fPIE']
    env.LINKFLAGS_cprogram = ['-pie']
    # libgcov's own symbols must not leave the module either.
    env.append_value('LINKFLAGS_cshlib', defs + ['-Wl,--exclude-libs,ALL'])
    env.cshlib_PATTERN = '%s.so'
    env.SANITIZE = opts.sanitize
    env.COVERAGE = opts.coverage
    # Static archives are rewritten without a clock or a user in them.
    env.ARFLAGS = ['rcsD']


def _configure_docs(conf):
    if conf.options.docs is False:
        return
    conf.env.DOCS = False
    if conf.find_program('xsltproc', var='XSLTPROC', mandatory=False):
        trial = conf.bldnode.make_node('trial.xml')
        trial.write(manual_pages.TRIAL)
        page = conf.bldnode.make_node('trial.1')
        result = subprocess.run(
            conf.env.XSLTPROC + ['--nonet', '--novalid', '-o', page.abspath(),
                                 manual_pages.STYLE, trial.abspath()],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        conf.env.DOCS = result.returncode == 0
        for path in conf.bldnode.abspath(), os.getcwd():
            for name in 'trial.xml', 'trial.1', 'x.1':
                if os.path.exists(os.path.join(path, name)):
                    os.unlink(os.path.join(path, name))
    conf.env.PAGE_NAME = APPNAME
    conf.env.PAGE_VERSION = VERSION
    conf.env.PAGE_DATE = RELEASED
    conf.msg('Manual pages', 'yes' if conf.env.DOCS else 'no')
    if not conf.env.DOCS:
        hint = 'Debian: apt-get install xsltproc docbook-xsl'
        if conf.options.docs:
            conf.fatal('--docs: manual pages cannot be built; ' + hint)
        Logs.warn('Manual pages are not built (%s)', hint)


# ----------------------------------------------------------------- build


def build(bld):
    absent = _absent_sources(bld)
    if absent and not bld.options.partial:
        bld.fatal('listed in wscript, but not there (--partial leaves them '
                  'out):\n  ' + '\n  '.join(absent))
    if absent:
        Logs.warn('left out, not there: ' + ' '.join(absent))

    def there(sources):
        return [path for path in sources if path not in absent]

    # What the others of ours link, the last one lowest.
    ours = []
    for name, sources, use in (
            ('spn_store', STORE_SOURCES, 'LDB TALLOC TEVENT'),
            ('spn_policy_core', POLICY_SOURCES, 'TALLOC')):
        if there(sources):
            bld.stlib(target=name, source=there(sources), includes='modules',
                      cflags=bld.env.CFLAGS_cshlib, use=use,
                      install_path=None)
            ours.append(name)
    if MODULE_SOURCES[0] not in absent:
        bld.shlib(target='ldb-modules/spn_policy',
                  source=there(MODULE_SOURCES), includes='modules',
                  use=ours + 'LDB TALLOC TEVENT HOSTCONFIG SAMBA_UTIL'.split(),
                  # Brings libsamba-debug into our scope: see spn_log.c.
                  linkflags=['-Wl,--push-state,--no-as-needed',
                             '-lsamba-util', '-Wl,--pop-state'],
                  install_path='${MODULESDIR}')
    bld(rule=_make_html_parts, target='tools/audit_page.h', before=['c'],
        source=['tools/audit_page.css', 'tools/audit_page.js'])
    bld(rule=_make_rule_pages, target='tools/audit_rule_pages.h',
        before=['c'], source=bld.path.ant_glob('docs/rules/*.md'))
    for name, tool in TOOLS.items():
        if set(tool['sources']) & set(absent):
            Logs.warn('tool %s is not built', name)
            continue
        bld.program(target='tools/' + name, source=tool['sources'],
                    includes='modules tools',
                    defines=_module_folders(bld.env),
                    use=ours + tool['use'].split(),
                    install_path='${PREFIX}/' + tool['dir'])
    if bld.env.HAVE_TESTS:
        _build_tests(bld, ours, absent)
    if bld.cmd in ('bench', 'lint'):
        bld.program(target='tests/modify_many', source=BENCH_SOURCES,
                    includes='modules tools', install_path=None,
                    use='spn_policy_core LDB TALLOC TEVENT HOSTCONFIG '
                        'SAMBA_UTIL POPT',
                    defines=_module_folders(bld.env))
    _build_docs(bld)


def _module_folders(env):
    '''Where our module is installed, and what libldb loads.'''
    return ['SPN_POLICY_MODULESDIR="%s"' % env.MODULESDIR,
            'SPN_LDB_MODULESDIR="%s"' % env.LDB_MODULESDIR]


def _make_html_parts(task):
    task.outputs[0].write(audit_page.header(*(node.read()
                                              for node in task.inputs)))


def _make_rule_pages(task):
    task.outputs[0].write(audit_page.pages(
        {node.name: node.read(encoding='utf-8') for node in task.inputs}))


def _absent_sources(bld):
    lists = [POLICY_SOURCES, STORE_SOURCES, MODULE_SOURCES]
    for entry in [*TOOLS.values(), *TESTS.values(), *HELPERS.values()]:
        lists.append(entry['sources'])
    files = {path for each in lists for path in each}
    return sorted(path for path in files
                  if not os.path.exists(bld.path.make_node(path).abspath()))


PURE_LIBRARIES = ['CMOCKA', 'TALLOC']
STACK_LIBRARIES = PURE_LIBRARIES + ['LDB', 'TEVENT', 'HOSTCONFIG',
                                    'SAMBA_UTIL']


def _build_tests(bld, ours, absent):
    for name, test in {**TESTS, **HELPERS}.items():
        if set(test['sources']) & set(absent):
            Logs.warn('test %s is not built', name)
            continue
        if test['kind'] == 'stack':
            use = ours + STACK_LIBRARIES
        else:
            use = [name for name in ours if name == 'spn_policy_core']
            use += PURE_LIBRARIES
        bld.program(target='tests/' + name, source=test['sources'],
                    includes='modules tools tests',
                    use=use + test.get('use', '').split(),
                    linkflags=['-Wl,--wrap=' + function
                               for function in test.get('wrap', [])],
                    install_path=None)


def _build_docs(bld):
    bld.install_files('${PREFIX}/share/spn_policy',
                      ['docs/spn-audit.schema.json',
                       'docs/spn-audit-watch.schema.json'])
    for page in bld.path.ant_glob('docs/man/*.xml'):
        name, dot, section = page.name[:-len('.xml')].rpartition('.')
        if not name or section not in ('1', '8'):
            bld.fatal('docs/man/%s: is called NAME.1.xml or NAME.8.xml'
                      % page.name)
        if bld.env.DOCS:
            bld(rule=manual_pages.make_page, source=page,
                target='docs/%s.%s' % (name, section),
                vars=['XSLTPROC', 'PAGE_VERSION', 'PAGE_DATE'],
                install_path='${PREFIX}/share/man/man' + section)


# ------------------------------------------------------------------ test


class TestContext(BuildContext):
    '''builds, then runs every test and check'''
    cmd = 'test'
    fun = 'build'

    def post_build(self):
        super().post_build()
        run_tests.run(self, TESTS, CHECKS)


class CoverContext(BuildContext):
    '''runs the tests and reports the lines and branches they reach'''
    cmd = 'cover'
    fun = 'build'

    def post_build(self):
        super().post_build()
        run_tests.cover(self, TESTS, CHECKS)


class BenchContext(BuildContext):
    '''builds, then measures what the module costs (docs/performance.md)'''
    cmd = 'bench'
    fun = 'build'

    def post_build(self):
        super().post_build()
        # The interpreter that has Samba's bindings.
        command = ['/usr/bin/python3', '-B', 'tests/bench/bench.py',
                   '--build=' + self.bldnode.abspath()]
        command += ['--gate'] * self.options.gate
        command += self.options.bench.split()
        if subprocess.run(command, cwd=self.path.abspath()).returncode:
            self.fatal('bench failed')


class FuzzContext(BuildContext):
    '''runs each parser under arbitrary bytes, built by clang for it'''
    cmd = 'fuzz'
    fun = 'fuzz'


def fuzz(bld):
    run_fuzz.run(bld, TESTS, POLICY_SOURCES + STORE_SOURCES)


# ------------------------------------------------------------------ lint


class LintContext(BuildContext):
    '''builds, then checks style, defects, spelling, layers and sizes'''
    cmd = 'lint'
    fun = 'build'

    def post_build(self):
        # The list of compile commands is written in there.
        super().post_build()
        _lint(self, self.bldnode.abspath())


def format(ctx):
    '''rewrites all C sources in the one style'''
    _lint(ctx, '--format')


def _lint(ctx, argument):
    result = subprocess.run([sys.executable, '-B', 'tests/lint.py', argument],
                            cwd=ctx.path.abspath())
    if result.returncode:
        ctx.fatal('%s failed' % ctx.cmd)
