# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading from a server by libldap: the same as by Samba's client.

Runs in ad_dc_stock:local. tests/tools/say_search.c prints what it finds, and
which client it was. What a client cannot do is left to Samba's, which gives
the reason that it always gave.
"""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

REALM = os.environ["REALM"]
DOMAIN = "DC=" + REALM.lower().replace(".", ",DC=")
SERVER = os.environ["SERVER"]
FQDN = "%s.%s" % (SERVER, REALM.lower())
USER, PASSWORD = os.environ["USERNAME"], os.environ["PASSWORD"]
CONF = "--configfile=" + os.environ["SMB_CONF_PATH"]
SERVER_CONF = os.environ["SERVERCONFFILE"]
PRIVATE = os.path.join(os.path.dirname(os.path.dirname(SERVER_CONF)),
                       "private")
SEARCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..",
                      "bin", "tests", "say_search")
OLD = "--option=spn_policy:libldap=no"
NO_CHECK = "--option=tls verify peer=no_check"
BIND_DN = "--simple-bind-dn=%s@%s" % (USER, REALM)
WITH_PASSWORD = (BIND_DN, "--password=" + PASSWORD)
# What a logon, or time, changes.
MOVING = re.compile(r"^ +(lastLogon\w*|logonCount|msDS-RevealedUsers|"
                    r"whenChanged|uSNChanged|replPropertyMetaData|currentTime|"
                    r"replUpToDateVector|repsFrom|repsTo|badPasswordTime|"
                    r"highestCommittedUSN|dnsRecord) .*\n", re.MULTILINE)


def socket(name):
    return "ldapi://" + os.path.join(PRIVATE, name).replace("/", "%2F")


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.cache = cls.kinit("ccache")

    @classmethod
    def kinit(cls, name):
        path = os.path.join(cls.folder, name)
        subprocess.run(["kinit", "-c", "FILE:" + path,
                        "%s@%s" % (USER, REALM)], check=True,
                       input=PASSWORD.encode(), stdout=subprocess.DEVNULL)
        return path

    def search(self, *args, **env):
        environment = {**os.environ, "KRB5CCNAME": self.cache, **env}
        for name in "PASSWD", "PASSWD_FD", "PASSWD_FILE":
            environment.pop(name, None)
        return subprocess.run(
            [SEARCH, CONF, *args], env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            encoding="utf-8", errors="backslashreplace", timeout=300)

    def client(self, done):
        return done.stdout.partition("\n")[0].partition(" ")[2]

    def by_libldap(self, *args, **env):
        done = self.search(*args, **env)
        self.assertEqual("libldap", self.client(done), done.stderr)
        return done

    def by_samba(self, *args, **env):
        """libldap cannot, and what Samba's client says is as without it."""
        done = self.search(*args, **env)
        self.assertNotEqual("libldap", self.client(done))
        self.assertEqual(self.search(OLD, *args, **env).stderr, done.stderr)
        return done

    def same(self, *args):
        new, old = self.by_libldap(*args), self.search(OLD, *args)
        self.assertEqual("samba", self.client(old), old.stderr)
        self.compare(new, old)
        return new

    def compare(self, new, old):
        texts = [MOVING.sub("", each.stdout.partition("\n")[2])
                 for each in (new, old)]
        # A whole directory is no message.
        for lines in zip(*(each.split("\n") for each in texts)):
            self.assertEqual(lines[1], lines[0])
        self.assertEqual(len(texts[1]), len(texts[0]))
        self.assertEqual((old.returncode, old.stderr),
                         (new.returncode, new.stderr))


