# SPDX-License-Identifier: GPL-3.0-or-later
"""The two promises of the module when the DC is killed, its disk is full, its
settings cannot be read or its clock jumps.

Runs in the environment ad_dc:local. What is killed or filled up is a copy of
the DC's private directory and a samba of its own, never the environment's.
fault_worker.py is what writes.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import unittest

import ldb
from samba.auth import system_session
from samba.samdb import SamDB

from module_faults import (BOUND, SAMBA_KILLS, Faults, Journal, wait_for,
                           worker)
from module_write_paths import CONF, LP

ADDRESS = "10.53.57.31"  # of the samba that is killed; nobody else has it


class OwnSamba(Faults):
    """A samba on a copy, with nothing but its LDAP server, its log in
    samba.log."""

    def configure(self):
        """(smb.conf, sam.ldb) of a host with directories of its own."""
        host = os.path.join(self.work, "host")
        for name in ("etc", "lock", "state", "cache", "pid", "ncalrpc",
                     "winbindd", "bind-dns", "logs", "ntp_signd"):
            os.makedirs(os.path.join(host, name), 0o750)
        sam = self.copy_private(host)
        theirs = os.path.dirname(os.path.dirname(CONF))
        conf = os.path.join(host, "etc", "smb.conf")
        with open(CONF, encoding="utf-8") as lines, \
                open(conf, "w", encoding="utf-8") as out:
            for line in lines:
                key = line.partition("=")[0].strip()
                if key == "interfaces":
                    line = "interfaces = %s/24\n" % ADDRESS
                elif key == "server services":
                    line = "server services = ldap\n"
                elif line.startswith("["):
                    if line != "[global]\n":
                        break
                out.write(line.replace(theirs, host))
        return conf, sam

    def start(self, conf):
        with open(os.path.join(self.work, "samba.log"), "a",
                  encoding="utf-8") as log:
            samba = subprocess.Popen(
                ["samba", "-i", "--no-process-group",
                 "--maximum-runtime=%d" % (4 * BOUND),
                 "--configfile=" + conf], start_new_session=True,
                stdin=subprocess.PIPE, stdout=log, stderr=log)
        self.addCleanup(self.kill, samba)

        def answers():
            self.assertIsNone(samba.poll(), "samba ended by itself")
            try:
                socket.create_connection((ADDRESS, 389), 1).close()
            except OSError:
                return False
            return True
        wait_for("samba", answers)
        return samba

    def kill(self, samba):
        """The whole tree, which is a process group of its own."""
        if samba.returncode is None:
            os.killpg(samba.pid, signal.SIGKILL)
        samba.wait(BOUND)
        samba.stdin.close()

        def all_gone():
            try:
                os.killpg(samba.pid, 0)
            except ProcessLookupError:
                return True
            return False
        wait_for("the end of samba", all_gone)


class Killed(OwnSamba):
    def test_killed(self):
        """samba dies by SIGKILL while three clients write."""
        names = ["client%d" % number for number in range(3)]
        accounts = {name: self.workers_accounts(name) for name in names}
        conf, sam = self.configure()
        held = {dn: set() for each in accounts.values() for dn in each}
        done = 0
        for number in range(SAMBA_KILLS):
            samba = self.start(conf)
            journals = {Journal(self.work, "%s-%d" % (name, number)):
                        accounts[name] for name in names}
            clients = []
            for name, journal in zip(names, journals):
                clients.append(worker("load", "ldap://" + ADDRESS, self.ou,
                                      name, journal.path,
                                      stderr=subprocess.DEVNULL))
                self.addCleanup(self.end, clients[-1])
            enough = random.randint(10, 60)
            wait_for("%d writes" % enough, lambda: sum(
                journal.done() for journal in journals) >= enough)
            self.kill(samba)
            for client in clients:
                # They see the connection go, and end by that.
                self.assertNotEqual(client.wait(BOUND), 0)
            held = self.assert_state(sam, held, journals)
            done += sum(journal.done() for journal in journals)
        self.audit(sam)
        print("samba: %d kills, %d writes" % (SAMBA_KILLS, done))


@unittest.skipIf("SOCKET_WRAPPER_DIR" in os.environ,
                 "mounts only in a namespace that goes with the run")
class DiskFull(Faults):
    SIZE = 64 * 1024 * 1024

    def mount(self):
        """A small file system of our own, gone with this process."""
        point = os.path.join(self.work, "small")
        os.mkdir(point)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=%d" % self.SIZE, "tmpfs",
             point], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False)
        if done.returncode != 0:
            self.skipTest("no file system can be mounted here: %s"
                          % done.stdout.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", point], check=True)
        return point

    def fill(self, point, left):
        """All but so many bytes."""
        path = os.path.join(point, "filler")
        space = os.statvfs(point)
        more = space.f_bavail * space.f_frsize - left
        with open(path, "ab") as filler:
            os.posix_fallocate(filler.fileno(), filler.tell(), more)
        return path

    def test_commit(self):
        """The write fails with an error, the database opens, nothing is
        half stored, and with space all is well again.
        """
        accounts = self.workers_accounts("full")
        point = self.mount()
        sam = self.copy_private(point)
        held = {dn: set() for dn in accounts}
        for number, left in enumerate((0, 4096, 262144)):
            filler = self.fill(point, left)
            journal = Journal(self.work, "full%d" % number)
            process = worker("load", sam, self.ou, "full", journal.path,
                             "90", stderr=subprocess.PIPE)
            self.addCleanup(self.end, process)
            _, said = process.communicate(timeout=BOUND)
            # An error it was, and no signal.
            self.assertEqual(process.returncode, 1, said)
            print("full: %d bytes left, %d transactions, then: %s" % (
                left, journal.done(), said.splitlines()[-1]))
            held = self.assert_state(sam, held, {journal: accounts})
            os.unlink(filler)
            self.audit(sam)
        samdb = SamDB(url=sam, lp=LP, session_info=system_session())
        self.change(samdb, accounts[0], "http/space")
        self.assertLessEqual(set(self.pair("space")),
                             self.state_by(samdb)[accounts[0]])


# Makes the record of an object unreadable: tdb opens no file twice in a process.
SPOIL = """
import os, sys, tdb
file = tdb.open(sys.argv[1], flags=os.O_RDWR)
keys = [key for key in file.keys() if not key.startswith(b"DN=@")
        and sys.argv[2].encode() in file.get(key)]
