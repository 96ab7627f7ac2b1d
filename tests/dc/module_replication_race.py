# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of two DCs want the same SPNs before either has heard of the other.

No directory can prevent that. It must be told of: each duplicate by the audit,
and by the log of the DCs, or the log says how many it has not looked at.

Runs in the environment ad_dc_pair:local. SPN_FAULTS_PAIR_SPNS says how many SPNs
are raced for.
"""

import json
import os
import random
import re
import subprocess
import sys
import unittest

import ldb

from two_controllers import ADMIN, CONF, TwoControllers

WORKER = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "fault_worker.py")
CLIENTS = 4             # of each DC
SPNS = int(os.environ.get("SPN_FAULTS_PAIR_SPNS", "60"))
BOUND = 1200            # seconds after which anything counts as hanging


class Race(TwoControllers):
    def race(self, accounts, spns):
        """Half of the clients at each DC, all at once."""
        clients = []
        for number, dn in enumerate(accounts):
            controller = self.both[number % 2]
            clients.append(subprocess.Popen(
                [sys.executable, "-B", WORKER, "race",
                 "ldap://" + controller.fqdn, dn,
                 *random.sample(spns, len(spns))], text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE))
            self.addCleanup(clients[-1].wait, BOUND)
            self.addCleanup(clients[-1].kill)
        for client in clients:
            self.assertEqual(client.stdout.readline(), "ready\n")
        for client in clients:
            client.stdin.write("go\n")
            client.stdin.flush()
        codes = {}
        for client in clients:
            out, _ = client.communicate(timeout=BOUND)
            self.assertEqual(client.returncode, 0)
            for code, number in json.loads(out).items():
                codes[int(code)] = codes.get(int(code), 0) + number
        self.assertLessEqual(set(codes), {
            0, ldb.ERR_CONSTRAINT_VIOLATION,
            ldb.ERR_ATTRIBUTE_OR_VALUE_EXISTS})
        return codes

    def holders(self, controller, accounts, spns):
        found = {spn: set() for spn in spns}
        for dn in accounts:
            for spn in controller.spns(dn):
                found[spn].add(dn)
        return found

    def audited(self, controller):
        """SPNs that the audit of this DC reports as duplicates."""
        done = subprocess.run(
            ["spn-audit", "-s", CONF, "-H", "ldap://" + controller.fqdn,
             ADMIN, "--format=json", "--base=" + self.ou,
             "--only=duplicate-spn"], stdout=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 1)
        return {finding["spn"] for finding in
                json.loads(done.stdout)["findings"]}

    def test_race(self):
        dns = os.environ["REALM"].lower()
        spns = [spn for number in range(SPNS // 4) for spn in
                ("http/race%d" % number, "http/race%d.%s" % (number, dns))]
        spns += ["foo/race%d" % number for number in range(SPNS - len(spns))]
        accounts = [self.account("racer%d" % number)
                    for number in range(2 * CLIENTS)]
        self.apart()
        codes = self.race(accounts, spns)
        self.together()
        self.exchange(self.domain)
        self.exchange(self.domain)
        held = self.holders(self.first, accounts, spns)
        self.assertEqual(held, self.holders(self.second, accounts, spns))
        # One holder for each DC, since each DC has let in one.
        self.assertEqual({len(each) for each in held.values()}, {2})
        duplicates = set(spns)
        for controller in self.both:
            self.assertEqual(self.audited(controller), duplicates)
        named = {spn for controller in self.both
                 for code, spn, _, _ in controller.replicated()
                 if code in ("SPN-101", "SPN-104")}
        left_out = [int(number) for controller in self.both
                    for line in controller.said() for number in
                    re.findall(r"(\d+) replicated SPNs were not checked",
                               line)]
        if not left_out:
            self.assertEqual(named, duplicates)
        self.assertLessEqual(named, duplicates)
        self.assertFalse([line for controller in self.both
                          for line in controller.said()
                          if "more violations" in line])
        print("two controllers:", codes, "%d duplicates, %d in the log, "
              "%s not checked" % (len(duplicates), len(named), left_out))


if __name__ == "__main__":
    unittest.main()
