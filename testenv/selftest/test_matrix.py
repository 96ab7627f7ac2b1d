# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of testenv/matrix that make no base system."""

import os
import re
import subprocess
import sys
import unittest

TESTENV = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, TESTENV)

from spnenv import bareroot, matrix, releases     # noqa: E402 (needs the path)
from spnenv.errors import Impossible    # noqa: E402

MATRIX = os.path.join(TESTENV, "matrix")
STRANGER = ["setpriv", "--reuid=31337", "--regid=31337", "--clear-groups",
            "--"]
OWN = [["http://local/debian/", "bookworm"],
       ["http://local/debian/", "bookworm-updates"],
       ["http://local/security/", "bookworm-security"]]
OTHERS = [["http://vendor/apt/", "nodistro"], ["http://vendor/x", "bookworm-x"]]

# what it proves, command, output, exit status, the counts
COUNTS = (
    ("a check", "testenv/check", "x\n7 passed, 0 failed, 2 skipped\n", 0,
     (7, 0, 2)),
    ("the last sum counts", "testenv/check --quick",
     "1 passed, 1 failed, 0 skipped\n7 passed, 0 failed, 2 skipped\n", 0,
     (7, 0, 2)),
    ("failures", "testenv/check", "7 passed, 1 failed, 0 skipped\n", 1,
     (7, 1, 0)),
    ("a bad end", "testenv/check", "7 passed, 0 failed, 0 skipped\n", 1,
     (7, 1, 0)),
    ("no sum", "testenv/check", "building\n", 0, (0, 1, 0)),
    ("could not run", "testenv/check", "testenv: no\n", 2, (0, 1, 0)),
    ("took too long", "testenv/check", "", None, (0, 1, 0)),
    ("the demo", "testenv/demo", "That was the demo.\n", 0, (1, 0, 0)),
    ("a bad demo", "testenv/demo", "1 passed, 0 failed, 0 skipped\n", 1,
     (0, 1, 0)),
)


class CountsTest(unittest.TestCase):
    def test_table(self):
        """Every row of the table, all wrong ones printed."""
        wrong = []
        for what, command, output, status, expected in COUNTS:
            found = matrix.counts(output, status, command)
            found = (found.passed, found.failed, found.skipped)
            if found != expected:
                wrong.append("%s: %s, not %s" % (what, found, expected))
        self.assertEqual(wrong, [])


class ReleasesTest(unittest.TestCase):
    def test_sources(self):
        """Each release comes from the mirror of the machine."""
        for name in releases.RELEASES:
            release = releases.find(name)
            lines = releases.sources(release, OTHERS + OWN)
            suites = {line.split()[2]: line.split()[1] for line in lines}
            self.assertEqual(set(suites.values()), {
                "http://local/debian/", "http://local/security/"})
            self.assertEqual(suites[release.codename + "-security"],
                             "http://local/security/")
            self.assertEqual(release.codename + "-backports" in suites,
                             "+" in name)
            self.assertEqual("src:samba" in releases.preferences(release),
                             "+" in name)

    def test_no_mirror(self):
        """What is no mirror of Debian is not taken for one."""
        for targets in ([], OTHERS, OWN[:2], OWN[2:]):
            with self.assertRaises(Impossible):
                releases.mirrors(targets)

    def test_other(self):
        """--quick is for what the machine is not."""
        self.assertIn(releases.other().name, releases.RELEASES)
        self.assertEqual(releases.OTHER, {"12": "13", "13": "12"})


class CommandTest(unittest.TestCase):
    def run_matrix(self, *args, prefix=()):
        return subprocess.run(
            [*prefix, MATRIX, *args], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            check=False, timeout=600)

    def assert_refused(self, done, *words):
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_unknown_release(self):
        """Named, with those that there are, also where it is optional."""
        for args in (["14"], ["--quick", "--optional", "12", "sid"]):
            self.assert_refused(self.run_matrix(*args), args[-1],
                                "12 12+backports 13 13+backports")

    def test_not_root(self):
        prefix = STRANGER if os.getuid() == 0 else ()
        if prefix and subprocess.run([*prefix, "test", "-r", MATRIX],
                                     check=False).returncode:
            self.skipTest("%s is not readable for others" % TESTENV)
        self.assert_refused(self.run_matrix("13", prefix=prefix), "root")
        done = self.run_matrix("--quick", "--optional", prefix=prefix)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"\Askipped: .*root")
        self.assertRegex(done.stdout, r"\n0 passed, 0 failed, 1 skipped\n\Z")

    def test_no_mmdebstrap(self):
        """The package is named."""
        if os.getuid() != 0:
            self.skipTest("only root gets so far")
        if os.path.exists(bareroot.MARK):
            self.skipTest("this is a machine of the matrix")
        hide = ('mount --bind /dev/null "$(command -v mmdebstrap)" && '
                'exec "$@"')
        if not matrix.shutil.which("mmdebstrap"):
            self.skipTest("it is not here anyway")
        done = self.run_matrix("13", prefix=(
            "unshare", "--mount", "sh", "-c", hide, "hide"))
        self.assert_refused(done, "apt-get install mmdebstrap")


class NetworkTest(unittest.TestCase):
    def test_words(self):
        """Of apt: the mirror is away, or a package is."""
        for text, away in (
                ("Could not resolve 'deb.debian.org'", True),
                ("Temporary failure resolving 'deb.debian.org'", True),
                ("Unable to connect to deb.debian.org:http:", True),
                ("E: Failed to fetch http://x/y.deb  404", True),
                ("E: Unable to locate package libnothing-dev", False)):
            self.assertEqual(bool(re.search(matrix.NO_NETWORK, text)), away,
                             text)


if __name__ == "__main__":
    unittest.main()
