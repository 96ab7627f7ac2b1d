# SPDX-License-Identifier: GPL-3.0-or-later
"""The two ways to give a run a network of its own.

Both offer the same: the keeper process itself is started with keeper_argv(),
calls enter() once, and starts whatever belongs to a host of the environment
with argv() and environ().

Which one is a single decision, choose(): USE_NAMESPACES, Samba's own switch,
else namespaces for root where they work (a container's root often may not) and
cwrap for everybody else.
"""

import ctypes.util
import os
import subprocess

from spnenv import config, table
from spnenv.errors import TestenvError, complain

# nss_wrapper first, as Samba does it.
WRAPPERS = ("nss_wrapper", "resolv_wrapper", "socket_wrapper", "uid_wrapper")

LIBRARY_DIRS = "/usr/lib/%s-linux-gnu" % os.uname().machine


def have_ipv6():
    """False where the kernel refuses IPv6 addresses, as in many containers."""
    try:
        with open("/proc/sys/net/ipv6/conf/lo/disable_ipv6",
                  encoding="ascii") as switch:
            return switch.read().strip() == "0"
    except OSError:
        return False


def addresses(iface):
    """Interface number to addresses, as socket_wrapper has them."""
    found = ["%s.%d/24" % (table.NETWORK, iface)]
    if have_ipv6():
        found.append("%s%02x/64" % (table.NETWORK6, iface))
    return found


def choose():
    """The network class to use."""
    wanted = os.environ.get("USE_NAMESPACES", "")
    if wanted not in ("", "0", "1"):
        raise TestenvError("USE_NAMESPACES=%s: use 1 (namespaces), 0 (cwrap) "
                           "or leave it out" % wanted)
    if wanted == "1":
        why_not = Namespaces.refusal()
        if why_not:
            raise TestenvError("no namespaces for user %d here: %s\n"
                               "USE_NAMESPACES=0 selects cwrap"
                               % (os.getuid(), why_not))
        return Namespaces
    if not wanted and os.getuid() == 0 and not Namespaces.refusal():
        return Namespaces
    return Cwrap


class Cwrap:
    """Preloaded libraries turn sockets into files of the run directory."""

    name = "cwrap"

    def __init__(self, prefix, environment):
        self.prefix = prefix
        self.environment = environment

    @staticmethod
    def keeper_argv(argv):
        if "SOCKET_WRAPPER_DIR" in os.environ:
            raise TestenvError("already inside a cwrap environment "
                               "(SOCKET_WRAPPER_DIR is set): leave it first")
        return argv

    def enter(self):
        config.write(self.prefix.passwd, config.passwd())
        config.write(self.prefix.group, config.group())
        config.write(self.prefix.dns_hosts,
                     config.dns_hosts(self.environment))

    @staticmethod
    def library(name):
        path = os.path.join(LIBRARY_DIRS, "lib%s.so" % name)
        if os.path.exists(path):
            return path
        found = ctypes.util.find_library(name)
        if not found:
            raise TestenvError("lib%s.so not found" % name)
        return found

    def environ(self, iface, host, daemon=False):
        """What makes a process one of HOST; a daemon may play root."""
        prefix = self.prefix
        # A sanitizer's library has to stay in front of everything.
        preload = [os.environ.get("LD_PRELOAD", "")]
        preload += [self.library(name) for name in WRAPPERS]
        variables = {
            "LD_PRELOAD": ":".join(part for part in preload if part),
            "SOCKET_WRAPPER_DIR": prefix.sockets,
            "SOCKET_WRAPPER_IPV4_NETWORK": table.NETWORK + ".0",
            "SOCKET_WRAPPER_DEFAULT_IFACE": str(iface),
            "NSS_WRAPPER_PASSWD": prefix.passwd,
            "NSS_WRAPPER_GROUP": prefix.group,
            "NSS_WRAPPER_HOSTS": prefix.hosts,
            "NSS_WRAPPER_HOSTNAME": "%s.%s" % (
                host, self.environment.domain.dns),
            "NSS_WRAPPER_MAX_HOSTENTS": "200",
            "RESOLV_WRAPPER_HOSTS": prefix.dns_hosts,
            "UID_WRAPPER": "1",
        }
        if daemon:
            variables["UID_WRAPPER_ROOT"] = "1"
        return variables

    @staticmethod
    def argv(_host, _winbindd_dir, argv):
        return argv


