# SPDX-License-Identifier: GPL-3.0-or-later
"""What we expect of a KDC of Samba, held against a real one.

Accounts and names are put together at random from the same few parts, so they
meet. tests/tools/say_kdc.c says whose key, or which error, spn_kdc_samba() expects
for each name; the KDC is asked for a ticket, and the account is the one whose
key decrypts it. Not one answer may differ.

SPN_KDC_NAMES is how many names, SPN_KDC_SEED what they depend on. Runs in the
environment ad_dc_stock:local: duplicates are written below all modules.
"""

import collections
import os
import random
import tempfile
import time
import unittest

import ldb
import samba
from samba import param
from samba.auth import system_session
from samba.samdb import SamDB

from ask_kdc import asker_of_domain
from commands import run
from rows_directory import raw_path

BUILD = os.environ.get("SPN_POLICY_BUILD", "bin")
PAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "docs", "kdc.md")
SAY = os.path.join(BUILD, "tests", "say_kdc")
CONF = os.environ["SERVERCONFFILE"]
LP = param.LoadParm(CONF)
SAM = LP.private_path("sam.ldb")
REALM = os.environ["REALM"]
DNS = REALM.lower()
NUM_NAMES = int(os.environ.get("SPN_KDC_NAMES", "1200"))
SEED = int(os.environ.get("SPN_KDC_SEED", "1"))
NUM_ACCOUNTS = 90
NUM_HOSTS = 40
OUS = ("first", "second", "third", "fourth", "fifth")

LABELS = ("web01", "web02", "app", "db7", "fs-1", "mail", "intranet", "portal",
          "averylongcomputername", "averylongcomput", "m\u00fcller", "a b", "srv9",
          "addc", "alice")
SUFFIXES = ("", "." + DNS, "." + DNS.upper(), ".elsewhere.example",
            ".sub." + DNS, ".", "." + DNS + ".")
CLASSES = ("http", "HTTP", "host", "HOST", "Host", "cifs", "CIFS", "rpcss", "dns",
           "ldap", "GC", "MSSQLSvc", "foo", "FOO", "RestrictedKrbHost", "wsman",
           "https", "kadmin")
TAILS = ("",) * 12 + (":8080", ":", "/x", "/" + DNS, "/" + DNS.upper(),
                      "/" + os.environ["DOMAIN"], "/elsewhere.example", "/",
                      "/%s/x" % DNS, "\\x", " ", "@x")
KINDS = {"user": "user", "computer": "computer",
         "gmsa": "msDS-GroupManagedServiceAccount", "person": "inetOrgPerson",
         "group": "group"}
DISABLED, DES_ONLY, SMARTCARD = 0x2, 0x200000, 0x40000
NORMAL, WORKSTATION = 0x200, 0x1000
# Beside, or instead of, the type of a computer.
READ_ONLY, CONTROLLER = 0x4000000, 0x2000 ^ WORKSTATION
# Attributes that change how an account is logged on to, or encrypted for.
STATES = ({},) * 6 + (
    {"control": DISABLED}, {"control": DES_ONLY}, {"control": SMARTCARD},
    {"type": READ_ONLY}, {"type": CONTROLLER},
    {"accountExpires": "131000000000000000"}, {"pwdLastSet": "0"},
    {"password": None}, {"password": None, "control": DISABLED},
    {"msDS-SupportedEncryptionTypes": "24"},
    {"msDS-SupportedEncryptionTypes": "8"},
    {"msDS-SupportedEncryptionTypes": "4"})
# None of them is missing from the run of CI, or it would show nothing.
REASONS = {"held", "stands-in", "computer", "nobody", "duplicate",
           "hidden-duplicate", "several-computers", "own-domain", "no-key"}


def tables_of_page():
    """Of docs/kdc.md: the rows of each table, as lists of cells."""
    tables = []
    with open(PAGE, encoding="utf-8") as page:
        for line in page:
            cells = [cell.strip() for cell in line.split("|")[1:-1]]
            if cells and set(cells[0]) == {"-"}:
                tables.append([])
            elif cells and tables:
                tables[-1].append(cells)
    # The head of a table stands above its line.
    return [table[:len(table) - (number + 1 < len(tables))]
            for number, table in enumerate(tables)]


