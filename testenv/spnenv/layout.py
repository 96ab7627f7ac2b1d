# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things are: in the checkout, in the cache, in a run directory."""

import os
import sys

TESTENV = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CHECKOUT = os.path.dirname(TESTENV)
# Another build of the same checkout, for instance one with sanitizers.
BUILD = os.path.abspath(os.environ.get("SPN_TESTENV_BUILD",
                                       os.path.join(CHECKOUT, "bin")))
TOOLS = os.path.join(BUILD, "programs")

sys.path.append(os.path.join(CHECKOUT, "tests"))
import test_table  # noqa: E402, ours, of the folder just named

# The interpreter python3-samba is installed for; a python3 that comes earlier
# on PATH may not have it.
PYTHON = "/usr/bin/python3"

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def module_dir():
    """The directory that holds spn_policy.so and nothing else."""
    default = os.path.join(BUILD, "ldb-modules")
    return os.path.abspath(os.environ.get("SPN_POLICY_MODULES_PATH", default))


def policy_tool():
    return os.path.join(TOOLS, "spn-policy")


def python_path():
    """Our tests can be named as modules."""
    return ":".join(test_table.python_folders(CHECKOUT))


def cache_dir():
    chosen = os.environ.get("SPN_TESTENV_CACHE")
    if chosen:
        return os.path.abspath(chosen)
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "spn_policy-testenv")


def helper(module, *args):
    """The command line that runs main(args) of one of our modules.

    -E: neither the caller's PYTHONPATH nor PYTHONHOME may bend a helper.
    -B: no file is written into the checkout.
    """
    code = ("import sys; sys.path[0] = %r; from spnenv import %s as m; "
            "sys.exit(m.main(sys.argv[1:]))" % (TESTENV, module))
    return [PYTHON, "-E", "-B", "-c", code, *args]


class HostDirs:
    """The directories and files of one host below a run directory."""

    # what a provision fills and a template keeps
    STATE = ("private", "state", "lock", "bind-dns")
    SCRATCH = ("etc", "pid", "cache", "ncalrpc", "logs", "share",
               "winbindd", "ntp_signd")

    def __init__(self, prefix, name):
        self.top = os.path.join(prefix, name)
        self.smb_conf = self.path("etc", "smb.conf")
        self.log = self.path("logs", "samba.log")
        self.winbindd = self.path("winbindd")

    def path(self, *parts):
        return os.path.join(self.top, *parts)

    def make(self):
        for name in self.STATE + self.SCRATCH:
            os.makedirs(self.path(name), mode=0o755)
        os.chmod(self.path("private"), 0o700)
        os.chmod(self.path("ntp_signd"), 0o750)


class Prefix:
    """One run's directory, laid out like the st/ of Samba's selftest."""

    def __init__(self, path):
        self.path = path
        self.client = HostDirs(path, "client")
        self.client_conf = os.path.join(self.client.top, "client.conf")
        self.krb5_conf = os.path.join(path, "krb5.conf")
        self.ccache = os.path.join(path, "krb5ccache")
        self.hosts = os.path.join(path, "hosts")
        self.dns_hosts = os.path.join(path, "dns_host_file")
        self.resolv_conf = os.path.join(path, "resolv.conf")
        self.passwd = os.path.join(path, "passwd")
        self.group = os.path.join(path, "group")
        self.sockets = os.path.join(path, "w")
        self.tmp = os.path.join(path, "tmp")
        self.programs = os.path.join(path, "bin")

    def host(self, controller):
        return HostDirs(self.path, controller.host)

    def make(self):
        for path in (self.sockets, self.tmp, self.programs):
            os.mkdir(path, 0o700)
        self.client.make()
        os.symlink(PYTHON, os.path.join(self.programs, "python3"))
