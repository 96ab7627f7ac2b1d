# SPDX-License-Identifier: GPL-3.0-or-later
"""The token that spn-probe sends to a web server, and what it reads in the answer.

Runs in ad_dc_stock:local. The web server is tests/lib/small_http.py with Samba's
own GSSAPI behind it, or with answers that are made here; tests/probe/say_http.c is
the client, with a ticket of alice.
"""

import base64
import json
import os
import subprocess
import tempfile
import time
import unittest

from samba import credentials, gensec, param
from samba.auth import system_session
from samba.samdb import SamDB

from small_http import SmallHttp, answer, authorization, certificate

BUILD = os.environ.get("SPN_POLICY_BUILD", "bin")
SAY = os.path.join(BUILD, "tests", "say_http")
REALM = os.environ["REALM"]
DOMAIN = REALM.lower()
CONF = os.environ["SERVERCONFFILE"]
LP = param.LoadParm(CONF)
PASSWORD = "Secret007"
SPN = "HTTP/probe." + DOMAIN
# Ours: there is no loopback in cwrap.
HOST = os.environ["SERVER_IP"]
NAME = "%s.%s" % (os.environ["SERVER"], DOMAIN)
PROXY = "HTTP/" + NAME
ASK = "WWW-Authenticate: Negotiate"
KRB5 = b"\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"


def setUpModule():
    samdb = SamDB(url=LP.private_path("sam.ldb"), lp=LP,
                  session_info=system_session())
    samdb.add({"dn": "CN=probe-web,CN=Users," + str(samdb.domain_dn()),
               "objectClass": "user", "sAMAccountName": "probe-web",
               "userAccountControl": "512",
               "unicodePwd": ("\"%s\"" % PASSWORD).encode("utf-16-le"),
               "servicePrincipalName": [SPN, PROXY]})


def tlv(tag, content):
    length = len(content)
    size = (length.bit_length() + 7) // 8
    return bytes([tag]) + (bytes([length]) if length < 128 else bytes(
        [0x80 + size]) + length.to_bytes(size, "big")) + content


def krb_error(code):
    """KRB-ERROR of RFC 4120 5.9.1, as a web server's library makes it."""
    def string(text):
        return tlv(0x1b, text.encode())
    number = b"\x02\x01"
    return tlv(0x7e, tlv(0x30, b"".join((
        tlv(0xa0, number + b"\x05"), tlv(0xa1, number + b"\x1e"),
        tlv(0xa4, tlv(0x18, b"20261129154627Z")), tlv(0xa5, number + b"\0"),
        tlv(0xa6, number + bytes([code])), tlv(0xa9, string(REALM)),
        tlv(0xaa, tlv(0x30, tlv(0xa0, number + b"\1") + tlv(
            0xa1, tlv(0x30, string("HTTP") + string("x")))))))))


def kerberos_token(code):
    return tlv(0x60, KRB5 + b"\x03\x00" + krb_error(code))


def spnego(token, state=1):
    return tlv(0xa1, tlv(0x30, tlv(0xa0, b"\x0a\x01" + bytes([state]))
                         + tlv(0xa1, KRB5) + tlv(0xa2, tlv(4, token))))


class Acceptor:
    """Says 401, and to a token what Samba's GSSAPI makes of it."""

    def __init__(self, status=401, name=b"authorization"):
        self.status = status
        self.name = name
        self.challenge = ("Proxy-Authenticate: Negotiate" if status == 407
                          else ASK)
        self.users = []

    def creds(self):
        creds = credentials.Credentials()
        creds.guess(LP)
        creds.set_username("probe-web")
        creds.set_password(PASSWORD)
        creds.set_realm(REALM)
        creds.set_kerberos_state(credentials.MUST_USE_KERBEROS)
        return creds

    def __call__(self, connection, request):
        value = authorization(request, self.name)
        if value is None:
            connection.sendall(answer("%d No" % self.status, self.challenge))
            return True
        assert value.startswith(b"Negotiate ")
        server = gensec.Security.start_server(
            {"lp_ctx": LP, "target_hostname": "x"}, None)
        server.set_credentials(self.creds())
        server.start_mech_by_name("spnego")
        done, token = server.update(base64.b64decode(value[10:]))
        assert done
        self.users.append(server)
        connection.sendall(answer("200 OK", "%s %s" % (
            self.challenge, base64.b64encode(token).decode())))
        return True