class World:
    """Accounts at random, in a domain where others are, too."""

    def __init__(self, samdb, seed):
        self.samdb = samdb
        self.random = random.Random(seed)
        self.refused = collections.Counter()   # by LDAP code
        self.base = samdb.domain_dn()
        self.hosts = [self.host() for _ in range(NUM_HOSTS)]
        self.cns = self.random.sample(LABELS, 8)
        # Of Samba: one of ldb does not know that É is é.
        self.raw = samba.Ldb(raw_path(SAM), lp=LP)
        for ou in OUS:
            samdb.add({"dn": "OU=%s,%s" % (ou, self.base),
                       "objectClass": "organizationalUnit"})

    def fill(self):
        for number in range(NUM_ACCOUNTS):
            self.account(number)

    def host(self):
        return self.random.choice(LABELS) + self.random.choice(SUFFIXES)

    def name(self):
        name = "%s/%s%s" % (self.random.choice(CLASSES),
                            self.random.choice(self.hosts),
                            self.random.choice(TAILS))
        return self.random.choice((str, str, str, str.upper, str.lower))(name)

    def account(self, number):
        choose = self.random.choice
        kind = choose(("user", "user", "computer", "computer", "computer",
                       "computer", "computer", "gmsa", "person", "group"))
        state = dict(choose(STATES))
        machine = kind in ("computer", "gmsa")
        label = choose(self.cns)
        cn = label if self.random.random() < 0.8 else choose(self.cns)
        control = state.pop("control", 0) | (
            (WORKSTATION ^ state.pop("type", 0)) if machine else NORMAL)
        state.pop("type", None)
        attrs = {"dn": "CN=%s,OU=%s,%s" % (cn, choose(OUS), self.base),
                 "objectClass": KINDS[kind],
                 "sAMAccountName": "%s%d%s" % (
                     label[:12].strip(), number, "$" * machine),
                 "userAccountControl": str(control)}
        if choose((True, False)):
            attrs["dn"] = attrs["dn"].replace("=%s," % cn, "=%s%s," % (
                cn, choose(("", ".x", "\\,y", "01", "-%d" % number))), 1)
        if kind == "group":
            del attrs["userAccountControl"]
            self.add(attrs)     # with SPNs, and the KDC looks at users only
            return
        if kind == "gmsa":
            attrs["msDS-ManagedPasswordInterval"] = "30"
        elif choose((True, True, False)) and machine:
            attrs["dNSHostName"] = "%s%s" % (choose(LABELS[:9]),
                                             choose(SUFFIXES[:5]))
        if not machine and choose((True, False)):
            attrs["userPrincipalName"] = "%s@%s" % (self.name(), REALM)
        password = state.pop("password", "Secret-%d-%d" % (number, SEED))
        if password is not None:
            attrs["clearTextPassword"] = password.encode("utf-16-le")
        attrs.update(state)
        self.add(attrs)

    def add(self, attrs):
        """Not every combination can be made; that is counted."""
        try:
            self.samdb.add(attrs)
        except ldb.LdbError as error:
            self.refused[error.args[0]] += 1
            return
        dn = attrs["dn"]
        spns = {}
        for _ in range(self.random.choice((0, 0, 1, 1, 2, 3, 5))):
            spn = self.name()
            spns.setdefault(spn.lower().strip(), spn)
        self.write(dn, "servicePrincipalName", list(spns.values()))
        if self.random.random() < 0.1:
            self.write(dn, "msDS-AdditionalDnsHostName", [self.host()])

    def write(self, dn, attr, values):
        """Below all modules: Samba would not let duplicates in."""
        if not values:
            return
        message = ldb.Message(ldb.Dn(self.raw, dn))
        message[attr] = ldb.MessageElement(values, ldb.FLAG_MOD_ADD, attr)
        self.raw.modify(message)

    def account_of_page(self, sam, cn, kind, spns):
        """Those of one CN are in several OUs."""
        machine = sam.endswith("$")
        control = WORKSTATION if machine else NORMAL
        attrs = {"dn": "CN=%s,OU=%s,%s" % (
                     cn, OUS[1 if sam.endswith("2$") else 0], self.base),
                 "objectClass": "computer" if machine else "user",
                 "sAMAccountName": sam, "userAccountControl": str(
                     control | (DISABLED if "disabled" in kind else 0))}
        if "without a password" not in kind:
            attrs["clearTextPassword"] = ("Secret-" + sam).encode("utf-16-le")
        self.samdb.add(attrs)
        self.write(attrs["dn"], "servicePrincipalName", [
            in_this_domain(spn) for spn in spns.split(", ") if spn])

    def keyless(self):
        """sAMAccountName of those that have never had a password."""
        found = self.samdb.search(
            self.base, expression="(&(objectClass=user)(!(unicodePwd=*)))",
            attrs=["sAMAccountName"])
        return [str(each["sAMAccountName"]) for each in found]


