# SPDX-License-Identifier: GPL-3.0-or-later
"""What `./waf fuzz` does: builds every fuzzer of TESTS with clang, libFuzzer
and sanitizers, gives each the seeds that the rows make, and runs it.

A build of its own in BUILD/fuzz, whatever the tree was configured for. What
libFuzzer finds on the way stays there too; only what breaks a property is
written to tests/corpus/NAME/, where `./waf test` replays it ever after.
"""

import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

from waflib import Logs, Utils

SANITIZE = 'address,undefined'
FLAGS = '''
    -std=gnu11 -g -O1 -fno-omit-frame-pointer -fno-sanitize-recover=all
    -Imodules -Itests -Itools
'''.split()
# A value this long is longer than any limit in the parsers.
MAX_LEN = 600
# What libFuzzer may take beyond the time it was given, to start and to end.
GRACE_SECONDS = 60
LIBRARIES = '''
    TALLOC LDB TEVENT HOSTCONFIG SAMBA_UTIL SAMBA_ERRORS POPT TDB LMDB JANSSON
    UNISTRING XML2 CARES RESOLV CMOCKA KRB5 KRB5_PLAIN CURL IDN2
    CREDENTIALS LDAP
'''.split()
PAGES = ['docs/rules', 'tests/rows']


def fuzzers(bld, tests):
    """name of the parser: its source."""
    found = {name[len('fuzz_'):]: test['sources'][0]
             for name, test in tests.items() if name.startswith('fuzz_')}
    chosen = Utils.to_list(bld.options.only.replace(',', ' '))
    unknown = set(chosen) - set(found)
    if unknown:
        bld.fatal('--only: no fuzzer is called %s; there are: %s' % (
            ', '.join(sorted(unknown)), ' '.join(found)))
    return {name: found[name] for name in chosen or found}


