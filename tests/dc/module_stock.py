# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to which a DC with the module answers as one without.

Runs in the environments ad_dc:local and ad_dc_stock:local, with the same
expectations: what stock Samba says. docs/write-paths.md lists them.
"""

import os
import unittest

import raw_ldap
from raw_ldap import ADD, DELETE, REPLACE

SPN = "servicePrincipalName"
OPERATIONS_ERROR = 1
NO_SUCH_OBJECT = 32
NAMING_VIOLATION = 64
# What the module reads of a new account or of a request.
READ = ("objectGUID", "objectClass", "sAMAccountName", "dNSHostName",
        "msDS-AdditionalDnsHostName", "userAccountControl", "isDeleted",
        SPN, "sPNMappings", "msDS-Settings", "dSHeuristics")


class Stock(unittest.TestCase):
    def setUp(self):
        self.dn = ",".join("DC=" + part
                           for part in os.environ["REALM"].lower().split("."))
        self.admin = self.login(os.environ["USERNAME"],
                                os.environ["PASSWORD"])
        self.alice = self.login("alice", "Secret007")

    def login(self, name, password):
        raw = raw_ldap.RawLdap(
            os.environ["SERVER"],
            "%s\\%s" % (os.environ["DOMAIN"], name), password)
        self.addCleanup(raw.close)
        return raw


class WithoutValues(Stock):
    """An attribute without values is absent."""

    def add(self, attr, times):
        """Of an account with an SPN, by who may not."""
        return self.alice.send(raw_ldap.add(
            "CN=novalues,CN=Users," + self.dn, ("objectClass", ["user"]),
            (SPN, ["foo/novalues"]), *[(attr, [])] * times))

    def test_add(self):
        for attr in READ:
            for times in (1, 2, 3):
                with self.subTest(attr=attr, times=times):
                    answer = self.add(attr, times)
                    self.assertEqual(answer.code, raw_ldap.NO_RIGHTS,
                                     answer.text)

    def test_modify(self):
        """As if nothing had been asked for, or what a delete of all is."""
        for attr in READ:
            for times in (1, 2, 3):
                with self.subTest(attr=attr, times=times):
                    answer = self.alice.send(raw_ldap.modify(
                        "CN=Guest,CN=Users," + self.dn,
                        (ADD, SPN, ["foo/novalues"]),
                        *[(ADD, attr, [])] * times))
                    self.assertEqual(answer.code, raw_ldap.NO_RIGHTS,
                                     answer.text)


class RootDse(Stock):
    """The empty DN is no object: to write to it is a command, and it is
    obeyed with an SPN beside it or without.
    """

    # what is written: what the administrator hears, and what a user
    WRITES = {
        "schemaUpdateNow": (raw_ldap.SUCCESS, OPERATIONS_ERROR),
        "noSuchThing": (raw_ldap.UNWILLING, raw_ldap.UNWILLING),
        "dNSHostName": (raw_ldap.UNWILLING, raw_ldap.UNWILLING),
        "msDS-Settings": (raw_ldap.UNWILLING, raw_ldap.UNWILLING),
    }

    def changes(self, name):
        """Alone, and with an SPN before or behind it."""
        for kind in (ADD, REPLACE):
            change = (kind, name, ["1"])
            yield [change]
            for other in (ADD, REPLACE, DELETE):
                spn = (other, SPN, ["foo/root"])
                yield [change, spn]
                yield [spn, change]

    def assert_codes(self, request, admin, alice):
        for caller, code in ((self.admin, admin), (self.alice, alice)):
            answer = caller.send(request)
            self.assertEqual(answer.code, code, answer.text)
            self.assertNotIn("spn_policy", answer.text)

    def test_modify(self):
        for name, codes in self.WRITES.items():
            for changes in self.changes(name):
                with self.subTest(changes=changes):
                    self.assert_codes(raw_ldap.modify("", *changes), *codes)

    def test_only_an_spn(self):
        for kind in (ADD, REPLACE, DELETE):
            self.assert_codes(raw_ldap.modify("", (kind, SPN, ["foo/root"])),
                              raw_ldap.UNWILLING, raw_ldap.UNWILLING)

    def test_other_operations(self):
        for request, code in (
                (raw_ldap.add("", (SPN, ["foo/root"])), NAMING_VIOLATION),
                (raw_ldap.delete(""), NO_SUCH_OBJECT),
                (raw_ldap.rename("", "CN=x"), NO_SUCH_OBJECT)):
            self.assert_codes(request, code, code)


if __name__ == "__main__":
    unittest.main()
