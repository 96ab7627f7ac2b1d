# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated LDAP requests, legal and not: the DC lives, the promises hold.

Where tests/dc/module_adversary.py is after the meaning of requests this is
after their bytes: values of any length and content, elements that make no
sense, DNs of every kind, controls, and BER that is not quite right. The same
seed makes the same requests. With a sanitised build:

    SPN_FUZZ_REQUESTS=10000 testenv/sanitized ad_dc:local -- \\
        python3 -B -m samba.subunit.run module_fuzz

Runs in the environment ad_dc:local. SPN_FUZZ_REQUESTS and SPN_FUZZ_SEED
change how many and which.
"""

import collections
import os
import random
import re
import unittest

import ldb
import raw_ldap
from raw_ldap import ADD, DELETE, REPLACE

from module_attempts import CONTROLS, PASSWORD, SPN, Callers
from module_write_paths import CONF, SAM, run

REQUESTS = int(os.environ.get("SPN_FUZZ_REQUESTS", "500"))
SEED = int(os.environ.get("SPN_FUZZ_SEED", "871179"))

CLASSES = ("http", "HTTP", "http", "HOST", "foo", "cifs", "", "ldap")
ATTRIBUTES = (SPN,) * 12 + (
    SPN.upper(), "1.2.840.113556.1.4.771", SPN + ";lang-de",
    SPN + ";range=0-1", "dNSHostName", "dNSHostName", "sAMAccountName",
    "msDS-AdditionalDnsHostName", "isDeleted", "distinguishedName",
    "description", "objectClass", "servicePrincipalNam", "", "@LIST",
    "msDS-Settings", "sPNMappings", "dSHeuristics", "a" * 3000)
BYTES = (b"\0", b"/", b":", b"//", b"\xff", b"\xc3", b"\xc2\xad", b"\\", b"*",
         b")(", b" ", b"\n", b"%n%s", b"\xed\xa0\x80", b".", b"\xe2\x80\x8b")
TAME_ATTRIBUTES = 14            # the first ones, all names of one attribute
KINDS = (ADD, ADD, DELETE, REPLACE)
TAKEN = ("w1", "w2", "w3")
PANIC = re.compile(r"PANIC|INTERNAL ERROR|talloc: access after free|"
                   r"AddressSanitizer|runtime error:|SPN-901")


class Generator:
    """Requests out of a source of chance."""

    def __init__(self, names, dns, ou):
        self.random = random.Random(SEED)
        self.names = names
        self.tame = True    # whether the next request is to be understood
        self.ou = ou
        self.hosts = [each for name in TAKEN + ("f1", "f2", "f3", "f4")
                      for each in (name, "%s.%s" % (name, dns))]

    def junk(self, length):
        return bytes(self.random.randrange(256) for _ in range(length))

    def broken(self, data):
        """The same with some bytes other, more or gone."""
        for _ in range(self.random.randint(1, 3)):
            at = self.random.randint(0, len(data))
            data = (data[:at] + self.random.choice(BYTES + (self.junk(3),)) +
                    data[at + self.random.randint(0, 2):])
        return data

    def spn(self):
        pick = self.random
        value = ("%s/%s%s" % (
            pick.choice(CLASSES), pick.choice(self.hosts),
            pick.choice(("", "", "", "", ":80", ":x", "/s", ":99999"))
        )).encode()
        kind = pick.random() * (10 if self.tame else 1)
        if kind < 0.25:
            return self.broken(value)
        if kind < 0.28:
            return value * pick.choice((2, 50, 3000))
        return self.junk(pick.randint(0, 40)) if kind < 0.32 else value

    def values(self):
        pick = self.random
        number = pick.choice((0, 1, 1, 1, 1, 2, 2, 3, 5, 30))
        if self.tame:
            number = min(number, 3)
        elif pick.random() < 0.02:
            number = 400
        return [self.spn() for _ in range(number)]

    def dn(self):
        pick = self.random
        if self.tame or pick.random() < 0.7:
            return pick.choice(self.names)
        name = pick.choice(self.names)
        return pick.choice((
            "", "@MODULES", "@", "CN=nobody," + self.ou, name + ";" + name,
            "<GUID=>", "<SID=S-1-1>", "<WKGUID=x,%s>" % self.ou,
            name + "\0", "\\", "CN=" + "x" * 5000, self.broken(
                name.encode()), self.junk(30)))

    def modify(self):
        pick = self.random
        if self.tame:
            kinds, attributes = KINDS, ATTRIBUTES[:TAME_ATTRIBUTES]
        else:
            kinds, attributes = (*KINDS, *KINDS, 3, 99), ATTRIBUTES
        return raw_ldap.modify(self.dn(), *(
            (pick.choice(kinds), pick.choice(attributes), self.values())
            for _ in range(pick.choice((1, 1, 1, 2) if self.tame
                                       else (0, 1, 1, 2, 3, 9)))))

    def add(self):
        pick = self.random
        name = "new%d" % pick.randrange(8)
        return raw_ldap.add(
            "CN=%s,%s" % (name, self.ou),
            ("objectClass", [pick.choice(("user", "computer", "x"))]),
            ("sAMAccountName", [name]),
            *((pick.choice(ATTRIBUTES), self.values())
              for _ in range(pick.randint(0, 2))))

    def other(self):
        name = "CN=new%d,%s" % (self.random.randrange(8), self.ou)
        return self.random.choice((
            raw_ldap.delete(name), raw_ldap.delete(self.junk(20)),
            raw_ldap.rename(name, "CN=new%d" % self.random.randrange(8)),
            raw_ldap.rename(name, self.broken(b"CN=new1")),
            raw_ldap.rename(name, "@MODULES", "")))

    def request(self):
        pick = self.random
        self.tame = pick.random() < 0.5
        make = pick.choices((self.modify, self.add, self.other),
                            (85, 9, 6))[0]
        operation = make()
        if self.tame:
            return operation, []
        if pick.random() < 0.1:
            operation = operation[:2] + self.broken(operation[2:])
        controls = [
            raw_ldap.control(pick.choice(list(CONTROLS.values())[1:]),
                             pick.random() < 0.3,
                             pick.choice((None, None, b"", self.junk(9))))
            for _ in range(pick.choice((0, 0, 0, 0, 1, 2)))]
        return operation, controls


class Fuzz(Callers):
    def setUp(self):
        super().setUp()
        self.w2 = self.account("w2", self.pair("w2"))
        self.w3 = self.computer("w3", ["HOST/w3", "HOST/w3." + self.dns],
                                dNSHostName="w3." + self.dns)
        accounts = (self.target, self.machine, self.w2, self.w3)
        self.generator = Generator(
            [name for dn in accounts for name in self.names(dn)], self.dns,
            self.ou)
        self.accounts = {
            "admin": (os.environ["USERNAME"], os.environ["PASSWORD"]),
            "user": ("alice", "Secret007"), "helper": ("helper", PASSWORD),
            "machine": ("w1$", PASSWORD)}

    def send(self, caller, request, what):
        """The Answer; None if the server hung up, as on BER it cannot read.

        Who is asked next time answers: no request takes the DC with it.
        """
        try:
            return self.callers[caller].send(*request)
        except raw_ldap.Closed:
            pass
        try:
            self.callers[caller] = self.login(*self.accounts[caller])
        except (OSError, raw_ldap.Closed, PermissionError) as error:
            self.fail("%s: the DC is gone: %s" % (what, error))
        return None

    def test_requests(self):
        codes = collections.Counter()
        pick = self.generator.random
        for number in range(REQUESTS):
            caller = pick.choices(("admin", "helper", "machine", "user"),
                                  (5, 4, 2, 2))[0]
            request = self.generator.request()
            what = "request %d of seed %d, %s: %s" % (
                number, SEED, caller, request)
            answer = self.send(caller, request, what)
            codes["closed" if answer is None else answer.code] += 1
            if answer is not None:
                self.assertNotIn("SPN-9", answer.text, what)
        print("%d requests: %s" % (REQUESTS, ", ".join(
            "%s: %d" % each for each in codes.most_common())))
        self.assertGreater(codes[raw_ldap.SUCCESS], REQUESTS / 20, codes)
        self.assert_all_is_well()

    def assert_all_is_well(self):
        """Of the DC, of the list of modules, of the directory."""
        with open(os.environ["SMBD_TEST_LOG"], encoding="utf-8",
                  errors="replace") as log:
            self.assertEqual([line for line in log if PANIC.search(line)], [])
        raw = ldb.Ldb("tdb://" + SAM, options=["modules:"])
        self.assertEqual(str(raw.search("@MODULES", ldb.SCOPE_BASE)[0]
                             ["@LIST"]), "spn_policy,samba_dsdb")
        status, said = run("spn-audit", "-s", CONF, "-H", SAM, "--base",
                           self.ou,
                           "--only=duplicate-spn,http-pair")
        self.assertEqual(status, 0, said)


if __name__ == "__main__":
    unittest.main()
