# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages of ./waf deb: what is in them, what lintian says, and what their
scripts do to a DC.

They are built from a copy without git; tool_debian_again.py builds them once
more. The scripts run on a file system of their own words: the programs that they
call are stubs that write down how.
"""

import glob
import mmap
import os
import re
import shutil
import subprocess
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
# The project has no mail address; and the drop-in of Samba's own service starts
# nothing by itself. Debian 13's lintian does not know that tag any more.
NOT_OURS = ("bogus-mail-host", "bogus-mail-host-in-debian-changelog",
            "package-supports-alternative-init-but-no-init.d-script")
ARCH = subprocess.run(["dpkg-architecture", "-qDEB_HOST_MULTIARCH"], text=True,
                      stdout=subprocess.PIPE, check=True).stdout.strip()
IN_ALL = {"usr/share/doc/%s/changelog.gz", "usr/share/doc/%s/copyright"}
EXPECTED = {
    "samba-spn-policy": {
        "usr/lib/%s/samba/ldb/spn_policy.so" % ARCH, "usr/sbin/spn-policy",
        "usr/libexec/spn-guard", "usr/share/man/man8/spn-policy.8.gz",
        "usr/share/man/man8/spn-guard.8.gz",
        "lib/systemd/system/samba-ad-dc.service.d/spn-guard.conf",
        "usr/share/man/man8/ldb_spn_policy.8.gz",
        "usr/share/bash-completion/completions/spn-policy",
        "usr/share/spn_policy/spn-policy-status.schema.json",
        "usr/share/zsh/vendor-completions/_spn-policy"},
    "spn-tools": {
        "usr/bin/setspn", "usr/bin/spn-audit", "usr/bin/spn-probe",
        "usr/share/man/man1/setspn.1.gz",
        "usr/share/man/man1/spn-probe.1.gz",
        "usr/share/man/man8/spn-audit.8.gz",
        "usr/share/bash-completion/completions/setspn",
        "usr/share/bash-completion/completions/spn-audit",
        "usr/share/bash-completion/completions/spn-probe",
        "usr/share/zsh/vendor-completions/_setspn",
        "usr/share/zsh/vendor-completions/_spn-audit",
        "usr/share/zsh/vendor-completions/_spn-probe",
        "usr/share/spn_policy/spn-audit.schema.json",
        "usr/share/spn_policy/spn-audit-watch.schema.json",
        "usr/share/spn_policy/spn-probe.schema.json",
        "usr/share/doc/spn-tools/examples/spn-audit-watch.service",
        "lib/systemd/system/spn-audit.service",
        "lib/systemd/system/spn-audit.timer"},
}


def copy_of(folder):
    listed = subprocess.run(
        ["git", "-C", TOP, "ls-files", "-z", "--cached", "--others",
         "--exclude-standard"], check=True, stdout=subprocess.PIPE, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        if os.path.lexists(os.path.join(TOP, name)):
            place = os.path.join(folder, name)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            shutil.copy2(os.path.join(TOP, name), place)
    return folder


def waf_deb(folder, prefix=(), **more):
    env = {**os.environ, **more}
    if os.path.isdir(os.path.join(Built.work, "waf")):
        env.setdefault("WAFDIR", os.path.join(Built.work, "waf"))
    return subprocess.run([*prefix, "./waf", "deb"], cwd=folder, env=env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)


def debs(folder):
    """{name of the package: path}"""
    return {os.path.basename(path).partition("_")[0]: path
            for path in glob.glob(folder + "/build/*.deb")}


def setUpModule():
    """Built once, for all."""
    # Not in TMPDIR: somebody else builds there, too, and has to reach it.
    Built.work = tempfile.mkdtemp(dir="/tmp")
    unittest.addModuleCleanup(shutil.rmtree, Built.work)
    os.chmod(Built.work, 0o755)
    if os.path.isdir(os.path.join(TOP, ".waf")):
        shutil.copytree(os.path.join(TOP, ".waf"),
                        os.path.join(Built.work, "waf"))
    Built.first = copy_of(os.path.join(Built.work, "first"))
    # now, for somebody may be at work on the sources, and before it is built in
    if Built.twice:
        Built.second = shutil.copytree(
            Built.first, os.path.join(Built.work, "a", "second-folder"))
    done = waf_deb(Built.first)
    if done.returncode:
        raise AssertionError(done.stdout[-3000:])
    Built.built = debs(Built.first)


class Built(unittest.TestCase):
    work = first = second = ""
    twice = False
    built = {}

    def deb(self, *arguments):
        return subprocess.run(["dpkg-deb", *arguments], check=True, text=True,
                              stdout=subprocess.PIPE).stdout

    def control(self, name):
        out = os.path.join(self.work, name)
        self.deb("-e", self.built[name], out)
        return out


class Packages(Built):
    def test_contents(self):
        self.assertEqual({*EXPECTED, "spn-policy-doc", "spn-tools-dbgsym",
                          "samba-spn-policy-dbgsym"}, set(self.built))
        for name, expected in EXPECTED.items():
            there = {line.split()[5][2:].replace("usr/lib/systemd",
                                                 "lib/systemd")
                     for line in self.deb("-c", self.built[name]).splitlines()
                     if not line.startswith("d")}
            expected = expected | {path % name for path in IN_ALL}
            self.assertEqual(set(), expected - there, name)
            # and nothing else; spn-probe may be there
            more = {path for path in there - expected
                    if not re.search("spn-probe|lintian", path)}
            self.assertEqual(set(), more, name)
            self.assertFalse(os.path.exists(os.path.join(
                self.control(name), "conffiles")))
        pages = self.deb("-c", self.built["spn-policy-doc"])
        for page in glob.glob(TOP + "/docs/**/*.md", recursive=True):
            self.assertIn("/spn-policy/" + os.path.relpath(page, TOP), pages)

    def test_names_of_the_place(self):
        """Units start what packages have."""
        out = os.path.join(self.work, "tools")
        self.deb("-x", self.built["spn-tools"], out)
        for path in glob.glob(out + "/**/*.service", recursive=True):
            with open(path, encoding="utf-8") as unit:
                started = re.findall(r"ExecStart=(\S+)", unit.read())
            self.assertEqual(["/usr/bin/spn-audit"], started)
        self.deb("-x", self.built["samba-spn-policy"], out)
        for path in glob.glob(out + "/**/*.conf", recursive=True):
            with open(path, encoding="utf-8") as dropin:
                started = re.search(r"ExecStartPre=[-+]*(\S+)", dropin.read())[1]
            self.assertTrue(os.path.exists(out + started), started)

    def test_dependencies(self):
        said = self.deb("-f", self.built["samba-spn-policy"], "Depends")
        with open(TOP + "/modules/ldb_series.h", encoding="utf-8") as header:
            last = re.findall(r"^\t\{(\d+), (\d+)\},", header.read(),
                              re.MULTILINE)[-1]
        self.assertRegex(said, r"libldb2 \(>= 2:2\.\d")
        self.assertIn("libldb2 (<< 2:%s.%d~)" % (last[0], int(last[1]) + 1),
                      said)
        self.assertIn("samba-ad-dc | samba (<< ", said)
        self.assertNotIn("samba-ad-dc", self.deb(
            "-f", self.built["spn-tools"], "Depends"))

    def test_versions_go_up(self):
        version = self.deb("-f", self.built["spn-tools"], "Version").strip()
        plain = version.partition("~")[0]
        for lower, higher in ((version, plain), (plain + "~deb12",
                                                 plain + "~deb13"),
                              (version, plain + "-1")):
            subprocess.run(["dpkg", "--compare-versions", lower, "lt", higher],
                           check=True)

    @unittest.skipUnless(shutil.which("lintian"), "no lintian")
    def test_lintian(self):
        known = [tag for tag in NOT_OURS if subprocess.run(
            ["lintian-explain-tags", tag], check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL).returncode == 0]
        done = subprocess.run(
            ["lintian", "--allow-root", "--pedantic", "-I", "-E",
             "--suppress-tags", ",".join(known),
             *glob.glob(self.first + "/build/*.changes")],
            check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True)
        self.assertEqual("", done.stdout)

    def test_nothing_to_build_with(self):
        """Says what is missing, and the command that gets it."""
        tools = os.path.join(self.work, "bin")
        os.mkdir(tools)
        for path in glob.glob("/usr/bin/*"):
            if os.path.basename(path) not in ("dh", "dpkg-buildpackage"):
                os.symlink(path, os.path.join(tools, os.path.basename(path)))
        done = waf_deb(self.first, PATH=tools)
        self.assertNotEqual(0, done.returncode)
        self.assertIn("apt-get install --no-install-recommends dpkg-dev "
                      "debhelper", done.stdout)


class Scripts(Built):
    """The maintainer scripts of samba-spn-policy."""

    STUBS = {
        "testparm": "echo $DATA",
        "spn-policy": 'echo "spn-policy $*" >> $DATA/calls; case $1 in '
                      'status) echo "module list   $LIST"; echo "$MARK";; *) echo $SAID;; '
                      'esac; exit $STATUS',
        "systemctl": 'case "$*" in *is-active*) [ ! -e $DATA/stopped ];; '
                     '*show*) echo $PID;; *) echo "systemctl $*" >> '
                     '$DATA/calls;; esac',
        "deb-systemd-invoke": 'echo "invoke $*" >> $DATA/calls; '
                              '[ -z "$BREAKS" ] || touch $DATA/stopped',
    }
    CHANGED = "/x/sam.ldb: @MODULES is now samba_dsdb"
    DISABLE = "spn-policy disable"
    RESTART = "invoke try-restart samba-ad-dc.service"

    def call(self, script, *arguments, dc=True, runs=True, **env):
        """(status, what was called, what was said)"""
        with tempfile.TemporaryDirectory() as data:
            for name, text in self.STUBS.items():
                with open(os.path.join(data, name), "w",
                          encoding="ascii") as stub:
                    stub.write("#!/bin/sh\n%s\n" % text)
                os.chmod(stub.name, 0o755)
            for name in ["sam.ldb"] * dc + ["stopped"] * (not runs):
                open(os.path.join(data, name), "w", encoding="ascii").close()
            with open(os.path.join(self.control("samba-spn-policy"), script),
                      encoding="utf-8") as stream:
                text = stream.read().replace("/run/systemd/system", data)
            done = subprocess.run(
                ["sh", "-c", text, script, *arguments], check=False, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                env={"PATH": data + ":/usr/sbin:/usr/bin:/sbin:/bin",
                     "DATA": data, "STATUS": "0", "LIST": "samba_dsdb",
                     "PID": "0", **env})
            calls = ""
            if os.path.exists(os.path.join(data, "calls")):
                with open(os.path.join(data, "calls"),
                          encoding="ascii") as stream:
                    calls = stream.read()
            return done.returncode, calls.splitlines(), done.stdout

    def test_remove(self):
        status, calls, _ = self.call("prerm", "remove", SAID=self.CHANGED)
        self.assertEqual((0, [self.DISABLE, self.RESTART]), (status, calls))

    def test_remove_with_nothing_running(self):
        status, calls, _ = self.call("prerm", "remove", SAID=self.CHANGED,
                                     runs=False)
        self.assertEqual((0, [self.DISABLE]), (status, calls))

    def test_remove_where_it_was_not_enabled(self):
        status, calls, _ = self.call("prerm", "remove", SAID="nothing to do")
        self.assertEqual((0, [self.DISABLE]), (status, calls))

    def test_remove_on_another_machine(self):
        self.assertEqual((0, [], ""), self.call("prerm", "remove", dc=False))

    def test_remove_that_cannot_disable(self):
        status, calls, said = self.call("prerm", "remove", STATUS="2")
        self.assertEqual((1, [self.DISABLE]), (status, calls))
        self.assertIn("not removed", said)

    def test_remove_and_the_dc_is_down(self):
        status, _, said = self.call("prerm", "remove", SAID=self.CHANGED,
                                    BREAKS="yes")
        self.assertEqual(1, status)
        self.assertIn("journalctl -u samba-ad-dc", said)

    def test_nothing_is_disabled_for_an_upgrade(self):
        for arguments in (["upgrade", "2"], ["failed-upgrade", "1"],
                          ["deconfigure", "in-favour", "samba-ad-dc", "2",
                           "removing", "samba", "1"]):
            self.assertEqual((0, [], ""), self.call("prerm", *arguments))

    def test_install(self):
        """Also where it was there before, and was removed."""
        for before in "", "0.0.9":
            status, calls, said = self.call("postinst", "configure", before)
            self.assertEqual(0, status)
            self.assertIn("spn-policy enable", said)
            self.assertNotIn("spn-policy enable", calls)
            self.assertNotIn(self.RESTART, calls)

    def upgrade(self, **env):
        """With a process that has the file of before."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "spn_policy.so")
            with open(path, "wb+") as module:
                module.write(b"x" * 4096)
                module.flush()
                held = mmap.mmap(module.fileno(), 4096)
            os.unlink(path)
            with held:
                return self.call("postinst", "configure", "0.0.9",
                                 PID=str(os.getpid()), **env)

    def test_upgrade(self):
        status, calls, _ = self.upgrade(LIST="spn_policy,samba_dsdb")
        self.assertEqual(0, status)
        self.assertEqual(self.RESTART, calls[-1])

    def test_upgrade_after_the_guard(self):
        """What was not fit is replaced: the guard is to put it back."""
        status, calls, _ = self.call(
            "postinst", "configure", "0.0.9",
            MARK="PROBLEM: spn-guard took spn_policy off the list, so that")
        self.assertEqual((0, self.RESTART), (status, calls[-1]))

    def test_upgrade_where_no_restart_is_due(self):
        _, calls, _ = self.upgrade()
        self.assertNotIn(self.RESTART, calls)
        _, calls, _ = self.upgrade(LIST="xspn_policy,samba_dsdb")
        self.assertNotIn(self.RESTART, calls)
        _, calls, _ = self.call("postinst", "configure", "0.0.9",
                                PID=str(os.getpid()),
                                LIST="spn_policy,samba_dsdb")
        self.assertNotIn(self.RESTART, calls)

    def test_upgrade_and_the_dc_is_down(self):
        status, _, said = self.upgrade(LIST="spn_policy,samba_dsdb",
                                       BREAKS="yes")
        self.assertEqual(1, status)
        self.assertIn("does not run any more", said)


if __name__ == "__main__":
    unittest.main()
