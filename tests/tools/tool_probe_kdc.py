# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-probe's side of Kerberos and KDCs that are silent, broken or mean.

Needs no directory: tests/lib/small_kdc.py is the KDC. Whatever it does, there
is a line for each name, in time, and it says whose error it was.
"""

import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from small_kdc import REALM, SmallKdc, cache, keytab, krb_error

SAY = os.path.join(os.environ["SPN_POLICY_BUILD"], "tests", "say_kerberos")
TGT = "krbtgt/" + REALM
WEB = "HTTP/web01.r.test"
LIMIT = 2       # seconds, -t
PATIENCE = 1.5  # more, for the program itself on a busy machine
LEFT_OUT = "not asked for, since no KDC has answered before"
FORKS = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

pid_t fork(void)
{
	pid_t (*real)(void) = (pid_t (*)(void))dlsym(RTLD_NEXT, "fork");
	int fd = open(getenv("SPN_TEST_FORKS"), O_WRONLY | O_CREAT | O_APPEND,
		      0600);

	if (fd == -1 || write(fd, "x", 1) != 1 || close(fd) != 0) {
		abort();
	}
	return real();
}
"""
CONF = """
[libdefaults]
	default_realm = %s
	dns_lookup_kdc = false
	dns_lookup_realm = false
	dns_canonicalize_hostname = false
[realms]
	%s = {
%s	}
[domain_realm]
	.r.test = %s
"""


class KdcTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.cache = self.path("cache")
        self.write_cache(TGT)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write_cache(self, *servers, **times):
        with open(self.cache, "wb") as stream:
            stream.write(cache(*servers, **times))

    def keytab(self, num):
        """With num names, each with two key versions."""
        path = self.path("keytab")
        with open(path, "wb") as stream:
            stream.write(keytab(*("HTTP/h%d.r.test@%s" % (number, REALM)
                                  for number in range(num)
                                  for _ in range(2))))
        return path

    def serve(self, answer):
        kdc = SmallKdc(answer)
        self.addCleanup(kdc.close)
        return kdc

    def say(self, ports, *words, password=None, limit=LIMIT, more="",
            **variables):
        """Lines, split; .seconds"""
        with open(self.path("krb5.conf"), "w", encoding="utf-8") as stream:
            stream.write(CONF % (REALM, REALM, "".join(
                "\t\tkdc = 127.0.0.1:%d\n" % port for port in ports), REALM)
                         + more)
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("KRB5")}
        environment.update(KRB5_CONFIG=self.path("krb5.conf"),
                           KRB5CCNAME="FILE:" + self.cache, **variables)
        if password is not None:
            environment["PROBE_PASSWORD"] = password
        begun = time.monotonic()
        done = subprocess.run([SAY, "-t", str(limit), *words], check=False,
                              env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=100)
        self.seconds = time.monotonic() - begun
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertEqual("", done.stderr)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def ask(self, kdc, name=WEB, **how):
        """(error, its name, realm, requests, text) for one name"""
        lines = self.say([kdc.port], "ticket", name, **how)
        self.assertEqual(["client", "alice@" + REALM], lines[0])
        self.clock = [int(line[1]) for line in lines if line[0] == "clock"]
        words = lines[1]
        self.assertEqual(name, words[0])
        return (int(words[1]), words[2], words[7], int(words[8]), words[9])


