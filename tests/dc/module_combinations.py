# SPDX-License-Identifier: GPL-3.0-or-later
"""Which two names are one host, in all the ways that computers are named.

Each combination of a computer's DNS name (its own, another, none, one that two
computers have), additional names, HOST SPNs, and who gets an http SPN, in which
spelling, is tried on a real DC. Nothing here knows the rule of
docs/rules/http-pair.md. After every write that was accepted:

* an audit has no error of http-pair for the account;
* what came along is about the host that the request named;
* a KDC gives that account's key for the names that people type for this host;
* and for every other name of the computer the key that it gave before.

Runs in the environment ad_dc:local.
"""

import collections
import itertools
import json
import subprocess
import tempfile
import unittest

import ldb
import samba

from ask_kdc import asker_of_domain
from module_write_paths import CONF, LP, SAM, WritePaths, admin_credentials, over_ldap
from rows_directory import raw_path

SPN = "servicePrincipalName"
DNS_NAMES = ("own", "other", "none", "shared")
ALIASES = ("no alias", "alias", "alias and short alias", "long alias")
HOLDERS = ("user", "itself", "computer")
# NetBIOS names are cut at 15 characters.
LONG = "longlonglongalias"


def label_of(name):
    return name.split(".")[0]


class Combination:
    """One computer, whoever gets SPNs, and the names that the two have."""

    def __init__(self, number, dns, parts):
        self.parts = parts
        self.dns_name, self.alias, self.has_own, self.has_alias, self.who = parts
        self.dns = dns
        self.name = "c%03d" % number
        self.main = {"own": self.name, "shared": self.name, "none": None,
                     "other": "o%03d" % number}[self.dns_name]
        self.short_alias = {"no alias": None, "long alias": LONG[:12] + "%03d" % number
                            }.get(self.alias, "a%03d" % number)
        self.long_alias = (LONG[:12] + "%03d" % number + "tail"
                           if self.alias == "long alias" else self.short_alias)
        self.holder = {"user": "u%03d" % number, "itself": self.name,
                       "computer": "h%03d" % number}[self.who]
        # sAMAccountName, as a keytab has it
        self.sam = self.holder + "$" * (self.who != "user")

    def fqdn(self, label):
        return "%s.%s" % (label, self.dns)

    def names(self):
        """All host names that are about this computer."""
        short = {self.name, self.main, self.short_alias} - {None}
        long = short | ({self.long_alias} - {None})
        return sorted(short) + sorted(self.fqdn(each) for each in long)

    def host_spns(self):
        found = []
        if self.has_own:
            found += ["HOST/" + self.name] + [
                "HOST/" + self.fqdn(self.main)] * (self.main is not None)
        if self.has_alias and self.short_alias:
            found += ["HOST/" + self.short_alias,
                      "HOST/" + self.fqdn(self.long_alias)]
        return found

    def typed(self, host):
        """What people type who mean this host, and a KDC is asked for."""
        label = label_of(host)
        if label in (self.short_alias, self.long_alias):
            # without HOST SPNs nobody can tell that the label was cut off
            long = self.long_alias if self.has_alias else label
            long = label if "." in host else long
            short = self.short_alias if self.has_alias else label
            return [short, self.fqdn(long)]
        if self.who == "itself":
            return [self.name] + [self.fqdn(self.main)] * (self.main is not None)
        return [label, self.fqdn(label)]

    def about(self, host):
        """Names that may come along."""
        found = {label_of(host)[:15], label_of(host), self.fqdn(label_of(host))}
        if label_of(host) in (self.short_alias, self.long_alias):
            found |= {self.short_alias, self.fqdn(self.long_alias)}
        if self.who == "itself":
            found |= {self.name, self.fqdn(self.main or self.name)}
        return {"http/" + each for each in found}


