# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-policy status tells what the samba does that runs, and not only what it
should do.

Runs in the environment ad_dc:local. What is changed below samba is a copy of
the DC, with a samba of its own.
"""

import os
import subprocess
import time
import unittest

import ldb

from module_outages import ADDRESS
from module_state import IDLE, Another


class Running(Another):
    # These belong to module_state.
    test_mode_of_the_running_one = test_another_file = None
    test_another_list = test_refuses_to_start = None

    def status(self, conf, *args, code=0):
        """The text; conf is that of the server that runs."""
        done = subprocess.run(
            ["spn-policy", "status", "-s", conf, *args],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(code, done.returncode, done.stdout + done.stderr)
        return done.stdout

    def test_mode(self):
        conf, _ = self.begin()
        self.assertRegex(self.status(conf),
                         "running +samba does not answer: ")
        self.option(conf, "spn_policy:mode = audit")
        samba = self.start(conf)
        text = self.status(conf)
        self.assertRegex(text, "running +audit, since 20")
        self.assertNotIn("PROBLEM", text)
        # No user and no password has a part in it.
        self.assertIn("running       audit", self.status(
            conf, "-UAdministrator%wrong"))
        # What smb.conf says now is not in force.
        with open(conf, "a", encoding="utf-8") as stream:
            stream.write("spn_policy:mode = enforce\n")
        os.utime(conf, (time.time() + 5,) * 2)
        text = self.status(conf, code=1)
        self.assertRegex(text, "running +audit, ")
        self.assertRegex(text, "PROBLEM: the samba that runs: .*smb.conf")
        # Changed, and the mode is the same: nothing is wrong.
        with open(conf, "a", encoding="utf-8") as stream:
            stream.write("spn_policy:mode = audit\n")
        os.utime(conf, (time.time() + 9,) * 2)
        self.assertNotIn("PROBLEM", self.status(conf))
        # A word that is none means enforce.
        with open(conf, "a", encoding="utf-8") as stream:
            stream.write("spn_policy:mode = Audit\n")
        os.utime(conf, (time.time() + 9,) * 2)
        self.assertIn("PROBLEM: the samba that runs: ",
                      self.status(conf, code=1))
        self.kill(samba)

    def test_file(self):
        conf, _ = self.begin()
        self.start(conf)
        path = os.path.join(self.folder, "spn_policy.so")
        self.assertNotIn("PROBLEM", self.status(conf))
        os.utime(path)
        self.assertRegex(self.status(conf, code=1),
                         "PROBLEM: the samba that runs: .*another file")

    def test_without(self):
        """Taken off the list: who connects now has no module; with it on
        the list again, all is well."""
        conf, sam = self.begin()
        self.start(conf)
        raw = ldb.Ldb(sam, options=["modules:"])

        def write(modules):
            raw.modify(ldb.Message.from_dict(
                raw, {"dn": "@MODULES", "@LIST": modules},
                ldb.FLAG_MOD_REPLACE))

        write("samba_dsdb")
        text = self.status(conf, code=1)
        self.assertRegex(text, "running +absent\n")
        self.assertIn("\nPROBLEM: spn_policy is not enabled", text)
        write("spn_policy,samba_dsdb")
        self.assertNotIn("PROBLEM", self.status(conf))

    def test_idle(self):
        """One more reason than a module that is not there: exit status 1, by
        what this program loads and by what samba says."""
        conf, _ = self.begin(IDLE)
        self.start(conf)
        text = self.status(conf, code=1)
        self.assertRegex(text, "running +idle, since 20")
        self.assertRegex(text, "PROBLEM: the module is idle and does nothing: "
                               ".*ldb .*Remedy: ")
        self.assertIn("PROBLEM: the samba that runs: ", text)

    def test_over_ldap(self):
        """The same from another machine, for who may log on."""
        conf, _ = self.begin()
        self.option(conf, "spn_policy:mode = audit")
        self.start(conf)
        login = ["-H", "ldap://" + ADDRESS, "-U%s%%%s" % (
            os.environ["USERNAME"], os.environ["PASSWORD"])]
        self.assertRegex(self.status(conf, *login), "running +audit, since")


del Another

if __name__ == "__main__":
    unittest.main()
