# SPDX-License-Identifier: GPL-3.0-or-later
"""What `./waf lint` and `./waf format` run:

lint.py [--brief] BUILD | lint.py --format

BUILD is the build folder: its compile_commands.json says how each file is
compiled. --brief: the analyzer of clang-tidy goes into small functions only.
Every step runs, each prints one line, and what a failed one had to say; the exit
code is 1 if any failed, 2 if a tool is missing.
"""

import concurrent.futures
import json
import os
import shlex
import shutil
import subprocess
import sys

# One version decides, that of Debian 13: two would contradict each other.
FORMAT = 'clang-format-19'
TIDY = 'clang-tidy-19'

# program, Debian package
TOOLS = [
    (FORMAT, FORMAT),
    (TIDY, TIDY),
    ('cppcheck', 'cppcheck'),
    ('shellcheck', 'shellcheck'),
    ('codespell', 'codespell'),
]

C_FOLDERS = ('modules/', 'tools/', 'tests/')
# Seeds of the fuzzers are no prose.
NO_PROSE = ('COPYING', 'tests/corpus/')
# Words codespell does not know.
KNOWN_WORDS = ['falso', 'caf']
# Those of tests/checks/ that need no build.
CHECKS = ['check_layers', 'check_sizes']

# The analyzer of clang-tidy goes into what a function calls, up to 100 blocks of
# it, and that takes most of the time. (Fewer states of each function would cost
# less, too, but where they end it reports what cannot be.)
BRIEF = ['-Xclang', '-analyzer-config', '-Xclang', 'max-inlinable-size=10']

CPPCHECK = '''
    cppcheck --quiet --error-exitcode=1 --inline-suppr
    --enable=warning,performance,portability
    --suppress=*:/usr/include/* --suppress=unmatchedSuppression
    --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches
'''.split()


def need(programs):
    missing = [(program, package) for program, package in TOOLS
               if program in programs and shutil.which(program) is None]
    if missing:
        print('%s not found; Debian: apt-get install %s' % (
            ', '.join(program for program, package in missing),
            ' '.join(package for program, package in missing)))
        sys.exit(2)


def tree():
    """The files that are, or could be, in the repository."""
    result = subprocess.run(['git', 'ls-files', '-z', '--cached', '--others',
                             '--exclude-standard'], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)
    if result.returncode == 0:
        names = set(os.fsdecode(result.stdout).split('\0')) - {''}
    else:
        names = set()
        for folder, folders, files in os.walk('.'):
            folders[:] = [name for name in folders if name == '.ci' or
                          not name.startswith('.') and name != 'bin']
            names.update(os.path.normpath(os.path.join(folder, name))
                         for name in files)
    return sorted(name for name in names
                  if os.path.isfile(name) and not os.path.islink(name))


def is_c(path):
    return path.startswith(C_FOLDERS) and path.endswith(('.c', '.h'))


def is_shell(path):
    with open(path, 'rb') as stream:
        words = stream.readline(80).split()
    return (bool(words) and words[0].startswith(b'#!') and
            words[-1].split(b'/')[-1] in (b'sh', b'bash', b'dash'))


def compiled(build):
    """Path in the tree: how it is compiled; no files that are gone."""
    with open(os.path.join(build, 'compile_commands.json'),
              encoding='utf-8') as stream:
        entries = json.load(stream)
    found = {}
    for entry in entries:
        path = os.path.join(entry['directory'], entry['file'])
        if os.path.exists(path):
            # cppcheck 2.10 loses the quotes of a list of arguments.
            found[os.path.relpath(path)] = {
                'directory': entry['directory'], 'file': entry['file'],
                'command': shlex.join(entry['arguments'])}
    return found


def steps(build, files, brief):
    sources = [path for path in files if is_c(path)]
    database = compiled(build)
    folder = os.path.join(build, 'lint')
    os.makedirs(folder, exist_ok=True)
    commands = os.path.join(folder, 'compile_commands.json')
    with open(commands, 'w', encoding='utf-8') as stream:
        json.dump(list(database.values()), stream)

    # Not as the last: it takes long, and alone.
    if database:
        yield 'cppcheck', CPPCHECK + ['--project=' + commands]
    if sources:
        yield 'clang-format', [FORMAT, '--dry-run', '-Werror',
                               '--style=file'] + sources
    tidy = [TIDY, '--quiet', '-p', folder]
    if brief:
        tidy += ['--extra-arg=' + word for word in BRIEF]
    for path in sources:
        if path in database:
            yield 'clang-tidy ' + path, tidy + [path]
        elif path.endswith('.c'):
            yield path + ' is in no table of wscript', ['false']
    yield 'shellcheck', ['shellcheck'] + [path for path in files
                                          if is_shell(path)]
    yield 'codespell', ['codespell', '--ignore-words-list=' +
                        ','.join(KNOWN_WORDS)] + [
                            path for path in files
                            if not path.startswith(NO_PROSE)]
    for name in CHECKS:
        yield name, [sys.executable, '-B', 'tests/checks/%s.py' % name]


def run(step):
    return step[0], subprocess.run(step[1], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT)


def lint(build, brief):
    need([program for program, package in TOOLS])
    failed = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, result in pool.map(run, list(steps(build, tree(), brief))):
            good = result.returncode == 0
            print('%s  %s' % ('ok  ' if good else 'FAIL', name), flush=True)
            # A check may warn and pass.
            if not good or name in CHECKS:
                sys.stdout.write(result.stdout.decode('utf-8', 'replace'))
                sys.stdout.flush()
            if not good:
                failed.append((name, result))
    # Once more at the end: of a long output only that is kept.
    for name, result in failed:
        print('FAIL  %s\n%s' % (name, result.stdout.decode(
            'utf-8', 'replace')[-2000:]))
    return 1 if failed else 0


def rewrite():
    need([FORMAT])
    files = [path for path in tree() if is_c(path)]
    if not files:
        return 0
    return subprocess.run([FORMAT, '-i', '--style=file']
                          + files).returncode


def main(words):
    if words == ['--format']:
        return rewrite()
    brief = words[:1] == ['--brief']
    if len(words) != 1 + brief:
        print(__doc__)
        return 2
    return lint(words[-1], brief)


sys.exit(main(sys.argv[1:]))
