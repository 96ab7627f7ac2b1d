# SPDX-License-Identifier: GPL-3.0-or-later
"""What `./waf test` and `./waf cover` do once everything is built. The tables
of tests and checks are in the wscript, which calls run() and cover()."""

import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from waflib import Logs, Utils

from test_table import python_folders


def commands(bld, tests, checks):
    chosen = set(Utils.to_list(bld.options.only.replace(',', ' ')))
    unknown = chosen - set(tests) - set(checks)
    if unknown:
        bld.fatal('--only: no test is called ' + ', '.join(sorted(unknown)))
    for name, test in tests.items():
        program = bld.bldnode.find_node('tests/' + name)
        if chosen and name not in chosen:
            continue
        if program is None:
            if bld.options.partial:
                continue
            bld.fatal('test %s was not built%s' % (
                name, '' if bld.env.HAVE_TESTS else
                ': a library of the tests is missing, configure says '
                'which'))
        command = [program.abspath()] + test['args']
        if bld.options.valgrind:
            command = valgrind(bld) + command
        yield name, command
    for name, script in checks.items():
        if not chosen or name in chosen:
            yield name, [sys.executable, '-B', script]


def valgrind(bld):
    if shutil.which('valgrind') is None:
        bld.fatal('valgrind not found; Debian: apt-get install valgrind')
    if bld.env.SANITIZE:
        bld.fatal('--valgrind and --sanitize exclude each other')
    command = ['valgrind', '--quiet', '--error-exitcode=99',
               '--leak-check=full', '--show-leak-kinds=definite,indirect',
               '--errors-for-leak-kinds=definite,indirect']
    suppressions = bld.path.find_node('tests/valgrind.supp')
    if suppressions:
        command.append('--suppressions=' + suppressions.abspath())
    return command


def environment(top, build, scratch):
    """Of a test of what is built in that folder, from the tree at top."""
    return dict(os.environ,
                PYTHONPATH=os.pathsep.join(python_folders(top)),
                TALLOC_FREE_FILL='255',
                LDB_MODULES_PATH=os.path.join(build, 'ldb-modules'),
                SPN_POLICY_BUILD=build,
                TMPDIR=scratch)


def environment_of(bld, scratch):
    variables = environment(bld.path.abspath(), bld.bldnode.abspath(), scratch)
    if bld.env.SANITIZE:
        # The runtime and RTLD_DEEPBIND do not get along.
        variables['LDB_MODULES_DISABLE_DEEPBIND'] = '1'
    return variables


def run_one(bld, command):
    """The result, with its output, and how long it took."""
    scratch = tempfile.mkdtemp(prefix='spn_policy-')
    started = time.monotonic()
    try:
        result = subprocess.run(command, cwd=bld.path.abspath(),
                                env=environment_of(bld, scratch),
                                stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return result, time.monotonic() - started


def run_all(bld, tests, checks):
    """(name, result, seconds) of each, as soon as it has ended."""
    pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count())
    names = {pool.submit(run_one, bld, command): name
             for name, command in commands(bld, tests, checks)}
    try:
        for done in concurrent.futures.as_completed(names):
            yield (names[done], *done.result())
    finally:
        for each in names:
            each.cancel()
        pool.shutdown()


def run(bld, tests, checks):
    # A count from an earlier run, or of an object since rebuilt, is noise.
    if bld.env.COVERAGE:
        for node in bld.bldnode.ant_glob('**/*.gcda', remove=False):
            node.delete()
    failed = []
    passed = 0
    for name, result, seconds in run_all(bld, tests, checks):
        text = result.stdout.decode('utf-8', 'replace')
        if result.returncode == 0:
            passed += 1
            Logs.pprint('GREEN', 'PASS  %-28s %6.2f s' % (name, seconds))
            if bld.options.verbose:
                sys.stdout.write(text)
            continue
        failed.append(name)
        Logs.pprint('RED', 'FAIL  %-28s %6.2f s  %s' % (
            name, seconds, 'killed by signal %d' % -result.returncode
            if result.returncode < 0 else
            'exit code %d' % result.returncode))
        sys.stdout.write(text)
    sys.stdout.flush()
    if failed:
        bld.fatal('%d of %d tests failed: %s' % (
            len(failed), passed + len(failed), ', '.join(failed)))
    Logs.pprint('GREEN', '%d tests passed' % passed)


# Of each file whose path begins like this: what is measured, how much of it
# the tests have to reach. The branches of a rule that no test takes are those of
# conditions that a caller already excludes.
COVER_GATES = [
    ('modules/', 'line_percent', 90),
    ('modules/policy/', 'line_percent', 95),
    ('modules/policy/rules/', 'branch_percent', 90),
    ('tools/audit/census/', 'line_percent', 95),
    ('tools/audit/rules/', 'line_percent', 95),
    ('tools/audit/rules/', 'branch_percent', 90),
]


def missed_gates(summary):
    """A text for each file that is below one of COVER_GATES."""
    for each in summary['files']:
        for start, measure, wanted in COVER_GATES:
            if each['filename'].startswith(start) and each[measure] < wanted:
                yield '%s: %s is %.1f, below %d' % (
                    each['filename'], measure, each[measure], wanted)


def cover(bld, tests, checks):
    if not bld.env.COVERAGE:
        bld.fatal('not built for it: ./waf configure --coverage')
    if shutil.which('gcovr') is None:
        bld.fatal('gcovr not found; Debian: apt-get install gcovr')
    run(bld, tests, checks)
    pages = bld.bldnode.make_node('coverage')
    pages.mkdir()
    subprocess.run(['gcovr', '--root', '.', '--filter', 'modules/',
                    '--filter', 'tools/', '--exclude-unreachable-branches',
                    '--print-summary', '--html-details',
                    pages.make_node('index.html').abspath(),
                    '--txt', pages.make_node('coverage.txt').abspath(),
                    '--json-summary', pages.make_node('summary.json').abspath(),
                    bld.bldnode.abspath()],
                   cwd=bld.path.abspath(), check=True)
    sys.stdout.write(pages.make_node('coverage.txt').read())
    Logs.info('Pages: %s', pages.make_node('index.html').path_from(bld.path))
    missed = list(missed_gates(json.loads(
        pages.make_node('summary.json').read())))
    if missed and not bld.options.only:
        bld.fatal('too little is covered:\n  ' + '\n  '.join(missed))
