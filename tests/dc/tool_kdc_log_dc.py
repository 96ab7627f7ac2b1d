# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read out of the log of this very DC is what clients have asked it.

Runs in ad_dc_stock:local. smbcontrol raises the log level of a running DC, and
only what is written from then on is read.
"""

import json
import os
import subprocess
import tempfile
import time
import unittest

import samba
from samba import param
from samba.auth import system_session
from samba.samdb import SamDB

from commands import run
from rows_directory import raw_path

BUILD = os.environ.get("SPN_POLICY_BUILD", "bin")
SAY = os.path.join(BUILD, "tests", "say_kdc_log")
REALM = os.environ["REALM"]
DOMAIN = REALM.lower()
SERVER = os.environ["SERVER"]
LOG = os.environ["SMBD_TEST_LOG"]
CONF = os.environ["SERVERCONFFILE"]
LP = param.LoadParm(CONF)
SAM = LP.private_path("sam.ldb")
PASSWORD = "Secret007"
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
# msDS-SupportedEncryptionTypes
RC4_ONLY, AES_ONLY = "4", "24"


def debug(level):
    run("smbcontrol", "--configfile=" + CONF, "all", "debug", level)


def setUpModule():
    samdb = SamDB(url=SAM, lp=LP, session_info=system_session())
    for name, types in ("rc4", RC4_ONLY), ("aes", AES_ONLY), ("two", AES_ONLY):
        dn = "CN=log-%s,CN=Users,%s" % (name, samdb.domain_dn())
        samdb.add({"dn": dn, "objectClass": "user",
                   "sAMAccountName": "log-" + name,
                   "userAccountControl": "512",
                   "msDS-SupportedEncryptionTypes": types,
                   "unicodePwd": ("\"%s\"" % PASSWORD).encode("utf-16-le"),
                   "servicePrincipalName": "HTTP/%s.%s" % (name, DOMAIN)})
    samdb.newcomputer("LOGCN")
    # Below all modules: no other way makes two holders.
    raw = samba.Ldb(raw_path(SAM), lp=LP)
    for name in "two", "aes":
        message = samba.ldb.Message(samba.ldb.Dn(
            raw, "CN=log-%s,CN=Users,%s" % (name, samdb.domain_dn())))
        message["spn"] = samba.ldb.MessageElement(
            "HTTP/aes2." + DOMAIN, samba.ldb.FLAG_MOD_ADD,
            "servicePrincipalName")
        raw.modify(message)


class KdcLog(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name

    def setUp(self):
        self.start = os.path.getsize(LOG)

    def client(self, who):
        """The environment of a client that has just logged on."""
        env = dict(os.environ, KRB5CCNAME="FILE:" + os.path.join(
            self.folder, who))
        subprocess.run(["kinit", "%s@%s" % (who, REALM)], env=env, check=True,
                       input=PASSWORD, text=True, stdout=subprocess.DEVNULL)
        return env

    def ask(self, env, name):
        """kvno with a ticket cache that has no ticket for that yet."""
        done = subprocess.run(["kvno", "%s@%s" % (name, REALM)], env=env,
                              check=False, **QUIET)
        return done.returncode == 0

    def read(self):
        with open(LOG, "rb") as stream:
            stream.seek(self.start)
            done = subprocess.run([SAY], stdin=stream, check=True,
                                  stdout=subprocess.PIPE)
        return json.loads(done.stdout)

    def names(self):
        return {each["spn"]: each for each in self.read()["names"]}

    def counts(self, name):
        each = self.names()[name]
        return (each["requests"], each["failed"], each["error"],
                each["num_clients"], each["rc4"])

    def level(self, level):
        """Set, and the KDC has taken it up."""
        self.addCleanup(debug, "1 kerberos:1 auth_json_audit:1")
        debug(level)
        for _ in range(50):
            before = os.path.getsize(LOG)
            self.client("alice")
            if (os.path.getsize(LOG) > before) == (":3" in level):
                return
            time.sleep(0.1)
        self.fail("samba does not log as it was told to: " + level)


class Asked(KdcLog):
    def setUp(self):
        self.level("1 kerberos:3")
        super().setUp()

    def test_counts(self):
        """MIT's library asks twice for a name that is not known."""
        alice, bob = self.client("alice"), self.client("bob")
        for name, is_known, counts in (
                ("HTTP/rc4." + DOMAIN, True, (2, 0, 0, 2, True)),
                ("HTTP/aes." + DOMAIN, True, (2, 0, 0, 2, False)),
                ("HTTP/none." + DOMAIN, False, (4, 4, 7, 2, False)),
                ("HTTP/aes.%s:8080" % DOMAIN, False, (4, 4, 7, 2, False)),
                # A computer without a password, by its CN.
                ("host/logcn." + DOMAIN, False, (4, 4, 14, 2, False)),
                # By an alias.
                ("HTTP/%s.%s" % (SERVER, DOMAIN), True,
                 (2, 0, 0, 2, False)),
                ("HTTP/a\nb", False, (4, 4, 7, 2, False)),
                ("HTTP/a b", False, (4, 4, 7, 2, False)),
                ("HTTP/b\xfccher." + DOMAIN, False, (4, 4, 7, 2, False))):
            with self.subTest(name):
                for env in alice, bob:
                    self.assertEqual(self.ask(env, name), is_known)
                self.assertEqual(self.counts(name), counts)
        each = self.names()["HTTP/none." + DOMAIN]
        self.assertEqual(each["clients"], ["alice@" + REALM, "bob@" + REALM])
        self.assertEqual((each["realm"], each["num_addresses"]), (REALM, 1))

    def test_two_holders(self):
        self.assertFalse(self.ask(self.client("alice"), "HTTP/aes2." + DOMAIN))
        self.assertEqual(self.counts("HTTP/aes2." + DOMAIN),
                         (2, 2, 7, 1, False))

    def test_case(self):
        """One name, as it came first."""
        env = self.client("alice")
        self.ask(env, "HTTP/Case." + DOMAIN)
        self.ask(env, "http/CASE." + DOMAIN)
        names = self.names()
        self.assertEqual(names["HTTP/Case." + DOMAIN]["requests"], 4)
        self.assertNotIn("http/CASE." + DOMAIN, names)

    def test_long(self):
        """Samba breaks such a line."""
        env = self.client("alice")
        self.ask(env, "HTTP/" + 5000 * "x")
        self.ask(env, "HTTP/none")
        log = self.read()
        self.assertEqual(log["dropped"], 2)
        self.assertEqual([each["requests"] for each in log["names"]
                          if each["failed"]], [2])

    def test_logon_for_a_service(self):
        for name, failed in ("HTTP/aes." + DOMAIN, 0), ("HTTP/x", 1):
            subprocess.run(["kinit", "-S", name, "alice@" + REALM],
                           input=PASSWORD, text=True, check=False,
                           env=dict(os.environ, KRB5CCNAME="MEMORY:x"),
                           **QUIET)
            self.assertEqual(self.counts(name)[:2], (1, failed))
        self.assertEqual({each["error"] for each in self.read()["names"]
                          if each["failed"]}, {7})

    def test_samba_itself(self):
        run("samba-tool", "user", "list", "--use-kerberos=required",
            "-Ualice%" + PASSWORD, "-H", "ldap://%s.%s" % (SERVER, DOMAIN))
        self.assertGreaterEqual(
            self.names()["ldap/%s.%s" % (SERVER, DOMAIN)]["requests"], 1)