# libwbclient knows winbindd's socket only by its compiled-in path, so every
# process gets its controller's directory there; and its host's name.
ENTER_HOST = """
hostname "$1" && shift &&
{ test ! -d /run/samba/winbindd || mount --bind "$1" /run/samba/winbindd; } &&
shift && exec "$@"
"""


class Namespaces:
    """Real sockets in a network of the kernel's that only this run sees."""

    name = "namespaces"
    UNSHARE = ("unshare", "--net", "--mount", "--uts", "--pid", "--fork",
               "--mount-proc", "--kill-child")

    def __init__(self, prefix, environment):
        self.prefix = prefix
        self.environment = environment

    @classmethod
    def keeper_argv(cls, argv):
        user = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
        return [*cls.UNSHARE, *user, *argv]

    @classmethod
    def refusal(cls):
        """What the kernel has against it, or ""."""
        tried = subprocess.run(cls.keeper_argv(["true"]), text=True,
                               stdin=subprocess.DEVNULL, check=False,
                               stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
        return tried.stdout.strip() if tried.returncode else ""

    def enter(self):
        self.add_addresses()
        self.cover("/etc/hosts", self.prefix.hosts)
        config.write(self.prefix.resolv_conf,
                     config.resolv_conf(self.environment))
        self.cover("/etc/resolv.conf", self.prefix.resolv_conf)
        # Elsewhere names may be asked from a service of the machine.
        nsswitch = self.prefix.resolv_conf + ".nsswitch"
        config.write(nsswitch, "passwd: files\ngroup: files\n"
                               "hosts: files dns\nservices: files\n")
        self.cover("/etc/nsswitch.conf", nsswitch)
        if self.have_run_samba():
            self.command("mount", "-t", "tmpfs", "-o", "mode=755",
                         "tmpfs", "/run/samba")
            os.mkdir("/run/samba/winbindd", 0o755)

    @staticmethod
    def have_run_samba():
        """Where libwbclient looks; Samba's package makes it at each boot, and
        in a container nobody has booted.
        """
        try:
            os.makedirs("/run/samba", 0o755, exist_ok=True)
        except OSError as error:
            complain("winbindd cannot be asked: no folder /run/samba (%s)\n"
                     "as root: mkdir -m 755 /run/samba" % error.strerror)
            return False
        return True

    def add_addresses(self):
        lines = ["link set lo up"]
        lines += ["address add %s dev lo" % address
                  for number in range(2, 64)
                  for address in addresses(number)]
        self.command("ip", "-batch", "-", text="\n".join(lines) + "\n")

    def cover(self, path, own):
        """Show the file OWN at PATH, in this run only."""
        if os.path.exists(path):
            self.command("mount", "--bind", own, path)

    @staticmethod
    def command(*argv, text=None):
        done = subprocess.run(argv, input=text, text=True, check=False,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise TestenvError("%s: %s\nUSE_NAMESPACES=0 selects cwrap"
                               % (" ".join(argv), done.stdout.strip()))

    @staticmethod
    def environ(_iface, _host, daemon=False):
        del daemon
        return {}

    @staticmethod
    def argv(host, winbindd_dir, argv):
        return ["unshare", "--uts", "--mount", "/bin/sh", "-c", ENTER_HOST,
                "enter-host", host, winbindd_dir, *argv]


NETWORKS = {network.name: network for network in (Cwrap, Namespaces)}
