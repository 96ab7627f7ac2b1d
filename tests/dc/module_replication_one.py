# SPDX-License-Identifier: GPL-3.0-or-later
"""Two real DCs, the module on the first only: it says what the other one has
let in. Runs in the environment ad_dc_pair_one:local.
"""

import os
import unittest

from two_controllers import ADMIN, TwoControllers, run


class OneOfTwo(TwoControllers):
    def test_half(self):
        """The other DC completes no pair; the half that arrives is logged."""
        dn = self.account("half")
        self.apart()
        self.second.change(dn, "servicePrincipalName", ["http/half"])
        self.together()
        self.exchange(self.domain)
        self.assertEqual([(code, spn, on) for code, spn, on, _
                          in self.first.replicated()],
                         [("SPN-302", "http/half", dn)])
        self.assertEqual(self.first.spns(dn), ["http/half"])
        self.assertEqual(self.second.said(), [])

    def test_pair(self):
        """What the module has completed arrives at the other DC."""
        dn = self.account("pair")
        self.apart()
        self.first.change(dn, "servicePrincipalName", ["http/pair"])
        self.together()
        self.exchange(self.domain)
        self.assertEqual(self.second.spns(dn), [
            "http/pair", "http/pair." + os.environ["REALM"].lower()])

    def test_status(self):
        """Which of the two has the module can be seen over LDAP."""
        for controller, has in zip(self.both, (True, False)):
            _, said = run("spn-policy", "status", "-H",
                          "ldap://" + controller.fqdn, ADMIN)
            self.assertEqual("is in force there" in said, has, said)


if __name__ == "__main__":
    unittest.main()
