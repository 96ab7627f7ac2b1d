# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-audit: names that DNS leads to a computer, as samba-tool makes them."""

import json
import os
import subprocess
import unittest

from commands import run

SERVER = os.environ["SERVER"]
DNS = os.environ["REALM"].lower()
DOMAIN = "DC=" + DNS.replace(".", ",DC=")
LOGIN = "-U%s%%%s" % (os.environ["USERNAME"], os.environ["PASSWORD"])
RECORDS = (
    ("anas", "A", "10.9.0.1"),
    ("anas", "AAAA", "fd00::9:1"),
    ("afiles", "CNAME", "anas." + DNS),
    ("ashare", "A", "10.9.0.1"),
    ("asix", "AAAA", "fd00::9:1"),
    ("astray", "A", "10.9.0.2"),
    ("aaway", "CNAME", "astray." + DNS),
)
# Of each, the first that an audit says it of.
SPNS = {"HOST/anas": None, "HOST/anas." + DNS: None,
        "cifs/afiles": "SPN-408", "cifs/afiles." + DNS: None,
        "cifs/ashare." + DNS: "SPN-408", "HOST/asix": "SPN-408",
        "cifs/astray." + DNS: "SPN-403", "cifs/aaway": "SPN-403"}


def dns(verb, record):
    run("samba-tool", "dns", verb, SERVER, DNS, *record, LOGIN)


class Aliases(unittest.TestCase):
    def setUp(self):
        url = "ldap://" + SERVER
        run("samba-tool", "computer", "create", "anas", "-H", url, LOGIN)
        self.addCleanup(run, "samba-tool", "computer", "delete", "anas",
                        "-H", url, LOGIN)
        for record in RECORDS:
            dns("add", record)
            self.addCleanup(dns, "delete", record)
        changes = "".join("servicePrincipalName: %s\n" % spn for spn in SPNS)
        subprocess.run(
            ["ldbmodify", "-H", url, LOGIN], check=True,
            stdout=subprocess.DEVNULL, input=(
                "dn: CN=anas,CN=Computers,%s\nchangetype: modify\n"
                "replace: dNSHostName\ndNSHostName: anas.%s\n-\n"
                "replace: servicePrincipalName\n%s" % (DOMAIN, DNS, changes)
            ).encode())

    def said(self, *options):
        report = json.loads(run(
            "spn-audit", "-H", "ldap://" + SERVER, LOGIN, "--only=hosts",
            "--account=anas$", "--format=json", *options, code=(0, 1)))
        return {(finding["spn"], finding["code"])
                for finding in report["findings"]}

    def test_they_are_told_from_other_names(self):
        wanted = {(spn, code) for spn, code in SPNS.items() if code}
        self.assertEqual(wanted, self.said())
        self.assertEqual(wanted, self.said("--check-dns"))
