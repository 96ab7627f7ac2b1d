# SPDX-License-Identifier: GPL-3.0-or-later
"""What `./waf mutate` does: takes the guards of tests/mutate/ out, one by
one, and wants the tests that need no DC to notice each time.

All of it happens in a copy of the tree, with a build folder of its own; it is
thrown away at the end, however that comes. Of the tests only those run whose
program is another one than without the change, and those that load a module or
run a tool that is; the last one that noticed anything is asked first. A test
that fails has to pass with nothing taken out, or nothing is said. Checks that
read sources are left out: they say nothing about what the programs do.
"""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from waflib import Logs, Options

import mutations
from run_tests import environment

# Seconds; a guard that ends a loop may be missed by a test that hangs.
LONGEST = 300
# Loaded at run time by each test that links test_stack.
MODULE = 'ldb-modules/spn_policy.so'
# Whatever fails each allocation takes its time, and so does what is no C.
SLOW = 'tests/lib/fail_allocation.c'
# Short, since each is built dozens of times; warnings say nothing here.
FLAGS = '-O0 -g0 -w'


def copy_tree(top, copy):
    def ignored(folder, names):
        return [name for name in names
                if name in ('.git', '__pycache__') or
                name.startswith('.lock-waf') or
                os.path.isdir(os.path.join(folder, name, 'c4che'))]

    shutil.copytree(top, copy, ignore=ignored, symlinks=True)


def place_of(guard):
    return '%s:%d' % (guard.path, guard.line)


