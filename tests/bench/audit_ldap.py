# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit over LDAP costs server and client, against ldapsearch.

	testenv/run ad_dc_stock:local -- python3 tests/bench/audit_ldap.py 10000 [--gate]

Fills the running domain with that many accounts, then asks for the same
attributes of the same objects in both ways, by turns: A6 CPU of the server, A7
of the client; by Kerberos and encrypted, over TLS with a password, and over
the socket that a controller has for root. Both take everything at once, as
spn-audit does by itself. S2 is the client of setspn -X, against a search for
SPNs. With --gate it ends with 1 if a gate is missed.
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
GATES = {"A6 server": 1.05, "A7 client": 1.4, "S2 client": 1.5}
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


def connections():
    """For each way to the server: its name, the words for spn-audit and those
    for ldapsearch. The socket in ldap_priv makes its clients the system."""
    server, domain = os.environ["SERVER"], os.environ["DOMAIN"]
    user, password = os.environ["USERNAME"], os.environ["PASSWORD"]
    dn = "%s\\%s" % (domain, user)
    socket = "ldapi://" + os.path.join(
        os.environ["LOCK_DIR"], "..", "private", "ldap_priv",
        "ldapi").replace("/", "%2F")
    return (
        ("Kerberos", ["-H", "ldap://" + server, "--use-kerberos=required"],
         ["-Q", "-Y", "GSSAPI", "-H", "ldap://" + server]),
        ("TLS", ["-H", "ldaps://" + server, "--simple-bind-dn=" + dn,
                 "--password=" + password,
                 "--option=tls verify peer=no_check"],
         ["-x", "-D", dn, "-w", password, "-H", "ldaps://" + server]),
        ("ldapi", ["-H", socket], ["-x", "-H", socket]),
    )


def compare(name, ours, theirs, wanted):
    """Runs both by turns; prints the figures of WANTED, (name, place in what
    run() returns), and returns those that are missed."""
    missed = []
    run(ours)
    pairs = [(run(ours), run(theirs)) for _ in range(PAIRS)]
    for gate, place in wanted:
        ratio = statistics.median(pair[0][place] / pair[1][place]
                                  for pair in pairs)
        good = ratio <= GATES[gate]
        print("%s, %s: CPU s ldapsearch %.2f, %s %.2f, ratio %.2f, gate %.2f "
              "%s" % (gate, name,
                      statistics.median(pair[1][place] for pair in pairs),
                      ours[0],
                      statistics.median(pair[0][place] for pair in pairs),
                      ratio, GATES[gate], "ok" if good else "MISSED"),
              flush=True)
        if not good:
            missed.append("%s, %s" % (gate, name))
    return missed


def compare_all(name, connect, search):
    search = ["ldapsearch", "-LLL", *search, "-b", ""]
    controls = [word for control in CONTROLS for word in ("-E", control)]
    return compare(name, ["spn-audit", *connect],
                   [*search, *controls, FILTER, *ATTRS],
                   (("A6 server", 0), ("A7 client", 1))) + compare(
        name, ["setspn", *connect, "-X", "-F"],
        [*search, *controls[2:], "(servicePrincipalName=*)",
         "servicePrincipalName"], (("S2 client", 1),))


def main(accounts):
    folder = os.path.dirname(os.path.dirname(os.path.dirname(
        os.environ["SERVERCONFFILE"])))
    dirs = layout.HostDirs(folder, os.path.basename(os.path.dirname(
        os.path.dirname(os.environ["SERVERCONFFILE"]))))
    Loader(dirs, accounts).load(accounts)
    subprocess.run(["kinit", "%s@%s" % (os.environ["USERNAME"],
                                        os.environ["REALM"])],
                   input=os.environ["PASSWORD"].encode(), check=True,
                   stdout=subprocess.DEVNULL)
    # The certificate of a domain that is thrown away.
    os.environ["LDAPTLS_REQCERT"] = "never"
    return [each for connection in connections()
            for each in compare_all(*connection)]


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    MISSED = main(int(sys.argv[1]))
    sys.exit("missed: " + "; ".join(MISSED)
             if MISSED and "--gate" in sys.argv else 0)
