# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of docs/audit-guide.md, typed one after the other on a DC.

Runs in ad_dc_stock:local. A command that complains about its arguments, or
says that it could not run, fails; so does an option that --help has and the
manual does not. And a pipe that nobody reads.
"""

import os
import re
import signal
import stat
import subprocess
import tempfile
import unittest

import ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
GUIDE = os.path.join(TOP, "docs", "audit-guide.md")
MANUAL = os.path.join(TOP, "docs", "man", "spn-audit.8.xml")
CONF = os.environ["SERVERCONFFILE"]
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands():
    with open(GUIDE, encoding="utf-8") as stream:
        text = stream.read()
    for block in BLOCK.findall(text):
        for line in block.splitlines():
            yield line.removeprefix("# ").removeprefix("$ ")


class Guide(unittest.TestCase):
    def setUp(self):
        lp = LoadParm()
        lp.load(CONF)
        self.samdb = SamDB(lp.private_path("sam.ldb"), lp=lp,
                           session_info=system_session(),
                           options=["modules:samba_dsdb"])
        self.dn = "CN=svc-guide,CN=Users," + self.samdb.domain_dn()
        self.samdb.add({
            "dn": self.dn, "objectClass": "user",
            "sAMAccountName": "svc-guide", "userAccountControl": "544",
            "servicePrincipalName":
                "http/guide." + self.samdb.domain_dns_name()})
        self.addCleanup(self.samdb.delete, self.dn)
        # of a host that DNS does not have nothing is repaired
        node = "DC=guide,DC=%s,CN=MicrosoftDNS,DC=DomainDnsZones,%s" % (
            self.samdb.domain_dns_name(), self.samdb.domain_dn())
        self.samdb.add({"dn": node, "objectClass": "dnsNode"})
        self.addCleanup(self.samdb.delete, node)

    def environment(self, folder):
        """spn-audit reads the DC's smb.conf, as on the DC itself."""
        path = os.path.join(folder, "spn-audit")
        tool = subprocess.run(["sh", "-c", "command -v spn-audit"],
                              check=True, stdout=subprocess.PIPE, text=True)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write('#!/bin/sh\nexec %s -s %s "$@"\n' % (
                tool.stdout.strip(), CONF))
        os.chmod(path, stat.S_IRWXU)
        return dict(os.environ, PATH=folder + ":" + os.environ["PATH"])

    def test_commands(self):
        typed = list(commands())
        self.assertGreater(len(typed), 12)
        with tempfile.TemporaryDirectory() as folder:
            environment = self.environment(folder)
            for command in typed:
                done = subprocess.run(
                    ["sh", "-c", command], cwd=folder, env=environment,
                    check=False, stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE, text=True,
                    # kinit asks for it
                    input=os.environ["PASSWORD"] + "\n")
                self.assertIn(done.returncode, (0, 1),
                              command + "\n" + done.stderr)
                self.assertEqual("", done.stderr, command)
            self.assertEqual(
                {"audit.html", "audit.csv", "audit-monday.json", "keys.json",
                 "fix.ldif", "fix.sh",
                 "undo.ldif",
                 "spn-audit.baseline", "report.txt", "spn_audit.prom"},
                set(os.listdir(folder)) - {"spn-audit"})
        found = self.samdb.search(self.dn, ldb.SCOPE_BASE)[0]
        self.assertIn(b"http/guide",
                      [bytes(v) for v in found["servicePrincipalName"]])

    def test_nobody_reads(self):
        """As "spn-audit | head -1", also where SIGPIPE is ignored."""
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "wb") as stream:
            done = subprocess.run(["spn-audit", "-s", CONF], check=False,
                                  stdout=stream, stderr=subprocess.PIPE)
        self.assertEqual(b"", done.stderr)
        self.assertEqual(-signal.SIGPIPE, done.returncode)

    def test_copy_of_somebody_else(self):
        """A copy that may only be read gives the report of the original."""
        lp = LoadParm()
        lp.load(CONF)
        # The folders of the environment are closed to others.
        with tempfile.TemporaryDirectory(dir="/tmp") as folder:
            for name in "sam.ldb", "sam.ldb.d":
                subprocess.run(["cp", "-r", lp.private_path(name), folder],
                               check=True)
            subprocess.run(["chmod", "-R", "a=rX", folder], check=True)
            reports = [subprocess.run(
                [*how, "spn-audit", "-s", "/dev/null", "-H", path],
                check=False, env=dict(os.environ, TMPDIR="/tmp"), stdout=subprocess.PIPE).stdout
                for how, path in (
                    ((), lp.private_path("sam.ldb")),
                    (("setpriv", "--reuid=65534", "--regid=65534",
                      "--clear-groups"), os.path.join(folder, "sam.ldb")))]
            subprocess.run(["chmod", "-R", "u+w", folder], check=True)
        self.assertIn(b"SPNs checked", reports[0])
        self.assertEqual(*reports)

    def test_options(self):
        """What --help lists of our own, the manual explains."""
        done = subprocess.run(["spn-audit", "--help"], check=True,
                              stdout=subprocess.PIPE, text=True)
        own = done.stdout.partition("Help options:")[0]
        own = own.partition("Common Samba options")[0]
        options = set(re.findall(r"(--[a-z][a-z-]+)", own))
        self.assertLessEqual({"--format", "--baseline", "--watch"}, options)
        with open(MANUAL, encoding="utf-8") as stream:
            terms = " ".join(re.findall(r"<term>(.*?)</term>", stream.read(),
                                        re.DOTALL))
        for option in sorted(options):
            self.assertRegex(terms, re.escape(option) + r"(?![a-z-])")


if __name__ == "__main__":
    unittest.main()