def in_this_domain(text):
    return text.replace("example.com", DNS).replace(
        "EXAMPLE", os.environ["DOMAIN"])


class KdcNames(unittest.TestCase):
    def setUp(self):
        self.samdb = SamDB(url=SAM, lp=LP, session_info=system_session())
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.world = World(self.samdb, SEED)
        for ou in OUS:
            self.addCleanup(self.samdb.delete,
                            "OU=%s,%s" % (ou, self.samdb.domain_dn()),
                            ["tree_delete:1"])

    def predict(self, names):
        lines = ["-" + sam for sam in self.world.keyless()] + names
        said = run(SAY, "-H", SAM, "--configfile=" + CONF,
                   text="".join(line + "\n" for line in lines))
        return said.splitlines()

    def test_page(self):
        """The tables of docs/kdc.md are true."""
        accounts, answers = tables_of_page()
        for account in accounts:
            self.world.account_of_page(*account)
        asker = asker_of_domain(self.folder.name)
        names = [in_this_domain(row[0]) for row in answers]
        predicted = self.predict(names)
        for name, line, (_, key, reason) in zip(names, predicted, answers):
            with self.subTest(name=name):
                error, owner = (key, None) if key.isdigit() else ("0", key)
                words = line.split("\t")
                self.assertEqual(words[:2] + words[3:], [error, reason])
                self.assertIn(owner, (None, words[2]))
                self.assertEqual(asker.ask(name), (int(error), owner))

    def test_account_name(self):
        """Of a user with any SPN, if only one that is never answered."""
        for row in (("third", "third", "user", "foo/app/example.com"),
                    ("without", "without", "user", ""),
                    ("bare$", "bare", "computer", "")):
            self.world.account_of_page(*row)
        asker = asker_of_domain(self.folder.name)
        for name, answer in (("foo/app/" + DNS, (7, None)),
                             ("third", (0, "third")), ("without", (7, None)),
                             ("bare$", (0, "bare$"))):
            with self.subTest(name=name):
                self.assertEqual(asker.ask(name), answer)

    def test_names(self):
        self.world.fill()
        names = [self.world.name() for _ in range(NUM_NAMES)]
        asker = asker_of_domain(self.folder.name)
        predicted = self.predict(names)
        self.assertEqual(len(predicted), len(names))
        start = time.monotonic()
        wrong = []
        reasons = collections.Counter()
        for name, line in zip(names, predicted):
            words = line.split("\t")
            error, owner = asker.ask(name)
            expected = (int(words[0]), words[2] if words[0] == "0" else None)
            reasons[words[1]] += 1
            if (error, owner) != expected or len(words) > 3:
                wrong.append("%r: %s, but the KDC says %s %s" % (
                    name, line, error, owner))
        print("seed %d: %d names in %.1f s: %s; not made: %s" % (
            SEED, len(names), time.monotonic() - start, dict(reasons),
            dict(self.world.refused)))
        self.assertEqual(wrong, [], "\n".join([str(len(wrong))] + wrong[:40]))
        if SEED == 1:
            self.assertEqual(REASONS - set(reasons), set())
