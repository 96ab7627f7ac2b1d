# SPDX-License-Identifier: GPL-3.0-or-later
"""Random requests by callers of every kind against the two promises.

P1: no SPN that a write added is held by another account. P2: whoever brings
one half of an http pair, or takes one away, leaves a pair or nothing. What a
refused request leaves is what was there. A model of both, written for this
test and sharing nothing with the module, looks at the directory after every
request. The same seed makes the same requests.

Runs in ad_dc:local. SPN_ADVERSARY_REQUESTS and SPN_ADVERSARY_SEED change how
many and which; with a sanitised build of the module it is the fuzzer of the
LDAP path.
"""

import os
import random
import re
import unittest

import ldb
from samba import param
from samba.auth import system_session
from samba.credentials import Credentials, DONT_USE_KERBEROS
from samba.samdb import SamDB
from samba.sd_utils import SDUtils

REQUESTS = int(os.environ.get("SPN_ADVERSARY_REQUESTS", "400"))
SEED = int(os.environ.get("SPN_ADVERSARY_SEED", "871179"))
PASSWORD = "Adversary.1"
SPN = "servicePrincipalName"
WRITE_SPN = "(OA;;RPWP;f3a64788-5306-11d1-a9c5-0000f80367c1;;%s)"
LP = param.LoadParm(os.environ["SERVERCONFFILE"])
SERVER = os.environ["SERVER"]
ADMIN = (os.environ["USERNAME"], os.environ["PASSWORD"])
LONG = "averylongcomput"            # sAMAccountName is cut at 15 characters
LONG_DNS = "averylongcomputername01"
CLASSES = ("http",) * 8 + ("HTTP",) * 4 + ("HOST",) * 3 + (
    "foo", "foo", "cifs", "https", "")
ODD_HOSTS = ("w2 ", "w2\0z", "192.0.2.4", "", "[::1]", "a_b", "x" * 3000,
             "x.example.net", "h\u00f6st", "*", "w2)(cn=*")


def over_ldap(user, password):
    creds = Credentials()
    creds.guess(LP)
    creds.set_username(user)
    creds.set_password(password)
    creds.set_domain(os.environ["DOMAIN"])
    creds.set_kerberos_state(DONT_USE_KERBEROS)
    return SamDB(url="ldap://" + SERVER, lp=LP, credentials=creds)


def fold(value):
    return value.decode("utf-8", "replace").strip().upper()


class Model:
    """What the accounts hold, and what KB 871179 wants of it."""

    def __init__(self, accounts, domain):
        self.accounts = accounts    # name -> (sAMAccountName, DNS name, SPNs)
        self.domain = domain.upper()

    def holders(self, spn):
        return [name for name, (_, _, spns) in self.accounts.items()
                if spn in [fold(value) for value in spns]]

    def effective(self, host):
        """Who answers for it at a KDC: docs/kdc.md."""
        computers = [name for name, (sam, _, _) in self.accounts.items()
                     if sam.endswith("$")
                     and name.upper() == host.partition(".")[0]]
        return (self.holders("HTTP/" + host) or sorted(
            set(self.holders("HOST/" + host) + computers)))

    def partners(self, host):
        """Any of them will do: a host may have several FQDNs."""
        if "." in host:
            label, _, domain = host.partition(".")
            cut = label[:len(LONG)]
            computers = {sam[:-1].upper(): (dns or "").upper()
                         for sam, dns, _ in self.accounts.values()
                         if sam.endswith("$")}
            if host == computers.get(cut):
                return [cut]
            return [label] if domain == self.domain else []
        found = [dns.upper() for sam, dns, _ in self.accounts.values()
                 if sam.upper() == host + "$" and dns]
        return found + [host + "." + self.domain]


def is_plain_http(spn):
    """Of a name that a host can have."""
    parts = spn.split("/")
    return (len(parts) == 2 and parts[0] == "HTTP" and
            re.fullmatch(r"[\w-]{1,63}([.][\w-]{1,63})*", parts[1]) and
            not parts[1].replace(".", "").isdigit())


def broken_promises(before, after):
    """Texts; empty if all is well."""
    for name, (sam, dns, spns) in after.accounts.items():
        had = [fold(v) for v in before.accounts[name][2]]
        has = [fold(v) for v in spns]
        for spn in set(has):
            added = has.count(spn) > had.count(spn)
            if added and (after.holders(spn) != [name] or
                          has.count(spn) > 1):
                yield "P1: %s brought %s" % (name, spn)
            if not is_plain_http(spn):
                continue
            host = spn.partition("/")[2]
            partners = after.partners(host)
            if not partners or (not dns and sam.upper() == host + "$"):
                continue
            lost = any(c + each in had and c + each not in has
                       for c in ("HTTP/", "HOST/") for each in partners)
            if (added or lost) and [name] not in map(after.effective,
                                                     partners):
                yield "P2: %s %s %s without %s" % (
                    name, "brought" if added else "kept", spn, partners)


