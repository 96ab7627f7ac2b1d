# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit over LDAP costs server and client, against ldapsearch.

	testenv/run ad_dc_stock:local -- python3 tests/bench/audit_ldap.py 10000

Fills the running domain with that many accounts, then asks for the same
attributes of the same objects in both ways, by turns: A6 CPU of the server, A7
of the client. Both take everything at once, as spn-audit does by itself.
"""

import os
import statistics
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from audit_bench import ATTRS, FILTER  # noqa: E402
from directory import Loader  # noqa: E402
from spnenv import layout  # noqa: E402

# Owner and DACL of the descriptors; deleted objects; every naming context.
CONTROLS = ("1.2.840.113556.1.4.801=::MAMCAQU=", "1.2.840.113556.1.4.417",
            "!1.2.840.113556.1.4.1340=::MAMCAQI=")
PAIRS = 3
TICKS = os.sysconf("SC_CLK_TCK")


def servers():
    """All processes of this DC: its environment has processes of its own."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as stream:
                if stream.read().startswith(b"samba:"):
                    yield pid
        except OSError:
            continue    # it has ended


def server_cpu():
    total = 0
    for pid in servers():
        with open("/proc/%s/stat" % pid, encoding="ascii") as stream:
            fields = stream.read().rpartition(")")[2].split()
        total += sum(int(fields[place]) for place in (11, 12, 13, 14))
    return total / TICKS


def run(command):
    """CPU of server and client."""
    before = server_cpu()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        sys.exit("%s: exit %d" % (command[0], child.returncode))
    return server_cpu() - before, usage.ru_utime + usage.ru_stime


def main(accounts):
    folder = os.path.dirname(os.path.dirname(os.path.dirname(
        os.environ["SERVERCONFFILE"])))
    dirs = layout.HostDirs(folder, os.path.basename(os.path.dirname(
        os.path.dirname(os.environ["SERVERCONFFILE"]))))
    Loader(dirs, accounts).load(accounts)
    url = "ldap://" + os.environ["SERVER"]
    user, password = os.environ["USERNAME"], os.environ["PASSWORD"]
    # Both by Kerberos, so both encrypt.
    subprocess.run(["kinit", "%s@%s" % (user, os.environ["REALM"])],
                   input=password.encode(), check=True,
                   stdout=subprocess.DEVNULL)
    audit = ["spn-audit", "-H", url, "--use-kerberos=required"]
    search = ["ldapsearch", "-LLL", "-Q", "-H", url, "-Y", "GSSAPI", "-b", "",
              *(word for control in CONTROLS for word in ("-E", control)),
              FILTER, *ATTRS]
    run(audit)
    pairs = [(run(audit), run(search)) for _ in range(PAIRS)]
    for place, name in enumerate(("A6 server", "A7 client")):
        ours = [pair[0][place] for pair in pairs]
        theirs = [pair[1][place] for pair in pairs]
        print("%s: CPU s ldapsearch %.2f, spn-audit %.2f, ratio %.2f" % (
            name, statistics.median(theirs), statistics.median(ours),
            statistics.median(a / b for a, b in zip(ours, theirs))))


if __name__ == "__main__":
    main(int(sys.argv[1]))
