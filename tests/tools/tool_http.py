# SPDX-License-Identifier: GPL-3.0-or-later
"""Web servers that mean no good, and what spn-probe takes of their answers.

tests/lib/small_http.py is the server, tests/probe/say_http.c the client. Tokens
are tried where there is a KDC: tests/dc/tool_http_token.py.
"""

import contextlib
import email.utils
import gzip
import json
import os
import subprocess
import tempfile
import time
import unittest

from small_http import SmallHttp, answer, certificate

SAY = os.path.join(os.environ["SPN_POLICY_BUILD"], "tests", "say_http")
# KiB, more than for the answer of a good server.
MOST_MEMORY = 1000
PLAIN = answer("200 OK", body=b"x")


class Web(unittest.TestCase):
    def serve(self, talk, **how):
        if isinstance(talk, bytes):
            data = talk

            def talk(connection, _request):
                connection.sendall(data)
                return True
        server = SmallHttp(talk, **how)
        self.addCleanup(server.close)
        return server

    def ask(self, server, *words, scheme="http", path="/", timeout=5, **env):
        """What is said of it, with seconds and memory (KiB) that it took."""
        url = server if isinstance(server, str) else "%s://%s%s" % (
            scheme, server.address, path)
        environment = {name: value for name, value in os.environ.items()
                       if not name.lower().endswith("_proxy")}
        begun = time.monotonic()
        done = subprocess.run(
            [SAY, url, "timeout=%d" % timeout, *words],
            env={**environment, **env}, stdin=subprocess.DEVNULL, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, b""), done)
        result = json.loads(done.stdout)
        result["seconds"] = time.monotonic() - begun
        return result

    @contextlib.contextmanager
    def bounded(self, seconds=2.5):
        """No more memory and time than an answer of a good server takes."""
        usual = self.ask(self.serve(PLAIN))["memory"]
        self.assertGreater(usual, 0)
        results = []
        yield results
        for result in results:
            self.assertLess(result["seconds"], seconds)
            self.assertLess(result["memory"] - usual, MOST_MEMORY)


