# SPDX-License-Identifier: GPL-3.0-or-later
"""testenv/matrix: the two commands of the README, on each release of Debian."""

import argparse
import os
import re
import shutil
import signal
import time

from spnenv import bareroot, layout, networks, releases, results
from spnenv.errors import (EXIT_CANNOT_RUN, Impossible, TestenvError,
                           complain)
from spnenv.rundir import RunDirectory

FULL = ("testenv/demo", "testenv/check --long")
# Warnings are errors; nobody debugs what is built.
QUICK = ("CFLAGS='-Werror -g0' testenv/check --quick",)
FULL_SECONDS = 4 * 3600
QUICK_SECONDS = 2400
REMOVE_SECONDS = 20
# What apt says of a mirror that cannot be reached.
NO_NETWORK = re.compile(
    r"Could not (?:resolve|connect)|Temporary failure (?:in name )?resolving|"
    r"Unable to connect|Connection (?:failed|timed out)|Failed to fetch")
FAILED = re.compile(r"^FAIL  |^testenv: ")
NEEDED = {"mmdebstrap": "mmdebstrap", "git": "git", "ip": "iproute2",
          "unshare": "util-linux"}
SAMBA = "dpkg-query -W -f '${Version}' python3-samba"


def counts(output, status, command):
    """The Result of a COMMAND that printed OUTPUT."""
    result = results.Result()
    if command.endswith("demo"):
        result.add("passed" if status == 0 else "failed")
        return result
    results.read_closing_line(output, result)
    if status != 0 and not result.failed:
        result.failed = 1
    elif not result.counted():
        result.failed = 1
    return result


class Run:
    """One release: its folder, its log, what came of it."""

    def __init__(self, release, quick, root):
        self.release = release
        self.commands = QUICK if quick else FULL
        self.seconds = QUICK_SECONDS if quick else FULL_SECONDS
        self.root = root
        self.log = os.path.join(layout.cache_dir(), "matrix-%s%s.log" % (
            release.name, "-quick" if quick else ""))
        self.result = results.Result()
        self.samba = ""

    def typed(self, command):
        """What COMMAND printed, in the clone; its exit status."""
        with open(self.log, "a+", encoding="utf-8", errors="replace") as log:
            print("# " + command, file=log, flush=True)
            begin = log.tell()
            status = bareroot.execute(self.root, "cd %s && %s" % (
                bareroot.HOME, command), log, self.seconds)
            log.seek(begin)
            return log.read(), status

    def all_commands(self):
        bareroot.unpack(self.release, self.root)
        with open(self.log, "w", encoding="utf-8"):
            pass
        for command in self.commands:
            output, status = self.typed(command)
            if status == EXIT_CANNOT_RUN and NO_NETWORK.search(output):
                raise Impossible("the mirror cannot be reached, see "
                                 + self.log)
            self.result.add_all(counts(output, status, command))
            self.result.details += [line for line in output.splitlines()
                                    if FAILED.match(line)]
            if status is None:
                self.result.details.append("%s took too long and was ended"
                                           % command)
        self.samba = self.typed(SAMBA)[0].strip()


def remove(root):
    """What still ends inside may make files while they are removed."""
    deadline = time.monotonic() + REMOVE_SECONDS
    while os.path.exists(root) and time.monotonic() < deadline:
        shutil.rmtree(root, ignore_errors=True)
        time.sleep(0.1)


def try_release(release, quick):
    """Print a line, return the Result."""
    begun = time.monotonic()
    os.makedirs(layout.cache_dir(), mode=0o700, exist_ok=True)
    with RunDirectory(keep=False) as folder:
        run = Run(release, quick, os.path.join(folder, "root"))
        try:
            run.all_commands()
        finally:
            remove(run.root)
    for line in run.result.details:
        print("  " + line)
    print("%-13s  Samba %s: %s  %.1f min" % (
        release.name, run.samba, run.result,
        (time.monotonic() - begun) / 60), flush=True)
    if run.result.failed:
        print("  all that was printed: " + run.log)
    return run.result


def require_possible():
    if os.path.exists(bareroot.MARK):
        raise Impossible("already inside of testenv/matrix")
    if os.getuid() != 0:
        raise Impossible("base systems are made by root only")
    for program, package in NEEDED.items():
        if shutil.which(program, path=layout.SYSTEM_PATH) is None:
            raise Impossible("no %s\nas root: apt-get install %s"
                             % (program, package))
    why_not = networks.Namespaces.refusal()
    if why_not:
        raise Impossible("no namespaces here: " + why_not)


def chosen(options):
    if options.releases:
        return [releases.find(name) for name in options.releases]
    return [releases.other()] if options.quick else [
        *releases.RELEASES.values()]


def matrix(options):
    wanted = chosen(options)
    require_possible()
    total = results.Result()
    for release in wanted:
        total.add_all(try_release(release, options.quick))
    if options.optional or len(wanted) > 1:
        print(total)
    return 1 if total.failed else 0


def skipped(error):
    """For testenv/check, which shows such a line."""
    print("skipped: testenv/matrix: %s" % str(error).replace("\n", "; "))
    print(results.Result(skipped=1))
    return 0


def main(argv):
    parser = argparse.ArgumentParser(
        prog="testenv/matrix",
        description="The demo and all tests, from a bare machine, as root, on "
        "each release: %s." % " ".join(releases.RELEASES))
    parser.add_argument("releases", nargs="*", metavar="RELEASE")
    parser.add_argument("--quick", action="store_true",
                        help="only build, C tests and rows; without "
                        "RELEASE on the one that this machine is not")
    parser.add_argument("--optional", action="store_true",
                        help="where it is not possible say why and count it "
                        "as skipped")
    options = parser.parse_args(argv)
    # As Ctrl-C does: nothing stays behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return matrix(options)
    except TestenvError as error:
        if options.optional and isinstance(error, Impossible):
            return skipped(error)
        complain(error)
        return EXIT_CANNOT_RUN
    except KeyboardInterrupt:
        complain("interrupted")
        return 130