class Json(KdcLog):
    def test_audit(self):
        """Since 4.19; before, a DC does not write it."""
        self.level("1 kerberos:1 auth_json_audit:3")
        super().setUp()
        self.ask(self.client("alice"), "HTTP/none." + DOMAIN)
        with open(LOG, "rb") as stream:
            stream.seek(self.start)
            has_json = b'"KDC Authorization"' in stream.read()
        if not has_json:
            self.assertEqual(self.read()["names"], [])
            self.skipTest("this release writes no such line")
        self.assertEqual(self.counts("HTTP/none." + DOMAIN),
                         (2, 2, 0, 0, False))

    def test_both(self):
        """A request counts once."""
        self.level("1 kerberos:3 auth_json_audit:3")
        super().setUp()
        self.ask(self.client("alice"), "HTTP/none." + DOMAIN)
        self.assertEqual(self.counts("HTTP/none." + DOMAIN),
                         (2, 2, 7, 1, False))

    def test_usual_level(self):
        """Nothing of all that is in the log."""
        self.level("1 kerberos:1 auth_json_audit:1")
        super().setUp()
        self.ask(self.client("alice"), "HTTP/none." + DOMAIN)
        self.assertEqual(self.read()["understood"], 0)


if __name__ == "__main__":
    unittest.main()