assert len(keys) == 1, keys
file.store(keys[0], file.get(keys[0])[:20])
"""


class Unreadable(Faults):
    def test_settings(self):
        """A record that is no record: refused with SPN-901, nothing stored,
        and what is no business of ours goes on.
        """
        dn = self.account("spoilt")
        sam = self.copy_private(self.work)
        samdb = SamDB(url=sam, lp=LP, session_info=system_session())
        self.change(samdb, dn, "foo/before")
        config = str(samdb.get_config_basedn())
        del samdb
        subprocess.run(
            [sys.executable, "-c", SPOIL,
             os.path.join(os.path.dirname(sam), "sam.ldb.d",
                          config.upper() + ".ldb"),
             "CN=SPN Policy,CN=Services"], check=True)
        samdb = SamDB(url=sam, lp=LP, session_info=system_session())
        self.assert_refused(1, "0000202F: spn_policy: SPN-901", self.change,
                            samdb, dn, "foo/after")
        self.assertEqual(self.state_by(samdb)[dn], {"foo/before"})
        message = ldb.Message(ldb.Dn(samdb, dn))
        message["d"] = ldb.MessageElement("x", ldb.FLAG_MOD_REPLACE,
                                          "description")
        samdb.modify(message)

    def test_no_settings(self):
        """Another object in their place, or none: the defaults hold."""
        dn = self.account("bare")
        sam = self.copy_private(self.work)
        samdb = SamDB(url=sam, lp=LP, session_info=system_session())
        settings = "CN=SPN Policy,CN=Services,%s" % samdb.get_config_basedn()
        samdb.delete(settings)
        self.assert_refused(19, "SPN-003", self.change, samdb, dn, "http://x")
        samdb.add({"dn": settings, "objectClass": "container"})
        self.assert_refused(19, "SPN-003", self.change, samdb, dn, "http://x")
        self.change(samdb, dn, "http/bare")
        self.assertEqual(self.state_by(samdb)[dn], set(self.pair("bare")))


# What a process does at three times; the file says how far off the clock is.
CLOCK = """
import json, os, sys, time
import ldb
from samba import param
from samba.auth import system_session
from samba.samdb import SamDB
conf, sam, dn = sys.argv[1:]
lp = param.LoadParm(conf)
samdb = SamDB(url=sam, lp=lp, session_info=system_session())

def add(*spns):
    message = ldb.Message(ldb.Dn(samdb, dn))
    message["s"] = ldb.MessageElement(list(spns), ldb.FLAG_MOD_ADD,
                                      "servicePrincipalName")
    try:
        samdb.modify(message)
        return 0
    except ldb.LdbError as error:
        return error.args[0]

seen = []
for number, offset in enumerate(("+0", "+365d", "-1d", "+0")):
    # libfaketime must never find the file empty.
    path = os.environ["FAKETIME_TIMESTAMP_FILE"]
    with open(path + ".new", "w") as out:
        out.write(offset)
    os.rename(path + ".new", path)
    seen.append([int(time.time()), add("http/clock%d" % number),
                 add("http://clock"), add("foo/held")])
print(json.dumps(seen))
"""
FAKETIME = "/usr/lib/%s-linux-gnu/faketime/libfaketime.so.1" % os.uname().machine


class Clock(Faults):
    def test_jumps(self):
        """A year ahead, then back to yesterday, in one process."""
        dn = self.account("clock")
        self.account("clockholder", ["foo/held"])
        sam = self.copy_private(self.work)
        path = os.path.join(self.work, "clock")
        with open(path, "w", encoding="utf-8") as out:
            out.write("+0")
        preload = os.environ.get("LD_PRELOAD", "")
        done = subprocess.run(
            [sys.executable, "-B", "-c", CLOCK, CONF, sam, dn],
            env=dict(os.environ, FAKETIME_TIMESTAMP_FILE=path,
                     FAKETIME_NO_CACHE="1",
                     LD_PRELOAD=(FAKETIME + " " + preload).strip()),
            stdout=subprocess.PIPE, text=True, check=True, timeout=BOUND)
        seen = json.loads(done.stdout.splitlines()[-1])
        day = 86400
        for (at, *_), offset in zip(seen, (0, 365 * day, -day, 0)):
            self.assertLess(abs(at - seen[0][0] - offset), 3600)
        self.assertEqual([codes for _, *codes in seen], [[0, 19, 19]] * 4)
        self.assertEqual(self.state(sam)[dn],
                         {spn for number in range(4)
                          for spn in self.pair("clock%d" % number)})
        self.audit(sam)


if __name__ == "__main__":
    unittest.main()
