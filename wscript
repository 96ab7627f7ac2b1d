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
                for folder in ('docs/man', 'tests', 'tests/mutate',
                               'tools/audit/formats', 'tools/compiler',
                               'tools/completion',
                               'tools/debian')]
import audit_page  # noqa: E402, ours, of the folders just named
import compiler_flags  # noqa: E402
import completions  # noqa: E402
import debian_packages  # noqa: E402
import library_order  # noqa: E402
import manual_pages  # noqa: E402
import run_fuzz  # noqa: E402
import run_mutations  # noqa: E402
import run_tests  # noqa: E402
import samba_libraries  # noqa: E402
import test_table  # noqa: E402
from test_table import (  # noqa: E402
    CHECKS, HELPER_PROGRAMS, TESTS)

APPNAME = 'spn_policy'
VERSION = '0.1.0'
RELEASED = '2026-11-22'
top = '.'
out = 'bin'

# ---------------------------------------------------------------- tables

# What tests there are is in tests/test_table.py.


def _sources(folder, names):
    return ['%s/%s.c' % (folder, name) for name in names.split()]


# Our static libraries, one a layer: sources, and what they use. Each source
# is compiled once, for the module, the tools and the tests.
OURS = {
    # Pure: libc and talloc.
    'policy': (_sources('modules/policy', '''
        spn ids unicode parts meant quote ticket_types set account names mappings host_pair table slots
        index partial questions kdc_names case quick_fold completion report
        messages
        dc_state settings settings_lines settings_values settings_effects settings_ask
    ''') + _sources('modules/policy/rules', '''
        rules syntax syntax_checks duplicate_spn hidden_duplicate alias_spn
        http_pair http_pair_audit replace_half
    '''), 'TALLOC'),
    # What searches.
    'store': (_sources('modules/store', '''
        store account config kdc_config values
    '''), 'policy LDB TALLOC TEVENT'),
    # From a command line to an open directory; output.
    'common': (_sources('tools/common', '''
        connect connect_check connect_modules connect_options connect_silence
        connect_ticket connect_cache connect_login connect_kerberos connect_each connect_principal connect_start connect_fold connect_trial samba children
        connect_ldap ldap_link ldap_login ldap_backend ldap_entry ldap_control ldap_error
        output place words terminal progress shell_command arena shared presence module_list dcs dcs_list json json_read metrics
    '''), 'store LDB TALLOC TEVENT SAMBA POPT UNISTRING LDAP'),
    # How a whole directory is read.
    'directory': (_sources('tools/directory', '''
        source search files records packed export ldif ldif_write lines entry config_copy
        naming_contexts fold ldap_url key_holder
    '''), 'common LDB TALLOC TEVENT UNISTRING TDB LMDB'),
    # The three programs, without their main.c.
    'audit': (_sources('tools/audit', '''
        options options_table options_together options_view smb_conf open choice select ask_dcs scan wide judge findings finding_texts beside
        gives_way gives_way_table consequences profiles lists command_line config config_file plugin start baseline trend read_file repair repair_ask repair_change repair_files apply apply_ask apply_count apply_keytab key_file key_probe key_report apply_questions apply_repairs apply_send apply_show apply_state apply_step apply_undo watch events catalogue notices again
    ''') + _sources('tools/audit/census', '''
        census gathered index keys pack unpack
    ''') + _sources('tools/audit/rules', '''
        rules delegation holders hosts keys key_types logon_names own_spns messages purpose
    ''') + _sources('tools/audit/facts', '''
        attributes acl trustees groups dns_zones dns_leads dns_records dns
        dns_channel
    ''') + _sources('tools/audit/formats', '''
        format text text_finding text_sections csv json html html_tags html_table html_data html_pool html_trend prometheus nagios
    '''), 'directory XML2 CARES RESOLV'),
    'probe_kerberos': (_sources('tools/probe/kerberos', '''
        kerberos exchange parts login cache ticket names
        keytab keytab_open keytab_check rights servers_table
    '''), 'common KRB5_PLAIN'),
    'setspn': (_sources('tools/setspn', '''
        accounts answers args command duplicates explain query search send sharing words write
    '''), 'directory'),
    'probe': (_sources('tools/probe', '''
        accounts directory judge judge_http judge_keytab judge_log judge_name judge_ticket lists messages messages_names
        messages_server options owner run run_log sentence text text_tables json
    '''), 'probe_names probe_web probe_kerberos probe_log directory'),
    'manage': (_sources('tools/spn_policy', '''
        modules settings set status running all_dcs effects exempt
    '''), 'common'),
    'probe_log': (_sources('tools/probe', '''
        kdc_log log_lines log_request log_json
    '''), 'common'),
    'probe_web': (_sources('tools/probe/web', 'challenge answer token request http'),
                  'common KRB5 KRB5_PLAIN CURL'),
    'guard': (_sources('tools/spn_guard', 'child trials guard'), 'common HOSTCONFIG SAMBA_UTIL'),
    'probe_names': (_sources('tools/probe/names', '''
        target host_name child chain dns krb5_names ways clients_table names
    '''), 'TALLOC KRB5_PLAIN CURL IDN2 RESOLV common'),
}