class Adversary(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(SEED)
        self.stock = SamDB(url=LP.private_path("sam.ldb"), lp=LP,
                           session_info=system_session(),
                           options=["modules:samba_dsdb"])
        self.dns = self.stock.domain_dns_name()
        self.ou = "OU=adversary," + self.stock.domain_dn()
        self.stock.add({"dn": self.ou, "objectClass": "organizationalUnit"})
        self.addCleanup(self.stock.delete, self.ou, ["tree_delete:1"])
        self.names = ["plain", "delegated", "w1", LONG, "w3"]
        self.make_accounts()
        self.hosts = [h for name in ("w1", "w2", "w3", LONG, LONG_DNS)
                      for h in (name, "%s.%s" % (name, self.dns))] * 6
        self.hosts += list(ODD_HOSTS)
        self.callers = {
            "admin": over_ldap(*ADMIN),
            "helper": over_ldap("helper", PASSWORD),
            "w1": over_ldap("w1$", PASSWORD),
            "nobody": over_ldap("nobody1", PASSWORD),
        }

    def dn(self, name):
        return "CN=%s,%s" % (name, self.ou)

    def make_accounts(self):
        for name in ("plain", "delegated", "helper", "nobody1"):
            self.stock.add({"dn": self.dn(name), "objectClass": "user",
                            "sAMAccountName": name,
                            "userAccountControl": "544"})
        for name, dns in (("w1", "w1"), (LONG, LONG_DNS), ("w3", None)):
            host = {"dNSHostName": "%s.%s" % (dns, self.dns),
                    SPN: ["HOST/" + name, "HOST/%s.%s" % (dns, self.dns)]}
            self.stock.add({"dn": self.dn(name), "objectClass": "computer",
                            "sAMAccountName": name + "$",
                            "userAccountControl": "4096",
                            **(host if dns else {})})
        for sam in ("helper", "nobody1", "w1$"):
            self.stock.setpassword("(sAMAccountName=%s)" % sam, PASSWORD)
        sid = self.stock.schema_format_value(
            "objectSid", self.stock.search(
                self.dn("helper"), ldb.SCOPE_BASE,
                attrs=["objectSid"])[0]["objectSid"][0]).decode()
        SDUtils(self.stock).dacl_add_ace(self.dn("delegated"),
                                         WRITE_SPN % sid)

    def look(self):
        accounts = {}
        for name in self.names:
            found = self.stock.search(
                self.dn(name), ldb.SCOPE_BASE,
                attrs=[SPN, "dNSHostName", "sAMAccountName"])[0]
            accounts[name] = (str(found["sAMAccountName"]),
                              str(found.get("dNSHostName", "")),
                              sorted(bytes(v) for v in found.get(SPN, [])))
        return Model(accounts, self.dns)

    def value(self):
        pick = self.random
        text = "%s/%s" % (pick.choice(CLASSES), pick.choice(self.hosts))
        suffix = pick.random()
        if suffix < 0.04:
            text += ":8080"
        elif suffix < 0.06:
            text += "/service"
        elif suffix < 0.08:
            text = "http://" + text
        return text.encode() + (b"\xff" if pick.random() < 0.01 else b"")

    def element(self, held):
        pick = self.random
        flag = pick.choices([ldb.FLAG_MOD_ADD, ldb.FLAG_MOD_DELETE,
                             ldb.FLAG_MOD_REPLACE], [6, 4, 2])[0]
        if flag == ldb.FLAG_MOD_DELETE:
            values = pick.sample(held, min(len(held), pick.randint(1, 2)))
        else:
            values = [self.value() for _ in range(pick.choice((1, 1, 2, 3)))]
        return ldb.MessageElement(values, flag, SPN)

    def request(self, samdb, name, held):
        message = ldb.Message(ldb.Dn(samdb, self.dn(name)))
        for _ in range(self.random.choices([1, 2, 3], [7, 3, 1])[0]):
            message.add(self.element(held))
        permissive = self.random.random() < 0.3
        samdb.modify(message, ["permissive_modify:0"] if permissive else [])

    def clean_up(self):
        """Now and then everything starts anew, or all hosts are taken."""
        for name in ("plain", "delegated", "w3"):
            message = ldb.Message(ldb.Dn(self.stock, self.dn(name)))
            message["s"] = ldb.MessageElement([], ldb.FLAG_MOD_REPLACE, SPN)
            self.stock.modify(message)

    def test_random_requests(self):
        before = self.look()
        accepted = refused = 0
        for number in range(REQUESTS):
            if number % 40 == 39:
                self.clean_up()
                before = self.look()
            caller = self.random.choices(
                list(self.callers), [6, 3, 2, 1])[0]
            name = self.random.choice(self.names)
            what = "request %d of seed %d, %s writes %s: %s" % (
                number, SEED, caller, name, before.accounts)
            try:
                self.request(self.callers[caller], name,
                             before.accounts[name][2])
                accepted += 1
                failed = None
            except ldb.LdbError as error:
                refused += 1
                failed = error.args
            after = self.look()
            if failed or caller == "nobody":
                self.assertEqual(before.accounts, after.accounts, what)
            if failed:
                self.assertNotIn("SPN-9", failed[1], what)
            self.assertEqual(list(broken_promises(before, after)), [], what)
            before = after
        # Neither side of the coin is rare.
        self.assertGreater(accepted, REQUESTS / 10)
        self.assertGreater(refused, REQUESTS / 10)


if __name__ == "__main__":
    unittest.main()