class Same(Clients):
    WAYS = {"Kerberos": ("-H", "ldap://" + SERVER),
            "TLS": ("-H", "ldaps://" + SERVER, NO_CHECK, *WITH_PASSWORD),
            "socket": ("-H", socket("ldap_priv/ldapi"))}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for command in ("add", "gone", "--random-password"), ("delete", "gone"):
            subprocess.run(["samba-tool", "user", command[0],
                            *command[1:], "-s", SERVER_CONF], check=True,
                           stdout=subprocess.DEVNULL)

    def each_way(self, *args):
        for name, way in self.WAYS.items():
            with self.subTest(way=name):
                yield self.same(*way, *args)

    def test_domain(self):
        for done in self.each_way("--base=" + DOMAIN, "*", "objectSid"):
            self.assertIn("result 0", done.stdout)
            self.assertIn("referral ldap", done.stdout)

    def test_whole(self):
        """Deleted objects, every naming context, descriptors."""
        for done in self.each_way("--wishes"):
            self.assertGreater(done.stdout.count("\ndn "), 1000)
            self.assertIn("\\0ADEL:", done.stdout)
            self.assertIn("  nTSecurityDescriptor 1", done.stdout)

    def test_pages(self):
        for done in self.each_way("--wishes", "--page=400", "objectClass"):
            self.assertGreater(done.stdout.count("\npage of"), 3)
            self.assertGreater(done.stdout.count("\ndn "), 1000)

    def test_no_attribute(self):
        for done in self.each_way("--base=CN=Users," + DOMAIN, "1.1"):
            self.assertNotIn("\n  ", done.stdout)

    def test_filters(self):
        for text in ("(servicePrincipalName=*/*)", "(&(!(cn=a))(|(cn=b)))",
                     "(userAccountControl:1.2.840.113556.1.4.803:=2)",
                     "(objectSid=\\01\\05\\00\\2a)", "(cn=\\28\\2a\\29)",
                     "(uSNChanged>=1)", "(name=a*b*c)",
                     "(|" + "".join("(servicePrincipalName=http/web%d)" % n
                                    for n in range(3000)) + ")"):
            for _ in self.each_way("--base=" + DOMAIN, "--filter=" + text,
                                   "cn"):
                pass

    def test_errors(self):
        for done in self.each_way("--base=CN=no," + DOMAIN):
            self.assertIn("result 32", done.stdout)
        for _ in self.each_way("--base=DC=elsewhere,DC=example"):
            pass

    def test_nobody(self):
        """The other socket knows nobody."""
        done = self.same("-H", socket("ldapi"), "--base=" + DOMAIN)
        self.assertIn("said the server answers only to who has logged on",
                      done.stdout)


class Ticket(Clients):
    def test_name(self):
        """The KDC is asked for the name in the URL, whatever DNS says, or the
        settings of the machine."""
        conf = os.path.join(self.folder, "krb5.conf")
        with open(conf, "w", encoding="ascii") as stream:
            stream.write("[libdefaults]\ndns_canonicalize_hostname = true\n"
                         "qualify_shortname = elsewhere.example\n")
        for name in SERVER, FQDN:
            trace = os.path.join(self.folder, "trace")
            self.by_libldap("-H", "ldap://" + name, "--base=" + DOMAIN, "1.1",
                            KRB5_TRACE=trace, KRB5_CONFIG="%s:%s" % (
                                conf, os.environ.get("KRB5_CONFIG",
                                                     "/etc/krb5.conf")))
            with open(trace, encoding="utf-8") as stream:
                text = stream.read()
            os.unlink(trace)
            asked = set(re.findall(r"for ldap/([^@\s]+)@", text))
            self.assertLessEqual(asked, {name})
            self.assertIn("ldap/%s@" % name, text)

    def test_no_mechanism(self):
        done = self.by_samba("-H", "ldap://" + SERVER, "--base=" + DOMAIN,
                             "1.1", SASL_PATH="/nonexistent")
        self.assertEqual(0, done.returncode, done.stderr)

    def test_not_taken(self):
        """After MIT's library has failed, Samba's still works."""
        for way in (("-H", "ldap://127.0.0.1"), ("-H", "ldap://localhost")):
            done = self.by_samba(*way)
            self.assertEqual(2, done.returncode)
        bad = self.kinit("bad")
        with open(bad, "r+b") as stream:
            data = stream.read()
            stream.seek(len(data) - 300)    # in the ticket
            stream.write(bytes(byte ^ 0xff for byte in data[-300:-200]))
        self.by_samba("-H", "ldap://" + SERVER, "--base=" + DOMAIN,
                      KRB5CCNAME=bad)

    def test_others(self):
        """What else is said of the logon is for Samba's client."""
        server = ("-H", "ldap://" + SERVER, "--base=" + DOMAIN, "1.1")
        for login in (("--user=%s%%%s" % (USER, PASSWORD),),
                      ("--use-krb5-ccache=" + self.cache,),
                      ("--use-kerberos=required", "--realm=" + REALM),
                      ("--user=%",)):
            self.by_samba(*server, *login)

    def test_no_trace_is_left(self):
        """Of the variables that a logon needs."""
        done = self.by_libldap("-H", "ldap://" + SERVER, "--base=" + DOMAIN,
                               "1.1", KRB5_CONFIG=os.environ.get(
                                   "KRB5_CONFIG", "/etc/krb5.conf"))
        self.assertEqual(0, done.returncode)


