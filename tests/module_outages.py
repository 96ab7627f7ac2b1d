# SPDX-License-Identifier: GPL-3.0-or-later
"""The two promises of the module when the DC is killed or its disk is full.

Runs in the environment ad_dc:local. What is killed or filled up is a copy of
the DC's private directory and a samba of its own, never the environment's.
fault_worker.py is what writes.
"""

import os
import random
import signal
import socket
import subprocess
import unittest

from samba.auth import system_session
from samba.samdb import SamDB

from module_faults import (BOUND, SAMBA_KILLS, Faults, Journal, wait_for,
                           worker)
from module_roads import CONF, LP

ADDRESS = "10.53.57.31"  # of the samba that is killed; nobody else has it


class OwnSamba(Faults):
    """A samba on a copy, with nothing but its LDAP server."""

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


if __name__ == "__main__":
    unittest.main()
