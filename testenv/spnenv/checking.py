# SPDX-License-Identifier: GPL-3.0-or-later
"""testenv/check: install, build, run every suite, sum up."""

import argparse
import os
import re
import signal
import subprocess
import tempfile
import time

from spnenv import layout, pace, packages, processes, results, suites
from spnenv.errors import EXIT_CANNOT_RUN, TestenvError, complain
from spnenv.rundir import RunDirectory

BUILD_SECONDS = 12000
STOP_SECONDS = 10
POLL_SECONDS = 0.01


def run_bounded(argv, seconds, env=None):
    """(output, exit status); the status is None if it took too long."""
    process = subprocess.Popen(
        argv, cwd=layout.CHECKOUT, env=env, start_new_session=True,
        preexec_fn=processes.die_with_parent, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace")
    status = None
    try:
        output, _ = process.communicate(timeout=seconds)
        status = process.returncode
    except subprocess.TimeoutExpired:
        end_group(process)
        output, _ = process.communicate()
    except BaseException:
        end_group(process)
        raise
    return output, status


def end_group(process):
    """Ask, so that a testenv/run can clean up, then kill the whole group."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def command_of(suite):
    shell = ["/bin/sh", "-c", suite.command]
    if suite.environment in (suites.NOWHERE, suites.MACHINE):
        return shell
    return [os.path.join(layout.TESTENV, "run"), suite.environment, "--",
            *shell]


class Running:
    """A suite that has been started."""

    def __init__(self, suite):
        self.suite = suite
        self.started = time.monotonic()
        self.scratch = RunDirectory(keep=False)
        self.output = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            command_of(suite), cwd=layout.CHECKOUT, start_new_session=True,
            env=dict(os.environ, TMPDIR=self.scratch.__enter__()),
            preexec_fn=processes.die_with_parent, stdin=subprocess.DEVNULL,
            stdout=self.output, stderr=subprocess.STDOUT)

    def seconds(self):
        return time.monotonic() - self.started

    def has_ended(self):
        return (self.process.poll() is not None or
                self.seconds() > self.suite.seconds)

    def end(self):
        """Its output, and its exit status; None if it took too long."""
        status = self.process.poll()
        if status is None:
            end_group(self.process)
        self.scratch.__exit__(None, None, None)
        self.output.seek(0)
        return self.output.read().decode("utf-8", "replace"), status

    def report(self):
        """Print what came of it, return the Result."""
        result = results.judge(self.suite, *self.end())
        for detail in result.details:
            print(detail)
        print("%s  %s(%s): %s  %.1f s" % (
            "FAIL" if result.failed else "ok  ", self.suite.name,
            self.suite.environment, result, self.seconds()), flush=True)
        return result


def start_next(waiting, running, jobs):
    """Start what may: it comes from WAITING into RUNNING."""
    while True:
        suite = pace.next_of(waiting, [each.suite for each in running], jobs)
        if suite is None:
            return
        waiting.remove(suite)
        running.append(Running(suite))


def run_suites(chosen, jobs):
    """Every Result, as soon as its suite has ended. They are started one
    after the other, from the one thread that there is: who starts a process
    is its parent, and it dies with that."""
    waiting = pace.in_order(chosen)
    running = []
    try:
        while waiting or running:
            start_next(waiting, running, jobs)
            for each in [each for each in running if each.has_ended()]:
                running.remove(each)
                yield each.report()
            time.sleep(POLL_SECONDS)
    finally:
        for each in running:
            each.end()


def build():
    """True if ./waf configure build went well."""
    print("./waf configure build", flush=True)
    output, status = run_bounded(["./waf", "configure", "build"],
                                 BUILD_SECONDS)
    if status != 0:
        print(output)
        print("FAIL  build: %s" % ("took too long" if status is None
                                   else "exit status %d" % status))
    return status == 0


def provide_packages(quick):
    sections = ["run", "build", "unit"] + ["test", "web", "browser"] * (not quick)
    if os.getuid() == 0:
        packages.install(*sections)
    else:
        packages.require(*sections)


def chosen_suites(options):
    """The suites whose name matches one of those asked for; else all."""
    patterns = options.suites
    everything = (suites.quick_suites() if options.quick else
                  suites.long_suites() if options.long else
                  suites.all_suites())
    if not patterns:
        return everything
    found = [suite for suite in everything
             if any(re.search(pattern, suite.name) for pattern in patterns)]
    if not found:
        raise TestenvError("no suite matches %s; --list shows them"
                           % " ".join(patterns))
    return found


def check(options):
    chosen = chosen_suites(options)
    if options.list:
        for suite in chosen:
            print("%s(%s)" % (suite.name, suite.environment))
        return 0
    total = results.Result()
    provide_packages(options.quick)
    if not options.no_build and not build():
        total.failed = 1
    else:
        for result in run_suites(chosen, options.jobs):
            total.add_all(result)
    print(total)
    return 1 if total.failed else 0


def main(argv):
    parser = argparse.ArgumentParser(
        prog="testenv/check",
        description="Install what is missing (as root), build, run every "
        "test suite. The last line is the sum.")
    parser.add_argument("suites", nargs="*", metavar="REGEX",
                        help="only suites whose name matches")
    parser.add_argument("--list", action="store_true",
                        help="print the suites and end")
    parser.add_argument("--quick", action="store_true",
                        help="only the tests in C and the rows, with the "
                        "packages that these need")
    parser.add_argument("--long", action="store_true",
                        help="also what takes long and finds little more, as "
                        "testenv/matrix does")
    parser.add_argument("--no-build", action="store_true",
                        help="take bin/ as it is")
    # Most wait now and then; what does nothing else has places of its own.
    parser.add_argument("--jobs", type=int, default=os.cpu_count() + 2,
                        metavar="N", help="suites at once, and as many of "
                        "those that only wait, unless it is 1 "
                        "[default: two more than processors]")
    options = parser.parse_args(argv)
    # As Ctrl-C does: the running suite is ended before we are.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return check(options)
    except TestenvError as error:
        complain(error)
        return EXIT_CANNOT_RUN
    except KeyboardInterrupt:
        complain("interrupted")
        return 130
