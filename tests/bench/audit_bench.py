# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit costs, against ldbsearch, and whether it tells the truth.

Each figure is one of facts that a gate holds: A1 CPU, A2 instructions, A3
memory, A4 growth, A5 every violation that the generator made and no other, A8
how long a writer may wait, S1 CPU of setspn -X. CPU is a median of pairs of runs by turns.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ATTRS = """
    objectGUID objectClass sAMAccountName dNSHostName
    msDS-AdditionalDnsHostName msDS-AdditionalSamAccountName
    userAccountControl isDeleted servicePrincipalName userPrincipalName
    pwdLastSet lastLogonTimestamp accountExpires
    msDS-SupportedEncryptionTypes msDS-AllowedToDelegateTo
    msDS-HostServiceAccountBL operatingSystem adminCount memberOf primaryGroupID objectSid
    nTSecurityDescriptor
""".split()
FILTER = "(|(servicePrincipalName=*)(sAMAccountName=*)(objectClass=dnsNode))"
PAIRS = 3
# Of the accounts that the generator copies.
TEMPLATES = {"pc-template", "svc-template"}


class AuditBench:
    def __init__(self, folder, accounts, backend, build, seed=0):
        self.accounts = accounts
        self.backend = backend
        done = subprocess.run(
            [sys.executable, "-B", os.path.join(HERE, "directory.py"), folder,
             str(accounts), backend, str(seed)],
            stdout=subprocess.PIPE, check=True)
        self.truth = json.loads(done.stdout.splitlines()[-1])
        self.conf = os.path.join(folder, "dc", "etc", "smb.conf")
        self.sam = os.path.join(folder, "dc", "private", "sam.ldb")
        self.tool = os.path.join(build, "programs", "spn-audit")
        self.setspn = os.path.join(build, "programs", "setspn")
        self.environment = dict(os.environ, LDB_MODULES_PATH=os.path.join(
            build, "ldb-modules"))

    def audit(self, *more):
        # Not what this release's KDC takes: the domain has no types at all.
        return [self.tool, "-s", self.conf, "-H", self.sam,
                "--kdc-default-enctypes=0x18", *more]

    def ldbsearch(self, *attrs):
        return ["ldbsearch", "--configfile=" + self.conf, "-H", self.sam,
                "--cross-ncs", FILTER, *attrs]

    def cpu(self, command):
        child = self.started(command)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        check(child)
        return usage.ru_utime + usage.ru_stime

    def ratio(self, *attrs):
        """CPU of an audit and of ldbsearch, and the median of the ratios."""
        pairs = [(self.cpu(self.audit()), self.cpu(self.ldbsearch(*attrs)))
                 for _ in range(PAIRS)]
        return (statistics.median(pair[1] for pair in pairs),
                statistics.median(pair[0] for pair in pairs),
                statistics.median(a / b for a, b in pairs))

    def duplicates_ratio(self):
        """The same for setspn -X, against a search for what it reads."""
        ours = [self.setspn, "--configfile=" + self.conf, "-H", self.sam,
                "-X"]
        stock = ["ldbsearch", "--configfile=" + self.conf, "-H", self.sam,
                 "(servicePrincipalName=*)", "servicePrincipalName"]
        pairs = [(self.cpu(stock), self.cpu(ours)) for _ in range(PAIRS)]
        return tuple(statistics.median(side) for side in zip(*pairs))

    def writer_wait(self):
        """Seconds of the longest of many writes to the domain partition, while
        ldbsearch reads the same objects, and while an audit does. A median
        of pairs, as CPU is."""
        writer = Writer(self.conf, self.sam)
        pairs = [(writer.longest(self.started(self.ldbsearch(*ATTRS[:-1]))),
                  writer.longest(self.started(self.audit())))
                 for _ in range(PAIRS)]
        return tuple(statistics.median(side) for side in zip(*pairs))

    def started(self, command):
        return subprocess.Popen(command, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL,
                                env=self.environment)

    def instructions(self):
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
             "--child-silent-after-fork=yes",
             *self.audit()], env=self.environment, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        refs = re.search(r"I +refs: +([\d,]+)", done.stderr)[1]
        return int(refs.replace(",", "")) / 1e6

    def memory(self, *more):
        """Private bytes at most, for each SPN. The report is kept back until
        the audit has all of it in memory."""
        child = subprocess.Popen(self.audit(*more), stdout=subprocess.PIPE,
                                 env=self.environment)
        reader = threading.Timer(0.2 + self.accounts / 20000,
                                 child.stdout.read)
        reader.start()
        peak = 0
        while child.poll() is None:
            peak = max(peak, private_bytes(child.pid))
            time.sleep(0.002)
        reader.join()
        return peak / self.truth["spns"]

    def lies(self):
        """What the audit says and the generator does not, and the other way
        round: sets of (code, name)."""
        done = subprocess.run(self.audit("--format=json"), check=False,
                              stdout=subprocess.PIPE, env=self.environment)
        found = {}
        for each in json.loads(done.stdout)["findings"]:
            names = [holder["dn"].split(",")[0][3:]
                     for holder in each["holders"]]
            if not TEMPLATES.intersection(names):
                found.setdefault(each["code"], set()).add(max(names))
        return self.expected(), found

    def expected(self):
        truth = self.truth
        services = {name for name in found_services(self.accounts)}
        # SPN-403 of a duplicate gives way to SPN-101, SPN-201 to SPN-403.
        expected = {"SPN-101": set(truth["duplicate"]) | set(truth["cross"]),
                    "SPN-302": set(truth["unpaired"]),
                    "SPN-403": set(truth["alias"]),
                    "SPN-701": services}
        return {code: names for code, names in expected.items() if names}


