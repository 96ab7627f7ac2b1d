# SPDX-License-Identifier: GPL-3.0-or-later
"""testenv/web as its user sees it: a site, a command beside it, nothing left."""

import os
import signal
import subprocess
import sys
import tempfile
import unittest

TESTENV = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, TESTENV)

from spnenv import web, webnames            # noqa: E402 (needs the path)
from spnenv.errors import TestenvError      # noqa: E402
from test_testenv import (CLEAN_WITHIN, processes_with,     # noqa: E402
                          until)

LIMIT = 600     # seconds, a cold cache included
ASK = "curl -s -o /dev/null --negotiate -u : -w '%{http_code} ' "


class Web(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            web.require()
        except TestenvError as error:
            raise unittest.SkipTest(str(error)) from error

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="w")
        self.addCleanup(folder.cleanup)
        self.tmp = folder.name
        self.before = os.listdir(webnames.PLACE)

    def start(self, *args):
        return subprocess.Popen(
            [os.path.join(TESTENV, "web"), *args],
            env=dict(os.environ, TMPDIR=self.tmp), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run_it(self, *args):
        """(status, output, complaints)"""
        process = self.start(*args)
        out, err = process.communicate(timeout=LIMIT)
        return process.returncode, out, err

    def assert_nothing_left(self):
        self.assertEqual([], os.listdir(self.tmp))
        self.assertEqual(self.before, os.listdir(webnames.PLACE))
        self.assertEqual([], processes_with(self.tmp))

    def test_site(self):
        """By all its names, with both kinds of client; and its exit status."""
        for option in ([], ["--stock"]):
            status, out, err = self.run_it(
                *option, "--", "sh", "-c", "%s $WEB_URL; %s http://$WEB_FQDN/; "
                "export KRB5_CONFIG=$WEB_KRB5_DEFAULTS; "
                "for host in web01 www intranet; do %s http://$host/; done; "
                "exit 7" % (ASK, ASK, ASK))
            self.assertEqual((7, ["200"] * 5), (status, out.split()), err)
        self.assert_nothing_left()

    def test_show(self):
        status, out, err = self.run_it("--show")
        self.assertEqual(0, status, err)
        for text in ("http://web01/", "svc-web", webnames.KEYTAB):
            self.assertIn(text, out)

    def test_case(self):
        """A site that is wrong; the command is the client of the case."""
        status, out, err = self.run_it("--case=ptr", "--", "sh", "-c",
                                       ASK + "$WEB_URL")
        self.assertEqual((0, "401"), (status, out.strip()), err)
        status, _, err = self.run_it("--case=none", "--", "true")
        self.assertEqual(2, status)
        self.assertIn("half-full", err)

    def test_killed(self):
        """Neither Apache nor the site survives it."""
        process = self.start("--", "sh", "-c", "echo ready; exec sleep 1000")
        self.assertEqual("ready\n", process.stdout.readline())
        self.assertTrue(processes_with("apache2"))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=CLEAN_WITHIN)
        self.assertTrue(until(lambda: not processes_with(self.tmp) and
                              not os.listdir(self.tmp), CLEAN_WITHIN))
        self.assert_nothing_left()

    def test_refusals(self):
        for args in ([], ["--cases", "--", "true"], ["half"], ["--write"]):
            self.assertEqual(2, self.run_it(*args)[0], args)


if __name__ == "__main__":
    unittest.main()
