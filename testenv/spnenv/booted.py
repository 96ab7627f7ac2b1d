# SPDX-License-Identifier: GPL-3.0-or-later
"""testenv/systemd: a controller on a booted machine, with this checkout
built for its release and installed; one command, or one suite of
tests/systemd/, and all of it is gone.
"""

import fcntl
import importlib
import os
import shutil
import subprocess
import sys

from spnenv import layout, machine, roots, template
from spnenv.errors import EXIT_CANNOT_RUN, TestenvError, complain

USAGE = """usage: testenv/systemd RELEASE [--stock] -- COMMAND...
       testenv/systemd RELEASE SUITE [ARGUMENT...]

RELEASE is 12 or 13. COMMAND runs as root on the controller, with the module
installed and enabled (--stock: without anything of ours). SUITE is a file of
tests/systemd/, without .py."""

REALM = "LAB.EXAMPLE.COM"
ADDRESS, ADDRESS_OF_SECOND = "10.53.57.30", "10.53.57.31"
PASSWORD = "locDCpass1"
SUITES = os.path.join(layout.CHECKOUT, "tests", "systemd")

# Before samba, at every boot: there is no other network.
ADDRESS_UNIT = """[Unit]
DefaultDependencies=no
Before=network.target

[Service]
Type=oneshot
ExecStart=/usr/sbin/ip link set %s up
ExecStart=/usr/sbin/ip address add %s/24 dev %s

[Install]
WantedBy=sysinit.target
"""

# Without sysvol's ACLs, which not every file system has.
SAMBA_TOOL = """
import runpy, samba.provision, sys
samba.provision.setsysvolacl = lambda *args, **more: None
sys.argv[0] = "samba-tool"
runpy.run_path("/usr/bin/samba-tool", run_name="__main__")
"""

BUILD = """
cd /source && ./waf configure --prefix=/usr --no-docs > configure.log 2>&1 &&
./waf build > build.log 2>&1 && rm -rf /stage/* &&
./waf install --destdir=/stage > install.log 2>&1 ||
{ tail -n 30 *.log; exit 1; }
"""


