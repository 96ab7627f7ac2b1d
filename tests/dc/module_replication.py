# SPDX-License-Identifier: GPL-3.0-or-later
"""Two real DCs: what is wrong with replicated SPNs is logged where it arrives,
and nothing of it is refused. Runs in the environment ad_dc_pair:local.
"""

import os
import unittest

import ldb
from two_controllers import ADMIN, TwoControllers, run, until


class Replication(TwoControllers):
    def test_duplicate(self):
        """Given to two accounts on two DCs: logged on both, with both DNs."""
        one, two = self.account("one"), self.account("two")
        self.apart()
        self.first.change(one, "servicePrincipalName", ["foo/twice"])
        self.second.change(two, "servicePrincipalName", ["foo/twice"])
        for controller in self.both:
            self.assertEqual(controller.said(), [])
        self.together()
        self.exchange(self.domain)
        self.assertEqual(self.second.replicated(),
                         [("SPN-101", "foo/twice", one, two)])
        self.assertEqual(self.first.replicated(),
                         [("SPN-101", "foo/twice", two, one)])
        for controller in self.both:
            self.assertEqual([(found["action"], found["rule"], found["spn"])
                              for found in controller.as_json()],
                             [("replicated", "duplicate-spn", "foo/twice")])
            # Nothing was refused, nothing removed.
            self.assertEqual(controller.spns(one), ["foo/twice"])
            self.assertEqual(controller.spns(two), ["foo/twice"])
            self.audit_names(controller, "foo/twice", one, two)
        self.goes_on(one)

    def audit_names(self, controller, spn, *dns):
        status, said = run("spn-audit", "-H", "ldap://" + controller.fqdn,
                           ADMIN)
        self.assertEqual(status, 1, said)
        self.assertIn("SPN-101", said)
        for text in (spn, *dns):
            self.assertIn(text, said)

    def goes_on(self, dn):
        """A later change arrives by itself, in both directions."""
        for source, target in (self.both, self.both[::-1]):
            source.change(dn, "description", ["from " + source.host])
            self.assertTrue(until(lambda: target.sam.search(
                dn, ldb.SCOPE_BASE, attrs=["description"])[0].get(
                    "description", [b""])[0].decode()
                == "from " + source.host))

    def test_halves(self):
        """Each half of a pair on another DC, and on another account."""
        one, two = self.account("one"), self.account("two")
        dns = os.environ["REALM"].lower()
        self.apart()
        self.first.change(one, "servicePrincipalName", ["http/app"])
        self.second.change(two, "servicePrincipalName", ["http/app." + dns])
        self.together()
        self.exchange(self.domain)
        pair = sorted(["http/app", "http/app." + dns])
        for controller, came in ((self.second, one), (self.first, two)):
            found = controller.replicated()
            self.assertEqual(sorted((code, spn) for code, spn, *_ in found),
                             [(code, spn) for code in ("SPN-101", "SPN-303")
                              for spn in pair])
            self.assertEqual({dn for _, _, dn, _ in found}, {came})
            self.assertEqual(controller.spns(one), pair)
            self.assertEqual(controller.spns(two), pair)

    def test_silence(self):
        """What is in order arrives without a word, many accounts at once."""
        dns = [self.account("many%02d" % number) for number in range(20)]
        self.apart()
        for number, dn in enumerate(dns):
            self.first.change(dn, "servicePrincipalName",
                              ["foo/many%02d" % number,
                               "http/many%02d" % number])
        self.together()
        self.exchange(self.domain)
        self.assertEqual(len(self.second.spns(dns[19])), 3)
        self.assertEqual(self.second.said(), [])

    def test_settings(self):
        """Set on one DC, in force on the other without a restart."""
        dn = self.account("set")
        self.exchange(self.domain)
        with self.assertRaises(ldb.LdbError):
            self.second.change(dn, "servicePrincipalName", ["http://portal"])
        self.settings("set", "syntax=warn")
        self.addCleanup(self.settings, "unset", "syntax")
        self.second.mark()
        self.second.change(dn, "servicePrincipalName", ["http://portal"])
        self.assertRegex(self.second.said()[0],
                         "warned SPN-003: 'http://portal' on '%s'" % dn)

    def settings(self, *command):
        status, said = run("spn-policy", *command, "-H",
                           "ldap://" + self.first.fqdn, ADMIN)
        self.assertEqual(status, 0, said)
        self.second.pull(self.first, self.first.sam.get_config_basedn())

    def test_status(self):
        """The module says that it is there, on each DC."""
        for controller in self.both:
            status, said = run("spn-policy", "status", "-H",
                               "ldap://" + controller.fqdn, ADMIN)
            self.assertEqual(status, 0, said)
            self.assertIn("spn_policy is in force there", said)


if __name__ == "__main__":
    unittest.main()