class Tls(Clients):
    """tls verify peer"""
    def run_tls(self, how, verify, *options, name=FQDN, **env):
        return how("-H", "ldaps://" + name, "--base=" + DOMAIN, "1.1",
                   "--option=tls verify peer=" + verify, *options,
                   *WITH_PASSWORD, **env)

    @property
    def ca(self):
        return "--option=tls cafile=" + os.path.join(PRIVATE, "tls", "cert.pem")

    def other_ca(self):
        key, path = (os.path.join(self.folder, name)
                     for name in ("key.pem", "other.pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048",
                        "-nodes", "-subj", "/CN=other", "-days", "2",
                        "-keyout", key, "-out", path], check=True,
                       stderr=subprocess.DEVNULL)
        return "--option=tls cafile=" + path

    def test_trusted(self):
        for verify in "ca_and_name", "ca_and_name_if_available":
            done = self.run_tls(self.by_libldap, verify, self.ca)
            self.assertEqual(0, done.returncode, done.stderr)

    def test_not_trusted(self):
        """Nor by a setting of libldap's own."""
        other = self.other_ca()
        with open(os.path.join(self.folder, ".ldaprc"), "w",
                  encoding="ascii") as stream:
            stream.write("TLS_REQCERT never\nTLS_CACERT %s/tls/cert.pem\n"
                         % PRIVATE)
        for env in ({}, {"LDAPTLS_REQCERT": "never"}, {"HOME": self.folder}):
            for verify in "ca_and_name", "as_strict_as_possible":
                done = self.run_tls(self.by_samba, verify, other, **env)
                self.assertEqual(2, done.returncode, done.stdout)

    def test_no_settings(self):
        """A server of .ldaprc is not asked, nor its certificate."""
        done = self.run_tls(self.by_libldap, "no_check",
                            LDAPURI="ldap://127.0.0.99",
                            LDAPTLS_CACERT="/nonexistent",
                            LDAPTLS_REQCERT="hard", LDAPSIZELIMIT="1")
        self.assertGreater(done.stdout.count("\ndn "), 10)

    def test_left_to_samba(self):
        for verify, options in (
                ("as_strict_as_possible", (self.ca,)),
                ("ca_only", (self.ca,)),
                ("ca_and_name", ("--option=tls cafile=/nonexistent",)),
                ("ca_and_name", (self.ca, "--option=tls priority=SECURE256"))):
            self.run_tls(self.by_samba, verify, *options)

    def test_wrong_name(self):
        self.run_tls(self.by_samba, "ca_and_name", self.ca, name="localhost")

    def test_wrong_password(self):
        """It is sent once, since a DC counts."""
        def count():
            done = self.search("-H", socket("ldap_priv/ldapi"), "--base=" +
                               DOMAIN, "--filter=(sAMAccountName=bob)",
                               "badPwdCount")
            return int(bytes.fromhex(re.findall(
                r"^ +badPwdCount ([0-9a-f]{2,})$", done.stdout,
                re.MULTILINE)[0])[:-1])

        def set_limit(number):
            subprocess.run(["samba-tool", "domain", "passwordsettings", "set",
                            "--account-lockout-threshold=%d" % number, "-s",
                            SERVER_CONF], check=True,
                           stdout=subprocess.DEVNULL)

        login = ("-H", "ldaps://" + SERVER, NO_CHECK, "--simple-bind-dn=bob@"
                 + REALM, "--password=wrong")
        set_limit(50)
        self.addCleanup(set_limit, 0)
        before = count()
        done = self.search(*login)
        self.assertEqual(before + 1, count())
        self.assertIn("wrong user name or password", done.stderr)
        self.assertEqual(self.search(OLD, *login).stderr, done.stderr)
        self.assertEqual(2, done.returncode)


if __name__ == "__main__":
    unittest.main()