class Silent(KdcTest):
    def check(self, ports, most=LIMIT + PATIENCE):
        lines = self.say(ports, "ticket", WEB)
        self.assertEqual("-1", lines[1][1])
        self.assertEqual("no KDC has answered in 2 seconds", lines[1][9])
        self.assertLess(self.seconds, most)

    def test_nothing_comes(self):
        self.check([self.serve(lambda *args: None).port])

    def test_several(self):
        """The limit is for all of them."""
        self.check([self.serve(lambda *args: None).port for _ in range(6)])

    def test_each_name(self):
        """... and for one name; the others of that realm are not waited for."""
        kdc = self.serve(lambda *args: None)
        lines = self.say([kdc.port], "ticket", WEB, "HTTP/b.r.test",
                         "HTTP/c.r.test@OTHER.TEST", "HTTP/d.r.test",
                         "HTTP/e.r.test@OTHER.TEST")
        self.assertEqual(["-1"] * 5, [line[1] for line in lines[1:]])
        for number in 1, 3:
            self.assertIn("in 2 seconds", lines[number][9])
        for number in 2, 4, 5:
            self.assertEqual(LEFT_OUT, lines[number][9])
        self.assertLess(self.seconds, 2 * LIMIT + PATIENCE)

    def test_silent_later(self):
        """What was answered before counts."""
        kdc = self.serve(lambda *args: krb_error(7, WEB)
                         if len(kdc.requests) == 1 else None)
        lines = self.say([kdc.port], "ticket", WEB, "HTTP/b.r.test",
                         "HTTP/c.r.test")
        self.assertEqual(["7", "-1", "-1"], [line[1] for line in lines[1:4]])
        self.assertIn("in 2 seconds", lines[2][9])
        self.assertEqual(LEFT_OUT, lines[3][9])

    def test_not_there(self):
        """libkrb5 gives up by itself, and would take its time for each."""
        kdc = self.serve(lambda *args: None)
        kdc.close()
        lines = self.say([kdc.port], "ticket", WEB, "HTTP/b.r.test")
        self.assertIn("Cannot contact any KDC", lines[1][9])
        self.assertEqual(LEFT_OUT, lines[2][9])

    def test_keytab(self):
        """With many names, too."""
        kdc = self.serve(lambda *args: None)
        lines = self.say([kdc.port], "check", self.keytab(500))
        self.assertEqual(1001, len(lines))
        self.assertIn("in 2 seconds", lines[1][-1])
        self.assertEqual({LEFT_OUT}, {line[-1] for line in lines[3:]})
        self.assertLess(self.seconds, LIMIT + PATIENCE)

    def test_logon(self):
        kdc = self.serve(lambda *args: None)
        lines = self.say([kdc.port], "-p", "alice", "ticket", WEB,
                         password="x")
        self.assertEqual([["no Kerberos", "cannot log on as alice: no KDC has "
                           "answered in 2 seconds"]], lines)
        self.assertLess(self.seconds, LIMIT + PATIENCE)

    def test_no_password(self):
        kdc = self.serve(lambda *args: None)
        lines = self.say([kdc.port], "-p", "alice", "ticket", WEB, password="")
        self.assertEqual([["no Kerberos", "cannot log on as alice: no password "
                           "was given"]], lines)
        self.assertEqual([], kdc.requests)

    def test_drips(self):
        """A byte now and then is no answer."""
        kdc = self.serve(lambda how, _: [(0.3, b"\0")] * 100
                         if how == "tcp" else None)
        self.check([kdc.port])

    def test_accepts_no_more(self):
        """A full queue of connections, and nobody at UDP."""
        with socket.socket() as full, socket.socket() as first:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            port = full.getsockname()[1]
            first.connect(("127.0.0.1", port))
            lines = self.say([port], "ticket", WEB)
            self.assertEqual("-1", lines[1][1])
            self.assertLess(self.seconds, LIMIT + PATIENCE)

    def test_next_one_answers(self):
        """One of several is enough."""
        silent = self.serve(lambda *args: None)
        good = self.serve(lambda *args: krb_error(7, WEB))
        lines = self.say([silent.port, good.port], "ticket", WEB, limit=10)
        self.assertEqual("7", lines[1][1])


class Many(KdcTest):
    def preload(self):
        """Notes each fork of a process, a byte for each."""
        source, library = self.path("forks.c"), self.path("forks.so")
        with open(source, "w", encoding="utf-8") as stream:
            stream.write(FORKS)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source,
                        "-ldl"], check=True)
        return {"LD_PRELOAD": library, "SPN_TEST_FORKS": self.path("forks")}

    def test_one_process(self):
        """A keytab of 500 names takes one process, and each name one
        question."""
        names = []
        for number in range(500):
            names.append("HTTP/h%d.r.test" % number)
        kdc = self.serve(lambda *args: krb_error(7, names[
            len(kdc.requests) - 1]))
        lines = self.say([kdc.port], "check", self.keytab(500), limit=30,
                         **self.preload())
        self.assertEqual(1001, len(lines))
        self.assertEqual({("nobody", "7")},
                         {tuple(line[4:6]) for line in lines[1:]})
        self.assertEqual(500, len(kdc.requests))
        # One more reads the cache.
        self.assertEqual(2, os.path.getsize(self.path("forks")))


class NotThere(KdcTest):
    def test_closed_port(self):
        kdc = self.serve(lambda *args: None)
        kdc.close()
        lines = self.say([kdc.port], "ticket", WEB)
        self.assertEqual("-1", lines[1][1])
        self.assertIn("Cannot contact any KDC for realm '%s'" % REALM,
                      lines[1][9])
        self.assertLess(self.seconds, LIMIT + PATIENCE)

    def test_no_kdc_known(self):
        lines = self.say([], "ticket", WEB)
        self.assertEqual("-1", lines[1][1])
        self.assertIn(REALM, lines[1][9])

    def test_bad_configuration(self):
        lines = self.say([], "ticket", WEB, more="[realms\n")
        self.assertIn("Kerberos cannot be used here: ", lines[0][1])
        self.assertIn("/etc/krb5.conf", lines[0][1])


