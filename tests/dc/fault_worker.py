# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that writes SPNs, for module_faults.py to race or to kill.

fault_worker.py race URL DN SPN...   says "ready", waits for a line, writes
    each SPN in a request of its own; prints {result code: how often}.
fault_worker.py load URL OU NAME JOURNAL [PAIRS]   writes until it is ended
    or a limit is reached, one pair or so many in a request. Before each
    transaction a line of JSON goes to JOURNAL, [[DN, added, removed], ...],
    and after it one with its result code.

The account NAME and NAME-2 have to be there. Whoever is killed has written
his journal as far as he had come: what stands there as done is done.
"""

import json
import os
import random
import sys

import ldb

from module_write_paths import LP, admin_credentials
from samba.auth import system_session
from samba.samdb import SamDB

LIMIT = 3000        # transactions of a load
SUCCESS = 0


def connect(url):
    """Over LDAP as Administrator, into a file as SYSTEM."""
    if url.startswith("ldap"):
        return SamDB(url=url, lp=LP, credentials=admin_credentials())
    return SamDB(url=url, lp=LP, session_info=system_session())


def change(samdb, dn, flag, *spns):
    message = ldb.Message(ldb.Dn(samdb, dn))
    message["s"] = ldb.MessageElement(list(spns), flag,
                                      "servicePrincipalName")
    samdb.modify(message)


def race(url, dn, *spns):
    samdb = connect(url)
    print("ready", flush=True)
    sys.stdin.readline()
    results = {}
    for spn in spns:
        code = SUCCESS
        try:
            change(samdb, dn, ldb.FLAG_MOD_ADD, spn)
        except ldb.LdbError as error:
            code = error.args[0]
        results[code] = results.get(code, 0) + 1
    print(json.dumps(results))


class Load:
    """Pairs come whole and go whole, on two accounts at once if the
    database can hold a transaction open.
    """

    def __init__(self, url, ou, name, journal, pairs="1"):
        self.samdb = connect(url)
        self.dns = self.samdb.domain_dns_name()
        self.many = not url.startswith("ldap")
        self.accounts = ["CN=%s,%s" % (each, ou)
                         for each in (name, name + "-2")]
        self.name = name
        self.pairs = int(pairs)
        self.run_name = "%06x" % random.randrange(1 << 24)
        self.held = []      # (DN, whole pairs)
        self.journal = os.open(journal, os.O_WRONLY | os.O_APPEND)

    def note(self, what):
        os.write(self.journal, json.dumps(what).encode() + b"\n")

    def half(self, spns):
        """One name of each pair: the module has to see to the other."""
        return [random.choice(pair) for pair in zip(spns[0::2], spns[1::2])]

    def plan(self, number):
        """[(DN, flag, what is sent, all that comes or goes)]"""
        steps = []
        for count, dn in enumerate(self.accounts):
            spns = []
            for pair in range(self.pairs):
                host = "%s-%s-%d-%d-%d" % (self.name, self.run_name, number,
                                           count, pair)
                spns += ["http/" + host, "http/%s.%s" % (host, self.dns)]
            steps.append((dn, ldb.FLAG_MOD_ADD, self.half(spns), spns))
        if self.held and random.random() < 0.4:
            dn, spns = random.choice(self.held)
            steps.append((dn, ldb.FLAG_MOD_DELETE, self.half(spns), spns))
        random.shuffle(steps)
        return steps if self.many else steps[:1]

    def write(self, steps):
        if self.many:
            self.samdb.transaction_start()
        try:
            for dn, flag, spns, _ in steps:
                change(self.samdb, dn, flag, *spns)
        except BaseException:
            if self.many:
                self.samdb.transaction_cancel()
            raise
        if self.many:
            self.samdb.transaction_commit()

    def run(self):
        for number in range(LIMIT):
            steps = self.plan(number)
            self.note([[dn, spns, []] if flag == ldb.FLAG_MOD_ADD
                       else [dn, [], spns] for dn, flag, _, spns in steps])
            try:
                self.write(steps)
            except ldb.LdbError as error:
                self.note(error.args[0])
                raise
            self.note(SUCCESS)
            for dn, flag, _, spns in steps:
                if flag == ldb.FLAG_MOD_ADD:
                    self.held.append((dn, spns))
                else:
                    self.held.remove((dn, spns))


if __name__ == "__main__":
    if sys.argv[1] == "race":
        race(*sys.argv[2:])
    else:
        Load(*sys.argv[2:]).run()