def copy_sources(target):
    """What git knows of the checkout; what was built there before stays."""
    names = subprocess.run(
        ["git", "-C", layout.CHECKOUT, "ls-files", "-z", "--cached",
         "--others", "--exclude-standard"],
        stdout=subprocess.PIPE, check=True).stdout.split(b"\0")
    os.makedirs(target, exist_ok=True)
    for name in os.listdir(target):
        if name != "bin" and not name.startswith("."):
            path = os.path.join(target, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
    for name in filter(None, map(os.fsdecode, names)):
        source = os.path.join(layout.CHECKOUT, name)
        if os.path.lexists(source):
            os.makedirs(os.path.dirname(os.path.join(target, name)),
                        exist_ok=True)
            shutil.copy2(source, os.path.join(target, name))


def build(release):
    """The folder with this checkout, built on RELEASE and installed in it."""
    root = machine.root_of(release)
    place = os.path.join(layout.cache_dir(), "builds", release)
    source, stage = (os.path.join(place, name) for name in ("source", "stage"))
    os.makedirs(stage, exist_ok=True)
    with template.locked(place, fcntl.LOCK_EX):
        copy_sources(source)
        script = ('mount -t tmpfs none "$0/tmp" && mkdir -p "$0/source" '
                  '"$0/stage" && mount --bind "$1" "$0/source" && '
                  'mount --bind "$2" "$0/stage" && mount --bind /proc '
                  '"$0/proc" && mount --rbind /dev "$0/dev" && '
                  'exec chroot "$0" sh -c "$3"')
        roots.run(["unshare", "--mount", "sh", "-c", script, root,
                             source, stage, BUILD])
    return stage


def prepare(booted, address, device, nameserver):
    """Its names and its network, before there is a domain on it."""
    domain = REALM.lower()
    booted.write("/etc/hosts", "127.0.0.1 localhost\n%s %s.%s %s\n" % (
        address, booted.host, domain, booted.host))
    # Whom it names now samba makes its forwarder.
    booted.write("/etc/resolv.conf", "search %s\n%s" % (domain, nameserver))
    booted.write("/etc/krb5.conf", "[libdefaults]\n default_realm = %s\n"
                 " rdns = false\n[realms]\n %s = {\n  kdc = %s\n }\n"
                 % (REALM, REALM, address))
    booted.write("/etc/systemd/system/lab-address.service",
                 ADDRESS_UNIT % (device, address, device))
    booted.run(["systemctl", "enable", "--now", "lab-address"], check=True)
    if os.path.exists(booted.file("/etc/samba/smb.conf")):
        os.unlink(booted.file("/etc/samba/smb.conf"))


def make_controller(booted, address, *argv):
    """samba-tool domain ARGV..., and samba runs afterwards."""
    booted.run(
        ["python3", "-c", SAMBA_TOOL, "domain", *argv,
         "--dns-backend=SAMBA_INTERNAL",
         "--option=interfaces=lo " + address + "/24",
         "--option=bind interfaces only=yes",
         "--option=server services=-s3fs"], seconds=300, check=True)
    booted.run(["systemctl", "unmask", "samba-ad-dc"], check=True)
    booted.run(["systemctl", "enable", "--now", "samba-ad-dc"], seconds=120,
               check=True)


def provision(booted, device="lo"):
    """A domain of one controller, which is running afterwards."""
    prepare(booted, ADDRESS, device, "")
    make_controller(
        booted, ADDRESS, "provision", "--realm=" + REALM, "--domain=LAB",
        "--server-role=dc", "--host-ip=" + ADDRESS, "--adminpass=" + PASSWORD)
    booted.write("/etc/resolv.conf", "search %s\nnameserver %s\n" % (
        REALM.lower(), ADDRESS))


def join(booted, device):
    """The second controller of a domain; machine.wire() has been called."""
    prepare(booted, ADDRESS_OF_SECOND, device, "nameserver %s\n" % ADDRESS)
    make_controller(booted, ADDRESS_OF_SECOND, "join", REALM.lower(), "DC",
                    "--username=Administrator", "--password=" + PASSWORD)


def settle(first, second):
    """As if it was joined long ago. The SPN of a DC that LDAP asks for is written
    after its first start, and the others fetch it within five minutes; until
    then no KDC but its own knows it."""
    domain = REALM.lower()
    first.run(["sh", "-c", """
for i in $(seq 60); do
	samba-tool drs replicate %s %s DC=%s "-UAdministrator%%%s"
	ldbsearch -H /var/lib/samba/private/sam.ldb \
		servicePrincipalName=ldap/%s.%s cn | grep '^cn:' && exit 0
	sleep 0.5
done
exit 1""" % (first.host, second.host, domain.replace(".", ",DC="), PASSWORD,
             second.host, domain)], seconds=180, check=True)


def answers(booted, seconds=60):
    """Does the controller answer LDAP and Kerberos, sooner or later?"""
    asks = ("for i in $(seq %d); do ldapsearch -x -H ldap://%s -b '' -s base "
            "> /dev/null 2>&1 && echo %s | kinit Administrator > /dev/null "
            "2>&1 && exit 0; systemctl -q is-failed samba-ad-dc && exit 1; "
            "sleep 0.25; done; exit 1" % (4 * seconds, booted.host, PASSWORD))
    return booted.run(["sh", "-c", asks], seconds=2 * seconds).returncode == 0


def run_command(booted, argv):
    sys.stdout.flush()
    return subprocess.run(booted.argv(argv), check=False).returncode


def with_controller(release, stock, work):
    layers = [] if stock else [build(release)]
    with machine.Machine(release, layers) as booted:
        booted.start()
        provision(booted)
        if not stock:
            booted.run(["spn-policy", "enable"], check=True)
            booted.run(["systemctl", "restart", "samba-ad-dc"], check=True)
        if not answers(booted):
            raise TestenvError("the controller does not answer:\n" + booted.run(
                ["journalctl", "--unit=samba-ad-dc"]).stdout[-3000:])
        return work(booted)


def parse(argv):
    """What is to be called with a machine."""
    release, rest = argv[0], argv[1:]
    stock = rest[:1] == ["--stock"]
    if stock:
        rest = rest[1:]
    if rest[:1] == ["--"] and len(rest) > 1:
        return lambda: with_controller(
            release, stock, lambda booted: run_command(booted, rest[1:]))
    if not rest or stock or rest[0].startswith("-"):
        raise TestenvError(USAGE)
    suites = sorted(name[:-len(".py")] for name in os.listdir(SUITES)
                    if name.endswith(".py"))
    if rest[0] not in suites:
        raise TestenvError("no suite %s; there are: %s"
                           % (rest[0], " ".join(suites)))
    sys.path.insert(0, SUITES)
    suite = importlib.import_module(rest[0])
    return lambda: suite.main(release, rest[1:])


def run(argv):
    try:
        if len(argv) < 2:
            raise TestenvError(USAGE)
        work = parse(argv)
        machine.enter()
        return work()
    except TestenvError as error:
        complain(str(error))
        return EXIT_CANNOT_RUN
