# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-audit: where a report goes, and what is left if it cannot go there.

Runs in the environment ad_dc_stock:local, with the directory of
tool_spn_audit.
"""

import os
import resource
import shutil
import stat
import subprocess
import tempfile

import tool_spn_audit as base
import violations
from tool_spn_audit import CONF, local, setUpModule  # noqa: F401

# Room for what the audit needs itself, and not for the report.
LIMIT = 4 << 20


class Output(base.AuditTest):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = os.path.join(self.folder, "report")

    def read(self):
        with open(self.path, encoding="utf-8") as stream:
            return stream.read()

    def test_file(self):
        plain = local()
        for _ in range(2):
            result = local("--output=" + self.path)
            self.assertEqual((1, "", ""),
                             (result.code, result.out, result.err))
            self.assertEqual(plain.out, self.read())
            self.assertEqual(["report"], os.listdir(self.folder))

    def test_mode_of_file_is_kept(self):
        with open(self.path, "w", encoding="utf-8"):
            os.chmod(self.path, 0o600)
        local("--output=" + self.path)
        self.assertEqual(0o600, stat.S_IMODE(os.stat(self.path).st_mode))

    def test_link_stays(self):
        link = os.path.join(self.folder, "link")
        with open(self.path, "w", encoding="utf-8") as stream:
            stream.write("old")
        os.symlink("report", link)
        local("--output=" + link)
        self.assertTrue(os.path.islink(link))
        self.assertNotEqual("old", self.read())

    def test_failure_leaves_old_file(self):
        with open(self.path, "w", encoding="utf-8") as stream:
            stream.write("old")
        self.refused(local("--output=" + self.path, "-H", "/nowhere"))
        self.refused(local("--output=" + self.path, "--base=DC=nowhere"))
        self.assertEqual("old", self.read())
        self.assertEqual(["report"], os.listdir(self.folder))

    def test_no_plain_file(self):
        self.assertEqual(1, local("--output=/dev/null").code)
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))
        self.refused(local("--output=" + self.folder), self.folder)
        self.refused(local("--output=/nowhere/report"), "/nowhere/report")
        self.refused(local("--output=/dev/full"), "/dev/full")

    def test_full_stdout(self):
        with open("/dev/full", "wb") as full:
            self.refused(local(stdout=full), "standard output")

    def test_closed_streams(self):
        """The database must not get the number of a closed stream."""
        done = subprocess.run(["sh", "-c", 'exec spn-audit -s "$1" >&-', "sh",
                               CONF], stdin=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, check=False)
        self.assertEqual(2, done.returncode)
        self.assertIn(b"standard output: Bad file descriptor", done.stderr)
        done = subprocess.run(["sh", "-c", 'exec spn-audit -s "$1" >&- 2>&- '
                               '<&-', "sh", CONF], check=False)
        self.assertEqual(2, done.returncode)

    def large(self, *args):
        """A report of more than LIMIT, where no file may be larger."""
        export = os.path.join(self.folder, "export")
        with open(export, "w", encoding="utf-8") as stream:
            violations.write_ldif(violations.build(base.DNS, 0, 130, 0),
                                  stream)
        return base.Result(subprocess.run(
            ["spn-audit", "-s", CONF, "--from-ldif=" + export,
             "--format=json", *args], check=False, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_FSIZE, (LIMIT, LIMIT))))

    def test_no_room(self):
        with open(self.path, "w", encoding="utf-8") as stream:
            stream.write("old")
        self.assertGreater(len(self.large().out), LIMIT)
        self.refused(self.large("--output=" + self.path),
                     self.path + ": File too large")
        self.assertEqual("old", self.read())
        self.assertEqual(["export", "report"], sorted(
            os.listdir(self.folder)))

    def test_files_beside_the_report(self):
        """Repairs and baseline: the same, and then there is no report."""
        for option in "--fix-ldif", "--fix-setspn", "--write-baseline":
            for path in self.folder, "/nowhere/x", "/dev/full":
                with self.subTest(option=option, path=path):
                    self.refused(local("%s=%s" % (option, path)), path)
        self.assertEqual([], os.listdir(self.folder))