def need_clang(bld, folder):
    if shutil.which('clang') is None:
        bld.fatal('clang not found; Debian: apt-get install clang')
    trial = os.path.join(folder, 'trial.c')
    with open(trial, 'w', encoding='ascii') as stream:
        stream.write('int LLVMFuzzerTestOneInput(const char *d, long n);\n'
                     'int LLVMFuzzerTestOneInput(const char *d, long n)\n'
                     '{ return d == 0 && n < 0; }\n')
    result = subprocess.run(['clang', '-fsanitize=fuzzer,' + SANITIZE, trial,
                             '-o', os.path.join(folder, 'trial')],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode:
        version = subprocess.run(['clang', '-dumpversion'], check=True,
                                 stdout=subprocess.PIPE).stdout.decode()
        sys.stdout.write(result.stdout.decode('utf-8', 'replace'))
        bld.fatal('clang has no libFuzzer; Debian: apt-get install '
                  'libclang-rt-%s-dev' % version.split('.')[0])


def from_env(bld, prefix):
    """What pkg-config said about LIBRARIES."""
    return [each for name in LIBRARIES
            for each in Utils.to_list(bld.env[prefix + name])]


def build(bld, folder, wanted, ours, defines):
    """Compiles all of it: a minute, and never stale."""
    flags = FLAGS + ['-I%s/tools' % bld.bldnode.abspath()] + from_env(
        bld, 'CFLAGS_') + [
        '-D' + each for each in bld.env.DEFINES + defines]
    libraries = ['-L' + each for each in from_env(bld, 'LIBPATH_')] + [
        '-Wl,--as-needed'] + ['-l' + each for each in from_env(bld, 'LIB_')]
    shared = [path for sources in ours for path in sources]
    objects = [os.path.join(folder, path.replace('/', '-')[:-len('.c')] + '.o')
               for path in shared]
    archive = os.path.join(folder, 'shared.a')
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(
                lambda source, target: compile_one(
                    bld, ['-fsanitize=fuzzer-no-link,' + SANITIZE] + flags +
                    ['-c', source, '-o', target]), shared, objects):
            pass
    if os.path.exists(archive):
        os.unlink(archive)
    subprocess.run(['ar', 'rcsD', archive] + objects, check=True)
    for name, source in wanted.items():
        compile_one(bld, ['-fsanitize=fuzzer,' + SANITIZE] + flags +
                    [source, archive, '-o', os.path.join(folder, name)] +
                    libraries)


def compile_one(bld, arguments):
    if subprocess.run(['clang'] + arguments,
                      cwd=bld.path.abspath()).returncode:
        bld.fatal('fuzz: clang %s failed' % ' '.join(arguments))


# ----------------------------------------------------------------- seeds


def blocks():
    """The rows of each case, as text."""
    for folder in PAGES:
        for path in sorted(glob.glob(folder + '/*')):
            with open(path, encoding='utf-8') as stream:
                text = stream.read()
            if path.endswith('.md'):
                yield from re.findall(r'^```rows\n(.*?)^```', text,
                                      re.MULTILINE | re.DOTALL)
            else:
                yield from re.split(r'^(?=case )', text,
                                    flags=re.MULTILINE)


def seeds():
    """name of the parser: texts that it should understand."""
    rows = list(blocks())
    words = {word.strip('"') for text in rows for word in text.split()}
    settings = {line[len('set '):] for text in rows
                for line in text.split('\n') if line.startswith('set ')}
    return {
        'spn': sorted(word for word in words if '/' in word),
        'settings': sorted(settings),
        'rows': rows,
        'mappings': ['host=alerter,cifs,http,www\nhttp=a,,b'],
    }


def write_seeds(folder, texts):
    os.makedirs(folder, exist_ok=True)
    for number, text in enumerate(texts):
        path = os.path.join(folder, 'seed-%03d' % number)
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(text)


# ------------------------------------------------------------------- run


def run_one(bld, folder, name, seconds):
    """None, or what went wrong."""
    corpus = 'tests/corpus/' + name
    found = os.path.join(folder, 'corpus', name)
    for each in corpus, found:
        os.makedirs(os.path.join(bld.path.abspath(), each), exist_ok=True)
    scratch = tempfile.mkdtemp(prefix='spn_policy-')
    command = [os.path.join(folder, name), '-max_total_time=%d' % seconds,
               '-max_len=%d' % MAX_LEN, '-timeout=10', '-use_value_profile=1',
               '-print_final_stats=1', '-artifact_prefix=%s/' % corpus,
               found, corpus, os.path.join(folder, 'seeds', name)]
    try:
        result = subprocess.run(
            command, cwd=bld.path.abspath(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            # Modules of ldb's in a way that the sanitizers bear.
            env=dict(os.environ, TMPDIR=scratch,
                     LDB_MODULES_DISABLE_DEEPBIND='1'),
            timeout=seconds + GRACE_SECONDS)
        output, status = result.stdout, result.returncode
    except subprocess.TimeoutExpired as error:
        output, status = error.stdout or b'', None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return summary(name, output.decode('utf-8', 'replace'), status)


def summary(name, output, status):
    numbers = dict(re.findall(r'stat::(\w+): +(\d+)', output))
    covered = re.findall(r'cov: (\d+)', output)
    Logs.pprint('RED' if status else 'GREEN',
                '%s  %-10s %9s runs  %7s/s  %5s edges' % (
                    'FAIL' if status != 0 else 'ok  ', name,
                    numbers.get('number_of_executed_units', '?'),
                    numbers.get('average_exec_per_sec', '?'),
                    covered[-1] if covered else '?'))
    if status != 0:
        sys.stdout.write(output[-4000:])
    sys.stdout.flush()
    return status != 0


def run(bld, tests, ours, defines):
    """ours: lists of sources that every fuzzer may need."""
    wanted = fuzzers(bld, tests)
    folder = bld.bldnode.make_node('fuzz').abspath()
    os.makedirs(folder, exist_ok=True)
    need_clang(bld, folder)
    build(bld, folder, wanted, ours, defines)
    made = seeds()
    failed = []
    for name in wanted:
        write_seeds(os.path.join(folder, 'seeds', name), made.get(name, []))
        if run_one(bld, folder, name, bld.options.fuzz_seconds):
            failed.append(name)
    if failed:
        bld.fatal('a property does not hold: %s; the inputs are in '
                  'tests/corpus/' % ', '.join(failed))
