# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-audit over generated domains: all that is wrong is found, and no more.

tests/dc/violations.py makes them and says what is wrong. Once as an export, once in
the files of a controller: a copy of those of this environment (ad_dc_stock:local),
into which the accounts are written below all modules.
"""

import io
import json
import os
import shutil
import subprocess
import tempfile
import unittest
from collections import Counter

from prometheus_client.parser import text_string_to_metric_families

import controller_copy
import recipes
import violations

CONF = os.environ["SERVERCONFFILE"]
DNS = os.environ["REALM"].lower()
# (accounts, of each violation, seed, domain)
EXPORTS = [(0, 1, 0, "corp.example.com"), (500, 5, 1, "ad.example.org"),
           (500, 3, 2, "a.b.c.example.com"), (10000, 30, 3, DNS)]


def expected(domain, *without):
    return Counter((code, spn, tuple(holders))
                   for code, spn, holders in domain.truth
                   if code not in without)


class Violations(unittest.TestCase):
    maxDiff = 10000

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def audit(self, *args):
        """What it found, as expected() has it, and its codes."""
        done = subprocess.run(
            ["spn-audit", "-s", CONF, "--kdc-default-enctypes=0x18",
             "--format=json", *args], check=False,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((1, b""), (done.returncode, done.stderr))
        document = json.loads(done.stdout)
        self.assertEqual([], document["meta"]["incomplete"])
        return Counter(
            (f["code"], f["spn"],
             tuple(sorted(h["sAMAccountName"] for h in f["holders"])))
            for f in document["findings"]), {
                rule["code"] for rule in document["meta"]["rules"]}

    def same(self, wanted, found):
        self.assertEqual({}, dict(wanted - found), "missed")
        self.assertEqual({}, dict(found - wanted), "invented")

    def test_every_kind_is_planted(self):
        domain = violations.build(DNS, 0, 1, 0)
        _, codes = self.audit("--from-ldif="
                              + self.export(domain))
        self.assertEqual(codes - recipes.NOT_PLANTED,
                         {code for code, _, _ in domain.truth})

    def export(self, domain):
        path = self.path("export.ldif")
        with open(path, "w", encoding="utf-8") as stream:
            violations.write_ldif(domain, stream)
        return path

    def test_exports(self):
        for accounts, each, seed, dns in EXPORTS:
            with self.subTest(accounts=accounts, seed=seed, dns=dns):
                domain = violations.build(dns, accounts, each, seed)
                found, _ = self.audit("--from-ldif=" + self.export(domain))
                self.same(expected(domain), found)

    def test_same_arguments_same_export(self):
        texts = []
        for _ in range(2):
            stream = io.StringIO()
            violations.write_ldif(violations.build(DNS, 20, 1, 7), stream)
            texts.append(stream.getvalue())
        self.assertEqual(*texts)

    def metrics(self, export):
        """As Prometheus itself reads them: {name: {labels: value}}."""
        done = subprocess.run(
            ["spn-audit", "-s", CONF, "--format=prometheus",
             "--from-ldif=" + export], check=False,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual((1, ""), (done.returncode, done.stderr))
        found = {}
        for family in text_string_to_metric_families(done.stdout):
            for sample in family.samples:
                key = frozenset(sample.labels.items())
                values = found.setdefault(sample.name, {})
                self.assertNotIn(key, values, "said twice")
                values[key] = sample.value
        return found

    def test_prometheus(self):
        domain = violations.build(DNS, 50, 2, 5)
        found = self.metrics(self.export(domain))
        by_code = Counter()
        for labels, value in found["spn_audit_findings"].items():
            by_code[dict(labels)["code"]] += int(value)
        self.assertEqual(Counter(code for code, _, _ in domain.truth),
                         +by_code)
        self.assertEqual([0], list(found["spn_audit_incomplete"].values()))

    def test_prometheus_label(self):
        """A domain's name is the one text that somebody else chose."""
        path = self.export(violations.build("qq.example.com", 0, 1, 0))
        with open(path, encoding="utf-8") as stream:
            text = stream.read().replace("DC=qq,", 'DC=q\\"}\\\\q,')
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        info, = self.metrics(path)["spn_audit_info"]
        self.assertEqual('q"}\\q.example.com', dict(info)["domain"])

    # ----------------------------------------------------------- a directory

    def test_directory(self):
        sam, samdb = controller_copy.copy(self.folder)
        domain = violations.build(DNS, 1000, 3, 4, samdb.get_domain_sid())
        controller_copy.write(domain, sam, samdb)
        for options in ((), ("--option=spn_audit:through modules=yes",)):
            with self.subTest(options=options):
                found, _ = self.audit("-H", sam, *options)
                self.same(expected(domain, "SPN-203", "SPN-204"),
                          self.without_controller(found))

    def without_controller(self, found):
        """The controller has findings of its own."""
        return Counter({
            key: number for key, number in found.items()
            if not any(name.startswith(("ADDC", "dns-", "krbtgt"))
                       for name in key[2])})


if __name__ == "__main__":
    unittest.main()
