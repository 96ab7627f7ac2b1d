# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-policy, whatever lies in the folder of modules: disable is the way back
that is documented, so it works; status says what is wrong.

Runs as tool_spn_policy does, on copies of a DC's database. Each damage is done
twice: in a folder of LDB_MODULES_PATH, and in a copy of ldb's own folder, which
only the tool sees in the place of the real one (that needs namespaces).
"""

import os
import shutil
import struct
import subprocess
import unittest

from tool_spn_policy import CONF, MODULES, NEW, OLD, OneCopy, Result

NAME = "spn_policy.so"
PAGE = 4096
PT_LOAD = 1
# In the copy that NEW_FOLDER is, the tool finds it as ldb's own.
IN_PLACE = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'


def loaded_size(path):
    """Where the part ends that is loaded: debugging data stands behind it."""
    with open(path, "rb") as module:
        head = module.read(64)
        offset, = struct.unpack_from("<Q", head, 32)
        size, number = struct.unpack_from("<HH", head, 54)
        module.seek(offset)
        rows = [struct.unpack_from("<IIQQQQ", module.read(size))
                for _ in range(number)]
    return max(row[2] + row[5] for row in rows if row[0] == PT_LOAD)


def cut(size):
    def damage(path):
        os.truncate(path, size(loaded_size(path)))
    return damage


def overwrite(begin, text):
    def damage(path):
        size = loaded_size(path)
        with open(path, "r+b") as module:
            module.seek(int(begin * size))
            module.write(text * ((size - module.tell()) // len(text)))
    return damage


def replace_by(make):
    def damage(path):
        os.unlink(path)
        make(path)
    return damage


def other_class(path):
    with open(path, "r+b") as module:
        module.seek(4)      # EI_CLASS
        module.write(b"\1")


DAMAGES = {
    "empty": cut(lambda size: 0),
    "one page": cut(lambda size: PAGE),
    "half": cut(lambda size: size // 2),
    "nearly all": cut(lambda size: size * 9 // 10),
    "zeros in its second half": overwrite(0.5, b"\0"),
    "zeros after its head": overwrite(0.02, b"\0"),
    "garbage": overwrite(0, b"garbage\n"),
    "garbage after its head": overwrite(0.02, b"\xcc\x90garbage"),
    "of another class": other_class,
    "a folder": replace_by(os.mkdir),
    "a pipe": replace_by(os.mkfifo),
    "a link that leads nowhere":
        replace_by(lambda path: os.symlink("/nowhere", path)),
    "gone": os.unlink,
}


class Damaged(OneCopy):
    def setUp(self):
        super().setUp()
        self.good("enable")
        self.folder = os.path.join(self.private, "modules")

    def damage(self, name, source):
        """A folder with the module damaged; SOURCE has the others."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(source, self.folder, symlinks=True)
        path = os.path.join(self.folder, NAME)
        shutil.copy(os.path.join(MODULES, NAME), path)
        DAMAGES[name](path)

    def run_tool(self, prefix, *args, **variables):
        environment = dict(os.environ, **variables)
        if not variables:
            environment.pop("LDB_MODULES_PATH", None)
        return Result(subprocess.run(
            [*prefix, "spn-policy", "-s", CONF, "-H", self.url, *args],
            env=environment, stdin=subprocess.DEVNULL, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600))

    def assert_way_back(self, prefix, **variables):
        """status and enable name it, disable works, and again."""
        self.write_list(NEW)
        said = self.run_tool(prefix, "status", **variables)
        self.assertEqual(said.code, 1, said.out + said.err)
        self.assertIn("PROBLEM: ", said.out)
        self.assertRegex(said.out, "loads +no: ")
        self.assertIn("spn-policy disable", said.out)
        self.assertIn("domain controllers of ", said.out)
        done = self.run_tool(prefix, "disable", **variables)
        self.assertEqual(done.code, 0, done.out + done.err)
        self.assertEqual(self.list(), OLD)
        done = self.run_tool(prefix, "disable", **variables)
        self.assertEqual(done.code, 0, done.out + done.err)
        done = self.run_tool(prefix, "enable", **variables)
        self.assertEqual(done.code, 2, done.out + done.err)
        self.assertIn("nothing was changed", done.err)
        self.assertEqual(self.list(), OLD)
        said = self.run_tool(prefix, "status", **variables)
        self.assertEqual(said.code, 1, said.out + said.err)
        return said

    def test_folder_that_was_named(self):
        nothing = os.path.join(self.private, "nothing")
        os.mkdir(nothing)
        for name in DAMAGES:
            with self.subTest(name):
                self.damage(name, nothing)
                self.assert_way_back([], LDB_MODULES_PATH=self.folder)

    def test_folder_of_ldb(self):
        """Samba's own modules are loaded all the same, those that come later
        in the alphabet, too."""
        own = subprocess.run(
            ["pkg-config", "--variable=modulesdir", "ldb"], check=True,
            stdout=subprocess.PIPE, text=True).stdout.strip()
        prefix = ["unshare", "--mount", "sh", "-c", IN_PLACE, "in-place",
                  self.folder, own]
        self.damage("gone", own)
        if self.run_tool([*prefix, "true"]).code != 0:
            self.skipTest("no mount namespace here")
        for name in DAMAGES:
            with self.subTest(name):
                self.damage(name, own)
                self.assert_way_back(prefix)

    def test_which_file_and_what_to_do(self):
        nothing = os.path.join(self.private, "nothing")
        os.mkdir(nothing)
        self.damage("half", nothing)
        said = self.assert_way_back([], LDB_MODULES_PATH=self.folder)
        path = os.path.join(self.folder, NAME)
        self.assertRegex(said.err, r"%s is left out: .* signal 7 \(Bus error\)"
                         r"\. Remedy: install it again" % path)
        self.assertIn("PROBLEM: %s does not load" % path, said.out)


if __name__ == "__main__":
    unittest.main()
