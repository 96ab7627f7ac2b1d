# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian of any release that was booted: systemd is its first process.

Nothing of it stays. Its files are layers: a root in the cache, which is only
read, what a caller puts above it (an installed build, for example), and what
is written, in memory. All of it lives in mount and process namespaces of its
own (enter()), so it ends with us, however we end.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from spnenv import layout, packages, roots, template
from spnenv.errors import TestenvError

# What a controller needs, and what the project is built with.
SECTIONS = ("run", "build")
MORE = ("systemd-sysv", "dbus", "iproute2", "python3", "tdb-tools")
BOOT_SECONDS = 60

# Nothing starts while packages are installed. What the other release calls
# otherwise is left out.
INSTALL = r"""
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d
apt-get update -qq || exit 1
names=
for name; do
	! apt-cache show "$name" > /dev/null 2>&1 || names="$names $name"
done
DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get install -qq -y \
	--no-install-recommends $names || exit 1
apt-get clean
rm /usr/sbin/policy-rc.d
systemctl mask systemd-firstboot.service
systemctl disable samba-ad-dc.service smbd.service nmbd.service \
	winbind.service
true
"""


def enter():
    """Run this program anew, in namespaces that end with it."""
    if os.getuid() != 0:
        raise TestenvError("a machine is booted by root only")
    if os.getpid() == 1:
        # The first process of a namespace takes no signal unasked.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        return
    for program in ("systemd-nspawn", "mmdebstrap"):
        if shutil.which(program) is None:
            raise TestenvError("no %s: apt-get install systemd-container "
                               "mmdebstrap" % program)
    arguments = ["unshare", "--mount", "--pid", "--fork", "--mount-proc",
                 "--kill-child", *sys.orig_argv]
    os.execvp(arguments[0], arguments)


def in_root(root, argv):
    """ARGV in a chroot that has /proc and /dev for as long as it runs."""
    script = ('mount --bind /proc "$0/proc" && mount --rbind /dev "$0/dev" &&'
              ' cp /etc/resolv.conf "$0/etc/resolv.conf" &&'
              ' exec chroot "$0" "$@"')
    return roots.run(["unshare", "--mount", "sh", "-c", script, root, *argv])


def root_of(release, sections=SECTIONS):
    """The folder of the cache with RELEASE and all that we need in it."""
    names = [name for name, _ in packages.needed(*sections)] + list(MORE)
    recipe = hashlib.sha256(repr([names, INSTALL]).encode()).hexdigest()
    path = os.path.join(layout.cache_dir(), "roots",
                        "%s-%s" % (release, recipe[:16]))
    archive = roots.base(release)
    with template.locked(path, fcntl.LOCK_EX):
        if not os.path.isdir(path):
            made = path + ".new"
            shutil.rmtree(made, ignore_errors=True)
            os.makedirs(made)
            roots.run(["tar", "-C", made, "-xf", archive])
            in_root(made, ["sh", "-c", INSTALL, "sh", *names])
            os.rename(made, path)
    return path


