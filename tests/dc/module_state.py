# SPDX-License-Identifier: GPL-3.0-or-later
"""What a DC says of its module in the rootDSE, and to whom; and a module that
does not know the ldb that has loaded it.

Runs in the environment ad_dc:local. What is changed below samba is a copy of
the DC, with a samba of its own.
"""

import os
import re
import shutil
import subprocess
import time
import unittest

import ldb

from module_outages import ADDRESS
from module_write_paths import (LP, WritePaths, admin_credentials, credentials,
                                over_ldap)
import module_outages

NAME = "spnPolicyState"
STATE = re.compile(r"version=\S+ ldb=\d+\.\d+\.\d+ state=(\w+) "
                   r"since=(\d{14})\.0Z restart=(\S+) tickets=0x(?:4|18)\Z")
BUILD = os.path.dirname(os.environ["LDB_MODULES_PATH"])
IDLE = os.path.join(BUILD, "tests", "idle")
SERVER = os.environ["SERVER"]


def root_dse(sam, *names):
    return sam.search("", ldb.SCOPE_BASE, attrs=list(names))[0]


def state_of(sam):
    """(state, since, restart)"""
    values = root_dse(sam, NAME)[NAME]
    assert len(values) == 1, values
    found = STATE.match(str(values[0]))
    assert found, str(values[0])
    return found.groups()


class WhoIsTold(WritePaths):
    def test_users(self):
        for creds in admin_credentials(), credentials("alice", "Secret007"):
            state, since, restart = state_of(over_ldap(creds))
            self.assertEqual(state, "enforce")
            self.assertEqual(restart, "no")
            self.assertLessEqual(since, time.strftime("%Y%m%d%H%M%S",
                                                      time.gmtime()))

    def test_not_without_a_name(self):
        sam = over_ldap(credentials("alice", "Secret007"))
        for names in ["*"], ["+"], ["*", "+"], [], ["supportedControl"]:
            found = root_dse(sam, *names)
            self.assertNotIn(NAME.lower(), [name.lower() for name in found])
        found = root_dse(sam, NAME.upper(), "dnsHostName")
        self.assertIn(NAME.lower(), [name.lower() for name in found])
        self.assertIn("dnsHostName", found)
        # Of the rootDSE only.
        found = sam.search(sam.domain_dn(), ldb.SCOPE_BASE, attrs=[NAME])
        self.assertNotIn(NAME, found[0])

    def test_nobody_else(self):
        command = ["ldapsearch", "-x", "-LLL", "-H", "ldap://" + SERVER,
                   "-b", "", "-s", "base"]
        for names in [NAME], [NAME, "dnsHostName"], ["*", "+", NAME]:
            done = subprocess.run(command + names, stdout=subprocess.PIPE,
                                  text=True, check=True)
            self.assertNotIn(NAME.lower(), done.stdout.lower())
        self.assertIn("dn:", done.stdout)


class Another(module_outages.OwnSamba):
    """A samba whose surroundings change under it."""

    def begin(self, folder=os.environ["LDB_MODULES_PATH"]):
        """Its conf and sam.ldb; the module is a copy from that folder."""
        self.folder = os.path.join(self.work, "modules")
        shutil.copytree(folder, self.folder)
        self.addCleanup(os.environ.__setitem__, "LDB_MODULES_PATH",
                        os.environ["LDB_MODULES_PATH"])
        os.environ["LDB_MODULES_PATH"] = self.folder
        return self.configure()

    def option(self, conf, line):
        with open(conf, "a", encoding="utf-8") as stream:
            stream.write(line + "\n")
        # The parameter is of the section that is open: [global].
        os.utime(conf, (time.time() - 60,) * 2)

    def connect(self):
        return module_outages.SamDB(url="ldap://" + ADDRESS, lp=LP,
                                    credentials=admin_credentials())

    def state(self):
        return state_of(self.connect())

    def log(self):
        with open(os.path.join(self.work, "samba.log"),
                  encoding="utf-8") as log:
            return log.read()

    def test_mode_of_the_running_one(self):
        conf, sam = self.begin()
        self.option(conf, "spn_policy:mode = audit")
        samba = self.start(conf)
        self.assertEqual(self.state()[::2], ("audit", "no"))
        # What smb.conf says now is not in force.
        with open(conf, "a", encoding="utf-8") as stream:
            stream.write("spn_policy:mode = enforce\n")
        os.utime(conf, (time.time() + 5,) * 2)
        self.assertEqual(self.state()[::2], ("audit", "smb.conf"))
        self.kill(samba)
        os.utime(conf, (time.time() - 60,) * 2)
        self.start(conf)
        self.assertEqual(self.state()[::2], ("enforce", "no"))

    def test_another_file(self):
        conf, sam = self.begin()
        samba = self.start(conf)
        self.assertEqual(self.state()[2], "no")
        path = os.path.join(self.folder, "spn_policy.so")
        shutil.copy2(path, path + ".new")
        os.rename(path + ".new", path)
        self.assertEqual(self.state()[2], "module-file")
        os.rename(path, path + ".gone")
        self.assertEqual(self.state()[2], "module-file")
        os.rename(path + ".gone", path)
        self.kill(samba)
        self.start(conf)
        self.assertEqual(self.state()[2], "no")

    def test_another_list(self):
        conf, sam = self.begin()
        self.start(conf)
        # Opened before; who comes later has the new list.
        connected = self.connect()
        raw = ldb.Ldb(sam, options=["modules:"])
        for modules, restart in (("samba_dsdb", "module-list"),
                                 ("lazy,spn_policy,samba_dsdb", "module-list"),
                                 ("spn_policy2,samba_dsdb", "module-list"),
                                 ("spn_policy,samba_dsdb", "no")):
            raw.modify(ldb.Message.from_dict(
                raw, {"dn": "@MODULES", "@LIST": modules},
                ldb.FLAG_MOD_REPLACE))
            self.assertEqual(state_of(connected)[2], restart, modules)

    def test_idle(self):
        conf, sam = self.begin(IDLE)
        self.start(conf)
        self.assertEqual(self.state()[::2], ("idle", "no"))
        first = self.log().count("spn_policy: IDLE, nothing is checked or "
                                 "refused on this DC: ldb ")
        self.assertGreater(first, 0)
        for number in range(20):
            self.state()
        # One more than the first, should another process have taken over.
        self.assertLessEqual(self.log().count("IDLE"), first + 1)
        # It does nothing: half of a pair stays one.
        connected = self.connect()
        dn = "CN=idle," + self.ou
        connected.add({"dn": dn, "objectClass": "user",
                       "servicePrincipalName": "http/idle"})
        found = connected.search(dn, ldb.SCOPE_BASE,
                                 attrs=["servicePrincipalName"])
        self.assertEqual([str(each) for each in
                          found[0]["servicePrincipalName"]], ["http/idle"])

    def test_refuses_to_start(self):
        conf, sam = self.begin(IDLE)
        self.option(conf, "spn_policy:on-unknown-ldb = refuse-to-start")
        with self.assertRaises(AssertionError):
            self.start(conf)
        self.assertIn("spn_policy: refuses to start: ldb ", self.log())


if __name__ == "__main__":
    unittest.main()
