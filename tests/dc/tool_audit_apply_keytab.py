# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-audit --apply --keytab on a DC: whose key a service has, a keytab tells.

The user ckb holds http/cweb01.DOMAIN, and the computer cweb01 answers for the
other half: which of the two is meant is the question. Keytabs are made of the
keys that samba-tool exports, and called as a test wants it.
"""

import os
import shutil
import struct
import subprocess
import unittest

from apply_world import QUESTION, URL, ApplyWorld
from commands import run
from fix_world import CONF, DNS, LOGIN
from ticket_types import log_on, ticket_type

NAME = "http/cweb01." + DNS
HALF = "http/cweb01"
REALM = DNS.upper()
# Of a question with an answer that is proposed.
PROPOSED = r"which is it\? 1, 2, n \(leave it\), q\(uit\) \[%d\]: $"
NOBODY = 65534


def counted(data):
    return struct.pack(">H", len(data)) + data


def entries_of(path):
    """[(kvno, encryption type, key)]"""
    with open(path, "rb") as stream:
        data = stream.read()
    found, at = [], 2
    while at < len(data):
        size, = struct.unpack_from(">i", data, at)
        entry, at = data[at + 4:at + 4 + abs(size)], at + 4 + abs(size)
        if size < 0:
            continue
        parts, = struct.unpack_from(">H", entry)
        here = 2
        for _ in range(parts + 1):
            here += 2 + struct.unpack_from(">H", entry, here)[0]
        kvno, enctype, length = struct.unpack_from(">BHH", entry, here + 8)
        here += 13
        found.append((kvno, enctype, entry[here:here + length]))
    return found


def entry(name, kvno, enctype, key):
    parts = name.split("/")
    data = (struct.pack(">H", len(parts)) + counted(REALM.encode())
            + b"".join(counted(part.encode()) for part in parts)
            + struct.pack(">IIBH", 1, 0, kvno, enctype) + counted(key)
            + struct.pack(">I", kvno))
    return struct.pack(">i", len(data)) + data


class KeytabWorld(ApplyWorld):
    def setUp(self):
        super().setUp()
        for name in "ckb", "cweb01$", "cdupa":
            self.password(name, "Secret007-" + name)
        self.before = self.dump()
        self.keytab = self.path("http.keytab")

    def command(self, *more, url=None, login=LOGIN):
        return [*super().command("--account=ckb", url=url, login=login),
                "--keytab=" + self.keytab, *more]

    def password(self, name, password):
        self.samdb.setpassword("(sAMAccountName=%s)" % name, password)

    def keys(self, account):
        path = self.path("exported")
        if os.path.exists(path):
            os.unlink(path)
        run("samba-tool", "domain", "exportkeytab", path,
            "--configfile=" + CONF, "--principal=" + account)
        return entries_of(path)

    def write_keytab(self, *keys, path=None):
        """(name of the entries, account)"""
        data = b"\5\2" + b"".join(
            entry(name, *key) for name, account in keys
            for key in self.keys(account))
        with open(path or self.keytab, "wb") as stream:
            stream.write(data)

    def proposed(self, way, *more, url=None):
        """What is said before the answer, which is Enter."""
        terminal = self.ask(*more, url=url)
        said = terminal.wait(PROPOSED % way + "|" + QUESTION)
        self.assertRegex(said, PROPOSED % way)
        terminal.type("")
        self.assertIn(terminal.end(), (0, 1))
        self.assertEqual(1, terminal.said.count("which is it?"))
        return " ".join(said.split())

    def undecided(self, part, *more, url=None):
        """It is asked as without a keytab, and Enter is no answer."""
        terminal = self.ask(*more, url=url)
        said = terminal.wait(QUESTION)
        self.assertIn(part, " ".join(said.split()))
        terminal.type("")
        terminal.wait(QUESTION)
        terminal.type("n")
        self.assertEqual(1, terminal.end())
        self.as_before()
        done = self.yes(*more, url=url)
        self.assertIn(part, " ".join(done.stdout.split()))
        self.assertIn("  left as it is\n", done.stdout)
        self.assertIn("nothing was changed", done.stdout)
        self.no_file()
        self.as_before()
        return done.stdout

    def same(self, before, after):
        super().same(self.without_case(before), self.without_case(after))

    def holds(self, *spns):
        self.assertEqual(sorted(spn.encode() for spn in spns),
                         self.spns("ckb"))


class Keytab(KeytabWorld):
    # ----------------------------------------------------------- it decides

    def first(self, **more):
        self.write_keytab(("HTTP/cweb01." + DNS, "ckb"))
        said = self.proposed(1, **more)
        self.assertRegex(
            said, r"keytab %s has the current key of ckb@%s, kvno \d+, and no "
            r"other key, for HTTP/cweb01\.%s@%s: so it is 1 1 it runs as"
            % (self.keytab, REALM, DNS, REALM))
        self.holds(NAME, HALF)
        self.undo_on_dc()
        self.as_before()

    def test_first(self):
        self.first()

    def test_first_over_ldap(self):
        """With the password of the command line."""
        self.first(url=URL)

    def test_second(self):
        self.write_keytab(("HTTP/cweb01", "cweb01$"))
        said = self.proposed(2)
        self.assertIn("has the current key of cweb01$@%s, kvno " % REALM, said)
        self.assertIn(": so it is 2", said)
        self.holds()
        self.undo_on_dc()
        self.as_before()

    def test_the_other_answer(self):
        """It is a proposal."""
        self.write_keytab(("HTTP/cweb01", "cweb01$"))
        terminal = self.ask()
        terminal.wait(PROPOSED % 2)
        terminal.type("1")
        terminal.end()
        self.holds(NAME, HALF)
        self.undo_on_dc()
        self.as_before()

    def check_yes(self, account, *spns, url=None):
        self.write_keytab(("HTTP/cweb01." + DNS, account))
        done = self.yes(url=url)
        self.assertNotIn("spn-audit:", done.stderr)
        self.assertIn("  the keytab decides it\n", done.stdout)
        self.assertIn("repairs done: 1;", done.stdout)
        self.holds(*spns)
        self.undo_on_dc(done.stdout)
        self.as_before()

    def test_yes_first(self):
        self.check_yes("ckb", NAME, HALF)

    def test_yes_second(self):
        self.check_yes("cweb01$")

    def test_yes_over_ldap(self):
        self.check_yes("ckb", NAME, HALF, url=URL)

    def test_with_older_keys(self):
        """Those of before the last password belong there."""
        self.write_keytab(("HTTP/cweb01", "ckb"))
        with open(self.keytab, "rb") as stream:
            old = stream.read()[2:]
        self.password("ckb", "Secret007-second")
        self.before = self.dump()
        self.write_keytab(("HTTP/cweb01", "ckb"))
        with open(self.keytab, "ab") as stream:
            stream.write(old)
        self.assertIn("so it is 1", self.proposed(1))
        self.undo_on_dc()
        self.as_before()

    def test_as_exported(self):
        """By logon name it may be that of any service of the account: asked."""
        run("samba-tool", "domain", "exportkeytab", self.keytab,
            "--configfile=" + CONF, "--principal=ckb")
        done = self.yes()
        self.assertIn("so it is 1, if this is the keytab of the service",
                      " ".join(done.stdout.split()))
        self.assertIn("  left as it is\n", done.stdout)
        self.as_before()
        self.proposed(1)
        self.holds(NAME, HALF)
        self.undo_on_dc()
        self.as_before()

    # ------------------------------------------------------- it does not tell

    def test_both(self):
        self.write_keytab(("HTTP/cweb01", "ckb"), ("HTTP/cweb01", "cweb01$"))
        self.undecided("has the current keys of both")

    def gives_rc4(self, account):
        """The KDC, to whoever asks. That of Samba 4.24 does not."""
        cache = self.path("cc")
        log_on(cache)
        return "arcfour" in ticket_type(account, cache)

    def test_one_password(self):
        """A key of RC4 has no salt, so that of one is that of both; where it
        still is a key."""
        self.password("cweb01$", "Secret007-ckb")
        self.before = self.dump()
        self.write_keytab(("HTTP/cweb01", "ckb"))
        if self.gives_rc4("cweb01$"):
            self.undecided("has the current keys of both")
        else:
            self.assertIn("and no other key", self.proposed(1))

    def test_keys_of_others(self):
        self.write_keytab(("HTTP/cweb01", "ckb"), ("HTTP/cdup", "cdupa"))
        self.undecided("has the current key of ckb@%s, but " % REALM)

    def test_an_old_key_of_the_other(self):
        self.write_keytab(("HTTP/cweb01", "cweb01$"),
                          path=self.path("old"))
        self.password("cweb01$", "Secret007-second")
        self.before = self.dump()
        self.write_keytab(("HTTP/cweb01." + DNS, "ckb"))
        with open(self.path("old"), "rb") as stream:
            old = stream.read()[2:]
        with open(self.keytab, "ab") as stream:
            stream.write(old)
        self.undecided("has the current key of ckb@%s, but " % REALM)

    def test_old(self):
        self.write_keytab(("HTTP/cweb01", "ckb"))
        self.password("ckb", "Secret007-second")
        self.before = self.dump()
        self.undecided("has the current key of neither: ckb@%s has kvno "
                       % REALM)

    def test_of_another_service(self):
        self.write_keytab(("HTTP/elsewhere." + DNS, "ckb"))
        self.undecided("but for HTTP/elsewhere.%s@%s: it is the keytab of "
                       "another service" % (DNS, REALM))

    def test_of_another_class(self):
        self.write_keytab(("host/cweb01", "cweb01$"))
        self.undecided("but for host/cweb01@%s: it is the keytab of another "
                       "service" % REALM)

    def test_others_may_write_it(self):
        part = "That proves nothing while others may change it: %s belongs to "
        self.write_keytab(("HTTP/cweb01", "ckb"))
        os.chown(self.keytab, NOBODY, NOBODY)
        self.undecided(part % self.keytab + "user %d" % NOBODY)
        os.chown(self.keytab, 0, 0)
        os.chmod(self.keytab, 0o660)
        self.undecided(part % self.keytab + "user 0 and has the mode 660")

    def test_others_choose_it(self):
        """A link to a file of root, in a folder of somebody."""
        self.write_keytab(("HTTP/cweb01", "ckb"))
        folder = self.path("home")
        os.mkdir(folder)
        link = os.path.join(folder, "link")
        os.symlink(self.keytab, link)
        os.chown(folder, NOBODY, NOBODY)
        self.keytab = link
        self.undecided("while others may change it: %s belongs to user %d"
                       % (folder, NOBODY))
        # and of what is behind it nothing is asked by another way
        self.keytab = os.path.join(folder, os.pardir, "http.keytab")
        self.undecided("while others may change it: %s belongs to" % folder)

    def test_without_a_ticket(self):
        """Of a computer that never had a password there is none."""
        self.samdb.delete("CN=cweb01," + self.ou)
        self.add("cweb01", {"objectClass": "computer",
                            "sAMAccountName": "cweb01$",
                            "userAccountControl": "4096"},
                 (b"HOST/cweb01", b"HOST/cweb01.{d}"))
        self.before = self.dump()
        self.write_keytab(("HTTP/cweb01", "ckb"))
        self.undecided("proves nothing: Whether the keytab has the current key "
                       "of cweb01$@%s is not known" % REALM)

    def test_no_kdc(self):
        """What a keytab would tell is asked, and what needs none is done."""
        self.write_keytab(("HTTP/cweb01", "ckb"))
        conf = self.path("krb5.conf")
        with open(conf, "w", encoding="utf-8") as stream:
            stream.write("[libdefaults]\n dns_lookup_kdc = false\n"
                         " default_realm = %s\n[realms]\n %s = {\n"
                         "  kdc = 127.0.0.1:1\n }\n" % (REALM, REALM))
        old = os.environ.get("KRB5_CONFIG")
        os.environ["KRB5_CONFIG"] = conf
        try:
            self.undecided("%s was not asked about: No KDC was asked"
                           % self.keytab, "--timeout=2")
        finally:
            if old is None:
                del os.environ["KRB5_CONFIG"]
            else:
                os.environ["KRB5_CONFIG"] = old

    # ------------------------------------------------------------ it is none

    def refused(self, *parts):
        done = self.yes(code=(2,))
        self.assertEqual("", done.stdout)
        for part in (self.keytab, *parts):
            self.assertIn(part, done.stderr)
        self.no_file()
        self.as_before()

    def test_no_keytab(self):
        self.refused("No such file or directory; it takes the keytab that the "
                     "service uses")
        for content, part in ((b"", "is empty"), (b"\5\2", "without any entry"),
                              (b"nonsense" * 100, "is no keytab"),
                              (b"\5\4\0\0", "is a credentials cache"),
                              (b"\5\2\0\0\1\0cut", "is cut off")):
            with open(self.keytab, "wb") as stream:
                stream.write(content)
            self.refused(part)
        self.keytab = self.folder.name
        self.refused("it is no plain file")
        self.keytab = self.path("pipe")
        os.mkfifo(self.keytab)
        self.refused("it is no plain file")


class Program(KeytabWorld):
    """Another program in the place of spn-probe."""

    def setUp(self):
        super().setUp()
        self.write_keytab(("HTTP/cweb01", "ckb"))
        self.bin = self.path("bin")
        os.mkdir(self.bin)
        shutil.copy(shutil.which("spn-audit"), self.bin)

    def command(self, *more, url=None, login=LOGIN):
        command = super().command(*more, url=url, login=login)
        return [os.path.join(self.bin, "spn-audit"), *command[1:]]

    def put(self, script):
        path = os.path.join(self.bin, "spn-probe")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write("#!/bin/sh\n" + script)
        os.chmod(path, 0o755)

    def test_is_missing(self):
        self.assertIn("--keytab needs spn-probe, which is neither in %s nor in "
                      % self.bin, self.yes(code=(2,)).stderr)
        self.as_before()

    def test_path_is_not_asked(self):
        self.put("touch %s/ran" % self.folder.name)
        self.bin, old = self.path("bin2"), self.bin
        os.mkdir(self.bin)
        shutil.copy(os.path.join(old, "spn-audit"), self.bin)
        subprocess.run(self.command("--yes"), check=False, capture_output=True,
                       env=dict(os.environ,
                                PATH=old + ":" + os.environ["PATH"]))
        self.assertFalse(os.path.exists(self.path("ran")))

    def test_says_nonsense(self):
        for script in ("echo nonsense", "exit 3", "kill -9 $$",
                       "echo '{\"version\": 1, \"answer\": \"x\"'",
                       "echo oh >&2; exit 2"):
            self.put(script)
            done = self.yes(code=(2,))
            self.assertIn("spn-probe says nothing of " + self.keytab,
                          done.stderr)
            self.assertIn("oh" if "oh" in script else "", done.stderr)
            self.as_before()

    def test_hangs(self):
        self.put("sleep 1000 & echo $! > %s; wait" % self.path("pid"))
        done = self.yes("--timeout=1", code=(2,))
        self.assertIn("spn-probe has said nothing of ", done.stderr)
        self.as_before()
        with open(self.path("pid"), encoding="utf-8") as stream:
            os.kill(int(stream.read()), 9)

    def test_no_secret_is_seen(self):
        self.put("for each in \"$@\"; do echo \"$each\"; done >> {0}\n"
                 "env >> {0}\n"
                 "[ -z \"$PASSWD_FD\" ] || cat /proc/self/fd/$PASSWD_FD >> {1}\n"
                 "echo '{{\"version\": 1, \"entries\": [{{\"principal\": "
                 "\"x\"}}], \"answer\": \"none\"}}'\n".format(
                     self.path("seen"), self.path("secret")))
        self.yes("--no-config", url=URL)
        with open(self.path("seen"), encoding="utf-8") as stream:
            seen = stream.read()
        with open(self.path("secret"), encoding="utf-8") as stream:
            secret = stream.read()
        password = os.environ["PASSWORD"]
        self.assertEqual(password, secret)
        # the tests have it in their own environment
        seen = "\n".join(line for line in seen.splitlines()
                         if not line.startswith(
                             ("PASSWORD=", "DC_PASSWORD=")))
        self.assertNotIn(password, seen)
        self.assertIn("--keytab=" + self.keytab, seen)
        self.assertIn("--account=ckb@" + REALM, seen)
        self.as_before()


if __name__ == "__main__":
    unittest.main()