MODULE_SOURCES = _sources('modules', '''
    spn_dc_state spn_policy spn_state spn_write spn_config spn_answer spn_forward
    spn_plan spn_prediction spn_request spn_steps spn_transaction spn_session spn_log
    spn_rename spn_replication
''')

# How it comes into a process. Tests have a second build of these, which knows
# no ldb: it is idle everywhere.
LOAD_SOURCES = _sources('modules', 'spn_load spn_ldb')

# name: where it is installed below PREFIX, its main, its library
TOOLS = {
    'spn-policy': ('sbin', 'tools/spn_policy/main.c', 'manage'),
    'spn-guard': ('libexec', 'tools/spn_guard/main.c', 'guard'),
    'spn-audit': ('bin', 'tools/audit/main.c', 'audit'),
    'setspn': ('bin', 'tools/setspn/main.c', 'setspn'),
    'spn-probe': ('bin', 'tools/probe/main.c', 'probe'),
}

# Linked into the module.
MODULE_LIBRARIES = ('policy', 'store')

AUDIT_PAGE = 'tools/audit/formats/audit_page.py'
# Makes the writes that `bench` measures.
BENCH_SOURCES = _sources('tests/bench', 'modify_many caller shapes')

# What only the tests in C are linked with.
TEST_LIBRARIES = [('cmocka', '1.1.3', 'CMOCKA', 'libcmocka-dev'),
                  ('jansson', '2.13', 'JANSSON', 'libjansson-dev')]

# pkg-config name, minimum version, name in 'use', Debian package
LIBRARIES = [
    ('talloc', '2.3.4', 'TALLOC', 'libtalloc-dev'),
    ('tevent', '0.13.0', 'TEVENT', 'libtevent-dev'),
    ('ldb', '2.6', 'LDB', 'libldb-dev'),
    ('samba-hostconfig', '0.0.1', 'HOSTCONFIG', 'samba-dev'),
    ('samba-util', '0.0.1', 'SAMBA_UTIL', 'samba-dev'),
    ('samba-credentials', '1.0.0', 'CREDENTIALS', 'samba-dev'),
    ('popt', '1.16', 'POPT', 'libpopt-dev'),
    ('tdb', '1.4', 'TDB', 'libtdb-dev'),
    ('lmdb', '0.9.24', 'LMDB', 'liblmdb-dev'),
    ('libxml-2.0', '2.9.10', 'XML2', 'libxml2-dev'),
    ('libcares', '1.18', 'CARES', 'libc-ares-dev'),
    ('krb5-gssapi', '1.20', 'KRB5', 'libkrb5-dev'),
    ('krb5', '1.20', 'KRB5_PLAIN', 'libkrb5-dev'),
    ('libcurl', '7.88', 'CURL', 'libcurl4-gnutls-dev'),
    ('ldap', '2.5', 'LDAP', 'libldap-dev'),
    ('libidn2', '2.3', 'IDN2', 'libidn2-dev'),
]

# Not every C library reads DNS replies.
RESOLV_TRIAL = '''
#include <sys/types.h>
#include <netinet/in.h>
#include <arpa/nameser.h>
int main(void)
{
    ns_msg msg;
    return ns_initparse((const unsigned char *)"", 0, &msg);
}
'''

# What an old c-ares cannot do: see tools/audit/facts/dns_channel.c.
CARES_TRIAL = '''
#include <ares.h>
int main(void)
{
    return ares_query_dnsrec((ares_channel_t *)0, "", ARES_CLASS_IN,
                             ARES_REC_TYPE_A, 0, (void *)0,
                             (unsigned short *)0) == ARES_OPT_UDP_MAX_QUERIES;
}
'''

