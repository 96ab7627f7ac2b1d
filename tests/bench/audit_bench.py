# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit costs, against ldbsearch, and whether it tells the truth.

Each figure is one of facts that a gate holds: A1 CPU, A2 instructions, A3
memory, A4 growth, A5 every violation that the generator made and no other, A8
how long a writer may wait, A9 one account with many SPNs, S1 CPU of setspn -X.
CPU is a median of pairs of runs by turns.

A1 is divided by a search for four attributes of the same objects, since ldbsearch
of all that an audit reads spends nine tenths on printing descriptors; and by
what libldb takes to unpack the records, and nothing else (raw_unpack.c).
"""

import glob
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
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
FOUR = ["sAMAccountName", "userAccountControl", "servicePrincipalName"]
ONLY = "--only=duplicate-spn"
# Instructions, 10,000 accounts, tdb: how many times those of unpacking the
# records, without the start-up of that program, whichever release and compiler
# (on 1 December 2026 it was 3.70 and 1.81); and with --before of that build's.
A2 = {"": (4.0, 0.50), ONLY: (2.0, 0.30)}
UNPACKING = "audit_records_read"
# Gates of 10,000 accounts and of 100,000: CPU / ldbsearch of four attributes.
A1 = {10000: 0.40, 100000: 0.50}
RAW = {"tdb": 2.0, "mdb": 3.5}
# Private bytes for each SPN, 100,000 accounts: warnings only, everything.
A3 = (110.0, 130.0)
# SPNs of absent hosts on one account, and how much more each may cost.
FEW, MANY, A9 = 40, 4000, 1.2
FILTER = "(|(servicePrincipalName=*)(sAMAccountName=*)(objectClass=dnsNode))"
PAIRS = 3
# Of the accounts that the generator copies.
TEMPLATES = {"pc-template", "svc-template"}


def made(folder, accounts, backend, seed):
    """The truth about a directory that is made in FOLDER."""
    done = subprocess.run(
        [sys.executable, "-B", os.path.join(HERE, "directory.py"), folder,
         str(accounts), backend, str(seed)],
        stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.splitlines()[-1])


class AuditBench:
    """With TRUTH the directory is there already."""

    def __init__(self, folder, accounts, backend, build, seed=0, before=None,
                 truth=None):
        self.accounts = accounts
        self.backend = backend
        self.truth = truth or made(folder, accounts, backend, seed)
        self.conf = os.path.join(folder, "dc", "etc", "smb.conf")
        self.sam = os.path.join(folder, "dc", "private", "sam.ldb")
        self.tool = os.path.join(build, "programs", "spn-audit")
        self.before = before and os.path.join(before, "programs", "spn-audit")
        self.raw = os.path.join(build, "tests", "raw_unpack")
        self.setspn = os.path.join(build, "programs", "setspn")
        self.environment = dict(os.environ, LDB_MODULES_PATH=os.path.join(
            build, "ldb-modules"))

    def audit(self, *more, tool=None):
        # Not what this release's KDC takes: the domain has no types at all.
        return [tool or self.tool, "-s", self.conf, "-H", self.sam,
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

    def unpacking(self):
        return [self.raw, self.backend,
                *glob.glob(os.path.join(self.sam + ".d", "*.ldb"))]

    def unpack_ratio(self):
        """CPU of unpacking all records, of an audit, the median of the
        ratios."""
        pairs = []
        for _ in range(PAIRS):
            done = subprocess.run(self.unpacking(), check=True,
                                  stdout=subprocess.PIPE, env=self.environment)
            pairs.append((int(done.stdout.split()[1]) / 1e6,
                          self.cpu(self.audit())))
        return (statistics.median(pair[0] for pair in pairs),
                statistics.median(pair[1] for pair in pairs),
                statistics.median(b / a for a, b in pairs))

    def count(self, command, function=None):
        """Million instructions, without those of children; with FUNCTION what
        it does and calls."""
        only = ["--toggle-collect=" + function] if function else []
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
             "--child-silent-after-fork=yes", *only, *command],
            env=self.environment, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        refs = re.search(r"I +refs: +([\d,]+)", done.stderr)[1]
        return int(refs.replace(",", "")) / 1e6

    def of_one_account(self, num):
        """Million instructions: an export of a domain in which one account has
        so many SPNs of hosts that are nowhere."""
        import violations    # wants Samba's Python, which only a bench has

        def add(domain):
            domain.user("svc-many", ["foo/absent%05d.%s" % (n, domain.dns)
                                     for n in range(num)])
        with tempfile.NamedTemporaryFile("w", suffix=".ldif",
                                         encoding="utf-8") as export:
            violations.write_ldif(violations.build(
                "corp.example.com", 10, 1, 0, more=add), export)
            export.flush()
            return self.count([self.tool, "--from-ldif", export.name])

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
    print_instructions(table, bench)
    if instructions_only:
        return None
    stock, ours, _ = bench.ratio(*FOUR)
    table.row("A1", "CPU s: ldbsearch of 4, audit", (stock, ours),
              A1.get(bench.accounts))
    table.row("A1", "CPU s: raw unpacking, audit", bench.unpack_ratio()[:2],
              RAW[bench.backend] if gated else None)
    table.row("", "ldbsearch of all attributes",
              bench.ratio(*ATTRS)[:2], None)
    table.row("", "without nTSecurityDescriptor",
              bench.ratio(*ATTRS[:-1])[:2], None)
    table.row("S1", "CPU s: ldbsearch, setspn -X", bench.duplicates_ratio(),
              1.3 if gated else None, hard=False)
    table.row("A8", "longest write s: ldbsearch, audit", bench.writer_wait(),
              1.0 if bench.accounts >= 100000 else None, hard=False)
    gate = 1.0 if bench.accounts >= 100000 else None
    table.row("A3", "bytes for each SPN, warnings",
              (A3[0], bench.memory("--min-severity=warning")), gate)
    table.row("A3", "the same, all findings", (A3[1], bench.memory()), gate)
    return ours


def print_instructions(table, bench):
    gated = bench.accounts == 10000 and bench.backend == "tdb"
    raw = bench.count(bench.unpacking(), UNPACKING)
    for only, (times, ratio) in A2.items():
        options = [only] if only else []
        ours = bench.count(bench.audit(*options))
        what = "M instructions %s" + (only or "all rules")
        table.row("A2", what % "raw, ", (raw, ours), times if gated else None)
        if bench.before:
            table.row("A2", what % "before, ", (
                bench.count(bench.audit(*options, tool=bench.before)), ours),
                      ratio if gated else None)
    if gated:
        none, few, many = (bench.of_one_account(num)
                           for num in (1, FEW, MANY))
        table.row("A9", "M for an SPN, %d, %d on one" % (FEW, MANY),
                  ((few - none) / (FEW - 1), (many - none) / (MANY - 1)), A9)


def growth(table, small, large, cpu):
    """A4: CPU of two sizes, for ten times the accounts."""
    times = large.accounts / small.accounts
    table.row("A4", "CPU s: %d, %d" % (small.accounts, large.accounts),
              (cpu[0] * times, cpu[1]), 1.1, hard=False)
