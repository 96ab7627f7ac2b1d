# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-audit: who owns and reads the files it writes, and what "-" is.

Needs no directory.
"""

import os
import stat
import struct
import subprocess
import unittest

import tool_audit_input as base
from hostile import SPN, computer, configuration, user
from tool_audit_input import TOOL

EXPORT = configuration() + user(1, **{SPN: "http/a.example.com"}) + computer(
    2, dNSHostName="c2.example.com")
WRITTEN = ("--output", "--fix-ldif", "--fix-setspn", "--write-baseline")
ACL = "system.posix_acl_access"


def acl(*entries):
    """(tag, permissions, id) as the kernel has them."""
    return struct.pack("<I", 2) + b"".join(
        struct.pack("<HHI", *entry) for entry in entries)


class Places(base.Input):
    def setUp(self):
        super().setUp()
        self.export = self.write("export", EXPORT)

    def run_tool(self, *args, stdin=b"", **how):
        return subprocess.run(
            [TOOL, "--configfile=/dev/null", *args], input=stdin,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            cwd=self.folder, **how)

    def run_export(self, *args, **how):
        done = self.run_tool("--from-ldif=export", *args, **how)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done

    def read(self, name):
        with open(self.path(name), "rb") as stream:
            return stream.read()


@unittest.skipUnless(os.geteuid() == 0, "gives files away")
class Owner(Places):
    def test_is_kept(self):
        for option in WRITTEN:
            path = self.write("x", b"old")
            os.chown(path, 1234, 4321)
            os.chmod(path, 0o2640)
            self.run_export(option + "=x")
            found = os.stat(path)
            self.assertEqual(
                (1234, 4321, 0o2640),
                (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)))
            self.assertNotEqual(b"old", self.read("x"))

    def test_cannot_be_kept(self):
        """Who may give no file away: the old one stays, and the way is said."""
        os.chown(self.write("x", b"old"), 1234, 4321)
        done = subprocess.run(
            ["setpriv", "--bounding-set=-chown", TOOL,
             "--configfile=/dev/null", "--from-ldif=export", "--output=x"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            cwd=self.folder)
        self.refused(done, "x: ", "its owner", "remove it")
        self.assertEqual(b"old", self.read("x"))
        self.assertEqual({"export", "x"}, set(os.listdir(self.folder)))

    def test_acl(self):
        """Whom the ACL lets in, and nobody through its mask."""
        path = self.write("x", b"old")
        wanted = acl((1, 6, 0xffffffff), (2, 4, 1234), (4, 0, 0xffffffff),
                     (0x10, 4, 0xffffffff), (0x20, 0, 0xffffffff))
        try:
            os.setxattr(path, ACL, wanted)
        except OSError as error:
            self.skipTest(error.strerror)
        self.run_export("--output=x")
        self.assertEqual(wanted, os.getxattr(path, ACL))


    def test_link_of_another_user(self):
        """Who may write the folder may not choose what root overwrites."""
        path = self.write("mine", b"old")
        for number, uid in enumerate((0, 1234)):
            link = self.path("link%d" % number)
            os.symlink("mine", link)
            os.lchown(link, uid, uid)
        for option in WRITTEN:
            done = self.run_tool("--from-ldif=export", option + "=link1")
            self.refused(done, "link1", "user 1234", "remove it")
            self.assertEqual(b"old", self.read("mine"))
        self.run_export("--output=link0")
        self.assertNotEqual(b"old", self.read("mine"))
        self.assertTrue(os.path.islink(self.path("link0")))
        self.assertFalse(os.path.islink(path))

    def test_folder_of_all(self):
        """In /tmp: a file that waits there would be its owner's afterwards, and
        nobody reads the pipe."""
        path = self.write("x", b"old")
        os.mkfifo(self.path("pipe"))
        for name in "x", "pipe":
            os.chown(self.path(name), 1234, 1234)
            for mode in 0o1777, 0o777:
                os.chmod(self.folder, mode)
                for option in WRITTEN:
                    done = self.run_tool("--from-ldif=export", option + "=" + name)
                    self.refused(done, name + ": ", "user 1234", "remove it")
        self.assertEqual(b"old", self.read("x"))
        os.chown(path, 0, 0)
        self.run_export("--output=x")
        self.assertNotEqual(b"old", self.read("x"))


class Mode(Places):
    def mode(self, umask, *args):
        self.run_export("--output=new", *args,
                        preexec_fn=lambda: os.umask(umask))
        mode = stat.S_IMODE(os.stat(self.path("new")).st_mode)
        os.unlink(self.path("new"))
        return mode

    def test_new_file(self):
        for umask, mode, public in ((0o077, 0o600, 0o644),
                                    (0o022, 0o644, 0o644),
                                    (0o027, 0o640, 0o644)):
            for name in "text", "json", "csv", "html":
                self.assertEqual(mode, self.mode(umask, "--format=" + name))
            # node_exporter is another user
            self.assertEqual(public, self.mode(umask, "--format=prometheus"))

    def test_closed_file_stays_closed(self):
        os.chmod(self.write("x", b""), 0o600)
        self.run_export("--format=prometheus", "--output=x")
        self.assertEqual(0o600, stat.S_IMODE(os.stat(self.path("x")).st_mode))


class Streams(Places):
    def test_standard_output(self):
        plain = self.run_export()
        self.assertEqual(plain.stdout, self.run_export("--output=-").stdout)
        for option in WRITTEN[1:]:
            self.run_export(option + "=file")
            done = self.run_export(option + "=-", "--output=report")
            self.assertEqual(self.read("file"), done.stdout)
            self.assertEqual(plain.stdout, self.read("report"))
        self.assertNotIn("-", os.listdir(self.folder))
        listing = self.run_tool("--list-rules", "--output=-")
        self.assertIn(b"SPN-101", listing.stdout)

    def test_standard_input(self):
        self.run_export("--write-baseline=b")
        done = self.run_export("--baseline=-", stdin=self.read("b"))
        self.assertEqual(self.run_export("--baseline=b").stdout, done.stdout)
        self.assertIn(b"no findings", done.stdout)
        self.refused(self.run_tool("--from-ldif=-", "--baseline=-"),
                     "--from-ldif and --baseline", "standard input")
        self.refused(self.run_tool("--watch", "--baseline=-"), "--watch",
                     "--baseline=-")
        done = self.run_tool("--from-ldif=-", "--fix-ldif=-", "--output=x",
                             stdin=EXPORT.encode())
        self.assertIn(b"changetype", done.stdout)


class OneFile(Places):
    def check(self, one, other):
        before = sorted(os.listdir(self.folder))
        done = self.run_tool("--from-ldif=export", *one, *other)
        self.refused(done, (one or ["--output"])[0].partition("=")[0],
                     other[0].partition("=")[0], "one file")
        self.assertEqual(before, sorted(os.listdir(self.folder)))

    def test_pairs(self):
        os.mkdir(self.path("folder"))
        os.symlink("folder", self.path("way"))
        os.symlink("folder/new", self.path("ahead"))
        self.write("there", b"")
        os.symlink("there", self.path("soft"))
        os.link(self.path("there"), self.path("hard"))
        names = (("x", "x"), ("x", "./x"), ("x", self.path("x")),
                 ("folder/new", "way/new"), ("folder/new", "ahead"),
                 ("there", "there"), ("there", "soft"), ("there", "hard"))
        for number, one in enumerate(WRITTEN):
            for other in WRITTEN[number + 1:]:
                for pair in names:
                    with self.subTest(one=one, other=other, pair=pair):
                        self.check([one + "=" + pair[0]],
                                   [other + "=" + pair[1]])

    def test_standard_output(self):
        for option in WRITTEN[1:]:
            self.check([], [option + "=-"])
            self.check(["--output=-"], [option + "=-"])

    def test_what_is_read(self):
        for option in WRITTEN:
            self.refused(self.run_tool("--from-ldif=export",
                                       option + "=./export"), "--from-ldif",
                         option, "one file")
        self.assertEqual(EXPORT.encode(), self.read("export"))
        self.run_export("--write-baseline=b")
        self.refused(self.run_tool("--from-ldif=export", "--baseline=b",
                                   "--output=b"), "--baseline", "--output")

    def test_what_goes_together(self):
        self.run_export(*[option + "=/dev/null" for option in WRITTEN])
        self.run_export("--output=a", "--fix-ldif=b", "--fix-setspn=c",
                        "--write-baseline=d")
        self.run_export("--baseline=d", "--write-baseline=d")
        # the report into the file that standard output is, too
        with open(self.path("out"), "wb") as stream:
            done = subprocess.run(
                [TOOL, "--configfile=/dev/null", "--from-ldif=export",
                 "--fix-ldif=out"], stdout=stream, stderr=subprocess.PIPE,
                cwd=self.folder, check=False)
        self.assertEqual(2, done.returncode)
        self.assertIn(b"--output and --fix-ldif", done.stderr)


if __name__ == "__main__":
    unittest.main()