class Nonsense(KdcTest):
    def check(self, answer):
        kdc = self.serve(answer)
        error, name, _, _, text = self.ask(kdc)
        self.assertEqual((-1, "-"), (error, name), text)
        self.assertNotIn(text, ("-", ""))
        self.assertLess(self.seconds, LIMIT + PATIENCE)
        return text

    def test_random(self):
        """For each length; by UDP, and by TCP."""
        chance = random.Random(1)
        for length in (1, 2, 7, 100, 4000):
            data = chance.randbytes(length)
            for reply in (lambda *args, data=data: data,
                          lambda how, _, data=data: data if how == "tcp"
                          else krb_error(52, WEB)):
                with self.subTest(data=data[:20]):
                    self.assertIn("has sent is no answer", self.check(reply))

    def test_cut_off(self):
        whole = krb_error(7, WEB)
        for length in range(1, len(whole), 7):
            with self.subTest(length=length):
                self.check(lambda *args, length=length: whole[:length])

    def test_flipped(self):
        """A bit of it is another one: an answer, or none, and never an end of
        the program."""
        chance = random.Random(2)
        whole = krb_error(7, WEB)
        for _ in range(25):
            data = bytearray(whole)
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            with self.subTest(data=data.hex()):
                kdc = self.serve(lambda *args, data=data: bytes(data))
                self.assertNotEqual(0, self.ask(kdc)[0])

    def test_length(self):
        """By TCP, of gigabytes that do not come."""
        for length in (b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff",
                       b"\0\x0f\xff\xff", b"\0\0\0\0"):
            with self.subTest(length=length):
                self.check(lambda how, _, length=length: [(0, length + b"x"),
                                                          (5, b"")]
                           if how == "tcp" else None)

    def test_far_too_long(self):
        """64 MiB that do come."""
        data = bytes(64 * 1024 * 1024)
        self.check(lambda how, _: [
            (0, len(data).to_bytes(4, "big") + data)] if how == "tcp"
            else None)

    def test_a_reply_to_something_else(self):
        self.check(lambda _, request: request)


class Errors(KdcTest):
    def test_codes(self):
        """Each is known by its name, asked for once, and the realm is said."""
        for code, name in ((7, "KDC_ERR_S_PRINCIPAL_UNKNOWN"),
                           (12, "KDC_ERR_POLICY"),
                           (14, "KDC_ERR_ETYPE_NOSUPP"),
                           (18, "KDC_ERR_CLIENT_REVOKED"),
                           (27, "KDC_ERR_MUST_USE_USER2USER"),
                           (37, "KRB_AP_ERR_SKEW"),
                           (60, "KRB_ERR_GENERIC")):
            with self.subTest(code=code):
                kdc = self.serve(lambda *args, code=code: krb_error(code, WEB))
                found = self.ask(kdc)
                self.assertEqual((code, name, REALM, 1), found[:4])
                self.assertNotEqual("-", found[4])
                self.assertEqual(1, len(kdc.requests))

    def test_no_such_name(self):
        kdc = self.serve(lambda *args: krb_error(7, WEB))
        self.assertEqual("Server not found in Kerberos database",
                         self.ask(kdc)[4])

    def test_about_another_name(self):
        """Then libkrb5 may ask again, as clients do."""
        kdc = self.serve(lambda *args: krb_error(7))
        self.assertEqual((7, 2), self.ask(kdc)[0::3])

    def test_without_realm(self):
        """A host of which krb5.conf knows no realm: the client's KDC is asked,
        then the realm that its domain may be."""
        kdc = self.serve(lambda *args: krb_error(7, "HTTP/a.other.test"))
        error, _, realm, requests, _ = self.ask(kdc, "HTTP/a.other.test")
        self.assertEqual((7, REALM, 2), (error, realm, requests))

    def test_without_realm_and_hopeless(self):
        """Only where the name is not known another realm may know it."""
        name = "HTTP/a.other.test"
        for code in (12, 14, 37):
            kdc = self.serve(lambda *args, code=code: krb_error(
                code if len(kdc.requests) == 1 else 7, name))
            self.assertEqual((code, 1), self.ask(kdc, name)[0::3])

    def test_too_big_for_udp(self):
        kdc = self.serve(lambda how, _: krb_error(52 if how == "udp" else 7,
                                                  WEB))
        error, _, _, requests, _ = self.ask(kdc)
        self.assertEqual((7, 2), (error, requests))
        self.assertEqual(["udp", "tcp"], [how for how, _ in kdc.requests])

    def test_too_big_for_everything(self):
        kdc = self.serve(lambda *args: krb_error(52, WEB))
        self.assertNotEqual(0, self.ask(kdc)[0])
        self.assertLess(self.seconds, LIMIT + PATIENCE)

    def test_odd_codes(self):
        """0 is no error, and no ticket; others are shown as they are."""
        kdc = self.serve(lambda *args: krb_error(0, WEB))
        self.assertEqual(-1, self.ask(kdc)[0])
        for code in (99, 127, 128, 1000, 2 ** 31 - 1, 2 ** 32 - 1):
            with self.subTest(code=code):
                kdc = self.serve(lambda *args, code=code: krb_error(code, WEB))
                error, name = self.ask(kdc)[:2]
                self.assertIn((error, name), ((code, "-"), (-1, "-")))

    def test_clock(self):
        for skew in (3600, -86400, 0):
            with self.subTest(skew=skew):
                kdc = self.serve(lambda *args, skew=skew:
                                 krb_error(37, WEB, skew=skew))
                self.assertEqual(37, self.ask(kdc)[0])
                self.assertLess(abs(self.clock[0] - skew), 3)

    def test_referral_in_circles(self):
        """The logon goes on where the KDC sends it, again and again."""
        for code in (25, 68, 65, 91, 52):
            with self.subTest(code=code):
                kdc = self.serve(lambda *args, code=code: krb_error(code))
                lines = self.say([kdc.port], "-p", "alice", "ticket", WEB,
                                 password="x")
                self.assertIn("cannot log on as alice: ", lines[0][1])
                self.assertLess(self.seconds, LIMIT + PATIENCE)

    def test_logon(self):
        for code, text in ((6, "no such account"), (18, "disabled"),
                           (23, "type kpasswd 'alice@%s'" % REALM),
                           (24, "password is wrong"),
                           (37, "+3600 seconds off"), (12, "may not log on")):
            with self.subTest(code=code):
                kdc = self.serve(lambda *args, code=code:
                                 krb_error(code, skew=3600))
                lines = self.say([kdc.port], "-p", "alice@" + REALM, "ticket",
                                 WEB, password="x")
                self.assertEqual("no Kerberos", lines[0][0])
                self.assertIn(text, lines[0][1])


