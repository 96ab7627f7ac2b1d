#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module costs a controller that gets very many accounts at once.

    testenv/run ad_dc_pair:local -- python3 -B tests/bench/first_sync.py \\
        [--accounts=20000] [--pairs=5] [--gate=1.05]

The first of the two controllers gets the accounts behind samba's back. Then the
domain's naming context, all of it, is replicated into copies of the second
one's database, from the running first one, by the code that samba itself uses:
with the module and without it by turns. CPU is that of the process that stores
what comes.
"""

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from types import SimpleNamespace

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import directory  # noqa: E402
from samba import drs_utils, param  # noqa: E402
from samba.auth import system_session  # noqa: E402
from samba.credentials import Credentials  # noqa: E402
from samba.dcerpc import misc  # noqa: E402
from samba.samdb import SamDB  # noqa: E402

STACKS = {"stock": "samba_dsdb", "module": "spn_policy,samba_dsdb"}


def private_dir(conf):
    lp = param.LoadParm()
    lp.load(conf)
    return lp.get("private dir")


def load(accounts):
    """The accounts, into the first controller."""
    conf = os.environ["DC_SERVERCONFFILE"]
    base = os.path.dirname(private_dir(conf))
    dirs = SimpleNamespace(smb_conf=conf,
                           path=lambda *names: os.path.join(base, *names))
    return directory.Loader(dirs, accounts).load(accounts)


def keep_second(master):
    """The second controller's database, before samba gets the accounts."""
    private = private_dir(os.environ["VAMPIRE_DC_SERVERCONFFILE"])
    shutil.copytree(private, master, ignore=shutil.ignore_patterns(
        "msg.*", "ldapi", "ldap_priv"))


def copy_second(master, folder):
    """A copy of what was kept; returns its smb.conf."""
    conf = os.environ["VAMPIRE_DC_SERVERCONFFILE"]
    copy = os.path.join(folder, "private")
    shutil.copytree(master, copy)
    with open(conf, encoding="utf-8") as text:
        changed = text.read().replace(private_dir(conf), copy)
    # Not the lines of the log are measured.
    changed = re.sub(r"(?m)^(\s*log level) = .*$", r"\1 = 0", changed)
    path = os.path.join(folder, "smb.conf")
    with open(path, "w", encoding="utf-8") as out:
        out.write(changed)
    return path


def receive(conf, modules):
    """Everything, as for the first time; prints what it took."""
    lp = param.LoadParm()
    lp.load(conf)
    creds = Credentials()
    creds.guess(lp)
    creds.set_username(os.environ["USERNAME"])
    creds.set_password(os.environ["PASSWORD"])
    samdb = SamDB(url=lp.private_path("sam.ldb"), lp=lp,
                  session_info=system_session(),
                  options=["modules:" + modules])
    host = "%s.%s" % (os.environ["DC1"], samdb.domain_dns_name())
    source = SamDB(url="ldap://" + host, lp=lp, credentials=creds)
    sync = drs_utils.drs_Replicate(
        "ncacn_ip_tcp:%s[seal]" % host, lp, creds, samdb,
        misc.GUID(samdb.get_invocation_id()))
    before = resource.getrusage(resource.RUSAGE_SELF)
    objects, _ = sync.replicate(
        samdb.domain_dn(), misc.GUID(source.get_invocation_id()),
        misc.GUID(samdb.get_ntds_GUID()))
    after = resource.getrusage(resource.RUSAGE_SELF)
    found = samdb.search(samdb.domain_dn(), attrs=["1.1"],
                         expression="(servicePrincipalName=http/svc000002)")
    print(json.dumps({
        "cpu": after.ru_utime + after.ru_stime
        - before.ru_utime - before.ru_stime,
        "objects": objects, "arrived": len(found)}))


def measure(stack, master):
    with tempfile.TemporaryDirectory(prefix="sync-") as folder:
        conf = copy_second(master, folder)
        done = subprocess.run(
            [sys.executable, "-B", __file__, "--receive", conf,
             STACKS[stack]], stdout=subprocess.PIPE, text=True, check=True)
    said = json.loads(done.stdout.splitlines()[-1])
    if not said["arrived"]:
        sys.exit("%s: the accounts have not arrived" % stack)
    return said


def main():
    if sys.argv[1:2] == ["--receive"]:
        receive(*sys.argv[2:])
        return 0
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--accounts", type=int, default=20000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--gate", type=float,
                        help="exit with 1 if the median ratio is above")
    options = parser.parse_args()
    ratios = []
    with tempfile.TemporaryDirectory(prefix="sync-") as folder:
        master = os.path.join(folder, "master")
        keep_second(master)
        load(options.accounts)
        for _ in range(options.pairs):
            figures = {stack: measure(stack, master) for stack in STACKS}
            ratios.append(figures["module"]["cpu"] / figures["stock"]["cpu"])
            print("%d objects: stock %.2f s, module %.2f s of CPU, ratio "
                  "%.3f" % (figures["stock"]["objects"],
                            figures["stock"]["cpu"],
                            figures["module"]["cpu"], ratios[-1]), flush=True)
    median = statistics.median(ratios)
    print("median of %d pairs: %.3f" % (options.pairs, median))
    return 1 if options.gate and median > options.gate else 0


if __name__ == "__main__":
    sys.exit(main())
