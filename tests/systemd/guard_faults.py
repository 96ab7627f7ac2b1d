# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-guard on a booted controller: testenv/systemd RELEASE guard_faults.

Each fault is tried without the guard, with it, and mended. A controller is up if
it answers LDAP and gives tickets; it enforces if it refuses what the module
refuses. What is printed is the table of docs/guard.md. A result that is not as
expected is marked, and ends in exit status 1.

guard_faults cost [RUNS]: what the guard adds to the CPU time of a start.
"""

import glob
import json
import os
import re
import shutil
import statistics
import time

from spnenv import booted, layout
from spnenv.machine import Machine

NAME = "spn_policy.so"
UNIT = "samba-ad-dc"
DROP_IN = "/etc/systemd/system/samba-ad-dc.service.d/spn-guard.conf"
PRIVATE = "/var/lib/samba/private"
BACKUP = "/root/backup"
RESTORED = "/root/restored"
# spn_policy refuses it, and Samba does not.
REFUSED = """dn: CN=guard,CN=Users,DC=lab,DC=example,DC=com
changetype: modify
add: servicePrincipalName
servicePrincipalName: http/not a host
"""


class Controller:
    """The machine, and its module, which comes and goes."""

    def __init__(self, machine, release):
        self.machine = machine
        self.cursor = None
        found = glob.glob(machine.file("/usr/lib/*/samba/ldb/" + NAME))
        self.module = found[0][len(machine.path("root")):]
        # As packages have it: then half a file ends whoever loads it.
        self.inside("strip", self.module)
        with open(self.place(), "rb") as module:
            self.good = module.read()
        idle = os.path.join(layout.cache_dir(), "builds", release,
                            "source/bin/tests/idle", NAME)
        with open(idle, "rb") as module:
            self.idle = module.read()

    def place(self):
        return self.machine.file(self.module)

    def inside(self, *argv, **more):
        more.setdefault("check", True)
        return self.machine.run(list(argv), **more)

    def put(self, data):
        """Another file in its place, as packages do it."""
        self.remove()
        with open(self.place() + ".new", "wb") as out:
            out.write(data)
        os.rename(self.place() + ".new", self.place())

    def remove(self):
        self.inside("umount", self.module, check=False)
        self.inside("rm", "-rf", self.module)

    def stop(self):
        self.inside("systemctl", "stop", UNIT, check=False)
        self.inside("systemctl", "reset-failed", UNIT, check=False)

    def start(self):
        """Is it up?"""
        self.inside("journalctl", "--sync")
        last = self.inside("journalctl", "--quiet", "--lines=1",
                           "--output=json").stdout.splitlines()[-1]
        self.cursor = json.loads(last)["__CURSOR"]
        self.inside("systemctl", "start", UNIT, check=False)
        return booted.answers(self.machine)

    def said(self):
        """What the guard has said since: priority and text."""
        self.inside("journalctl", "--sync")
        lines = self.inside("journalctl", "--quiet", "--output=json",
                            "--after-cursor=" + self.cursor).stdout
        entries = [json.loads(line) for line in lines.splitlines()]
        return [(int(each["PRIORITY"]), each["MESSAGE"])
                for each in entries
                if str(each.get("MESSAGE", "")).startswith("spn-guard: ")]

    def enforces(self):
        done = self.inside("ldapmodify", "-Q", "-Y", "GSSAPI", "-H",
                           "ldap://dc1.lab.example.com", check=False,
                           stdin=None, input=REFUSED)
        if "SPN-" in done.stdout:
            return True
        undo = REFUSED.replace("add: ", "delete: ")
        self.inside("ldapmodify", "-Q", "-Y", "GSSAPI", "-H",
                    "ldap://dc1.lab.example.com", check=False, stdin=None,
                    input=undo)
        return False

    def guard(self, wanted):
        if wanted:
            self.inside("rm", "-f", DROP_IN)
        else:
            self.inside("mkdir", "-p", os.path.dirname(DROP_IN))
            self.inside("ln", "-sf", "/dev/null", DROP_IN)
        self.inside("systemctl", "daemon-reload")


# ------------------------------------------------------------------ the faults


def cut(share):
    return lambda dc: dc.put(dc.good[:int(len(dc.good) * share)])


def other_machine(dc):
    dc.put(dc.good[:18] + b"\xb7\0" + dc.good[20:])      # e_machine: aarch64


def folder(dc):
    dc.remove()
    os.mkdir(dc.place())


def dangling(dc):
    dc.remove()
    os.symlink("/nowhere", dc.place())


def no_rights(dc):
    os.chmod(dc.place(), 0)


def not_executable(dc):
    """On a file system from which nothing may be loaded."""
    dc.inside("mount", "--bind", dc.module, dc.module)
    dc.inside("mount", "-o", "remount,bind,noexec", dc.module)


def without_disk(dc):
    """The module is gone, and nothing can be written."""
    dc.remove()
    dc.inside("sh", "-c", """
        set -e
        kib=$(du -sk %s | cut -f1)
        mkdir -p /mnt/full
        mount -t tmpfs -o size=$((kib + 8))k,mode=700 full /mnt/full
        cp -a --sparse=never %s/. /mnt/full/ || true
        dd if=/dev/zero of=/mnt/full/fill 2> /dev/null || true
        mount --bind /mnt/full %s""" % (PRIVATE, PRIVATE, PRIVATE))


def without_disk_to_grow(dc):
    """... and sam.ldb has no room of its own for the log of a transaction."""
    dc.inside("sh", "-c", "cd %s && tdbbackup -s .new sam.ldb && "
              "mv sam.ldb sam.ldb.before && mv sam.ldb.new sam.ldb" % PRIVATE)
    without_disk(dc)


def with_disk_and_before(dc):
    with_disk(dc)
    dc.inside("mv", PRIVATE + "/sam.ldb.before", PRIVATE + "/sam.ldb")


def with_disk(dc):
    dc.inside("sh", "-c", "umount %s; umount /mnt/full" % PRIVATE,
              check=False)


class Fault:
    def __init__(self, name, damage, up=True, enforces=False, says=r"",
                 up_without=False, mend=None):
        self.name = name
        self.damage = damage
        self.wanted = (up_without, up, enforces)
        self.says = says
        self.mend = mend


OFF = r"^2 .*was taken off the list.*"
FAULTS = (
    Fault("none", lambda dc: None, enforces=True, up_without=True),
    Fault("deleted", Controller.remove, says=OFF + "is not there"),
    Fault("cut to 0 bytes", cut(0), says=OFF + "file too short"),
    Fault("cut to half", cut(0.5), says=OFF + r"signal 7 \(Bus error\)"),
    Fault("of another machine", other_machine,
          says=OFF + "another kind of machine"),
    Fault("a folder in its place", folder, says=OFF + "is no file"),
    Fault("a link that leads nowhere", dangling,
          says=OFF + "libldb loads no module"),
    Fault("mode 000 (root reads it all the same)", no_rights, enforces=True,
          up_without=True),
    Fault("on a file system with noexec", not_executable,
          says=OFF + "failed to map segment"),
    Fault("of an ldb that nobody has checked", lambda dc: dc.put(dc.idle),
          says=r"^2 .*spn_policy is idle", up_without=True),
    # Whether samba itself needs room then is its business.
    Fault("deleted, and private dir is full", without_disk, up=None,
          says=OFF + "is not there", mend=with_disk),
    Fault("the same, and sam.ldb would have to grow", without_disk_to_grow,
          up=False, says="^2 .*cannot be changed", mend=with_disk_and_before),
)


def word(value):
    return "yes" if value else "no"


def say(row):
    print("| " + " | ".join(row) + " |", flush=True)


def short(text):
    """Without paths, for a table."""
    text = re.sub(r"/\S*/(sam\.ldb|spn_policy\.so)", r"\1",
                  text[len("spn-guard: "):])
    return text.replace("|", "/").replace("\\0a", "")


def try_fault(dc, fault):
    """One row; is it as it should be?"""
    seen = []
    for guarded in False, True:
        dc.stop()
        fault.damage(dc)
        dc.guard(guarded)
        seen.append(dc.start())
        if not guarded:
            dc.stop()
            if fault.mend:
                fault.mend(dc)
            dc.put(dc.good)
    enforced = seen[1] and dc.enforces()
    said = dc.said()
    dc.stop()
    if fault.mend:
        fault.mend(dc)
    dc.put(dc.good)
    back = dc.start() and dc.enforces()
    lines = ["%d %s" % each for each in said]
    good = (back and
            all(found == wanted or wanted is None
                for found, wanted in zip((*seen, enforced), fault.wanted)) and
            (any(re.search(fault.says, line) for line in lines)
             if fault.says else not lines))
    say([fault.name, word(seen[0]), word(seen[1]), word(enforced),
         "; ".join("%d: %s" % (each, short(text)) for each, text in said)
         or "-", word(back) + ("" if good else " NOT AS EXPECTED")])
    return good


def back_up(dc):
    """Offline, of the controller as it is; the path of the archive."""
    dc.inside("rm", "-rf", BACKUP)
    dc.inside("samba-tool", "domain", "backup", "offline",
              "--targetdir=" + BACKUP, seconds=300)
    return dc.inside("sh", "-c", "ls %s/*.tar.bz2" % BACKUP).stdout.strip()


def restore(dc, archive):
    """The exit status, and the last line of what is said."""
    dc.inside("rm", "-rf", RESTORED)
    done = dc.inside(
        "python3", "-c", booted.SAMBA_TOOL, "domain", "backup", "restore",
        "--backup-file=" + archive, "--newservername=dc9",
        "--targetdir=" + RESTORED, "--host-ip=" + booted.ADDRESS, check=False,
        seconds=300)
    lines = [line for line in done.stdout.splitlines() if "ERROR" in line]
    return done.returncode, (lines or [""])[0]


def list_of(dc, private):
    """@LIST, and whether there is a mark."""
    said = dc.inside("ldbsearch", "-H", private + "/sam.ldb", "-s", "base",
                     "-b", "@MODULES", "-o", "modules:").stdout
    names = re.search(r"^@LIST: (.*)$", said, re.MULTILINE).group(1)
    return names, "@SPNGUARD: " in said


def try_backup(dc):
    """Restored where the module is not: of a DC with it, and of one whose
    guard has taken it off the list."""
    archive = back_up(dc)
    dc.stop()
    dc.remove()
    status, text = restore(dc, archive)
    print("\nBackup of a DC with the module, restored without it: status %d %s"
          % (status, text))
    up = dc.start()
    status, text = dc.inside("samba-tool", "dbcheck", check=False,
                             seconds=300).returncode, ""
    print("The guard's mark is there: up %s, dbcheck status %d" % (
        word(up), status))
    archive = back_up(dc)
    status, text = restore(dc, archive)
    before = list_of(dc, RESTORED + "/private")
    print("Backup of it, restored without the module: status %d %s, %s"
          % (status, text, before))
    dc.put(dc.good)
    dc.inside("/usr/libexec/spn-guard", "--configfile=%s/etc/smb.conf"
              % RESTORED, check=False)
    after = list_of(dc, RESTORED + "/private")
    print("The guard, with the module there again: %s" % (after,))
    dc.stop()
    back = dc.start() and dc.enforces()
    print("The first DC enforces again: %s" % word(back))
    return (up and back and status == 0 and before == ("samba_dsdb", True)
            and after == ("spn_policy,samba_dsdb", False))


def try_before_upgrade(dc):
    """Samba was upgraded, and what is ours was not: it was built on 12."""
    stage = booted.build("12")
    with open(stage + dc.module, "rb") as module:
        dc.put(module.read())
    dc.stop()
    up = dc.start()
    enforces = dc.enforces()
    print("\nModule built on 12: up %s, enforces %s, the guard says %s" % (
        word(up), word(enforces), dc.said()))
    shutil.copy(stage + "/usr/sbin/spn-policy",
                dc.machine.file("/root/spn-policy"))
    dc.stop()
    cut(0.1)(dc)
    said = {command: dc.inside("/root/spn-policy", command, check=False)
            for command in ("status", "disable")}
    for command, done in said.items():
        print("spn-policy %s built on 12, with a damaged module: status %d, "
              "other modules left out: %s" % (
                  command, done.returncode,
                  word("samldb.so is left out" in done.stdout)))
    dc.put(dc.good)
    dc.inside("spn-policy", "enable")
    back = dc.start() and dc.enforces()
    return (up and enforces and back and said["disable"].returncode == 0 and
            said["status"].returncode == 1)


# -------------------------------------------------------------------- the cost


def used(dc):
    """CPU ms of the unit, once all of samba has come up: it rests."""
    before = 0
    for _ in range(20):
        text = dc.inside("systemctl", "show", "--property=CPUUsageNSec",
                         "--value", UNIT).stdout
        now = int(text) / 1e6
        if now - before < 5:
            break
        before = now
        time.sleep(3)
    return now


def try_cost(dc, runs):
    costs = {False: [], True: []}
    for run in range(2 * runs):
        guarded = run % 2 == 1
        dc.stop()
        dc.guard(guarded)
        dc.start()
        costs[guarded].append(used(dc))
    program = glob.glob(dc.machine.file("/usr/libexec/spn-guard"))[0]
    own = dc.inside("bash", "-c", "for i in {1..20}; do %s; done; "
                    "times" % program[len(dc.machine.path("root")):]
                    ).stdout.splitlines()[-1]       # of children
    print("CPU ms of the unit until it rests, without the guard: %s" %
          " ".join("%.0f" % each for each in costs[False]))
    print("with it: %s" % " ".join("%.0f" % each for each in costs[True]))
    print("medians: %.0f, %.0f" % (statistics.median(costs[False]),
                                   statistics.median(costs[True])))
    spent = [float(part.partition("m")[2].rstrip("s"))
             for part in own.split()]
    alone = sum(spent) * 1000 / 20
    print("spn-guard alone, mean of 20: %.1f ms, %.1f %% of a start" % (
        alone, 100 * alone / statistics.median(costs[False])))


def main(release, argv):
    layers = [booted.build(release)]
    with Machine(release, layers) as machine:
        machine.start()
        booted.provision(machine)
        dc = Controller(machine, release)
        dc.inside("samba-tool", "user", "create", "guard", booted.PASSWORD)
        dc.inside("spn-policy", "enable")
        dc.inside("systemctl", "restart", UNIT)
        if argv[:1] == ["cost"]:
            try_cost(dc, int((argv[1:] or ["5"])[0]))
            return 0
        say(["the module's file is", "up without the guard", "up with it",
             "enforces", "priority and text in the journal",
             "mended: enforces"])
        say(["---"] * 6)
        wanted = re.compile(argv[0] if argv else "")
        good = [try_fault(dc, fault) for fault in FAULTS
                if wanted.search(fault.name)]
        if wanted.search("backup"):
            good.append(try_backup(dc))
        if release != "12" and wanted.search("upgrade"):
            good.append(try_before_upgrade(dc))
        return 0 if all(good) else 1