class Machine:
    """with Machine("13") as machine: machine.run(["systemctl", "status"])

    layers: folders that are laid over the root, the first one on top.
    binds: pairs of a folder here and its place there, only to be read.
    """

    def __init__(self, release, layers=(), binds=(), host="dc1",
                 sections=SECTIONS):
        self.root = root_of(release, sections)
        self.layers = layers
        self.binds = binds
        self.host = host
        self.folder = None
        self.process = None
        self.leader = None
        self.group = None

    def __enter__(self):
        # Seen by nobody else: any number of machines is mounted there.
        self.folder = os.path.join(layout.cache_dir(), "machine", self.host)
        os.makedirs(self.folder, exist_ok=True)
        roots.run(["mount", "-t", "tmpfs", "-o", "mode=755", "machine",
                     self.folder])
        for name in "root", "written", "work":
            os.mkdir(self.path(name))
        roots.run(["mount", "-t", "overlay", "machine", "-o",
                     "lowerdir=%s,upperdir=%s,workdir=%s"
                     % (":".join([*self.layers, self.root]),
                        self.path("written"), self.path("work")),
                     self.path("root")])
        return self

    def __exit__(self, *_):
        self.stop()
        subprocess.run(["umount", "--recursive", self.folder], check=False)

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, path):
        """PATH of the machine, as it is named from here."""
        return os.path.join(self.path("root"), path.lstrip("/"))

    def write(self, path, text, mode=0o644):
        place = self.file(path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(place, mode)

    def start(self):
        """Boots; back when systemd has started all that it will."""
        self.write("/etc/hostname", self.host + "\n")
        # A new systemd knows the one hierarchy of control groups only.
        subprocess.run(["umount", "--recursive", "/sys/fs/cgroup"],
                       check=False, stderr=subprocess.DEVNULL)
        roots.run(["mount", "-t", "cgroup2", "none", "/sys/fs/cgroup"])
        # Two systemd in one would wait for each other's processes, and end them.
        self.group = tempfile.mkdtemp(prefix="machine-", dir="/sys/fs/cgroup")
        argv = ["systemd-nspawn", "--quiet", "--directory", self.path("root"),
                "--register=no", "--keep-unit", "--private-network",
                # no bind over a file that packages replace
                "--timezone=off", "--resolv-conf=off",
                "--console=read-only", "--boot", "--machine=" + self.host]
        argv += ["--bind-ro=%s:%s" % bind for bind in self.binds]
        with open(self.path("console"), "wb") as console:
            self.process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=console, stderr=console,
                preexec_fn=self._join_group)
        self._wait(BOOT_SECONDS)

    def _join_group(self):
        with open(os.path.join(self.group, "cgroup.procs"), "w",
                  encoding="ascii") as processes:
            processes.write("0")

    def _find_leader(self):
        found = "/proc/%d/task/%d/children" % (self.process.pid,
                                               self.process.pid)
        with open(found, encoding="ascii") as children:
            return (children.read().split() or [None])[0]

    def _wait(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            self.leader = self._find_leader()
            if self.leader and self.run(
                    ["systemctl", "is-system-running"]).stdout.strip() in (
                        "running", "degraded"):
                return
            time.sleep(0.3)
        with open(self.path("console"), errors="replace",
                  encoding="utf-8") as console:
            raise TestenvError("the machine did not boot:\n"
                               + console.read()[-3000:])

    def argv(self, argv):
        """The command line that runs ARGV inside."""
        return ["nsenter", "--target", self.leader, "--mount", "--uts",
                "--ipc", "--net", "--pid", "--cgroup", "--root", "--wdns=/",
                "env", "-i", "PATH=" + layout.SYSTEM_PATH, "HOME=/root",
                "LC_ALL=C.UTF-8", *argv]

    def run(self, argv, seconds=120, check=False, **more):
        """ARGV inside, bounded: .returncode and .stdout, with stderr in it."""
        more.setdefault("stdin", subprocess.DEVNULL)
        done = subprocess.run(
            self.argv(["timeout", str(seconds), *argv]), text=True,
            errors="replace", stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False, **more)
        if check and done.returncode != 0:
            raise TestenvError("%s: status %d\n%s" % (
                " ".join(argv), done.returncode, done.stdout[-3000:]))
        return done

    def stop(self):
        """As if the power failed; what was written is still there."""
        if self.process is None:
            return
        if self.leader:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(self.leader), signal.SIGKILL)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for folder, _, _ in os.walk(self.group, topdown=False):
            with contextlib.suppress(OSError):      # one ends just now
                os.rmdir(folder)
        self.process = self.leader = None


def wire(one, other):
    """A network of two machines that run, each with an interface eth0."""
    roots.run(["ip", "link", "add", "name", "eth0", "netns", one.leader,
               "type", "veth", "peer", "name", "eth0", "netns", other.leader])
