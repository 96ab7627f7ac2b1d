# SPDX-License-Identifier: GPL-3.0-or-later
"""testenv/demo as its user sees it: it ends well and leaves nothing."""

import os
import subprocess
import sys
import tempfile
import unittest

TESTENV = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, TESTENV)

from spnenv import web                      # noqa: E402 (needs the path)
from spnenv.errors import TestenvError      # noqa: E402

DEMO = os.path.join(TESTENV, "demo")
STEPS = (
    "@MODULES is now spn_policy,samba_dsdb",
    "000021C7: spn_policy: SPN-101 'HTTP/IISWEB'",
    "0000202F: spn_policy: SPN-303 'http/shop'",
    "servicePrincipalName: http/intranet\n",
    "ldap_modify: Insufficient access (50)",
    "SPN-101 http/shop.addom.samba.example.com",
    "That was the demo.",
)
WEB_STEPS = (
    "http://web01/\n401\n",
    "HTTP/web01@ADDOM.SAMBA.EXAMPLE.COM not found in keytab",
    "$ setspn -H ldap://addc -S http/web01 svc-web",
    "http://web01/\n200\n",
    "That was the demo.",
)


class Demo(unittest.TestCase):
    def run_demo(self, *arguments, **more):
        more.setdefault("input", "")
        return subprocess.run(
            [DEMO, *arguments], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False,
            timeout=3000, **more)

    def test_story(self):
        """All steps are told, and nothing stays behind."""
        with tempfile.TemporaryDirectory(prefix="d") as folder:
            home = os.path.join(folder, "home")
            os.mkdir(home)
            env = dict(os.environ, TMPDIR=folder, HOME=home)
            for name in ("SPN_TESTENV_CACHE", "XDG_CACHE_HOME"):
                env.pop(name, None)
            done = self.run_demo(env=env)
            self.assertEqual(done.returncode, 0, done.stdout)
            for step in STEPS:
                self.assertIn(step, done.stdout)
            self.assertEqual(os.listdir(folder), ["home"])
            self.assertEqual(os.listdir(home), [])

    def test_keep(self):
        """--keep ends in a shell with the DC running."""
        done = self.run_demo(
            "--keep",
            input="ldbsearch -H ldap://$SERVER -U $USERNAME%$PASSWORD -b '' "
            "-s base dnsHostName; exit 7\n")
        self.assertIn("dnsHostName: addc.addom.samba.example.com",
                      done.stdout)
        self.assertEqual(done.returncode, 7, done.stdout)

    def test_web(self):
        """The story of a web site, where there can be one."""
        try:
            web.require()
        except TestenvError as error:
            self.skipTest(str(error))
        done = self.run_demo("--web")
        self.assertEqual(done.returncode, 0, done.stdout)
        for step in WEB_STEPS:
            self.assertIn(step, done.stdout)

    def test_wrong_option(self):
        done = self.run_demo("--kepe")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--kepe", done.stdout)


if __name__ == "__main__":
    unittest.main()