def run_alone(command, folder, variables, seconds):
    """The exit status, None when the time was over. Whatever it has started
    ends with it."""
    with subprocess.Popen(command, cwd=folder, env=variables,
                          start_new_session=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        try:
            return process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


class Trial:
    """A copy of the tree, what is built of it, and what its tests say."""

    def __init__(self, ctx, copy, tests, checks):
        self.ctx = ctx
        self.copy = copy
        self.build_folder = os.path.join(copy, 'bin')
        self.tests = tests
        self.programs = {
            **{name: [os.path.join(self.build_folder, 'tests', name)] +
               test['args'] for name, test in tests.items()},
            **{name: [sys.executable, '-B', script]
               for name, script in checks.items()
               if not name.startswith('check_')},
        }
        self.seconds = {}
        self.files = {}
        self.sound = set()
        self.noticed = []

    def waf(self, *arguments):
        """Empty when it went well, or what it said."""
        done = subprocess.run(
            [os.path.join(self.copy, 'waf'), *arguments], cwd=self.copy,
            env=dict(os.environ, CFLAGS=FLAGS), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return (done.stdout.decode('utf-8', 'replace')
                if done.returncode else '')

    def built(self):
        """A sum of the bytes of each file that a test is or runs."""
        files = {}
        for folder in 'tests', 'programs', 'ldb-modules':
            for path, _, names in os.walk(os.path.join(self.build_folder,
                                                       folder)):
                for name in names:
                    found = os.path.join(path, name)
                    if os.access(found, os.X_OK):
                        with open(found, 'rb') as stream:
                            files[os.path.relpath(found, self.build_folder)] = \
                                hashlib.sha256(stream.read()).digest()
        return files

    def passes(self, name):
        scratch = tempfile.mkdtemp(dir=os.path.dirname(self.copy))
        started = time.monotonic()
        status = run_alone(self.programs[name], self.copy,
                           environment(self.copy, self.build_folder, scratch),
                           min(LONGEST, 20 + 20 * self.seconds.get(name,
                                                                   LONGEST)))
        shutil.rmtree(scratch, ignore_errors=True)
        if status == 0:
            self.seconds[name] = time.monotonic() - started
        return status == 0

    def passes_as_it_is(self, name):
        """Whether it passes with nothing taken out; asked once of each."""
        if name not in self.sound:
            said = self.waf('build')
            if said or not self.passes(name):
                self.ctx.fatal('%s fails with nothing taken out\n%s' % (
                    name, said))
            self.sound.add(name)

    def prepare(self):
        said = self.waf('configure', '--no-docs', 'build')
        if said:
            self.ctx.fatal('the tree does not build:\n' + said)
        self.files = self.built()

    def in_order(self):
        """Those that have noticed anything, the last one first; then the
        others, the quickest first."""
        others = [name for name in self.programs if name not in self.noticed]
        return self.noticed + sorted(others, key=self.expected_seconds)

    def expected_seconds(self, name):
        sources = self.tests.get(name, {}).get('sources', [SLOW])
        return self.seconds.get(name, 1 if SLOW in sources else 0)

    def is_run_by(self, program, name):
        """A helper's name stands in the check that runs it."""
        with open(os.path.join(self.copy, self.programs[name][-1]),
                  encoding='utf-8') as stream:
            return (program.startswith('tests/say_') and
                    '"%s"' % os.path.basename(program) in stream.read())

    def affected(self):
        now = self.built()
        changed = {name for name in {**now, **self.files}
                   if now.get(name) != self.files.get(name)}
        for name in self.in_order():
            if name not in self.tests:
                hit = any(each.startswith('programs/') or
                          self.is_run_by(each, name) for each in changed)
            else:
                hit = 'tests/' + name in changed or (
                    MODULE in changed and 'test_stack' in self.tests[name]['links'])
            if hit:
                yield name

    def noticed_by(self):
        """The first test that fails; '' when none does."""
        for name in list(self.affected()):
            if not self.passes(name):
                return name
        return ''

    def take_out(self, guard):
        """What noticed it; '' for nothing; None if it does not build."""
        path = os.path.join(self.copy, guard.path)
        with open(path, encoding='utf-8') as stream:
            text = stream.read()
        start, end = guard.span
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(text[:start] + guard.new + text[end:])
        noticed = None if self.waf('build') else self.noticed_by()
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(text)
        if noticed:
            self.passes_as_it_is(noticed)
            # What stands beside it is often missed by the same.
            self.noticed = [noticed] + [name for name in self.noticed
                                        if name != noticed]
        return noticed


def chosen(ctx, top):
    wanted = re.compile(Options.options.only)
    found = list(mutations.read(top))
    wrong = [each for each in found if each.complaint]
    if wrong:
        ctx.fatal('tests/mutate/guards_*.py is out of date:\n  ' + '\n  '.join(
            '%s: %s' % (place_of(each), each.complaint) for each in wrong))
    found = [each for each in found
             if wanted.search('%s: %s' % (place_of(each), each.reason))]
    if not found:
        ctx.fatal('--only: no guard is called so')
    return found


def judge(ctx, trial, guards):
    survivors = []
    for number, guard in enumerate(guards, 1):
        started = time.monotonic()
        noticed = trial.take_out(guard)
        if noticed:
            colour, text = 'GREEN', 'noticed by ' + noticed
        else:
            colour, text = 'RED', ('SURVIVES' if noticed == '' else
                                   'does not build')
            survivors.append('%s: %s (%s)' % (place_of(guard), guard.reason, text))
        Logs.pprint(colour, '%3d/%d %4.0f s  %s: %s: %s' % (
            number, len(guards), time.monotonic() - started, place_of(guard),
            guard.reason, text))
        sys.stdout.flush()
    if survivors:
        ctx.fatal('%d of %d guards can be taken out unnoticed:\n  %s' % (
            len(survivors), len(guards), '\n  '.join(survivors)))
    Logs.pprint('GREEN', 'each of %d guards is missed by a test' % len(guards))


def run(ctx, tests, checks):
    # As Ctrl-C, so that the copy goes.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    top = ctx.path.abspath()
    guards = chosen(ctx, top)
    with tempfile.TemporaryDirectory(prefix='spn_policy-mutate-') as folder:
        trial = Trial(ctx, os.path.join(folder, 'tree'), tests, checks)
        copy_tree(top, trial.copy)
        Logs.info('builds a copy as it is')
        trial.prepare()
        judge(ctx, trial, guards)
