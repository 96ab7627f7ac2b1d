# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-probe where the KDC of one controller and the directory of another do not
know the same yet. Runs in ad_dc_pair:local.
"""

import json
import os
import re
import subprocess
import tempfile
import unittest

from two_controllers import TwoControllers

REALM = os.environ["REALM"]
ADDRESSES = (os.environ["SERVER_IP"], os.environ["VAMPIRE_DC_SERVER_IP"])
KDC = re.compile(r"^(\s*)kdc = .*\n(?:\s*kdc = .*\n)*", re.MULTILINE)


class ProbeControllers(TwoControllers):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.host = "tale.%s" % REALM.lower()

    def path(self, name):
        return os.path.join(self.folder, name)

    def environ(self, number):
        """Of a client that knows the KDC of that controller only."""
        with open(os.environ["KRB5_CONFIG"], encoding="utf-8") as stream:
            conf = stream.read()
        with open(self.path("krb5.conf"), "w", encoding="utf-8") as stream:
            stream.write(KDC.sub(r"\1kdc = %s\n" % ADDRESSES[number], conf))
        return dict(os.environ, KRB5CCNAME="FILE:" + self.path("cache"),
                    KRB5_CONFIG=self.path("krb5.conf"))

    def probe(self, kdc, directory):
        """(report, status, as people see it)"""
        env = self.environ(kdc)
        words = ["spn-probe", "--configfile=" + os.environ["SMB_CONF_PATH"],
                 "-H", "ldap://" + self.both[directory].fqdn]
        subprocess.run(["kinit", "alice@" + REALM], check=True, env=env,
                       input=b"Secret007", stdout=subprocess.DEVNULL)
        done = subprocess.run([*words, "--json", "http://%s/" % self.host],
                              env=env, check=False, text=True,
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE)
        shown = subprocess.run([*words, "http://%s/" % self.host], env=env,
                               check=False, text=True,
                               stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE)
        return json.loads(done.stdout), done.returncode, shown.stdout

    def row(self, report):
        found, = [each for each in report["names"]
                  if each["name"] == "HTTP/" + self.host]
        return found, [each["code"] for each in found["verdicts"]]

    def test_not_replicated(self):
        """Given on the first one only: whoever asks the second one is asked for
        a password, and it is said who said what."""
        dn = self.account("taleweb")
        self.first.sam.setpassword("(sAMAccountName=taleweb)", "Secret007-x")
        self.apart()
        self.first.change(dn, "servicePrincipalName", ["http/" + self.host])
        for kdc, directory in ((0, 0), (0, 1), (1, 0), (1, 1)):
            with self.subTest(kdc=kdc, directory=directory):
                report, status, shown = self.probe(kdc, directory)
                row, codes = self.row(report)
                self.assertEqual(ADDRESSES[kdc], row["kdc"]["address"])
                name = self.both[directory].fqdn
                self.assertEqual(name, report["directoryServer"])
                self.assertIn("KDC %s, directory of %s" % (
                    ADDRESSES[kdc], name), shown)
                self.assertEqual(kdc == 0, row["kdc"]["ticket"])
                self.assertEqual((kdc, directory) == (0, 1),
                                 "WEB-214" in codes)
                self.assertEqual((kdc, directory) == (1, 0),
                                 "WEB-217" in codes)
                if kdc == 1:
                    self.assertEqual(1, status)
                    self.assertNotIn("names get a ticket", report["answer"])


if __name__ == "__main__":
    unittest.main()