class Caches(KdcTest):
    """What is in the user's cache."""

    def say_cached(self, *words):
        kdc = self.serve(lambda *args: None)
        lines = self.say([kdc.port], *words)
        self.assertEqual([], kdc.requests)
        return lines

    def reason(self):
        lines = self.say_cached("ticket", WEB)
        self.assertEqual("no Kerberos", lines[0][0])
        return lines[0][1]

    def test_none(self):
        os.unlink(self.cache)
        self.assertIn("there is no Kerberos ticket in FILE:%s; type kinit"
                      % self.cache, self.reason())

    def test_expired(self):
        self.write_cache(TGT, start=-7200, end=-3600)
        self.assertIn("has expired at ", self.reason())
        self.assertIn("; type kinit 'alice@%s'" % REALM, self.reason())

    def test_no_tgt(self):
        for servers in ((), (WEB,), ("krbtgt/OTHER.TEST",)):
            self.write_cache(*servers)
            self.assertIn("has no ticket with which others could be got",
                          self.reason())

    def test_garbage(self):
        good = cache(TGT)
        for data in (b"", b"\5", b"\5\4", b"garbage", good[:30],
                     good[:4] + b"\xff" * 100):
            with open(self.cache, "wb") as stream:
                stream.write(data)
            with self.subTest(data=data[:20]):
                self.assertIn(self.cache, self.reason())

    def test_cached(self):
        """The ticket there is shown, and is no answer of a KDC."""
        self.write_cache(TGT, WEB)
        lines = self.say_cached("cached", WEB, "HTTP/b.r.test")
        self.assertEqual([WEB, "0", "-", "%s@%s" % (WEB, REALM)], lines[1][:4])
        self.assertEqual("none", lines[2][1])
        kdc = self.serve(lambda *args: krb_error(7, WEB))
        self.assertEqual(7, self.ask(kdc)[0])

    def test_cached_without_realm(self):
        self.write_cache(TGT, "HTTP/a.other.test")
        lines = self.say_cached("cached", "HTTP/a.other.test")
        self.assertEqual("0", lines[1][1])

    def test_left_as_it_is(self):
        with open(self.cache, "rb") as stream:
            before = stream.read()
        self.ask(self.serve(lambda *args: krb_error(7, WEB)))
        with open(self.cache, "rb") as stream:
            self.assertEqual(before, stream.read())

    def test_odd_names(self):
        """What is no name is told, and what is one is asked for."""
        kdc = self.serve(lambda *args: krb_error(7))
        for name in ("", "HTTP/", "/", "@", "a@b@c", "x" * 5000,
                     "HTTP/b\u00fccher.r.test", "HTTP/a\\", "HTTP/[::1]:80",
                     "HTTP/a:b:c", "HTTP/\x01\x7f"):
            with self.subTest(name=name[:30]):
                self.assertIn(self.ask(kdc, name)[0], (-1, 7))


if __name__ == "__main__":
    unittest.main()