class Combinations(WritePaths):
    def setUp(self):
        super().setUp()
        self.raw = samba.Ldb(raw_path(SAM), lp=LP)
        self.admin = over_ldap(admin_credentials())
        self.combinations = [
            Combination(number, self.dns, parts) for number, parts in enumerate(
                parts for parts in itertools.product(
                    DNS_NAMES, ALIASES, (True, False), (True, False), HOLDERS)
                if parts[1] != "no alias" or not parts[3])]
        for each in self.combinations:
            self.make(each)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.asker = asker_of_domain(folder.name)
        self.counts = collections.Counter()

    def make(self, each):
        def password(name):
            return {"clearTextPassword": ("Secret-" + name).encode("utf-16-le")}
        names = {"dNSHostName": each.fqdn(each.main)} if each.main else {}
        spns = each.host_spns()
        each.computer_dn = self.computer(each.name.upper(), spns, **names,
                                         **password(each.name))
        if each.dns_name == "shared":
            self.computer(each.name + "-k", (), **names, **password("k"))
        each.dn = each.computer_dn
        if each.who == "user":
            each.dn = self.account(each.holder, **password(each.holder))
        elif each.who == "computer":
            each.dn = self.computer(
                each.holder, dNSHostName=each.fqdn(each.holder),
                **password(each.holder))
        if each.long_alias:
            self.below(each.computer_dn, "msDS-AdditionalDnsHostName",
                       each.fqdn(each.long_alias))
        if each.alias in ("alias and short alias", "long alias"):
            self.below(each.computer_dn, "msDS-AdditionalSamAccountName",
                       each.short_alias.upper() + "$")
        each.before = set(self.spns(each.dn))

    def below(self, dn, attr, value):
        """Below all modules: no client may write these."""
        message = ldb.Message(ldb.Dn(self.raw, dn))
        message[attr] = ldb.MessageElement(value, ldb.FLAG_MOD_ADD, attr)
        self.raw.modify(message)

    def audit(self):
        """Errors of http-pair: {objectGUID: [code and SPN]}"""
        done = subprocess.run(
            ["spn-audit", "-s", CONF, "--format=json"], check=False,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertIn((done.returncode, done.stderr), ((0, b""), (1, b"")))
        found = collections.defaultdict(list)
        for each in json.loads(done.stdout)["findings"]:
            if each["rule"] == "http-pair" and each["severity"] == "error":
                for holder in each["holders"]:
                    found[holder["dn"].lower()].append(
                        "%s %s" % (each["code"], each.get("spn")))
        return found

    def key(self, host):
        error, owner = self.asker.ask("HTTP/" + host)
        return error or owner

    def write(self, each, host, upper):
        """True if it was accepted."""
        value = "http/" + host
        try:
            self.change(self.admin, each.dn, value.upper() if upper else value)
        except ldb.LdbError as error:
            self.counts["refused: " + error.args[1].split(":")[3][:12]] += 1
            self.wrong.append("%s: %s refused: %s" % (each.parts, value,
                                                      error.args[1]))
            return False
        self.counts["accepted"] += 1
        return True

    def expect(self, each, host, before, errors):
        """Every complaint about one write that was accepted."""
        now = set(self.spns(each.dn))
        came = {spn.lower() for spn in now - each.before}
        what = "%s: http/%s brought %s: " % (each.parts, host, sorted(came))
        for error in errors:
            self.wrong.append(what + error)
        odd = came - each.about(host)
        if odd:
            self.wrong.append(what + "not asked for: %s" % sorted(odd))
        for typed in each.typed(host):
            key = self.key(typed)
            if str(key).lower() != each.sam and not (key == 7 and each.who == "itself"
                                        and "http/" + typed not in came):
                self.wrong.append(what + "%s is answered by %s" % (typed, key))
        for other, key in before.items():
            if ("http/" + other not in each.about(host)
                    and self.key(other) != key):
                self.wrong.append(what + "%s was %s, is %s" % (
                    other, key, self.key(other)))
        cases = {spn.split("/")[0] for spn in now - each.before}
        if len(cases) > 1:
            self.wrong.append(what + "two spellings: %s" % sorted(now))

    def reset(self, each):
        message = ldb.Message(ldb.Dn(self.stock, each.dn))
        message[SPN] = ldb.MessageElement(sorted(each.before),
                                          ldb.FLAG_MOD_REPLACE, SPN)
        self.stock.modify(message)

    def test_all(self):
        self.wrong = []
        keys = {each: {name: self.key(name) for name in each.names()}
                for each in self.combinations}
        longest = max(len(each.names()) for each in self.combinations)
        for place in range(longest):
            # each name in either spelling, on one computer or the next
            written = [(each, each.names()[place])
                       for number, each in enumerate(self.combinations)
                       if place < len(each.names()) and self.write(
                           each, each.names()[place], (number + place) % 2)]
            errors = self.audit()
            for each, host in written:
                self.expect(each, host, keys[each],
                            errors.get(each.dn.lower(), []))
                self.reset(each)
        print("%d combinations, %s" % (len(self.combinations),
                                       dict(self.counts)))
        self.assertEqual(self.wrong, [], "\n".join(
            [str(len(self.wrong))] + self.wrong[:60]))
        self.assertGreater(self.counts["accepted"], 600)
