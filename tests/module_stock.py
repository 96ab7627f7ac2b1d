# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to which a DC with the module answers as one without.

Runs in the environments ad_dc:local and ad_dc_stock:local, with the same
expectations: what stock Samba says. docs/roads.md lists them.
"""

import os
import unittest

import raw_ldap
from raw_ldap import ADD

SPN = "servicePrincipalName"
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


if __name__ == "__main__":
    unittest.main()
