# SPDX-License-Identifier: GPL-3.0-or-later
"""What clients can make a DC do: requests that access control refuses, large
ones, and those of accounts with many SPNs.

The module stands above access control, so what it does with a request that is
refused it does for everybody who can reach the DC. Each case is one request,
sent as the LDAP server sends it, to two copies of one directory.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import directory
import ldb
from measure import STACKS, Figures, read_profiles, run_driver
from samba import dsdb, param
from samba.auth import system_session
from samba.samdb import SamDB
from samba.sd_utils import SDUtils
from rows_directory import raw_path
from spnenv import layout, template

SPN = "servicePrincipalName"
# The right to write it, for the account itself.
OWN_SPNS = "(OA;;RPWP;f3a64788-5306-11d1-a9c5-0000f80367c1;;PS)"
REFUSED, ANONYMOUS, DONE = ldb.ERR_INSUFFICIENT_ACCESS_RIGHTS, \
    ldb.ERR_OPERATIONS_ERROR, 0
# Accounts "holderN" with so many SPNs.
HOLDERS = (0, 1000, 20000, 40000)
# Accounts "growing" and "grownN" get a thousand SPNs in one request.
THOUSAND = 1000


class Case:
    """A request. gate: of module / stock; None: only compared with others."""

    def __init__(self, text, caller, account, shape, number, gate=None,
                 result=REFUSED):
        self.text, self.caller, self.account = text, caller, account
        self.shape, self.number, self.gate = shape, number, gate
        self.result = result
        self.name = "%s-%s-%s-%d" % (caller, account, shape, number)
        # One that is accepted would find its own values the next time.
        self.times = 1 if number > 1 or result == DONE else 5

    def lines(self, domain_dn):
        """For modify_many: some that do not count, then those that do."""
        warm_up = 2 if self.number == 1 else 0
        yield "case\t%s\t%d\t%d\t%s" % (self.name, warm_up, self.result,
                                        self.caller)
        for i in range(warm_up + self.times):
            yield "shape\tCN=%s,OU=bench,%s\t%s\t%s%d\t%d" % (
                self.account, domain_dn, self.shape, self.name, i,
                self.number)


def refused(text, shape, number, gate, account="holder0", caller="alice"):
    return Case(text, caller, account, shape, number, gate,
                ANONYMOUS if caller == "anonymous" else REFUSED)


def accepted(account, number):
    return Case("adds %d" % number, account, account, "add", number,
                result=DONE)


REFUSED_CASES = [
    refused("anonymous, account without SPNs", "add", 1, 1.02,
            caller="anonymous"),
    refused("anonymous, account with 40000", "add", 1, 1.02, "holder40000",
            "anonymous"),
    refused("user, account without SPNs", "add", 1, 1.10),
    refused("user, account with 20000", "add", 1, 1.5, "holder20000"),
    refused("user, half of a pair", "halves", 1, 1.10),
    refused("user, 100 halves", "halves", 100, 1.3),
    *(refused("user, %d %s" % (number, words), shape, number,
              1.3 if number == 100 else 1.10 if number == 60000 else 1.2)
      for shape, words, numbers in (
          ("spellings", "spellings of one", (100, 5000, 20000, 60000)),
          ("descending", "values descending", (100, 20000, 80000)),
          ("both", "adds and deletes", (100, 20000, 80000)))
      for number in numbers),
]
ACCEPTED_CASES = [
    *(accepted("holder%d" % number, 1) for number in HOLDERS[1:]),
    accepted("growing", THOUSAND), accepted("grown39000", THOUSAND),
    accepted("large", 4 * THOUSAND)]
CASES = REFUSED_CASES + ACCEPTED_CASES
BY_NAME = {case.name: case for case in CASES}

# Four times the values; growth of the module, of 4 times that of stock.
GROWTH = [("alice-holder0-%s-%d" % (shape, small),
           "alice-holder0-%s-%d" % (shape, 4 * small))
          for shape, small in (("spellings", 5000), ("descending", 20000),
                               ("both", 20000))] + [
    ("growing-growing-add-1000", "large-large-add-4000")]
GROWTH_GATE = 4.4
# Where time matters: the same of a quarter of the values, and of what is accepted
# only that which a gate compares. Counting the rest takes half a minute.
SMALL = accepted("small", THOUSAND // 4)
BRIEF_GROWTH = [*GROWTH[:-1], (SMALL.name, "growing-growing-add-1000")]
BRIEF = {"stock": {SMALL.name, "growing-growing-add-1000",
                   "holder1000-holder1000-add-1",
                   "holder40000-holder40000-add-1"}}
BRIEF["module"] = {*BRIEF["stock"], "grown39000-grown39000-add-1000"}
BY_NAME[SMALL.name] = SMALL
# The cost of an SPN on an account that has many, against one with few.
MANY_GATE = 1.5


class Clients:
    """What was measured: instructions by case and stack."""

    def __init__(self, folder, build, brief=False):
        self.folder = folder
        self.brief = brief
        self.driver = os.path.join(build, "tests", "modify_many")
        self.ir = Figures()
        self.confs = {}

    def cases(self, stack):
        """Of that stack, in the order in which they are made."""
        if not self.brief:
            return CASES
        return REFUSED_CASES + [case for case in [SMALL, *ACCEPTED_CASES]
                                if case.name in BRIEF[stack]]

    def accounts(self):
        """name: how many SPNs it has"""
        names = {"holder%d" % number: number for number in HOLDERS}
        names.update(growing=0, large=0, small=0,
                     grown39000=39 * THOUSAND)
        return names

    def make(self):
        master = os.path.join(self.folder, "master")
        os.mkdir(master)
        dirs = directory.prepare(master)
        directory.provision(dirs, "tdb")
        directory.enable(dirs)
        self.fill(dirs)
        for stack in STACKS:
            folder = os.path.join(self.folder, stack)
            os.mkdir(folder)
            copy = directory.prepare(folder)
            for name in copy.STATE:
                template.copy(dirs.path(name), copy.path(name))
            self.confs[stack] = copy.smb_conf

    def fill(self, dirs):
        """Accounts by Samba; their many SPNs below all modules."""
        lp = param.LoadParm()
        lp.load(dirs.smb_conf)
        sam = dirs.path("private", "sam.ldb")
        stock = SamDB(url=sam, lp=lp, session_info=system_session(),
                      options=["modules:samba_dsdb"])
        folder = "OU=bench," + stock.domain_dn()
        stock.add({"dn": folder, "objectClass": "organizationalUnit"})
        raw = ldb.Ldb(raw_path(sam), options=[
            "batch_mode:1", "transaction_index_cache_size:300000"])
        for name in self.accounts():
            stock.add({"dn": "CN=%s,%s" % (name, folder),
                       "objectClass": "user", "sAMAccountName": name,
                       SPN: "foo/first-" + name})
            SDUtils(stock).dacl_add_ace("CN=%s,%s" % (name, folder), OWN_SPNS)
        dsdb._dsdb_set_schema_from_ldb(raw, stock)
        raw.transaction_start()
        for name, number in self.accounts().items():
            if number > 1:
                message = ldb.Message(ldb.Dn(raw, "CN=%s,%s" % (name,
                                                                folder)))
                message["s"] = ldb.MessageElement(
                    ["foo/%s-%d" % (name, i) for i in range(1, number)],
                    ldb.FLAG_MOD_ADD, SPN)
                raw.modify(message)
        raw.transaction_commit()

    def count(self, stack):
        domain = directory.dc_of().domain
        domain_dn = ",".join("DC=" + part for part in domain.dns.split("."))
        path = os.path.join(self.folder, stack + ".writes")
        with open(path, "w", encoding="utf-8") as out:
            for case in self.cases(stack):
                out.writelines(line + "\n" for line in case.lines(domain_dn))
        profiles = os.path.join(self.folder, stack + ".callgrind")
        run_driver(self.driver, self.confs[stack], stack, path, profiles)
        for name, total in read_profiles(profiles):
            self.ir.add(name, stack, total / BY_NAME[name].times)

    def measure(self):
        self.make()
        with ThreadPoolExecutor(len(STACKS)) as pool:
            list(pool.map(self.count, STACKS))

    def get(self, name, stack):
        return self.ir.get(name, stack) / 1e6

    def ratio(self, name):
        return self.get(name, "module") / self.get(name, "stock")


def print_clients(table, clients):
    print("\nrequests that access control refuses, million instructions:")
    for case in REFUSED_CASES:
        table.row("C1", case.text, [clients.get(case.name, stack)
                                    for stack in STACKS], case.gate)
    print("accepted, million instructions:")
    for case in clients.cases("stock")[len(REFUSED_CASES):]:
        table.row("C2", "%s %s" % (case.account, case.text),
                  [clients.get(case.name, stack) for stack in STACKS], None)
    print("growth for 4 times the values, stock and module; gate: of 4 times "
          "that of stock:")
    for small, large in BRIEF_GROWTH if clients.brief else GROWTH:
        grown = [clients.get(large, stack) / clients.get(small, stack)
                 for stack in STACKS]
        table.row("C3", BY_NAME[large].text + " / " +
                  str(BY_NAME[small].number), grown, GROWTH_GATE / 4)
    print("cost of an SPN, on an account with few and with 40000:")
    table.row("C4", "in thousands, module", [
        clients.get(name, "module") for name in (
            "growing-growing-add-1000", "grown39000-grown39000-add-1000")],
        MANY_GATE)
    table.row("C4", "one by one, module / stock", [
        clients.ratio("holder%d-holder%d-add-1" % (number, number))
        for number in (1000, 40000)], MANY_GATE)
