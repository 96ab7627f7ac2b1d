# SPDX-License-Identifier: GPL-3.0-or-later
"""No password stays where every user of the machine can read it: in the
arguments of a process, however they are written.

Needs no directory: a server that says nothing keeps the programs waiting.
"""

import os
import re
import subprocess
import time
import unittest

from small_ldap import SmallLdap
from tool_hostile_server import TOOLS

PATIENCE = 60
SECRET = "xSecretx"
USER = "bob%" + SECRET
# Each with its own options, and what it is asked.
PROGRAMS = {"spn-audit": ("--no-config",), "spn-policy": ("check",),
            "spn-probe": ("--no-kdc", "http://127.0.0.1:9/"),
            "setspn": ("-Q", "foo/x")}
LONG = (("--user=" + USER,), ("--user", USER),
        ("--simple-bind-dn=bob", "--password=" + SECRET),
        ("--simple-bind-dn=bob", "--password", SECRET))
# Only over TLS is it sent by itself.
URL = "ldaps://"
SHORT = (("-U" + USER,), ("-U", USER), ("-U=" + USER,))


def switches_of(program):
    """The letters of --help that take no value, and do not end the program:
    -P does where a machine has no account."""
    done = subprocess.run(
        [os.path.join(TOOLS, program), "--help"], check=True, text=True,
        env=dict(os.environ, SMB_CONF_PATH=os.devnull), stdout=subprocess.PIPE)
    letters = re.findall(r"(?m)^  -(\w)(?:, --[\w-]+)?(?:  |$)", done.stdout)
    return sorted(set(letters) - {"V", "P"})


def arguments_of(process):
    with open("/proc/%d/cmdline" % process.pid, "rb") as stream:
        return stream.read().decode()


class Passwords(unittest.TestCase):
    def setUp(self):
        server = SmallLdap(silent_after=0)
        self.addCleanup(server.close)
        self.url = URL + server.address

    def assert_wiped(self, program, words):
        # Behind it, so that it is there when it is looked at.
        command = [os.path.join(TOOLS, program), *words, "-H", self.url,
                   "--configfile=/dev/null", *PROGRAMS[program]]
        until = time.monotonic() + PATIENCE
        with subprocess.Popen(command, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            said = arguments_of(process)
            while SECRET in said or program not in said:
                if process.poll() is not None or time.monotonic() > until:
                    break
                time.sleep(0.01)
                said = arguments_of(process)
            ended = process.poll()
            process.kill()
        self.assertIsNone(ended, command)
        self.assertNotIn(SECRET, said, command)
        self.assertIn("bob", said)

    def test_long(self):
        for program in PROGRAMS:
            for words in LONG:
                self.assert_wiped(program, words)

    def test_short(self):
        """setspn has switches of its own of one letter, and no others."""
        for program in PROGRAMS:
            for words in SHORT if program != "setspn" else ():
                self.assert_wiped(program, words)

    def test_together(self):
        for program in PROGRAMS:
            if program == "setspn":
                continue
            letters = switches_of(program)
            self.assertIn("N", letters)
            for before in (*letters, "NN"):
                self.assert_wiped(program, ("-%sU%s" % (before, USER),))
            self.assert_wiped(program, ("-NU", USER))


if __name__ == "__main__":
    unittest.main()
