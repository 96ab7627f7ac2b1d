# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-probe's side of Kerberos and MIT's KDC: referrals to another realm, every
encryption type, and key versions that need more than eight bits; and whether
servers with MIT's library take a ticket, beside what our table says of them.

Needs no directory: tests/lib/mit_realms.py has the realms.
"""

import os
import struct
import subprocess
import tempfile
import unittest

import mit_realms
from ask_kdc import read_keytab
from gss_accept import HOST_BASED, WHOLE_NAME, Gss

SAY = os.path.join(os.environ["SPN_POLICY_BUILD"], "tests", "say_kerberos")
ONE, TWO = "ONE.TEST", "TWO.TEST"
TYPES = ("aes256-cts-hmac-sha1-96", "aes128-cts-hmac-sha1-96",
         "aes256-cts-hmac-sha384-192", "aes128-cts-hmac-sha256-128",
         "camellia256-cts-cmac", "rc4-hmac")


@unittest.skipUnless(mit_realms.are_there(), "there is no krb5kdc here")
class RealmsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        cls.realms = mit_realms.Realms(cls.folder, ONE, TWO)
        cls.addClassCleanup(cls.realms.close)
        cls.realms.admin(ONE, "addprinc", "-pw", "secret", "alice")

    def service(self, name, *options, realm=ONE):
        self.realms.admin(realm, "addprinc", "-randkey", *options, name)

    def keytab(self, *names, realm=ONE):
        path = tempfile.mkstemp(dir=self.folder)[1]
        os.unlink(path)
        self.realms.admin(realm, "ktadd", "-norandkey", "-k", path, *names)
        return path

    def say(self, *words):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("KRB5")}
        environment.update(KRB5_CONFIG=self.realms.conf,
                           PROBE_PASSWORD="secret")
        done = subprocess.run([SAY, "-p", "alice@" + ONE, *words], check=True,
                              env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True, timeout=100)
        lines = [line.split("\t") for line in done.stdout.splitlines()]
        self.assertEqual(["client", "alice@" + ONE], lines[0])
        return lines[1:]

    def ask(self, name):
        return self.say("ticket", name)[0]


class Referrals(RealmsTest):
    def test_to_the_other_realm(self):
        """The client knows of no realm for the host; its KDC does."""
        self.service("HTTP/web.two.test", realm=TWO)
        line = self.ask("HTTP/web.two.test")
        self.assertEqual(["0", "-", "HTTP/web.two.test@" + TWO], line[1:4])
        self.assertEqual([TWO, "2"], line[7:9])
        keytab = self.keytab("HTTP/web.two.test", realm=TWO)
        self.assertEqual("opens", self.say("keytab", keytab, "lighttpd",
                                           "HTTP/web.two.test")[-1][1])

    def test_not_known_there(self):
        """It is said who does not know it."""
        line = self.ask("HTTP/gone.two.test")
        self.assertEqual(["7", "KDC_ERR_S_PRINCIPAL_UNKNOWN"], line[1:3])
        self.assertEqual(TWO, line[7])

    def test_realm_that_was_named(self):
        self.service("HTTP/named.one.test")
        self.assertEqual("0", self.ask("HTTP/named.one.test@" + ONE)[1])
        line = self.ask("HTTP/named.nowhere.test@" + TWO)
        self.assertEqual(["7", TWO], [line[1], line[7]])

    def test_realm_that_nobody_knows(self):
        line = self.ask("HTTP/a.b@THREE.TEST")
        self.assertEqual("7", line[1])
        self.assertEqual(ONE, line[7])


class Keys(RealmsTest):
    def test_types(self):
        """Each is called as MIT calls it, and its key opens the ticket."""
        for number, enctype in enumerate(TYPES):
            name = "HTTP/type%d.one.test" % number
            self.service(name, "-e", enctype + ":normal")
            line = self.ask(name)
            keytab = self.keytab(name)
            with self.subTest(enctype=enctype):
                self.assertEqual(["0", enctype], [line[1], line[4]])
                lines = self.say("keytab", keytab, "lighttpd", name)
                self.assertEqual(["entry", "%s@%s" % (name, ONE), "1",
                                  enctype], lines[0])
                self.assertEqual("opens", lines[-1][1])

    def test_kvno(self):
        """Beyond 255, in whole and cut down to eight bits."""
        name = "HTTP/kvno.one.test"
        self.service(name, "-e", TYPES[0] + ":normal")
        self.realms.admin(ONE, "modprinc", "-kvno", "300", name)
        self.assertEqual("300", self.ask(name)[6])
        keytab = self.keytab(name)
        lines = self.say("keytab", keytab, "lighttpd", name)
        self.assertEqual("300", lines[0][2])
        self.assertEqual("opens", lines[-1][1])
        with open(keytab, "rb") as stream:
            data = stream.read()
        size = int.from_bytes(data[2:6], "big")
        with open(keytab, "wb") as stream:
            stream.write(data[:2] + (size - 4).to_bytes(4, "big")
                         + data[6:6 + size - 4])
        lines = self.say("keytab", keytab, "lighttpd", name)
        self.assertEqual(str(300 & 255), lines[0][2])
        self.assertEqual("opens", lines[-1][1])

    def test_check(self):
        name = "HTTP/check.one.test"
        self.service(name, "-e", TYPES[0] + ":normal")
        keytab = self.keytab(name)
        self.realms.admin(ONE, "cpw", "-randkey", "-keepold", "-e",
                          TYPES[1] + ":normal", name)
        self.realms.admin(ONE, "ktadd", "-norandkey", "-k", keytab, name)
        self.assertEqual({("1", TYPES[0], "old"), ("2", TYPES[1], "current")},
                         {(line[2], line[3], line[4])
                          for line in self.say("check", keytab)})


def counted(text):
    return struct.pack(">H", len(text)) + text


def entry(principal, kvno, enctype, key):
    """A keytab with that alone."""
    name, _, realm = principal.partition("@")
    parts = name.split("/")
    data = struct.pack(">H", len(parts)) + b"".join(
        counted(part.encode()) for part in [realm, *parts])
    data += struct.pack(">IIBHH", 1, 0, kvno, enctype, len(key)) + key
    return b"\5\2" + struct.pack(">i", len(data)) + data


class Servers(RealmsTest):
    """The three ways in which a server with MIT's library asks for its key, and
    the words of --server that stand for each."""

    NAME = "HTTP/web.one.test"
    KVNO = 3
    ASKING = (
        ((None, None), ("apache", "nginx", "squid-any", "gssproxy", "cups")),
        (("HTTP@web.one.test", HOST_BASED), ("apache-name", "squid")),
        ((NAME + "@" + ONE, WHOLE_NAME),
         ("lighttpd", "nginx-name", "squid-name")),
    )
    ENTRIES = (
        (NAME + "@" + ONE, KVNO), (NAME + "@" + ONE, KVNO - 1),
        (NAME + "@" + TWO, KVNO), ("svc@" + ONE, KVNO),
        ("http/web.one.test@" + ONE, KVNO),
        ("HTTP/WEB.one.test@" + ONE, KVNO), ("HTTP/web@" + ONE, KVNO),
    )

    def token(self, gss):
        cache = "FILE:" + os.path.join(self.folder, "cache")
        environment = {"KRB5_CONFIG": self.realms.conf, "KRB5CCNAME": cache}
        for name, value in environment.items():
            self.addCleanup(os.environ.pop, name, None)
            os.environ[name] = value
        subprocess.run(["kinit", "alice@" + ONE], check=True, input="secret",
                       stdout=subprocess.DEVNULL, text=True)
        return gss.token(self.NAME + "@" + ONE)

    def test_what_is_compared(self):
        self.service(self.NAME, "-e", TYPES[0] + ":normal")
        self.realms.admin(ONE, "modprinc", "-kvno", str(self.KVNO), self.NAME)
        _, enctype, key = read_keytab(self.keytab(self.NAME))[0]
        gss = Gss()
        token = self.token(gss)
        path = os.path.join(self.folder, "made")
        for principal, kvno in self.ENTRIES:
            with open(path, "wb") as stream:
                stream.write(entry(principal, kvno, enctype, key))
            for asking, words in self.ASKING:
                taken = gss.takes(token, path, *asking)
                for word in words:
                    found = self.say("keytab", path, word, self.NAME)[-1]
                    with self.subTest(entry=principal, kvno=kvno, word=word):
                        self.assertEqual(taken is True, found[1] == "opens",
                                         (taken, found))


if __name__ == "__main__":
    unittest.main()
