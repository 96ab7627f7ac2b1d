# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages of ./waf deb are the same bytes, wherever and by whomever they are
built. It takes two builds: testenv/check runs it with --long.
"""

import hashlib
import os
import shutil
import unittest

import tool_debian
from tool_debian import Built, debs, waf_deb


def setUpModule():
    Built.twice = True
    tool_debian.setUpModule()


class Again(unittest.TestCase):
    def test_same_bytes(self):
        """Elsewhere, later, by another user, in another language."""
        second = Built.second
        prefix = []
        if os.getuid() == 0:
            for folder, _, names in os.walk(os.path.dirname(second)):
                for each in [folder, *(os.path.join(folder, name)
                                       for name in names)]:
                    os.chown(each, 65534, 65534)
            prefix = ["setpriv", "--reuid=65534", "--regid=65534",
                      "--clear-groups"]
        if shutil.which("faketime"):
            prefix += ["env", "NO_FAKE_STAT=1", "faketime", "-f", "+400d"]
        done = waf_deb(second, ["sh", "-c", 'umask 077; exec "$@"', "sh",
                                *prefix], HOME="/nonexistent", TZ="Asia/Tokyo",
                       LANG="tr_TR.UTF-8", LC_ALL="", USER="nobody",
                       TMPDIR=os.path.dirname(second),
                       DEB_BUILD_OPTIONS="nocheck parallel=3")
        self.assertEqual(0, done.returncode, done.stdout[-3000:])
        self.assertEqual(set(Built.built), set(debs(second)))
        for name, path in debs(second).items():
            sums = []
            for each in path, Built.built[name]:
                with open(each, "rb") as deb:
                    sums.append(hashlib.sha256(deb.read()).hexdigest())
            self.assertEqual(sums[0], sums[1], name)


if __name__ == "__main__":
    unittest.main()