class Token(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        cls.cache = "FILE:" + folder.name + "/alice"
        subprocess.run(["kinit", "-c", cls.cache, "alice@" + REALM],
                       input=PASSWORD, text=True, check=True,
                       stdout=subprocess.DEVNULL)

    def serve(self, talk, **how):
        server = SmallHttp(talk, host=HOST, **how)
        self.addCleanup(server.close)
        return server

    def says(self, *headers, status="401 No"):
        """A server that asks for a token, and has this answer for it."""
        def talk(connection, request):
            connection.sendall(answer(status, *headers) if authorization(
                request) else answer("401 No", ASK))
            return True
        return self.serve(talk)

    def ask(self, server, *words, url=None, spn=SPN):
        done = subprocess.run(
            [SAY, url or "http://%s/" % server.address, "timeout=10",
             "spn=" + spn, *words], check=False, stdout=subprocess.PIPE,
            env=dict(os.environ, KRB5CCNAME=self.cache), timeout=60)
        self.assertEqual(done.returncode, 0)
        return json.loads(done.stdout)

    def answered(self, token, **how):
        """What is read in that answer token."""
        text = base64.b64encode(token).decode()
        return self.ask(self.says("%s %s" % (ASK, text), **how))["with_token"]


class Accepted(Token):
    def test_mutual(self):
        server = self.serve(Acceptor())
        said = self.ask(server)
        self.assertEqual((said["failure"], said["no_token"], said["sent"]),
                         (None, None, True))
        self.assertEqual(said["plain"]["status"], 401)
        reply = said["with_token"]
        self.assertEqual((reply["status"], reply["token"], reply["mutual"],
                          reply["error"], reply["text"]),
                         (200, True, True, 0, None))
        first, second = server.requests
        self.assertIsNone(authorization(first))
        self.assertEqual(len(authorization(second)),
                         len("Negotiate ") + said["token_len"])

    def test_only_kerberos(self):
        """No NTLM in the list of mechanisms."""
        server = self.serve(Acceptor())
        self.ask(server)
        token = base64.b64decode(authorization(server.requests[1])[10:])
        self.assertIn(KRB5, token)
        self.assertNotIn(b"\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a", token)
        self.assertNotIn(b"NTLMSSP", token)

    def test_proxy(self):
        """Its ticket is for its own name, and goes to nobody else."""
        proxy = self.serve(Acceptor(407, b"proxy-authorization"))
        said = self.ask(None, "proxy=http://%s:%d" % (NAME.upper(), proxy.port),
                        url="http://web.example.com/")
        self.assertEqual((said["proxy"], said["proxy_spn"], said["sent"],
                          said["plain"]["status"],
                          said["with_token"]["status"]),
                         (True, PROXY, True, 407, 200))
        self.assertIsNone(authorization(proxy.requests[1]))

    def test_tunnel(self):
        """What is the proxy's does not go through its tunnel."""
        inner = []
        context, _ = certificate(self.folder)

        def talk(connection, request):
            value = authorization(request, b"proxy-authorization")
            if value is None:
                connection.sendall(answer("407 No",
                                          "Proxy-Authenticate: Negotiate"))
                return True
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            with context.wrap_socket(connection, server_side=True) as tls:
                inner.append(tls.recv(65536))
                tls.sendall(answer("401 No", ASK))
            return False
        proxy = self.serve(talk)
        said = self.ask(None, "proxy=http://%s:%d" % (NAME.upper(), proxy.port),
                        "insecure", url="https://web.example.com/")
        self.assertEqual((said["failure"], said["proxy"], said["sent"],
                          said["plain"]["status"],
                          said["with_token"]["status"]),
                         (None, True, True, 407, 401))
        request, = inner
        self.assertTrue(request.startswith(b"GET / "))
        self.assertNotIn(b"authorization", request.lower())

    def test_open(self):
        """200 with a token that proves nothing."""
        said = self.answered(b"x", status="200 OK")
        self.assertEqual((said["status"], said["mutual"]), (200, False))
        said = self.ask(self.says(status="200 OK"))["with_token"]
        self.assertEqual((said["token"], said["mutual"]), (False, False))


class NotSent(Token):
    def test_not_asked_for(self):
        for status, *headers in (
                ("200 OK", ASK), ("403 No", ASK), ("401 No",),
                ("401 No", "WWW-Authenticate: NTLM, Basic"),
                ("401 No", "Proxy-Authenticate: Negotiate"),
                ("302 Found", ASK, "Location: http://localhost/")):
            server = self.serve(lambda connection, _, said=answer(
                status, *headers): connection.sendall(said) or True)
            self.assertFalse(self.ask(server, "follow")["sent"])
            self.assertNotIn(b"authorization", server.seen.lower())

    def test_no_ticket(self):
        said = self.ask(self.serve(Acceptor()), spn="HTTP/none." + DOMAIN)
        self.assertEqual((said["sent"], said["failure"]), (False, None))
        self.assertIn("HTTP/none.%s: Server not found" % DOMAIN,
                      said["no_token"])

    def test_proxy_unknown(self):
        proxy = self.serve(Acceptor(407, b"proxy-authorization"))
        said = self.ask(None, "proxy=http://" + proxy.address,
                        url="http://web.example.com/")
        self.assertEqual((said["sent"], len(proxy.requests)), (False, 1))
        self.assertIn("HTTP/" + HOST, said["no_token"])


class Refused(Token):
    def test_errors(self):
        for code, text in ((44, "Key version is not available"),
                           (31, "Decrypt integrity check failed"),
                           (37, "Clock skew too great"),
                           (35, "The ticket isn't for us"),
                           (32, "Ticket expired"), (60, "Generic")):
            for make in spnego, lambda token: token:
                said = self.answered(make(kerberos_token(code)))
                self.assertEqual((said["status"], said["token"],
                                  said["error"]), (401, True, code))
                if make is spnego:
                    self.assertIn(text, said["text"])
                self.assertFalse(said["mutual"])

    def test_rejected(self):
        """Without an error in it, as behind gssproxy."""
        said = self.answered(tlv(0xa1, tlv(0x30, tlv(0xa0, b"\x0a\x01\x02"))))
        self.assertEqual(said["error"], 0)
        self.assertEqual(said["text"],
                         "SPNEGO failed to negotiate a mechanism")

    def test_nonsense(self):
        """Nothing of it proves anything."""
        error = spnego(kerberos_token(44))
        for token in (b"\0", bytes(45000), b"\x60" + 1000 * b"\x84\xff",
                      spnego(b""), spnego(bytes(100)), spnego(error),
                      spnego(tlv(0x60, KRB5 + b"\x02\x00" + bytes(80)), 0),
                      b"NTLMSSP\0\2\0\0\0" + bytes(40),
                      *(error[:length] for length in range(1, len(error), 7))):
            said = self.answered(token)
            self.assertEqual((said["status"], said["mutual"]), (401, False))
            self.assertNotEqual(said["text"], "Unknown error")
        for text in "====", "A", "A-B", 1000 * "=":
            said = self.ask(self.says("%s %s" % (ASK, text)))["with_token"]
            self.assertFalse(said["mutual"])

    def test_nothing(self):
        said = self.ask(self.says(ASK))["with_token"]
        self.assertEqual((said["status"], said["token"], said["text"]),
                         (401, False, None))

    def test_breaks_off(self):
        """Then there is the answer without a token still."""
        for end in "close", "header", "silence":
            def talk(connection, request, end=end):
                if not authorization(request):
                    connection.sendall(answer("401 No", ASK))
                    return True
                if end == "header":
                    connection.sendall(b"HTTP/1.1 401 No\r\n"
                                       b"WWW-Authenticate: Negotiate "
                                       + 1000000 * b"A")
                elif end == "silence":
                    time.sleep(8)
                return False
            said = self.ask(self.serve(talk), "timeout=2")
            self.assertIsNotNone(said["failure"])
            self.assertEqual((said["sent"], said["plain"]["status"],
                              said["plain"]["negotiate"],
                              said["with_token"]["status"]),
                             (True, 401, True, 0))
            self.assertGreater(said["token_len"], 500)


if __name__ == "__main__":
    unittest.main()
