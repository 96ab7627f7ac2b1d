# SPDX-License-Identifier: GPL-3.0-or-later
"""SPN-704 beside real tickets: what kvno gets from the KDC of this release,
whatever that is, for accounts with all kinds of msDS-SupportedEncryptionTypes.

Runs in ad_dc_stock:local and ad_dc:local. Over LDAP the audit knows what the
KDC takes by default only from a module; by itself where it runs on the DC.
"""

import json
import os
import subprocess
import tempfile
import unittest

import ldb

from commands import run
from module_write_paths import (CONF, WritePaths, admin_credentials, over_ldap)
from ticket_types import log_on, ticket_type

TYPES = (None, 0x3, 0x4, 0x8, 0x10, 0x18, 0x1c, 0x1f, 0x20, 0x24, 0x40)
DES_ONLY = 0x200000
HAS_MODULE = "LDB_MODULES_PATH" in os.environ
REMOTE = ["--url=ldap://" + os.environ["SERVER"],
          "-U%s%%%s" % (os.environ["USERNAME"], os.environ["PASSWORD"])]


class TicketTypes(WritePaths):
    def setUp(self):
        super().setUp()
        self.sam = over_ldap(admin_credentials())
        self.accounts = {}
        for types in TYPES:
            self.account("types%s" % types, "user", types, 0x200)
        self.account("des", "user", None, 0x200 | DES_ONLY)
        self.account("des24", "user", 0x18, 0x200 | DES_ONLY)
        # A joined machine has types of its own; this one has none.
        self.account("pc-none", "computer", None, 0x1000)
        self.account("pc-rc4", "computer", 0x4, 0x1000)

    def account(self, name, kind, types, control):
        dn = "CN=%s,%s" % (name, self.ou)
        sam = name + "$" if kind == "computer" else name
        message = {"dn": dn, "objectClass": kind, "sAMAccountName": sam,
                   "unicodePwd": '"Secret007-more"'.encode("utf-16-le"),
                   "userAccountControl": str(control),
                   "servicePrincipalName": "foo/" + name}
        if types is not None:
            message["msDS-SupportedEncryptionTypes"] = str(types)
        self.sam.add(message)
        self.accounts[dn.lower()] = "foo/" + name

    def tickets(self):
        with tempfile.TemporaryDirectory() as folder:
            cache = os.path.join(folder, "cc")
            log_on(cache)
            return {dn: ticket_type(spn, cache)
                    for dn, spn in self.accounts.items()}

    def found(self, *options):
        """{DN: severity}"""
        done = json.loads(run("spn-audit", "--only=SPN-704", "--format=json",
                              "--min-severity=info", *options, code=(0, 1)))
        return {account["dn"].lower(): finding["severity"]
                for finding in done["findings"]
                for account in finding["holders"]
                if account["dn"].lower() in self.accounts}

    def right(self, tickets):
        right = {}
        for dn, ticket in tickets.items():
            if ticket is None:
                right[dn] = "error"
            elif "arcfour" in ticket:
                right[dn] = "warning"
            else:
                self.assertRegex(ticket, "^aes")
        return right

    def test_beside_klist(self):
        tickets = self.tickets()
        right = self.right(tickets)
        self.assertEqual(self.found("--configfile=" + CONF), right)
        print("tickets: %s" % {self.accounts[dn]: ticket
                               for dn, ticket in sorted(tickets.items())})
        if not HAS_MODULE:
            # Nobody says it: then nothing is said of those without types.
            for name in "types%s" % None, "pc-none":
                right.pop(("CN=%s,%s" % (name, self.ou)).lower(), None)
        self.assertEqual(self.found(*REMOTE), right)

    def test_what_is_told(self):
        for types, severity in (("rc4-hmac", "warning"),
                                ("aes128-cts, AES256-CTS", None),
                                ("0x24", "warning"), ("36", "warning"),
                                ("0x18", None), ("0x20", "error")):
            found = self.found("--kdc-default-enctypes=" + types, *REMOTE)
            dn = ("CN=pc-none," + self.ou).lower()
            self.assertEqual(found.get(dn), severity, types)

    def test_smb_conf(self):
        """It is not set here; where it is, it counts before the release."""
        for line, severity in (("rc4-hmac", "warning"), ("0x18", None)):
            found = self.found(
                "--configfile=" + CONF,
                "--option=kdc default domain supported enctypes=" + line)
            dn = ("CN=pc-none," + self.ou).lower()
            self.assertEqual(found.get(dn), severity, line)

    def test_nonsense(self):
        for text in "", "aes", "0x", "-1", "rc4-hmac aes512", "0xg", ",":
            for option in ("--kdc-default-enctypes=",
                           "--option=spn_audit:kdc default enctypes="):
                if text == "" and option.startswith("--option"):
                    continue
                done = subprocess.run(
                    ["spn-audit", option + text, *REMOTE], check=False,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertRegex(done.stderr, "kdc.default.enctypes")


if __name__ == "__main__":
    unittest.main()