class Writer:
    """Somebody who writes to the domain all the time."""

    def __init__(self, conf, sam):
        # Samba's Python, which only a bench has.
        import ldb
        from samba import param
        from samba.auth import system_session
        from samba.samdb import SamDB
        lp = param.LoadParm()
        lp.load(conf)
        self.ldb = ldb
        self.samdb = SamDB(url=sam, lp=lp, session_info=system_session(),
                           options=["modules:samba_dsdb"])
        self.dn = ldb.Dn(self.samdb, "OU=bench," + self.samdb.domain_dn())
        self.count = 0

    def write(self):
        """Seconds that it took."""
        self.count += 1
        message = self.ldb.Message(self.dn)
        message["d"] = self.ldb.MessageElement(
            str(self.count), self.ldb.FLAG_MOD_REPLACE, "description")
        start = time.monotonic()
        self.samdb.modify(message)
        return time.monotonic() - start

    def longest(self, child):
        """Of all writes until that process ends."""
        longest = 0
        while child.poll() is None:
            longest = max(longest, self.write())
        check(child)
        return longest


def check(child):
    """It did its work: an audit with findings ends with 1."""
    if child.returncode not in (0, 1):
        sys.exit("%s: exit %d" % (child.args[0], child.returncode))


def found_services(accounts):
    import directory    # wants Samba's Python, which only a bench has
    return [directory.label(number) for number in range(accounts)
            if directory.kind_of(number) == "svc"]


def private_bytes(pid):
    try:
        with open("/proc/%d/status" % pid, encoding="ascii") as stream:
            found = re.search(r"RssAnon:\s+(\d+)", stream.read())
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(found[1]) * 1024 if found else 0


def print_audit(table, bench, instructions_only=False):
    """Rows of the table; gates of 10,000 accounts and more."""
    gated = bench.accounts >= 10000
    expected, found = bench.lies()
    missing = sum(len(expected.get(code, set()) - found.get(code, set()))
                  for code in expected)
    invented = sum(len(found[code] - expected.get(code, set()))
                   for code in found)
    total = sum(len(names) for names in expected.values())
    print("\naudit of %d accounts, %d SPNs, %s: %d violations, %d missed, "
          "%d invented" % (bench.accounts, bench.truth["spns"], bench.backend,
                           total, missing, invented))
    if missing or invented:
        table.missed.append("A5")
    table.row("A2", "million instructions / 10,000",
              (10000.0, bench.instructions()), None)
    if instructions_only:
        return None
    gate = (0.40 if bench.backend == "mdb" else 0.50) if gated else None
    stock, ours, ratio = bench.ratio(*ATTRS)
    table.row("A1", "CPU s: ldbsearch, audit", (stock, ours), gate,
              hard=False)
    table.row("", "without nTSecurityDescriptor",
              bench.ratio(*ATTRS[:-1])[:2], None)
    table.row("S1", "CPU s: ldbsearch, setspn -X", bench.duplicates_ratio(),
              1.3 if gated else None, hard=False)
    table.row("A8", "longest write s: ldbsearch, audit", bench.writer_wait(),
              1.0 if bench.accounts >= 100000 else None, hard=False)
    table.row("A3", "150 bytes / bytes for each SPN", (
        150.0, bench.memory("--min-severity=warning")),
              1.0 if bench.accounts >= 100000 else None, hard=False)
    table.row("", "the same, all findings", (150.0, bench.memory()), None)
    return ours


def growth(table, small, large, cpu):
    """A4: CPU of two sizes, for ten times the accounts."""
    times = large.accounts / small.accounts
    table.row("A4", "CPU s: %d, %d" % (small.accounts, large.accounts),
              (cpu[0] * times, cpu[1]), 1.1, hard=False)
