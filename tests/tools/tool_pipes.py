# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools where nobody reads what they print, as "TOOL | head -1" has it:
not a word, and the end that SIGPIPE gives.

Needs no directory: tests/lib/small_ldap.py is the server.
"""

import os
import signal
import subprocess
import tempfile
import unittest

from hostile import SPN, configuration, user
from small_ldap import DOMAIN, SmallLdap

TOOLS = os.path.join(os.environ["SPN_POLICY_BUILD"], "programs")
ACCOUNT = ("CN=a,CN=Users," + DOMAIN,
           [("objectClass", ["top", "user"]), ("sAMAccountName", ["a"]),
            ("objectGUID", [b"0123456789abcdef"]),
            (SPN, ["foo/a%d" % n for n in range(5)])])
SERVED = (("spn-audit",), ("setspn", "-L", "a"), ("setspn", "-Q", "foo/*"),
          ("setspn", "-X"), ("spn-policy", "status"))
ALONE = (("spn-audit", "--list-rules"), ("spn-audit", "--explain=SPN-101"),
         ("setspn", "/?"))


def ignore():
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)


def default():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)


class Pipes(unittest.TestCase):
    def commands(self):
        server = SmallLdap([ACCOUNT])
        self.addCleanup(server.close)
        with tempfile.NamedTemporaryFile("w", delete=False) as export:
            self.addCleanup(os.unlink, export.name)
            export.write(configuration() + user(1, **{SPN: "foo/x"}))
        yield from ALONE
        yield ("spn-audit", "--from-ldif=" + export.name)
        yield ("spn-audit", "--from-ldif=" + export.name, "--output=/dev/null",
               "--fix-ldif=-")
        for words in SERVED:
            yield (*words, "-H", "ldap://" + server.address)

    def run_tool(self, words, stdout, preexec=None):
        return subprocess.run(
            [os.path.join(TOOLS, words[0]), *words[1:],
             *(("--configfile=/dev/null",) if words[1:] != ("/?",) else ())],
            stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE,
            check=False, preexec_fn=preexec, timeout=100)

    def test_nobody_reads(self):
        for words in self.commands():
            plain = self.run_tool(words, subprocess.PIPE)
            self.assertNotEqual(b"", plain.stdout, plain)
            for preexec in ignore, default:
                with self.subTest(words=words, preexec=preexec):
                    reader, writer = os.pipe()
                    os.close(reader)
                    with os.fdopen(writer, "wb") as stream:
                        done = self.run_tool(words, stream, preexec)
                    self.assertEqual(
                        (-signal.SIGPIPE, plain.stderr),
                        (done.returncode, done.stderr))

    def test_no_room(self):
        """What could not be written for another reason is an error."""
        for words in self.commands():
            with self.subTest(words=words), open("/dev/full", "wb") as full:
                done = self.run_tool(words, full)
                self.assertEqual(2, done.returncode, done.stderr)
                self.assertRegex(done.stderr, b"stdout|standard output")

    def test_closed_streams(self):
        """No database and no connection gets the number of one of them."""
        for words in self.commands():
            with self.subTest(words=words):
                done = subprocess.run(
                    ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh",
                     os.path.join(TOOLS, words[0]), *words[1:]], check=False,
                    timeout=100)
                self.assertEqual(2, done.returncode)


if __name__ == "__main__":
    unittest.main()