class Answers(Web):
    def test_open(self):
        said = self.ask(self.serve(answer("200 OK", "Server: x/1 (y)",
                                          "Location: /elsewhere")))
        self.assertIsNone(said["plain"]["location"])
        self.assertEqual((said["failure"], said["plain"]["status"],
                          said["plain"]["server"], said["proxy"],
                          said["sent"]), (None, 200, "x/1 (y)", False, False))

    def test_schemes(self):
        said = self.ask(self.serve(answer(
            "401 Unauthorized", "WWW-Authenticate: Negotiate",
            "www-authenticate: NTLM, Basic realm=\"a, Digest\"",
            "WWW-AUTHENTICATE:negotiate", "Proxy-Authenticate: Other")))
        self.assertEqual(said["plain"]["schemes"],
                         ["Negotiate", "NTLM", "Basic"])
        for name in "negotiate", "ntlm", "basic":
            self.assertTrue(said["plain"][name])

    def test_many_schemes(self):
        said = self.ask(self.serve(answer(
            "401 Unauthorized", "WWW-Authenticate: " + ", ".join(
                "s%d" % n for n in range(40)), "WWW-Authenticate: Negotiate",
            "WWW-Authenticate: " + "x" * 1000)))
        self.assertEqual(len(said["plain"]["schemes"]), 16)
        self.assertEqual(said["plain"]["left_out"], 26)
        self.assertTrue(said["plain"]["negotiate"])
        self.assertFalse(said["plain"]["ntlm"])

    def test_clock(self):
        for offset in -7200, 0, 7200:
            date = email.utils.formatdate(time.time() + offset, usegmt=True)
            plain = self.ask(self.serve(answer(
                "200 OK", "Date: " + date)))["plain"]
            self.assertAlmostEqual(
                plain["offset"] * (1 if plain["ahead"] else -1), offset,
                delta=3)
        for date in "", "yesterday", "x" * 1000, "Sat, 99 Foo 9999":
            self.assertNotIn("offset", self.ask(self.serve(answer(
                "200 OK", "Date: " + date)))["plain"])

    def test_interim(self):
        """What came before the answer says nothing of it."""
        said = self.ask(self.serve(
            b"HTTP/1.1 100 Continue\r\nServer: no\r\n\r\n"
            b"HTTP/1.1 103 Early Hints\r\nWWW-Authenticate: NTLM\r\n\r\n"
            + answer("401 No", "Server: yes", "WWW-Authenticate: Basic")))
        self.assertEqual((said["plain"]["status"], said["plain"]["server"],
                          said["plain"]["schemes"]), (401, "yes", ["Basic"]))

    def test_bytes(self):
        """Any bytes, cut; what prints them has to quote them."""
        said = self.ask(self.serve(answer(
            "200 OK", "Server: \x1b[2J\xff" + "x" * 1000)))
        self.assertTrue(said["plain"]["server"].startswith("\x1b[2J\\ffxxx"))
        self.assertLess(len(said["plain"]["server"]), 210)

    def test_cookies(self):
        server = self.serve(answer("302 Found", "Set-Cookie: a=b",
                                   "Location: /x"))
        self.ask(server, "follow")
        self.assertEqual(len(server.requests), 6)
        self.assertNotIn(b"cookie", server.seen.lower())

    def test_no_password(self):
        """Neither of .netrc, nor for who asks for it, and no NTLM."""
        server = self.serve(answer("401 No", "WWW-Authenticate: Basic, NTLM"))
        with tempfile.TemporaryDirectory() as home:
            with open(home + "/.netrc", "w", encoding="ascii") as stream:
                stream.write("machine 127.0.0.1 login a password secret\n")
            self.ask(server, HOME=home)
        self.assertEqual(len(server.requests), 1)
        self.assertNotIn(b"authorization", server.seen.lower())

    def test_trailers(self):
        said = self.ask(self.serve(
            b"HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"1\r\nx\r\n0\r\nWWW-Authenticate: NTLM\r\n\r\n"))
        self.assertEqual((said["plain"]["status"], said["plain"]["schemes"]),
                         (401, []))


class Redirects(Web):
    def redirect(self, location):
        return answer("302 Found", "Location: " + location)

    def test_not_followed(self):
        server = self.serve(self.redirect("/login?x=1"))
        said = self.ask(server)
        self.assertEqual(len(server.requests), 1)
        self.assertEqual((said["plain"]["status"], said["plain"]["location"]),
                         (302, "http://%s/login?x=1" % server.address))

    def test_followed(self):
        def talk(connection, request):
            connection.sendall(self.redirect("/b") if b"GET /a" in request
                               else answer("401 No",
                                           "WWW-Authenticate: Negotiate"))
            return True
        said = self.ask(self.serve(talk), "follow", path="/a")
        self.assertEqual((said["plain"]["status"], said["plain"]["location"],
                          said["plain"]["negotiate"]), (401, None, True))

    def test_loop(self):
        server = self.serve(self.redirect("/"))
        said = self.ask(server, "follow")
        self.assertEqual((len(server.requests), said["failure"],
                          said["plain"]["status"]), (6, None, 302))

    def test_elsewhere(self):
        other = self.serve(PLAIN)
        for location in ("http://localhost:%d/" % other.port,
                         "//localhost:%d/" % other.port,
                         "http://127.0.0.1@localhost:%d/" % other.port,
                         "http://a:b@127.0.0.1:%d/" % other.port,
                         "file:///etc/passwd", "FILE:///etc/passwd",
                         "ftp://127.0.0.1/", "gopher://127.0.0.1:%d/"
                         % other.port, "javascript:alert(1)", "http:///x",
                         "http://127.0.0.1:99999/", "x" * 5000):
            with self.subTest(location[:40]):
                server = self.serve(self.redirect(location))
                said = self.ask(server, "follow")
                self.assertEqual(said["failure"], None)
                self.assertEqual(said["plain"]["status"], 302)
                self.assertEqual(other.requests, [])
                self.assertLessEqual(len(said["plain"]["location"]), 2000)

    def test_less_safe(self):
        """From https nobody is led to http."""
        with tempfile.TemporaryDirectory() as folder:
            context, ca = certificate(folder)
            other = self.serve(PLAIN)
            server = self.serve(self.redirect("http://127.0.0.1:%d/"
                                              % other.port), context=context)
            said = self.ask(server, "ca=" + ca, "follow", scheme="https")
        self.assertEqual((said["plain"]["status"], other.requests), (302, []))


class Hostile(Web):
    def forever(self, first, piece, pause=0.0):
        """A server that begins its answer and does not end it."""
        def talk(connection, _request):
            connection.sendall(first)
            for _ in range(20000 if pause == 0 else 60):
                connection.sendall(piece)
                self.num_sent += len(piece)
                time.sleep(pause)
            return False
        self.num_sent = 0
        return self.serve(talk)

    def test_headers(self):
        start = b"HTTP/1.1 401 No\r\n"
        basic = b"WWW-Authenticate: Basic\r\n"
        for name, data, text in (
                ("endless", None, "header"),
                ("of 10 MB", start + b"X: " + 10000000 * b"x" + b"\r\n\r\n",
                 "header"),
                ("10,000", start + 10000 * basic + b"\r\n", "100 headers"),
                ("70 KiB", start + 7 * (b"X: " + 10000 * b"x" + b"\r\n")
                 + b"\r\n", "64 KiB"),
                ("token of 1 MB", start + b"WWW-Authenticate: Negotiate "
                 + 1000000 * b"A" + b"\r\n\r\n", "header"),
                ("100-continue", 10000 * b"HTTP/1.1 100 Continue\r\n\r\n",
                 "100 headers")):
            with self.subTest(name), self.bounded() as results:
                server = (self.forever(start + b"X: ", 100000 * b"x")
                          if data is None else self.serve(data))
                said = self.ask(server)
                results.append(said)
                print("%-14s %4.1f s %6d KiB  %s" % (
                    name, said["seconds"], said["memory"], said["failure"]))
                self.assertIn(text, said["failure"])
                self.assertEqual(said["plain"]["status"], 0)

    def test_bodies(self):
        """The answer counts, whatever comes then."""
        bomb = gzip.compress(bytes(10000000))
        head = b"HTTP/1.1 401 No\r\nWWW-Authenticate: Negotiate\r\n"
        chunked = head + b"Transfer-Encoding: chunked\r\n\r\n"
        for name, server in (
                ("endless", self.forever(head + b"\r\n", 100000 * b"x")),
                ("endless chunks", self.forever(chunked, b"1\r\nx\r\n")),
                ("byte a second", self.forever(head + b"\r\n", b"x", 1)),
                ("silent", self.forever(head + b"Content-Length: 9\r\n\r\n",
                                        b"", 1)),
                ("cut", self.serve(lambda connection, _: connection.sendall(
                    head + b"Content-Length: 9\r\n\r\nx"))),
                ("bad chunks", self.serve(chunked + b"zz\r\n")),
                ("bomb", self.serve(head + b"Content-Encoding: gzip\r\n"
                                    b"Content-Length: %d\r\n\r\n" % len(bomb)
                                    + bomb))):
            with self.subTest(name), self.bounded() as results:
                self.num_sent = 0
                said = self.ask(server)
                results.append(said)
                # Most of it stands in the buffers of both ends.
                self.assertLess(self.num_sent, 20000000)
                print("%-14s %4.1f s %6d KiB" % (name, said["seconds"],
                                                 said["memory"]))
                self.assertEqual((said["failure"], said["plain"]["status"],
                                  said["plain"]["negotiate"]),
                                 (None, 401, True))

    def test_no_answer(self):
        for name, server, text in (
                ("closed", self.serve(lambda *_: False), "Empty reply"),
                ("garbage", self.serve(1000 * b"\0\xff\r\nx"), "HTTP/0.9"),
                ("SSH", self.serve(lambda connection, _: connection.sendall(
                    b"SSH-2.0-x\r\n"), at_once=True), "HTTP/0.9"),
                ("line only", self.serve(b"HTTP/1.1 200 OK\r\n"), "seconds"),
                ("bad version", self.serve(b"HTTP/9.9 200 OK\r\n\r\n"), ""),
                ("HTTP/2", self.serve(b"\0\0\x06\x04\0\0\0\0\0\0\3\0\0\0d"),
                 "HTTP/0.9")):
            with self.subTest(name), self.bounded(4) as results:
                said = self.ask(server, timeout=2)
                results.append(said)
                print("%-14s %4.1f s %6d KiB  %s" % (
                    name, said["seconds"], said["memory"], said["failure"]))
                self.assertIn(text, said["failure"] or "")
                self.assertEqual(said["failure"] is None, False)

    def test_silent(self):
        """While connecting, and after it; one byte a second is no answer."""
        for server, scheme in (
                (self.forever(b"", b"", 1), "http"),
                (self.forever(b"HTTP/1.1 200 OK\r\n", b"x", 1), "http"),
                (self.forever(b"", b"", 1), "https")):
            said = self.ask(server, "insecure", scheme=scheme, timeout=2)
            self.assertEqual(said["failure"], "no answer within 2 seconds")
            self.assertLess(said["seconds"], 4)

    def test_silent_handshake(self):
        server = self.serve(lambda *_: time.sleep(30), at_once=True)
        said = self.ask(server, scheme="https", timeout=2)
        self.assertEqual(said["failure"], "no answer within 2 seconds")
        self.assertLess(said["seconds"], 4)

    def test_nobody(self):
        server = self.serve(PLAIN)
        server.close()
        said = self.ask("http://127.0.0.1:%d/" % server.port)
        self.assertIn("onnect", said["failure"])
        self.assertIn("resolve", self.ask("http://none.invalid/")["failure"])

    def test_certificate(self):
        with tempfile.TemporaryDirectory() as folder:
            context, ca = certificate(folder)
            server = self.serve(PLAIN, context=context)
            for words, text in ((), "certificate"), (["ca=/none"], ""), (
                    ["ca=" + ca], None), (["insecure"], None):
                said = self.ask(server, *words, scheme="https")
                self.assertEqual(said["failure"] is None, text is None,
                                 said["failure"])
                self.assertIn(text or "", said["failure"] or "")

    def test_other_schemes(self):
        for url in "file:///etc/passwd", "ftp://127.0.0.1/", "x", "":
            self.assertNotEqual(self.ask(url)["failure"], None)
        came = []
        server = self.serve(lambda *_: came.append(1), at_once=True)
        for scheme in "ftp", "gopher", "telnet", "dict", "ldap", "smtp":
            self.assertIn(scheme, self.ask(server, scheme=scheme)["failure"])
        self.assertEqual(came, [])


class Proxy(Web):
    def test_asks(self):
        """A proxy's 407, with its own name for the ticket."""
        said = answer("407 No", "Proxy-Authenticate: Negotiate, Basic",
                      "WWW-Authenticate: NTLM", "Server: squid")
        for target in "http://web.example.com/", "https://web.example.com/":
            proxy = self.serve(said)
            result = self.ask(target, "proxy=http://127.0.0.1:%d" % proxy.port)
            self.assertEqual((result["failure"], result["proxy"],
                              result["proxy_spn"], result["plain"]["status"],
                              result["plain"]["schemes"]),
                             (None, True, "HTTP/127.0.0.1", 407,
                              ["Negotiate", "Basic"]))

    def test_environment(self):
        for target, names in (("http://web.example.com/",
                               ("http_proxy", "all_proxy", "ALL_PROXY")),
                              ("https://web.example.com/",
                               ("https_proxy", "HTTPS_PROXY", "all_proxy"))):
            for name in names:
                proxy = self.serve(answer("407 No"))
                address = "localhost:%d" % proxy.port
                result = self.ask(target, **{name: address})
                self.assertEqual(result["proxy_spn"], "HTTP/localhost", name)
                self.assertEqual(len(proxy.requests), 1)
        server, proxy = self.serve(PLAIN), self.serve(answer("407 No"))
        for words, env in ((["proxy="], {}), ([], {"no_proxy": "127.0.0.1"})):
            result = self.ask(server, *words, http_proxy="http://"
                              + proxy.address, **env)
            self.assertEqual((result["plain"]["status"], proxy.requests),
                             (200, []))
        self.ask(server, HTTP_PROXY=proxy.address)
        self.assertEqual(proxy.requests, [])

    def test_not_by_proxy(self):
        """https past the proxy: the first answer is the server's."""
        with tempfile.TemporaryDirectory() as folder:
            context, ca = certificate(folder)
            server = self.serve(PLAIN, context=context)
            result = self.ask(server, "ca=" + ca, scheme="https",
                              https_proxy="http://127.0.0.1:1",
                              no_proxy="127.0.0.1")
        self.assertEqual(result["plain"]["status"], 200)

    def test_no_password(self):
        """What stands in its URL is not sent, not even in a tunnel."""
        for target in "http://web.example.com/", "https://web.example.com/":
            for url in "http://user:secret@%s", "user:secret@%s":
                proxy = self.serve(answer("407 No",
                                          "Proxy-Authenticate: Basic"))
                result = self.ask(target, "proxy=" + url % proxy.address)
                self.assertEqual(result["plain"]["status"], 407)
                self.assertNotIn(b"authorization", proxy.seen.lower())
        for kind in "socks5", "socks5h", "socks4":
            seen = []
            proxy = self.serve(lambda connection, _, seen=seen: seen.append(
                connection.recv(1000)), at_once=True)
            self.ask("http://127.0.0.1/", "proxy=%s://user:secret@%s" % (
                kind, proxy.address), timeout=2)
            self.assertEqual(len(seen), 1)
            self.assertNotIn(b"user", seen[0])
            self.assertNotIn(b"\2", seen[0][2:] if kind != "socks4" else b"")

    def test_tunnel(self):
        """What the proxy says when it opens one is not the server's."""
        with tempfile.TemporaryDirectory() as folder:
            context, ca = certificate(folder)

            def talk(connection, request):
                assert request.startswith(b"CONNECT ")
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nServer: proxy\r\n"
                    b"Proxy-Authenticate: Negotiate\r\n\r\n")
                time.sleep(1.5)     # longer than a body may take
                with context.wrap_socket(connection,
                                         server_side=True) as inner:
                    inner.recv(65536)
                    inner.sendall(answer("401 No", "Server: web",
                                         "WWW-Authenticate: Basic"))
                return False
            proxy = self.serve(talk)
            result = self.ask("https://127.0.0.1:7/", "ca=" + ca,
                              "proxy=" + proxy.address)
        self.assertEqual((result["failure"], result["proxy"],
                          result["plain"]["status"],
                          result["plain"]["server"],
                          result["plain"]["schemes"]),
                         (None, False, 401, "web", ["Basic"]))

    def test_nonsense(self):
        for proxy in "http://", "x y", "http://a:99999", "://", "nonsense://x":
            result = self.ask("http://127.0.0.1/", "proxy=" + proxy)
            self.assertNotEqual(result["failure"], None, proxy)


if __name__ == "__main__":
    unittest.main()
