# SPDX-License-Identifier: GPL-3.0-or-later
"""The two promises of the module while clients race and writers are killed.

Runs in the environment ad_dc:local. SPN_FAULTS_SPNS, SPN_FAULTS_KILLS and
SPN_FAULTS_SAMBA_KILLS say how many SPNs are raced for and how often is killed.
Who is killed writes into a copy of the
DC's private directory. Accounts are kept between the kills, so that each
finds the database that the one before has left. fault_worker.py is what
writes; module_outages.py has the DC that dies and the disk that is full.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import ldb
from samba.auth import system_session
from samba.samdb import SamDB

from module_write_paths import CONF, LP, SERVER, WritePaths

WORKER = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "fault_worker.py")
BOUND = 500             # seconds after which anything counts as hanging
CLIENTS = 8
SPNS = int(os.environ.get("SPN_FAULTS_SPNS", "500"))
WRITER_KILLS = int(os.environ.get("SPN_FAULTS_KILLS", "30"))
SAMBA_KILLS = int(os.environ.get("SPN_FAULTS_SAMBA_KILLS", "4"))
SUCCESS = 0
# What a client that comes too late may hear.
TOO_LATE = {ldb.ERR_CONSTRAINT_VIOLATION, ldb.ERR_ATTRIBUTE_OR_VALUE_EXISTS}


def worker(*args, **more):
    return subprocess.Popen([sys.executable, "-B", WORKER, *args],
                            stdin=subprocess.PIPE, text=True, **more)


def wait_for(what, condition):
    """Poll until condition() is true; what it is, for the failure."""
    deadline = time.monotonic() + BOUND
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("waited %d s for %s" % (BOUND, what))
        time.sleep(0.002)


class Journal:
    """What a worker has done, and what it was about to do."""

    def __init__(self, directory, name):
        self.path = os.path.join(directory, name + ".journal")
        open(self.path, "wb").close()

    def lines(self):
        with open(self.path, "rb") as lines:
            return [json.loads(line) for line in lines
                    if line.endswith(b"\n")]

    def done(self):
        return self.lines().count(SUCCESS)

    def apply(self, held):
        """(what is done, the same with the last unanswered transaction);
        held, {DN: set of SPNs}, is what was there before.
        """
        lines = self.lines()
        sure = {dn: set(spns) for dn, spns in held.items()}
        for steps, result in zip(lines[0::2], lines[1::2]):
            if result == SUCCESS:
                step_through(sure, steps)
        maybe = {dn: set(spns) for dn, spns in sure.items()}
        if lines and lines[-1] != SUCCESS:
            # No answer; or the answer was that the server is gone.
            last = -1 if isinstance(lines[-1], list) else -2
            step_through(maybe, lines[last])
        return sure, maybe


def step_through(held, steps):
    for dn, added, removed in steps:
        held.setdefault(dn, set()).update(added)
        held[dn].difference_update(removed)


class Faults(WritePaths):
    def setUp(self):
        super().setUp()
        self.work = tempfile.mkdtemp(dir=os.environ["TMPDIR"])
        self.addCleanup(shutil.rmtree, self.work, ignore_errors=True)
        seed = random.randrange(1 << 32)
        random.seed(seed)
        self.addCleanup(print, "%s: seed %d" % (self.id(), seed))

    def end(self, process):
        """Only ours, and only if it is still there."""
        if process.poll() is None:
            process.kill()
        process.wait(BOUND)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()

    def audit(self, url, *login):
        """P1 and P2: no SPN on two accounts, no half of a pair alone."""
        done = subprocess.run(
            ["spn-audit", "-s", CONF, "-H", url, "--format=json",
             "--base=" + self.ou, "--only=duplicate-spn,http-pair", *login],
            stdout=subprocess.PIPE, timeout=BOUND, check=False)
        self.assertIn(done.returncode, (0, 1))
        self.assertEqual(json.loads(done.stdout)["findings"], [])

    def copy_private(self, target):
        """A copy that no write comes between."""
        self.stock.transaction_start()
        try:
            # Another process: closing a file here would drop its locks.
            subprocess.run(["cp", "-a", LP.get("private dir"), target],
                           check=True)
        finally:
            self.stock.transaction_cancel()
        return os.path.join(target, "private", "sam.ldb")

    def state(self, sam):
        """{DN: SPNs} of the OU, by a stack that was opened just now.

        Never two of them at once: ldb shares the open file, tells the first
        one what tdb has to say, and that may be freed by then.
        """
        return self.state_by(SamDB(url=sam, lp=LP,
                                   session_info=system_session()))

    def state_by(self, samdb):
        return {str(each.dn): {str(v) for v in
                               each.get("servicePrincipalName", [])}
                for each in samdb.search(
                    self.ou, expression="(objectClass=user)",
                    attrs=["servicePrincipalName"])}

    def assert_state(self, sam, held, journals):
        """What was acknowledged is there, the last transaction of each
        worker wholly or not at all. journals: {journal: its accounts}.
        """
        got = self.state(sam)
        for journal, accounts in journals.items():
            sure, maybe = journal.apply({dn: held[dn] for dn in accounts})
            self.assertIn({dn: got[dn] for dn in accounts}, [sure, maybe])
        return got

    def workers_accounts(self, name):
        return [self.account(name), self.account(name + "-2")]


class Race(Faults):
    def test_same_spns(self):
        """Eight clients want the same SPNs, value by value."""
        hosts = ["race%d" % number for number in range(SPNS // 4)]
        spns = [spn for host in hosts for spn in self.pair(host)]
        others = ["foo/race%d" % number
                  for number in range(SPNS - 2 * len(hosts))]
        spns += others
        accounts = [self.account("racer%d" % number)
                    for number in range(CLIENTS)]
        clients = []
        for dn in accounts:
            clients.append(worker("race", "ldap://" + SERVER, dn,
                                  *random.sample(spns, len(spns)),
                                  stdout=subprocess.PIPE))
            self.addCleanup(self.end, clients[-1])
        for client in clients:
            self.assertEqual(client.stdout.readline(), "ready\n")
        for client in clients:
            client.stdin.write("go\n")
            client.stdin.flush()
        codes = {}
        deadline = time.monotonic() + BOUND
        for client in clients:
            out, _ = client.communicate(
                timeout=max(1, deadline - time.monotonic()))
            self.assertEqual(client.returncode, 0)
            for code, number in json.loads(out).items():
                codes[int(code)] = codes.get(int(code), 0) + number
        self.assertLessEqual(set(codes), TOO_LATE | {SUCCESS})
        self.assertEqual(sum(codes.values()), CLIENTS * len(spns))
        # A request that wins brings a whole pair or one other SPN.
        self.assertEqual(codes[SUCCESS], len(hosts) + len(others))
        holders = {spn: [] for spn in spns}
        for dn in accounts:
            for spn in self.spns(dn):
                holders[spn].append(dn)
        for spn, held_by in holders.items():
            self.assertEqual(len(held_by), 1, spn)
        for host in hosts:
            self.assertEqual(*[holders[spn] for spn in self.pair(host)])
        self.audit(LP.private_path("sam.ldb"))
        print("race:", codes)


class Killed(Faults):
    def test_writer(self):
        """A writer dies by SIGKILL at any point of its transactions."""
        accounts = self.workers_accounts("writer")
        sam = self.copy_private(self.work)
        held = {dn: set() for dn in accounts}
        done = 0
        for number in range(WRITER_KILLS):
            journal = Journal(self.work, "writer%d" % number)
            process = worker("load", sam, self.ou, "writer", journal.path)
            self.addCleanup(self.end, process)
            enough = random.randint(0, 6)
            wait_for("%d transactions" % enough,
                     lambda: journal.done() >= enough
                     or process.poll() is not None)
            until = time.monotonic() + random.uniform(0, 0.03)
            while time.monotonic() < until:
                pass
            self.assertIsNone(process.poll(), "the writer ended by itself")
            process.kill()
            process.wait(BOUND)
            held = self.assert_state(sam, held, {journal: accounts})
            done += journal.done()
        self.audit(sam)
        print("writer: %d kills, %d transactions" % (WRITER_KILLS, done))


if __name__ == "__main__":
    unittest.main()
