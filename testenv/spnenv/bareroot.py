# SPDX-License-Identifier: GPL-3.0-or-later
"""A bare machine of another release: a folder, and namespaces around it.

Inside there are processes, mounts, a host name and a network of its own, the last
with a loopback only; just apt-get runs in the machine's network.
"""

import os
import shutil
import subprocess

from spnenv import layout, processes, releases, roots
from spnenv.errors import EXIT_CANNOT_RUN, TestenvError, complain

# Where the checkout is inside.
HOME = "/root/spn_policy"
# Says to whom is inside that it is.
MARK = "/etc/spn-policy-matrix"

ENVIRONMENT = {"PATH": layout.SYSTEM_PATH, "HOME": "/root", "TERM": "dumb",
               "LC_ALL": "C.UTF-8"}
MNT_DETACH = 2
# Where pivot_root leaves what was "/" before, for a moment.
BEFORE = "/mnt"

# The network of the machine, for the one program that has a way out.
OUTSIDE = "/run/outside"
APT_GET = """#!/bin/sh
exec nsenter --net=%s /usr/bin/apt-get "$@"
""" % OUTSIDE

FILES = {
    "usr/local/sbin/apt-get": APT_GET,
    # No daemon is started by the installation of its package.
    "usr/sbin/policy-rc.d": "#!/bin/sh\nexit 101\n",
    # Nothing here has to survive a loss of power.
    "etc/dpkg/dpkg.cfg.d/unsafe-io": "force-unsafe-io\n",
    "etc/hostname": "bare\n",
    "etc/hosts": "127.0.0.1 localhost bare\n::1 localhost\n",
    MARK.lstrip("/"): "",
}


def unpack(release, root):
    """Make ROOT a bare machine of RELEASE with a clean clone in HOME."""
    os.mkdir(root, 0o755)
    roots.run(["tar", "--extract", "--numeric-owner",
               "--file=" + roots.base(release.number), "--directory=" + root])
    files = dict(FILES)
    files["etc/apt/sources.list"] = "\n".join(releases.sources(
        release, releases.own_targets())) + "\n"
    files["etc/apt/preferences.d/backports"] = releases.preferences(release)
    for name, text in files.items():
        path = os.path.join(root, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(path, 0o755 if text.startswith("#!") else 0o644)
    shutil.copyfile("/etc/resolv.conf", os.path.join(root, "etc/resolv.conf"))
    # Root may clone what belongs to somebody else.
    roots.run(["git", "clone", "--quiet", "--no-hardlinks", layout.CHECKOUT,
               root + HOME],
              env=dict(os.environ, GIT_CONFIG_COUNT="1",
                       GIT_CONFIG_KEY_0="safe.directory",
                       GIT_CONFIG_VALUE_0="*"))


def enter(root, outside):
    """Make ROOT the "/" of this process, which is alone in its namespaces.

    Not by chroot: whoever is in one may make no namespace of a user.
    """
    for argv in (["ip", "link", "set", "lo", "up"], ["hostname", "bare"],
                 ["mount", "--bind", root, root],
                 ["mount", "-t", "proc", "proc", root + "/proc"],
                 ["mount", "-t", "sysfs", "-o", "ro", "sysfs", root + "/sys"],
                 ["mount", "--rbind", "/dev", root + "/dev"],
                 ["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs",
                  root + "/run"],
                 ["touch", root + OUTSIDE],
                 ["mount", "--bind", "/proc/self/fd/%s" % outside,
                  root + OUTSIDE]):
        roots.run(argv, pass_fds=[int(outside)])
    roots.run(["pivot_root", ".", BEFORE.lstrip("/")], cwd=root)
    os.chdir("/")
    if processes.LIBC.umount2(BEFORE.encode(), MNT_DETACH) != 0:
        raise TestenvError("umount %s: error %d" % (
            BEFORE, processes.ctypes.get_errno()))


def main(argv):
    """execute() below, from inside of the namespaces."""
    root, outside, script = argv
    try:
        enter(root, outside)
    except TestenvError as error:
        complain(error)
        return EXIT_CANNOT_RUN
    os.execve("/bin/sh", ["/bin/sh", "-c", script], ENVIRONMENT)


def execute(root, script, log, seconds):
    """The exit status of a shell SCRIPT in ROOT; None if it took too long."""
    outside = os.open("/proc/self/ns/net", os.O_RDONLY)
    process = processes.start(
        ["unshare", "--mount", "--pid", "--uts", "--ipc", "--net", "--fork",
         "--kill-child", *layout.helper("bareroot", root, str(outside),
                                        script)],
        pass_fds=[outside], stdin=subprocess.DEVNULL, stdout=log,
        stderr=subprocess.STDOUT)
    os.close(outside)
    try:
        return processes.shell_status(process.wait(seconds))
    except subprocess.TimeoutExpired:
        return None
    finally:
        # --kill-child: with it all that is inside ends.
        process.kill()
        process.wait()
