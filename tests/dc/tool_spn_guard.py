# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-guard on a copy of a DC's database: whatever has become of the module,
sam.ldb opens afterwards as samba opens it; and what is not the guard's business
stays as it is.

Runs as tool_spn_policy does, with the damages of tool_spn_policy_damage. Under a
systemd it is tried by tests/systemd/guard_faults.py.
"""

import os
import shutil
import subprocess
import unittest

import ldb

from tool_spn_policy import BINDIR, CONF, MODULES, NEW, OLD
from tool_spn_policy_damage import DAMAGES, NAME, Damaged

IDLE = os.path.join(BINDIR, "tests", "idle")
MARK = "@SPNGUARD"


class Guard(Damaged):
    def setUp(self):
        super().setUp()
        self.nothing = os.path.join(self.private, "nothing")
        os.mkdir(self.nothing)
        self.environment = dict(os.environ, LDB_MODULES_PATH=self.folder)
        self.environment.pop("JOURNAL_STREAM", None)

    # What Damaged tries is tried there.
    test_folder_that_was_named = test_folder_of_ldb = None
    test_which_file_and_what_to_do = None

    def start(self, *arguments, conf=("--configfile", CONF)):
        """The guard, and what it says."""
        done = subprocess.run(
            ["spn-guard", *conf, "--option=private dir=" + self.private,
             *arguments], env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            check=False, timeout=120)
        self.assertEqual(done.stdout, "")
        return done.returncode, "".join(
            line for line in done.stderr.splitlines(True)
            if not line.startswith("ldb: "))

    def install(self, source=MODULES):
        self.damage("gone", self.nothing)
        shutil.copy(os.path.join(source, NAME), self.folder)

    def mark(self):
        found = self.bare().search("@MODULES", ldb.SCOPE_BASE, attrs=[MARK])
        return str(found[0][MARK][0]) if MARK in found[0] else None

    def opens(self):
        """As samba would, without care for what lies in the folder."""
        done = subprocess.run(
            ["ldbsearch", "-s", "base", "-b", "", "-H", self.url,
             "--configfile=" + CONF, "dnsHostName"], env=self.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False, timeout=120)
        return done.returncode == 0

    def test_all_is_well(self):
        self.install()
        before = self.mark(), self.list()
        self.assertEqual(self.start(), (0, ""))
        self.assertEqual((self.mark(), self.list()), before)

    def test_each_damage_and_the_way_back(self):
        for name in DAMAGES:
            with self.subTest(name):
                self.install()
                self.good("enable")
                self.damage(name, self.nothing)
                code, said = self.start()
                self.assertEqual(code, 1, said)
                self.assertIn("was taken off the list of modules", said)
                self.assertEqual(self.list(), OLD)
                self.assertTrue(self.opens())
                self.assertRegex(self.mark(), r"^20\d{12}\.0Z .*" + NAME)
                code, said = self.start()
                self.assertEqual(code, 1, said)
                self.assertIn("is still off the list", said)
                status = self.run_tool([], "status",
                                       LDB_MODULES_PATH=self.folder)
                self.assertIn("PROBLEM: spn-guard took spn_policy off",
                              status.out)
                self.assertEqual(status.code, 1)
                self.install()
                code, said = self.start()
                self.assertEqual(code, 0, said)
                self.assertIn("is back on the list", said)
                self.assertEqual((self.list(), self.mark()), (NEW, None))

    def test_an_administrator_decides(self):
        for command, wanted in ("disable", OLD), ("enable", NEW):
            self.install()
            self.good("enable")
            self.damage("gone", self.nothing)
            self.start()
            self.assertIsNotNone(self.mark())
            self.good(command)
            self.assertIsNone(self.mark())
            self.install()
            self.assertEqual(self.start(), (0, ""))
            self.assertEqual(self.list(), wanted)

    def test_a_file_that_nobody_wants_any_more(self):
        """It kills samba, too."""
        self.good("disable")
        self.damage("half", self.nothing)
        self.assertFalse(self.opens())
        code, said = self.start()
        self.assertEqual(code, 1)
        self.assertIn(".damaged", said)
        self.assertTrue(self.opens())
        self.assertEqual((self.list(), self.mark()), (OLD, None))

    def test_another_module_is_missing(self):
        for names in "spn_policy,nosuch,samba_dsdb", "nosuch,samba_dsdb":
            self.damage("gone", self.nothing)
            self.write_list(names)
            code, said = self.start()
            self.assertEqual(self.list(), names)
            self.assertIsNone(self.mark())
            if NAME[:-3] in names:
                self.assertEqual(code, 2)
                self.assertIn("does not open, also without", said)

    def test_no_controller(self):
        os.unlink(self.url)
        self.assertEqual(self.start(), (0, ""))

    def test_idle(self):
        """Said at each start, and left alone; it comes back as well."""
        self.install(IDLE)
        self.write_list(NEW)
        for _ in range(2):
            code, said = self.start()
            self.assertEqual(code, 1)
            self.assertIn("spn_policy is idle", said)
            self.assertEqual((self.list(), self.mark()), (NEW, None))
        self.damage("gone", self.nothing)
        self.start()
        self.assertEqual(self.list(), OLD)
        self.install(IDLE)
        code, said = self.start()
        self.assertIn("is back on the list", said)
        self.assertIn("spn_policy is idle", said)
        self.assertEqual((code, self.list()), (1, NEW))

    def test_refuses_as_smb_conf_wants_it(self):
        option = "--option=spn_policy:on-unknown-ldb=refuse-to-start"
        self.install(IDLE)
        self.write_list(NEW)
        code, said = self.start(option)
        self.assertEqual(code, 2)
        self.assertIn("as smb.conf wants it", said)
        self.assertEqual((self.list(), self.mark()), (NEW, None))

    def test_options_of_samba(self):
        """Those that it does not know keep it from nothing."""
        for conf in (["-s", CONF], ["-s" + CONF], ["--configfile=" + CONF]):
            self.install()
            self.good("enable")
            self.damage("gone", self.nothing)
            code, _ = self.start("--foreground", "-M", "single", "-d3",
                                 conf=conf)
            self.assertEqual((code, self.list()), (1, OLD))

    def test_priority_for_the_journal(self):
        self.damage("gone", self.nothing)
        self.environment["JOURNAL_STREAM"] = "8:1"
        self.assertRegex(self.start()[1], "^<2>spn-guard: ")
        self.install()
        self.assertRegex(self.start()[1], "^<5>spn-guard: ")

    def test_a_locked_database(self):
        """Somebody writes and does not end: samba waits no longer for us."""
        self.damage("gone", self.nothing)
        writer = self.bare()
        writer.transaction_start()
        code, said = self.start()
        writer.transaction_cancel()
        self.assertEqual(code, 2)
        self.assertIn("took too long", said)
        self.assertEqual((self.list(), self.mark()), (NEW, None))

    def test_a_database_that_nobody_may_read(self):
        """The module is not blamed for it."""
        self.install()
        writer = self.bare()
        writer.transaction_start()
        message = ldb.Message(ldb.Dn(writer, "@TRIAL"))
        message["a"] = "b"
        writer.add(message)
        writer.transaction_prepare_commit()
        code, said = self.start()
        writer.transaction_cancel()
        self.assertEqual(code, 2)
        self.assertIn("took too long", said)
        self.assertEqual(os.listdir(self.folder), [NAME])


del Damaged


if __name__ == "__main__":
    unittest.main()
