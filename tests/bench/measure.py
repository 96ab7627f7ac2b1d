# SPDX-License-Identifier: GPL-3.0-or-later
"""One directory, two copies of it, and what the same writes cost on each."""

import glob
import json
import os
import re
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import directory
from spnenv import layout, template
from work import NEW, OLD, OUTCOMES, TOGETHER, Work, lines

STACKS = {"stock": OLD, "module": NEW}
# Writes of one case, those before the measurement included.
WARM_UP = 10
MEASURED = 30
BRIEF_MEASURED = 15
# CPU and page faults: pairs of runs of this one case.
PAIRS = 5
PAIRED_CASE = "pair"
# Of many writes in one transaction instructions are counted of a few; the CPU of
# more only in a directory where each has an account of its own.
BRIEF_TOGETHER, FEW_TOGETHER, *_ = TOGETHER
TOGETHER_FROM = 100000

PROFILE = re.compile(r"^desc: Trigger: Client Request: (\S+)$", re.MULTILINE)
TOTAL = re.compile(r"^totals: (\d+)$", re.MULTILINE)


def run_driver(driver, conf, stack, path, profiles=None):
    """Runs modify_many over the writes in PATH; the words of each line of it.
    With PROFILES under callgrind, which puts its files there.
    """
    before = [] if profiles is None else [
        "valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no",
        "--callgrind-out-file=" + profiles]
    with open(path + ".log", "w", encoding="utf-8") as err:
        done = subprocess.run(
            [*before, driver, "-s", conf, "--modules=" + STACKS[stack], path],
            check=False, stdout=subprocess.PIPE, stderr=err, text=True,
            env=dict(os.environ, LDB_MODULES_PATH=layout.module_dir()))
    if done.returncode != 0:
        with open(path + ".log", encoding="utf-8") as err:
            sys.stderr.writelines(err.readlines()[-5:])
        sys.exit("%s, %s: modify_many failed" % (path, stack))
    return [line.split() for line in done.stdout.splitlines()]


def read_profiles(profiles):
    """Pairs (case, instructions)."""
    found = []
    for path in glob.glob(profiles + ".*"):
        with open(path, encoding="utf-8", errors="replace") as stream:
            text = stream.read()
        case = PROFILE.search(text)
        if case:
            found.append((case.group(1), int(TOTAL.search(text).group(1))))
    if not found:
        sys.exit("no figures: is modify_many built with valgrind's "
                 "headers? Debian: apt-get install valgrind")
    return found


class Figures:
    """By case and stack: a list, one figure for each run."""

    def __init__(self):
        self.figures = {}

    def add(self, case, stack, figure):
        self.figures.setdefault((case, stack), []).append(figure)

    def get(self, case, stack):
        return statistics.median(self.figures[case, stack])

    def ratios(self, case):
        return [module / stock for stock, module in zip(
            self.figures[case, "stock"], self.figures[case, "module"])]


class Bench:
    """What was measured on a directory of one size."""

    def __init__(self, folder, accounts, backend, build, brief=False):
        self.folder = folder
        self.master = os.path.join(folder, "master")
        self.accounts = accounts
        self.backend = backend
        self.driver = os.path.join(build, "tests", "modify_many")
        self.ir = Figures()
        self.faults = Figures()
        self.cpu = Figures()
        self.measured = BRIEF_MEASURED if brief else MEASURED
        self.together = BRIEF_TOGETHER if brief else FEW_TOGETHER
        self.truth = None
        self.confs = {}

    def make(self):
        os.mkdir(self.master)
        done = subprocess.run(
            [sys.executable, "-B", directory.__file__, self.master,
             str(self.accounts), self.backend],
            check=True, stdout=subprocess.PIPE, text=True)
        self.truth = json.loads(done.stdout.splitlines()[-1])
        source = layout.HostDirs(self.master, "dc")
        for stack in STACKS:
            folder = os.path.join(self.folder, stack)
            os.mkdir(folder)
            dirs = directory.prepare(folder)
            for name in dirs.STATE:
                template.copy(source.path(name), dirs.path(name))
            self.confs[stack] = dirs.smb_conf

    def run(self, stack, round_number, cases, profiles=None):
        """Runs modify_many; the words of each line of it."""
        domain = directory.dc_of().domain
        domain_dn = ",".join("DC=" + part for part in domain.dns.split("."))
        writes = Work(self.truth, domain_dn, domain.dns, round_number)
        path = os.path.join(self.folder, "%s.writes" % stack)
        with open(path, "w", encoding="utf-8") as out:
            out.writelines(line + "\n" for line in lines(
                writes, STACKS[stack], cases, WARM_UP, self.measured))
        return run_driver(self.driver, self.confs[stack], stack, path,
                          profiles)

    def profiles(self, stack):
        """Where the instructions of each case are written down."""
        return os.path.join(self.folder, stack + ".callgrind")

    def count_instructions(self, stack):
        out = self.profiles(stack)
        self.run(stack, 0, [*OUTCOMES, self.together], out)
        for case, total in read_profiles(out):
            self.ir.add(case, stack, total / TOGETHER.get(case, self.measured))

    def count_pairs(self):
        """Stock, module, stock, module: what else runs hits both."""
        cases = [PAIRED_CASE]
        if self.accounts >= TOGETHER_FROM:
            cases += [case for case in TOGETHER if case != BRIEF_TOGETHER]
        for number in range(1, PAIRS + 1):
            for stack in STACKS:
                for case, writes, faults, micros in self.run(
                        stack, number, cases):
                    self.faults.add(case, stack, int(faults) / int(writes))
                    self.cpu.add(case, stack, int(micros) / int(writes))

    def measure(self, only_instructions):
        self.make()
        # Instructions do not depend on what runs beside.
        with ThreadPoolExecutor(len(STACKS)) as pool:
            list(pool.map(self.count_instructions, STACKS))
        if not only_instructions:
            self.count_pairs()
