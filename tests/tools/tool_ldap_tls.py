# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading by libldap over TLS: whose certificate is taken, and when a password
is sent.

tests/lib/small_ldap.py is the server, on a machine where the names of the
certificate are those of the loopback. tests/dc/tool_ldap_clients.py asks a DC.
"""

import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import unittest

from small_ldap import SmallLdap

BUILD = os.environ["SPN_POLICY_BUILD"]
SEARCH = os.path.join(BUILD, "tests", "say_search")
NAME, OTHER, STRANGER = ("%s.example.com" % each
                         for each in ("dc", "dc2", "stranger"))
FILES = {"hosts": "127.0.0.1 localhost %s %s %s\n" % (NAME, OTHER, STRANGER),
         "nsswitch.conf": "hosts: files\n"}
IN_PLACE = ('for each in hosts nsswitch.conf; do test ! -e "/etc/$each" || '
            'mount --bind "$1/$each" "/etc/$each" || exit 99; done; shift; '
            'exec "$@"')
CA_CONF = """[ca]
default_ca = here
[here]
database = %(folder)s/index
crlnumber = %(folder)s/number
default_md = sha256
default_crl_days = 2
private_key = %(folder)s/ca.key
certificate = %(folder)s/ca.pem
"""
SECRET = "one secret"
INVALID, UNWILLING = 49, 53


def namespaces():
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", "--mount", *user]


def can_run():
    return (all(shutil.which(each) for each in ("unshare", "openssl"))
            and subprocess.run([*namespaces(), "true"], check=False,
                               stderr=subprocess.DEVNULL).returncode == 0)


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@unittest.skipUnless(can_run(), "needs openssl and a mount namespace")
class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        for name, text in {**FILES, "index": "", "number": "01\n", "ca.conf":
                           CA_CONF % {"folder": cls.folder}}.items():
            with open(cls.path(name), "w", encoding="ascii") as stream:
                stream.write(text)
        cls.make("ca")
        cls.make("stranger", "-addext", "subjectAltName=DNS:" + STRANGER)
        for name, host in ("server", NAME), ("machine", socket.gethostname()):
            cls.make(name, "-CA", cls.path("ca.pem"), "-CAkey",
                     cls.path("ca.key"), "-addext",
                     "subjectAltName=DNS:" + host, "-addext",
                     "basicConstraints=CA:FALSE")
        cls.revoke("none.crl")
        openssl("ca", "-config", cls.path("ca.conf"), "-revoke",
                cls.path("server.pem"))
        cls.revoke("crl")

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder, name)

    @classmethod
    def make(cls, name, *more):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=" + name, "-keyout", cls.path(name + ".key"),
                "-out", cls.path(name + ".pem"), *more)

    @classmethod
    def revoke(cls, name):
        openssl("ca", "-config", cls.path("ca.conf"), "-gencrl", "-out",
                cls.path(name))

    def serve(self, certificate="server", highest=None, **how):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path(certificate + ".pem"),
                                self.path(certificate + ".key"))
        if highest is not None:
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = highest
        server = SmallLdap(tls=context, **how)
        self.addCleanup(server.close)
        return server

    def search(self, server, *options, verify="ca_and_name", name=NAME,
               password=SECRET, conf="/dev/null", **env):
        """verify: None leaves it to conf."""
        environment = {**os.environ, **env}
        for each in "PASSWD", "PASSWD_FD", "PASSWD_FILE":
            environment.pop(each, None)
        return subprocess.run(
            [*namespaces(), "sh", "-c", IN_PLACE, "sh", self.folder, SEARCH,
             "--configfile=" + conf, "--timeout=2", "-H", "ldaps://%s:%s" % (
                 name, server.address.rpartition(":")[2]),
             "--simple-bind-dn=a@B", "--password=" + password,
             *([] if verify is None else [
                 "--option=tls verify peer=" + verify]),
             "--option=tls cafile=" + self.path("ca.pem"), *options],
            env=environment, stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            timeout=120)

    def taken(self, client, server, *args, **how):
        done = self.search(server, *args, **how)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual("client " + client, done.stdout.partition("\n")[0])
        self.assertEqual([SECRET.encode()], server.binds)
        return done

    def refused(self, server, *args, **how):
        """Before a password is sent."""
        done = self.search(server, *args, **how)
        self.assertEqual(2, done.returncode, done.stdout)
        self.assertEqual([], server.binds)
        self.assertNotIn(SECRET, done.stderr)
        return done


class Certificate(Tls):
    LEFT_OUT = {"LDAPTLS_REQCERT": "never", "LDAPTLS_CACERT": "/nonexistent",
                "LDAPTLS_CIPHER_SUITE": "none", "LDAPSIZELIMIT": "1",
                "LDAPURI": "ldap://127.0.0.99"}

    def test_trusted(self):
        for verify in "ca_and_name", "ca_and_name_if_available":
            self.taken("libldap", self.serve(), verify=verify)

    def test_stranger(self):
        """Whatever libldap's own settings say."""
        for env in self.LEFT_OUT, {
                "LDAPTLS_CACERT": self.path("stranger.pem")}:
            self.refused(self.serve("stranger"), name=STRANGER, **env)
        for verify in "ca_only", "as_strict_as_possible":
            self.refused(self.serve("stranger"), verify=verify, name=STRANGER)

    def test_other_name(self):
        """localhost, too, where libldap takes the name of this machine."""
        for name in OTHER, "localhost", "127.0.0.1":
            self.refused(self.serve(), name=name)
        self.refused(self.serve(), verify="ca_and_name_if_available",
                     name=OTHER)
        self.refused(self.serve("machine"), name="localhost")

    def test_settings(self):
        """Of a file that was named; an option counts before it."""
        conf = self.path("smb.conf")
        for text, verify, is_taken in (("no_check", None, True),
                                       ("no_check", "ca_and_name", False),
                                       ("ca_and_name", None, False),
                                       ("ca_and_name", "no_check", True)):
            with open(conf, "w", encoding="ascii") as stream:
                stream.write("[global]\ntls verify peer = %s\n" % text)
            if is_taken:
                self.taken("libldap", self.serve("stranger"), verify=verify,
                           conf=conf)
            else:
                self.refused(self.serve("stranger"), verify=verify, conf=conf)

    def test_any(self):
        for certificate in "server", "stranger":
            for env in {}, self.LEFT_OUT:
                for name in OTHER, "localhost", "127.0.0.1":
                    done = self.taken("libldap", self.serve(certificate),
                                      verify="no_check", name=name, **env)
                    self.assertEqual(0, done.stdout.count("\nreferral"))

    def test_revoked(self):
        none, crl = ("--option=tls crlfile=" + self.path(each)
                     for each in ("none.crl", "crl"))
        for verify in "ca_and_name", "as_strict_as_possible":
            # Not every libldap looks at such a list, whatever it says.
            done = self.search(self.serve(), none, verify=verify)
            self.assertNotIn("client libldap", done.stdout)
            self.refused(self.serve(), crl, verify=verify)

    def test_left_to_samba(self):
        for verify, options in (
                ("ca_only", ()), ("as_strict_as_possible", ()),
                ("ca_and_name", ("--option=tls cafile=/nonexistent",)),
                ("ca_and_name", ("--option=tls priority=SECURE128",)),
                ("ca_and_name", ("--option=spn_policy:libldap=no",))):
            server = self.serve()
            done = self.search(server, *options, verify=verify)
            self.assertNotIn("client libldap", done.stdout)
            if done.returncode == 0:
                self.assertEqual([SECRET.encode()], server.binds)

    def test_old_version(self):
        for version in ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1:
            done = self.search(self.serve(highest=version))
            self.assertNotIn("client libldap", done.stdout)


class Password(Tls):
    def test_wrong(self):
        """It is sent once: a DC counts."""
        server = self.serve(bind=INVALID)
        done = self.search(server)
        self.assertEqual(2, done.returncode)
        self.assertEqual([SECRET.encode()], server.binds)
        self.assertIn("wrong user name or password", done.stderr)

    def test_no_server(self):
        """Who speaks no TLS gets none."""
        server = SmallLdap()
        self.addCleanup(server.close)
        for verify in "ca_and_name", "no_check":
            self.refused(server, verify=verify)
        self.assertEqual([], server.requests)

    def test_hung_up(self):
        """In place of an answer: nobody has logged on."""
        server = self.serve(bind=None)
        done = self.search(server)
        self.assertEqual(2, done.returncode, done.stdout)

    def test_empty(self):
        """As if nobody logged on: the server would say that it was well."""
        server = self.serve()
        done = self.search(server, password="")
        self.assertNotIn("client libldap", done.stdout)

    def test_below_zero(self):
        """No result of LDAP's."""
        done = self.search(self.serve(bind=-1))
        self.assertNotIn("client libldap", done.stdout)


if __name__ == "__main__":
    unittest.main()