EPILOG = '''
Commands: configure, build (the default), install, uninstall, test (also --valgrind, --only), lint,
format, cover (after configure --coverage), fuzz (also --fuzz-seconds, --only), bench (--gate,
--bench), mutate (also --only), messages, deb (Debian packages, into build/), clean, distclean.
Several may be given in one call. Compiler and flags are taken from CC, CPPFLAGS, CFLAGS and
LDFLAGS at configure time.
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
    group.add_option('--systemdunitdir', default='', metavar='DIR',
                     help='where the drop-in for samba-ad-dc.service is '
                          'installed [default: what pkg-config says for '
                          'systemd; "no": nowhere]')
    group.add_option('--docs', action='store_true', default=None, dest='docs',
                     help='manual pages are a must [default: built if '
                          'xsltproc and docbook-xsl are there]')
    group.add_option('--no-tests', action='store_true', default=False,
                     help='do not build the tests written in C')
    group.add_option('--no-docs', action='store_false', dest='docs',
                     help='no manual pages')
    group = opt.add_option_group('spn_policy: build and test')
    group.add_option('--partial', action='store_true', default=False,
                     help='leave out listed sources that do not exist yet, '
                          'instead of failing')
    group.add_option('--valgrind', action='store_true', default=False,
                     help='run the tests under memcheck; leaks are errors')
    group.add_option('--only', default='', metavar='LIST',
                     help='build and run only these tests, or fuzzers; for mutate a '
                          'regular expression')
    group.add_option('--deb-version', default='', metavar='VERSION',
                     help='what `deb` calls the packages [default: %s and '
                          'the release, as 0.1.0~deb13]' % VERSION)
    group.add_option('--gate', action='store_true', default=False,
                     help='bench fails if a gate is missed')
    group.add_option('--bench', default='', metavar='ARGS',
                     help='more for bench, for example '
                          '"--sizes=10000,100000 --backend-store=mdb"')
    group.add_option('--brief', action='store_true', default=False,
                     help='lint spends less time on each function')
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
    samba_libraries.configure(conf)
    conf.check_cc(header_name='unistr.h', lib='unistring',
                  uselib_store='UNISTRING',
                  msg='Checking for libunistring',
                  errmsg='not found; Debian: apt-get install '
                         'libunistring-dev')
    conf.check_cc(header_name='sasl/sasl.h', msg='Checking for sasl/sasl.h',
                  errmsg='not found; Debian: apt-get install libsasl2-dev')
    conf.check_cc(fragment=RESOLV_TRIAL, lib='resolv', uselib_store='RESOLV',
                  msg='Checking for libresolv', errmsg='not found')
    conf.check_cc(fragment=CARES_TRIAL, use='CARES', mandatory=False,
                  define_name='HAVE_ARES_QUERY_DNSREC',
                  msg='Checking for ares_query_dnsrec')
    conf.check_cc(header_name='valgrind/callgrind.h', mandatory=False)
    library_order.configure(conf)
    conf.env.HAVE_TESTS = not conf.options.no_tests
    for library in [] if conf.options.no_tests else TEST_LIBRARIES:
        if not _check_library(conf, *library, mandatory=False):
            conf.env.HAVE_TESTS = False
            Logs.warn('No %s: the tests written in C are not built '
                      '(Debian: apt-get install %s)', library[0], library[3])

    ldbs_own = conf.cmd_and_log(
        conf.env.PKGCONFIG + ['--variable=modulesdir', 'ldb']).strip()
    conf.env.MODULESDIR = conf.options.modulesdir or ldbs_own
    conf.env.LDB_MODULESDIR = ldbs_own
    conf.msg('Module directory', conf.env.MODULESDIR)
    conf.env.UNITDIR = _unit_folder(conf)
    conf.msg('systemd units', conf.env.UNITDIR or 'no')
    compiler_flags.configure(conf, VERSION)
    _configure_docs(conf)


def _unit_folder(conf):
    chosen = conf.options.systemdunitdir
    if chosen:
        return '' if chosen == 'no' else chosen
    usual = '/usr/lib/systemd/system'
    try:
        found = conf.cmd_and_log(conf.env.PKGCONFIG + [
            '--variable=systemdsystemunitdir', 'systemd'],
            quiet=Context.BOTH).strip()
    except conf.errors.WafError:
        return usual if os.path.isdir(usual) else ''
    # Where /lib is a link, nothing is installed by way of it.
    return usual if found == usual[len('/usr'):] and os.path.islink(
        '/lib') else found


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


def _configure_docs(conf):
    if conf.options.docs is False:
        return
    conf.env.DOCS = False
    if conf.find_program('xsltproc', var='XSLTPROC', mandatory=False):
        conf.env.DOCS = manual_pages.can_be_made(conf)
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

    includes = 'modules tools'
    for name, (sources, use) in OURS.items():
        bld.stlib(target=name, source=there(sources), includes=includes,
                  # What the module is made of moves in memory.
                  cflags=(bld.env.CFLAGS_cshlib if name in MODULE_LIBRARIES
                          else bld.env.CFLAGS_cprogram),
                  env=compiler_flags.env_of(bld.env, name),
                  defines=_module_folders(bld.env), use=use,
                  install_path=None)
    _build_module(bld, there)
    bld(rule=audit_page.make_header, target='tools/audit/formats/page_parts.h',
        before=['c'], source=['tools/audit/formats/page.css',
                              'tools/audit/formats/page.js', AUDIT_PAGE])
    bld(rule=audit_page.make_pages, target='tools/audit/rule_pages.h',
        before=['c'], source=[*bld.path.ant_glob('docs/rules/*.md'), AUDIT_PAGE])
    for name, (folder, main, library) in TOOLS.items():
        bld.program(target='programs/' + name, source=main, includes=includes,
                    use=library, install_path='${PREFIX}/' + folder,
                    env=compiler_flags.env_of(bld.env, name),
                    linkflags=library_order.flags(bld.env, name))
    bld(features='subst', source='tools/spn_guard/spn-guard.conf.in',
        target='spn-guard.conf', LIBEXECDIR=bld.env.PREFIX + '/libexec',
        install_path=(bld.env.UNITDIR + '/samba-ad-dc.service.d'
                      if bld.env.UNITDIR else None))
    _build_completions(bld)
    bld.program(target='docs/messages_page', includes=includes, use='audit',
                source='tools/audit/messages_page.c', install_path=None)
    bld(rule='${SRC[0].abspath()} ${SRC[1].abspath()} > ${TGT}',
        source=['docs/messages_page', 'docs/messages.md.in'],
        target='docs/messages.md')
    if bld.env.HAVE_TESTS:
        _build_tests(bld, includes, absent)
    if bld.cmd in ('bench', 'lint'):
        bld.program(target='tests/modify_many', source=BENCH_SOURCES,
                    includes=includes, install_path=None, use='common')
        bld.program(target='tests/raw_unpack', source='tests/bench/raw_unpack.c',
                    includes=includes, install_path=None, use='directory')
    _build_docs(bld)


def _build_module(bld, there):
    use = 'store LDB TALLOC TEVENT HOSTCONFIG SAMBA_UTIL'
    bld.stlib(target='module', source=there(MODULE_SOURCES),
              includes='modules', cflags=bld.env.CFLAGS_cshlib, use=use,
              install_path=None)
    for target, defines, path in (
            ('ldb-modules/spn_policy', [], '${MODULESDIR}'),
            ('tests/idle/spn_policy', ['SPN_LDB_NONE_CHECKED'], None)):
        bld.shlib(target=target, source=there(LOAD_SOURCES),
                  includes='modules', use='module ' + use, defines=defines,
                  # Brings libsamba-debug into our scope: see spn_log.c.
                  linkflags=['-Wl,--push-state,--no-as-needed',
                             '-lsamba-util', '-Wl,--pop-state'],
                  install_path=path)


def _module_folders(env):
    '''Where our module is installed, and what libldb loads.'''
    return ['SPN_POLICY_MODULESDIR="%s"' % env.MODULESDIR,
            'SPN_LDB_MODULESDIR="%s"' % env.LDB_MODULESDIR]


def _absent_sources(bld):
    lists = [MODULE_SOURCES, LOAD_SOURCES] + [sources for sources, use in OURS.values()]
    for entry in [*TESTS.values(), *HELPER_PROGRAMS.values()]:
        lists.append(entry['sources'])
    files = {path for each in lists for path in each}
    return sorted(path for path in files
                  if not os.path.exists(bld.path.make_node(path).abspath()))


def _build_tests(bld, includes, absent):
    includes += ' tests'
    for name, (folder, sources, use) in test_table.LIBRARIES.items():
        bld.stlib(target=name, source=_sources('tests/' + folder, sources),
                  includes=includes, cflags=bld.env.CFLAGS_cprogram,
                  use=use + ' CMOCKA', install_path=None)
    for name, test in _programs_of_tests(bld.options.only).items():
        if set(test['sources']) & set(absent):
            Logs.warn('test %s is not built', name)
            continue
        bld.program(target='tests/' + name, source=test['sources'],
                    includes=includes, use=test['links'],
                    # As in spn-probe: with what comes first there.
                    linkflags=(library_order.flags(bld.env, 'spn-probe')
                               if 'probe_kerberos' in test['links'] else [])
                    + ['-Wl,--wrap=' + function for function in test['wrap']],
                    install_path=None)


def _programs_of_tests(only):
    """All, unless each that is asked for is a test in C."""
    chosen = set(only.replace(',', ' ').split())
    if chosen and chosen <= set(TESTS):
        return {name: TESTS[name] for name in chosen}
    return {**TESTS, **HELPER_PROGRAMS}


def _build_completions(bld):
    if bld.env.SANITIZE:
        return  # such a program needs more than it is to be run
    for name in sorted(set(TOOLS) - set(completions.NOT_TYPED)):
        made = ['completion/' + name, 'completion/_' + name]
        bld(rule=completions.make, target=made,
            source=['programs/' + name, 'programs/spn-audit',
                    'tools/completion/completions.py'])
        bld.install_files('${PREFIX}/share/bash-completion/completions',
                          made[:1])
        bld.install_files('${PREFIX}/share/zsh/site-functions', made[1:])


def _build_docs(bld):
    bld.install_files('${PREFIX}/share/spn_policy',
                      ['docs/spn-audit.schema.json',
                       'docs/spn-audit-watch.schema.json',
                       'docs/spn-policy-status.schema.json',
                       'docs/spn-probe.schema.json'])
    for page in bld.path.ant_glob('docs/man/*.xml'):
        name, dot, section = page.name[:-len('.xml')].rpartition('.')
        if not name or section not in ('1', '8'):
            bld.fatal('docs/man/%s: is called NAME.1.xml or NAME.8.xml'
                      % page.name)
        if bld.env.DOCS:
            bld(rule=manual_pages.make_page,
                source=[page, 'docs/man/manual_pages.py'],
                target='docs/%s.%s' % (name, section),
                vars=['XSLTPROC', 'PAGE_VERSION', 'PAGE_DATE'],
                install_path='${PREFIX}/share/man/man' + section)


# ------------------------------------------------------------------ test


class MessagesContext(BuildContext):
    '''builds, and renews docs/messages.md'''
    cmd = 'messages'
    fun = 'build'

    def post_build(self):
        super().post_build()
        made = self.bldnode.find_node('docs/messages.md')
        self.path.make_node('docs/messages.md').write(made.read())


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
    shared = [sources for sources, use in OURS.values()]
    shared += [_sources('tests/' + folder, sources) for name, (
        folder, sources, use) in test_table.LIBRARIES.items()
               if name.startswith('test_')]
    run_fuzz.run(bld, TESTS, shared, _module_folders(bld.env))


class MutateContext(Context.Context):
    '''takes guards out one by one; a test has to notice (tests/mutate/)'''
    cmd = 'mutate'
    fun = 'mutate'


def mutate(ctx):
    run_mutations.run(ctx, TESTS, CHECKS)


class DebContext(Context.Context):
    '''makes Debian packages in build/'''
    cmd = 'deb'
    fun = 'deb'


def deb(ctx):
    debian_packages.run(ctx, VERSION)


# ------------------------------------------------------------------ lint


class LintContext(BuildContext):
    '''builds, then checks style, defects, spelling, layers and sizes'''
    cmd = 'lint'
    fun = 'build'

    def post_build(self):
        # The list of compile commands is written in there.
        super().post_build()
        _lint(self, *['--brief'] * self.options.brief, self.bldnode.abspath())


def format(ctx):
    '''rewrites all C sources in the one style'''
    _lint(ctx, '--format')


def _lint(ctx, *words):
    result = subprocess.run(
        [sys.executable, '-B', 'tests/checks/lint.py', *words],
        cwd=ctx.path.abspath())
    if result.returncode:
        ctx.fatal('%s failed' % ctx.cmd)
