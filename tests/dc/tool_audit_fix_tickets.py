# SPDX-License-Identifier: GPL-3.0-or-later
"""Tickets before and after a file of --fix-ldif was applied to a DC.

Accounts at random that share the names of hosts (mixed_accounts.py), with what is
wrong written below all modules. The KDC is asked for every name; whose key it
is, the ticket says. Then the file is applied over LDAP, and all are asked again:
it is the same account's, but for names of findings that the file repairs. With
the module (ad_dc:local) and without it. SPN_FIX_SEED is what accounts depend on.

And where the file asks, each of the two answers is carried out as it stands there.
"""

import collections
import json
import os
import random
import tempfile
import unittest

import ldb
import samba
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

import mixed_accounts
from ask_kdc import asker_of_domain
from commands import run
from fix_files import claimed, compare, left_over, questions
from ldif_changes import fold
from rows_directory import raw_path

CONF = os.environ["SERVERCONFFILE"]
SERVER = os.environ["SERVER"]
DNS = os.environ["REALM"].lower()
LOGIN = "-U%s%%%s" % (os.environ["USERNAME"], os.environ["PASSWORD"])
SEED = int(os.environ.get("SPN_FIX_SEED", "1"))
GROUPS = 24
CLASSES = ("http", "HOST", "cifs", "foo")
OBJECTS = {"computer": "computer", "user": "user",
           "gmsa": "msDS-GroupManagedServiceAccount"}
DISABLED = 2


