# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-probe's side of Kerberos beside MIT's own tools, on a real KDC: the same
tickets, key versions and errors as kvno and klist, and keytabs as Samba
exports them.

Runs in ad_dc_stock:local, and asks as an ordinary user.
"""

import json
import os
import re
import subprocess
import tempfile
import time
import unittest

import ldb

from commands import run
from module_outages import FAKETIME
from module_write_paths import CONF, WritePaths, admin_credentials, over_ldap

SAY = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir,
                   os.pardir, "bin", "tests", "say_kerberos")
REALM = os.environ["REALM"]
SERVER = os.environ["SERVER"]
RC4, AES = 0x4, 0x18
BASE = "userAccountControl"
FOUND = re.compile(r"= (\d+)$")
TYPES = re.compile(r"Etype \(skey, tkt\): (\S+), (\S+)")


def plain(enctype):
    """As we call it; klist marks what is deprecated."""
    return enctype.replace("DEPRECATED:", "").replace("arcfour-hmac",
                                                      "rc4-hmac")


class ProbeTest(WritePaths):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.sam = over_ldap(admin_credentials())
        self.cache = "FILE:" + self.path("cache")
        self.kinit("alice", "Secret007")

    def path(self, name):
        return os.path.join(self.folder, name)

    def environment(self, **more):
        return dict(os.environ, KRB5CCNAME=self.cache, **more)

    def kinit(self, user, password):
        subprocess.run(["kinit", "%s@%s" % (user, REALM)], check=True,
                       env=self.environment(), input=password, text=True,
                       stdout=subprocess.DEVNULL)

    def say(self, *words, prefix=(), **more):
        """Lines, split, without the first one, of the client."""
        done = subprocess.run([*prefix, SAY, *words], check=False,
                              env=self.environment(**more), text=True,
                              stdin=subprocess.DEVNULL, timeout=500,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.stderr = done.stderr
        return [line.split("\t") for line in done.stdout.splitlines()
                if not line.startswith("client\t")]

    def ask(self, *names, **more):
        """{name: the line}"""
        return {line[0]: line for line in self.say("ticket", *names, **more)
                if line[0] in names}

    def service(self, name, *spns, types=None, computer=False, keys=True):
        dn = "CN=%s,%s" % (name, self.ou)
        message = {"dn": dn, "objectClass": "computer" if computer else "user",
                   "sAMAccountName": name + "$" * computer,
                   BASE: str(0x1000 if computer else 0x200),
                   "servicePrincipalName": list(spns)}
        if keys:
            message["unicodePwd"] = '"Secret007-more"'.encode("utf-16-le")
        if types is not None:
            message["msDS-SupportedEncryptionTypes"] = str(types)
        self.sam.add(message)
        return dn

    def new_password(self, name, password="Another-007"):
        self.sam.setpassword("(sAMAccountName=%s)" % ldb.binary_encode(name),
                             password)

    def export(self, name, principal=None):
        path = self.path(name)
        run("samba-tool", "domain", "exportkeytab", path,
            "--configfile=" + CONF,
            *(["--principal=" + principal] if principal else []))
        return path


class Tickets(ProbeTest):
    def kvno(self, name, cache):
        """As MIT's tools have it: key version, enctype of session and ticket;
        or the text of the error."""
        environment = dict(self.environment(), KRB5CCNAME=cache)
        done = subprocess.run(["kvno", name], env=environment, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True)
        if done.returncode != 0:
            return done.stderr.strip()
        shown = subprocess.run(["klist", "-e"], env=environment, check=True,
                               stdout=subprocess.PIPE, text=True).stdout
        shown = shown[shown.index(name + "@"):]
        return (FOUND.search(done.stdout.strip())[1],
                *map(plain, TYPES.search(shown).groups()))

    def test_beside_kvno(self):
        self.service("svcnone", "HTTP/none.x")
        self.service("svcaes", "HTTP/aes.x", types=AES)
        self.service("svcrc4", "HTTP/rc4.x", types=RC4)
        self.service("pc", "HOST/pc.%s" % self.dns, "HOST/pc", types=AES,
                     computer=True)
        self.new_password("svcaes")
        fqdn = "%s.%s" % (SERVER, self.dns)
        names = ("HTTP/none.x", "HTTP/aes.x", "HTTP/rc4.x", "HTTP/pc",
                 "HTTP/pc." + self.dns, "HTTP/pc.%s:8080" % self.dns,
                 "host/" + fqdn, "ldap/" + fqdn, "http/AES.X", "nobody/here",
                 "HTTP/none.x:80", "HTTP/gone." + self.dns)
        found = self.ask(*names)
        for number, name in enumerate(names):
            right = self.kvno(name, "FILE:" + self.copied(number))
            line = found[name]
            with self.subTest(name=name):
                if isinstance(right, str):
                    self.assertEqual("7", line[1])
                    self.assertIn(line[9], right)
                    self.assertEqual("1", line[8])
                else:
                    self.assertEqual(("0", *right), (line[1], line[6],
                                                     line[5], line[4]))
                    self.assertEqual("%s@%s" % (name, REALM), line[3])
                    self.assertEqual(REALM, line[7])

    def copied(self, number):
        """The TGT alone, for somebody else."""
        path = self.path("copy%d" % number)
        with open(self.path("cache"), "rb") as source:
            with open(path, "wb") as target:
                target.write(source.read())
        return path

    def test_errors(self):
        self.service("pcnew", "HOST/pcnew." + self.dns, computer=True,
                     keys=False)
        names = ("HTTP/pcnew." + self.dns, "HTTP/gone.x")
        found = self.ask(*names)
        self.assertEqual(["14", "7"], [found[name][1] for name in names])
        self.assertEqual("KDC_ERR_ETYPE_NOSUPP", found[names[0]][2])

    def test_disabled_client(self):
        dn = self.service("user1", "HTTP/user.x")
        self.kinit("user1", "Secret007-more")
        self.sam.modify(ldb.Message.from_dict(
            self.sam, {"dn": dn, BASE: str(0x202)}, ldb.FLAG_MOD_REPLACE))
        line = self.ask("HTTP/user.x")["HTTP/user.x"]
        self.assertIn((line[1], line[2]), (("12", "KDC_ERR_POLICY"),
                                           ("18", "KDC_ERR_CLIENT_REVOKED")))

    def test_clock(self):
        """Ten minutes off since kinit."""
        name = "ldap/%s.%s" % (SERVER, self.dns)
        preload = FAKETIME + " " + os.environ.get("LD_PRELOAD", "")
        for offset in ("+10m", "-10m"):
            lines = self.say("ticket", name, LD_PRELOAD=preload.strip(),
                             FAKETIME=offset)
            self.assertEqual("37", lines[0][1], lines)
            self.assertEqual("clock", lines[1][0])
            self.assertLess(abs(abs(int(lines[1][1])) - 600), 30)
            self.assertEqual(offset[0] == "+", int(lines[1][1]) < 0)

    def test_clock_of_ticket(self):
        """Two minutes off, which does not matter, are seen all the same."""
        name = "ldap/%s.%s" % (SERVER, self.dns)
        preload = FAKETIME + " " + os.environ.get("LD_PRELOAD", "")
        # A ticket of another second than the logon.
        while time.time() < os.stat(self.path("cache")).st_mtime + 1:
            time.sleep(0.05)
        for offset, right in ("+2m", -120), ("-2m", 120):
            lines = self.say("ticket", name, LD_PRELOAD=preload.strip(),
                             FAKETIME=offset)
            self.assertEqual("0", lines[0][1], lines)
            self.assertEqual("clock", lines[1][0])
            self.assertLess(abs(int(lines[1][1]) - right), 5)

    def test_logon(self):
        """By a password, in memory; and by a wrong one."""
        name = "ldap/%s.%s" % (SERVER, self.dns)
        os.unlink(self.path("cache"))
        for who in ("bob@" + REALM, "bob", "bob@" + REALM.lower()):
            lines = self.say("-p", who, "ticket", name,
                             PROBE_PASSWORD="Secret007")
            self.assertEqual("0", lines[0][1], lines)
        self.assertFalse(os.path.exists(self.path("cache")))
        for who, password, text in (("bob", "wrong", "password is wrong"),
                                    ("none", "x", "no such account")):
            lines = self.say("-p", who, "ticket", name,
                             PROBE_PASSWORD=password)
            self.assertIn(text, lines[0][1])

    def test_named_cache(self):
        """Tickets are kept there, each once, and are what a client finds."""
        dn = self.service("svc", "HTTP/kept.x", types=AES)
        name = "HTTP/kept.x"
        for _ in range(2):
            self.assertEqual("0", self.say("-c", self.cache, "ticket",
                                           name)[0][1])
        shown = subprocess.run(["klist"], env=self.environment(), check=True,
                               stdout=subprocess.PIPE, text=True).stdout
        self.assertEqual(1, len(re.findall(r"\d  %s@" % name, shown)), shown)
        # The KDC has another key now, and the client goes on with the old.
        before = self.say("cached", name)[0]
        self.new_password("svc")
        after = self.ask(name)[name]
        self.assertEqual(before, [*before[:1], *self.say("cached", name)[0][1:]])
        self.assertEqual(int(before[6]) + 1, int(after[6]), dn)

    def test_beside_samba(self):
        """MIT's libkrb5 and the Heimdal of Samba's libraries, in one process,
        both with Kerberos."""
        fqdn = "%s.%s" % (SERVER, self.dns)
        lines = self.say("-d", "ldap://" + fqdn, "ticket", "ldap/" + fqdn,
                         "no/such")
        self.assertEqual(["directory", self.sam.domain_dn()], lines[0])
        self.assertEqual(["0", "7"], [line[1] for line in lines[1:3]])
        self.assertEqual(lines[0], lines[-1])

    def test_valgrind(self):
        """No leak, and nothing read that was not written; the children, which
        end at once, are not looked at."""
        self.service("svc", "HTTP/grind.x", types=AES)
        keytab = self.export("grind", "svc")
        for words in (("ticket", "HTTP/grind.x", "no/such"),
                      ("-p", "bob", "ticket", "HTTP/grind.x"),
                      ("keytab", keytab, "lighttpd", "HTTP/grind.x"),
                      ("check", keytab), ("cached", "HTTP/grind.x"),
                      ("-c", "FILE:/nonexistent", "ticket", "x")):
            log = self.path("log")
            self.say(*words, PROBE_PASSWORD="Secret007", prefix=[
                "valgrind", "--quiet", "--leak-check=full",
                "--show-leak-kinds=definite,indirect,possible",
                "--child-silent-after-fork=yes", "--log-file=" + log])
            with open(log, encoding="utf-8") as stream:
                self.assertEqual("", stream.read(), words)


class Keytabs(ProbeTest):
    def entries(self, path):
        """As klist has them: name, key version, encryption type."""
        shown = subprocess.run(["klist", "-k", "-e", path], check=True,
                               stdout=subprocess.PIPE, text=True).stdout
        return [[name, kvno, plain(enctype)] for kvno, name, enctype in
                re.findall(r"^ *(\d+) (\S+) \((\S+)\) *$", shown, re.M)]

    def test_beside_klist(self):
        self.service("svc", "HTTP/tab.x", types=AES)
        for principal in "svc", "HTTP/tab.x", None:
            path = self.export("tab-%s" % (principal or "all")[-3:], principal)
            lines = self.say("keytab", path, "apache")
            right = self.entries(path)
            self.assertGreater(len(right), 0)
            self.assertEqual(right, [line[1:] for line in lines
                                     if line[0] == "entry"])

    def opened(self, path, server, name):
        return self.say("keytab", path, server, name)[-1]

    def test_opens(self):
        """The whole account's keys, by the account's own name."""
        self.service("svc", "HTTP/tab.x", types=AES)
        path = self.export("tab", "svc")
        self.assertEqual(
            ["HTTP/tab.x", "opens", "svc@" + REALM],
            self.opened(path, "apache", "HTTP/tab.x")[:3])
        self.assertEqual("other-name",
                         self.opened(path, "lighttpd", "HTTP/tab.x")[1])
        self.assertEqual("opens", self.opened(path, "tomcat",
                                              "HTTP/tab.x")[1])

    def test_rc4(self):
        """The default of old releases: a ticket with RC4."""
        self.service("svc", "HTTP/tab.x", types=RC4)
        path = self.export("tab", "svc")
        self.assertEqual("opens", self.opened(path, "apache",
                                              "HTTP/tab.x")[1])
        self.assertEqual("rc4", self.opened(path, "tomcat", "HTTP/tab.x")[1])

    def test_aes_only(self):
        """A keytab without the type that the KDC uses."""
        dn = self.service("svc", "HTTP/tab.x", types=AES)
        path = self.export("tab", "HTTP/tab.x")
        self.sam.modify(ldb.Message.from_dict(
            self.sam, {"dn": dn, "msDS-SupportedEncryptionTypes": str(RC4)},
            ldb.FLAG_MOD_REPLACE))
        types = {enctype for _, _, enctype in self.entries(path)}
        found = self.opened(path, "apache", "HTTP/tab.x")[1]
        self.assertEqual("opens" if "rc4-hmac" in types else "not-enctype",
                         found)

    def test_old(self):
        self.service("svc", "HTTP/tab.x", types=AES)
        path = self.export("tab", "HTTP/tab.x")
        self.new_password("svc")
        self.assertEqual("not-older", self.opened(path, "apache",
                                                  "HTTP/tab.x")[1])

    def test_moved(self):
        """The name is on another account now, which has had more passwords
        than the first, or as many."""
        self.service("svc", "HTTP/tab.x", types=AES)
        path = self.export("tab", "HTTP/tab.x")
        self.sam.modify(ldb.Message.from_dict(
            self.sam, {"dn": "CN=svc," + self.ou,
                       "servicePrincipalName": "HTTP/tab.x"},
            ldb.FLAG_MOD_DELETE))
        self.service("svc2", "HTTP/tab.x", types=AES)
        self.assertIn(self.opened(path, "apache", "HTTP/tab.x")[1],
                      ("not-key", "not-enctype"))
        self.new_password("svc2")
        self.assertEqual("not-older", self.opened(path, "apache",
                                                  "HTTP/tab.x")[1])

    def test_no_ticket(self):
        self.service("svc", "HTTP/tab.x", types=AES)
        path = self.export("tab", "svc")
        self.assertEqual(["no/such", "7"],
                         self.opened(path, "apache", "no/such")[:2])

    def checked(self, path):
        """{(name, key version, encryption type): state, error}"""
        return {tuple(line[1:4]): tuple(line[4:6])
                for line in self.say("check", path)}

    def bad_passwords(self, name):
        found = self.stock.search(self.ou, ldb.SCOPE_SUBTREE,
                                  "(sAMAccountName=%s)" % name,
                                  ["badPwdCount"])
        return int(str(found[0].get("badPwdCount", 0)))

    def test_check(self):
        """Current, old, of another type, and of nobody; and no password of the
        account was tried for it."""
        self.service("svc", "HTTP/tab.x", types=AES)
        self.export("tab", "svc")
        self.new_password("svc")
        path = self.export("tab", "svc")    # besides the old keys
        found = self.checked(path)
        self.assertEqual(len(self.entries(path)), len(found))
        newest = max(int(kvno) for _, kvno, _ in found)
        for (name, kvno, enctype), (state, error) in found.items():
            with self.subTest(kvno=kvno, enctype=enctype):
                right = ("old" if int(kvno) < newest else "current"
                         if enctype.startswith("aes256") else "not-issued")
                self.assertEqual((right, "0"), (state, error))
        # By the SPN, which the KDC surely knows.
        path = self.export("spn", "HTTP/tab.x")
        self.assertIn(("current", "0"), self.checked(path).values())
        self.new_password("svc", "Third-time-007")
        self.assertEqual({("old", "0")}, set(self.checked(path).values()))
        path = self.export("spn", "HTTP/tab.x")
        found = self.checked(path)
        self.assertIn(("old", "0"), found.values())
        self.assertIn(("current", "0"), found.values())
        self.sam.delete("CN=svc," + self.ou)
        self.assertEqual({("nobody", "7")}, set(self.checked(path).values()))

    def test_check_tries_no_password(self):
        self.service("svc", "HTTP/tab.x", types=AES)
        path = self.export("tab", "svc")
        self.new_password("svc")
        self.checked(path)
        self.assertEqual(0, self.bad_passwords("svc"))

    def test_computer(self):
        """As net ads keytab has it: the computer's name, and its SPNs, with one
        key."""
        self.service("pc", "HOST/pc." + self.dns, types=AES, computer=True)
        path = self.export("tab", "HOST/pc." + self.dns)
        self.export("tab", "pc$")
        lines = self.say("check", path)
        current = [line for line in lines if line[4] == "current"]
        self.assertEqual({"HOST/pc.%s@%s" % (self.dns, REALM),
                          "pc$@" + REALM}, {line[1] for line in current},
                         lines)
        self.assertEqual(1, len({line[7] for line in current}), lines)


class Accounts(ProbeTest):
    """--account, by the program: whose key is there, by logon names."""

    def probe(self, *names, keytab="tab", code=0):
        done = subprocess.run(
            ["spn-probe", "--json", "--no-directory", "-s", CONF,
             "--keytab=" + self.path(keytab),
             *("--account=" + name for name in names)],
            check=False, env=self.environment(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True)
        self.assertEqual(code, done.returncode, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def keys(self, *names, **more):
        """{name: (there is a ticket, how many keys)}"""
        return {of["name"]: (of["ticket"], of["keys"])
                for of in self.probe(*names, **more)["accounts"]}

    def setUp(self):
        super().setUp()
        self.service("one", "HTTP/one.x", types=AES)
        self.service("two", "HTTP/two.x", types=AES)
        self.service("pc", "HOST/pc." + self.dns, types=AES, computer=True)
        self.export("tab", "one")

    def test_whose(self):
        number = len(self.probe("one")["entries"])
        self.assertLess(1, number)
        self.assertEqual({"one": (True, number), "two": (True, 0),
                          "pc$@" + REALM: (True, 0)},
                         self.keys("one", "two", "pc$@" + REALM))
        self.assertEqual({"two": (True, 0)}, self.keys("two", code=1))
        self.export("tab", "pc$")
        found = self.keys("one", "pc$")
        self.assertEqual(number, found["one"][1])
        self.assertLess(0, found["pc$"][1])

    def test_whatever_it_is_called(self):
        """Today another account answers for the name of the entries."""
        self.export("spn", "HTTP/one.x")
        for name, flag in (("one", "delete"), ("two", "add")):
            self.sam.modify_ldif(
                "dn: CN=%s,%s\nchangetype: modify\n%s: servicePrincipalName\n"
                "servicePrincipalName: HTTP/one.x\n-\n%s"
                % (name, self.ou, flag,
                   "add: servicePrincipalName\n"
                   "servicePrincipalName: HTTP/other.x\n"
                   if flag == "delete" else ""))
        found = self.keys("one", "two", keytab="spn")
        self.assertLess(0, found["one"][1])
        self.assertEqual(0, found["two"][1])

    def test_old_keys(self):
        number = len(self.probe("one")["entries"])
        self.new_password("one")
        self.assertEqual({"one": (True, 0)}, self.keys("one", code=1))
        self.export("tab", "one")       # the old ones stay
        self.assertEqual({"one": (True, 2 * number)}, self.keys("one"))

    def test_no_ticket(self):
        self.service("bare", "HTTP/bare.x")
        self.sam.modify_ldif("dn: CN=bare,%s\nchangetype: modify\n"
                             "delete: servicePrincipalName\n" % self.ou)
        report = self.probe("one", "bare", "nobody", code=2)
        self.assertEqual([None, 7, 7], [of.get("error")
                                        for of in report["accounts"]], report)
        self.assertIn("of bare is not known", report["answer"])

    def test_no_kdc(self):
        os.unlink(self.path("cache"))
        report = self.probe("one", code=2)
        self.assertNotIn("accounts", report)
        self.assertIn("there is no Kerberos ticket", report["answer"])


if __name__ == "__main__":
    unittest.main()