class Tickets(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        lp = LoadParm()
        lp.load(CONF)
        path = lp.private_path("sam.ldb")
        self.samdb = SamDB(path, lp=lp, session_info=system_session(),
                           options=["modules:samba_dsdb"])
        # Of Samba: it compares as the directory does.
        self.raw = samba.Ldb(raw_path(path), lp=lp)
        self.raw.set_debug(lambda level, text: None)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.ou = "OU=tickets," + self.samdb.domain_dn()
        self.addCleanup(self.samdb.delete, self.ou, ["tree_delete:1"])
        self.add_ou(self.ou)
        self.spns = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def add_ou(self, dn):
        self.samdb.add({"dn": dn, "objectClass": "organizationalUnit"})

    def make(self, account, number):
        """Those of one CN are in several OUs."""
        ou = "OU=o%d,%s" % (number, self.ou)
        self.add_ou(ou)
        dn = "CN=%s,%s" % (account.cn, ou)
        control = 0x200 if account.kind == "user" else 0x1000
        entry = {"dn": dn, "objectClass": OBJECTS[account.kind],
                 "sAMAccountName": account.sam,
                 "userAccountControl": str(
                     control + DISABLED * account.disabled),
                 "clearTextPassword": ("Secret-%d-" % number + account.sam
                                       ).encode("utf-16-le")}
        if account.kind == "gmsa":
            entry["msDS-ManagedPasswordInterval"] = "30"
        if account.dns:
            entry["dNSHostName"] = account.dns
        self.samdb.add(entry)
        self.write(dn, "msDS-AdditionalDnsHostName", account.also)
        # One by one: in one request a spelling of the same is refused.
        for spn in account.spns:
            self.write(dn, "servicePrincipalName", [spn])
        self.spns += account.spns

    def write(self, dn, attr, values):
        """Below all modules."""
        if values:
            message = ldb.Message(ldb.Dn(self.raw, dn))
            message[attr] = ldb.MessageElement(list(values),
                                               ldb.FLAG_MOD_ADD, attr)
            self.raw.modify(message)

    def audit(self, *more):
        return json.loads(run(
            "spn-audit", "-s", CONF, "--format=json", "--base=" + self.ou,
            "--rule=SPN-401=off",    # the zone has none of these hosts
            *more, code=(0, 1)))["findings"]

    def fixes(self):
        """(findings, the file)"""
        found = self.audit("--fix-ldif=" + self.path("fix"),
                           "--fix-setspn=" + self.path("sh"))
        with open(self.path("fix"), encoding="utf-8") as stream:
            return found, stream.read()

    def modify(self, text):
        return run("ldbmodify", "-H", "ldap://" + SERVER, LOGIN, text=text)

    def names(self, accounts):
        """Every SPN that there is or may come, and both names of each host."""
        found = {fold(spn.encode()): spn for spn in self.spns}
        hosts = {spn.split("/")[1].partition(":")[0] for spn in self.spns
                 if spn.count("/") in (1, 2)}
        for account in accounts:
            hosts.update([account.cn, account.sam.rstrip("$"), *account.also])
            hosts.update([account.dns] * bool(account.dns))
        for host in hosts - {""}:
            for name in (host, host.partition(".")[0],
                         "%s.%s" % (host.partition(".")[0], DNS)):
                for service in CLASSES:
                    text = "%s/%s" % (service, name)
                    found.setdefault(fold(text.encode()), text)
        return sorted(text for text in found.values() if "/" in text
                      and text.isprintable() and all(text.split("/")[:2]))

    def test_same_keys(self):
        chance = random.Random(SEED)
        accounts = mixed_accounts.accounts(chance, DNS, GROUPS)
        for number, account in enumerate(accounts):
            self.make(account, number)
        names = self.names(accounts)
        asker = asker_of_domain(self.folder)
        before = {name: asker.ask(name)[1] for name in names}
        found, text = self.fixes()
        repaired = claimed(text, found)
        said = self.modify(text)
        after = {name: asker.ask(name)[1] for name in names}
        counts = collections.Counter(
            accounts=len(accounts), names=len(names), findings=len(found),
            repaired=len(repaired), questions=len(questions(text)),
            answered=sum(key is not None for key in before.values()))
        wrong = compare(before, after, repaired, counts)
        wrong += left_over(found, self.audit(), repaired)
        print("seed %d: %s; %s" % (SEED, dict(counts), said.strip()))
        self.assertEqual([], wrong, "\n".join(wrong))
        self.assertGreaterEqual(len(accounts), 60)
        self.assertGreater(len(repaired), 10)

    def kb(self):
        """The web server of KB 871179, and what the files ask about it."""
        for number, account in enumerate((
                ("computer", "fweb01", "fweb01$", "fweb01." + DNS, [],
                 ["HOST/fweb01", "HOST/fweb01." + DNS], False, 0),
                ("user", "fsvc", "fsvc", None, [], ["http/fweb01." + DNS],
                 False, 0))):
            self.make(mixed_accounts.Account(*account), number)
        _, text = self.fixes()
        with open(self.path("sh"), encoding="utf-8") as stream:
            commands = stream.read()
        title = "SPN-304 PAIR-SPLIT-ALIAS http/fweb01." + DNS
        return [[ready for _, ready in questions(each)[title]]
                for each in (text, commands)]

    def check_answer(self, number, key):
        """Both forms do the same."""
        ldif, commands = self.kb()
        asker = asker_of_domain(self.folder)
        pair = ["http/fweb01", "http/fweb01." + DNS]
        self.assertEqual([(0, "fweb01$"), (0, "fsvc")],
                         [asker.ask(name) for name in pair])
        self.modify(ldif[number])
        self.assertEqual([(0, key)] * 2, [asker.ask(name) for name in pair])
        dn = "CN=fsvc,OU=o1," + self.ou
        message = ldb.Message(ldb.Dn(self.samdb, dn))
        message["s"] = ldb.MessageElement([], ldb.FLAG_MOD_REPLACE,
                                          "servicePrincipalName")
        self.raw.modify(message)
        self.write(dn, "servicePrincipalName", [pair[1]])
        run("sh", "-c", "status=0\n%s\nexit $status" % commands[number], "sh",
            "--configfile=" + CONF)
        self.assertEqual([(0, key)] * 2, [asker.ask(name) for name in pair])

    def test_it_runs_as_the_account(self):
        self.check_answer(0, "fsvc")

    def test_it_runs_as_the_computer(self):
        self.check_answer(1, "fweb01$")

    def test_an_additional_name_goes(self):
        self.make(mixed_accounts.Account(
            "computer", "fpc", "fpc$", "fpc." + DNS, ["falso." + DNS],
            ["HOST/fpc", "HOST/fpc." + DNS], False, 0), 0)
        _, text = self.fixes()
        title = "SPN-507 ADDL-NAME HOST/falso." + DNS
        self.modify(questions(text)[title][1][1])
        self.assertNotIn("SPN-507", {each["code"] for each in self.audit()})


if __name__ == "__main__":
    unittest.main()
