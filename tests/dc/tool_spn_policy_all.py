# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-policy status --all with two real DCs: with the module on both, or on
the first only. And docs/several-dcs.md says what happens.

Runs in the environments ad_dc_pair:local and ad_dc_pair_one:local.
"""

import contextlib
import json
import os
import pty
import re
import select
import subprocess
import tempfile
import unittest

FIRST, SECOND = ["%s.%s" % (os.environ[name], os.environ["REALM"].lower())
                 for name in ("DC1", "DC2")]
CONFS = (os.environ["SERVERCONFFILE"], os.environ["VAMPIRE_DC_SERVERCONFFILE"])
BOTH = os.environ["ENVNAME"].partition(":")[0] == "ad_dc_pair"
ADMIN = "-U%s%%%s" % (os.environ["USERNAME"], os.environ["PASSWORD"])
PAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "docs", "several-dcs.md")


def run(*args, **variables):
    return subprocess.run(
        args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.PIPE, check=False, env={**os.environ, **variables})


class TwoDcs(unittest.TestCase):
    def states(self, *args, code=None, **variables):
        """{name: state} of the JSON, which is the same wherever it is asked."""
        done = run("spn-policy", "status", "--all", "--format=json", *args,
                   **variables)
        self.assertEqual((0 if BOTH else 1) if code is None else code,
                         done.returncode, done.stdout + done.stderr)
        self.assertEqual("", done.stderr)
        self.said = done.stdout
        return {dc["name"]: dc["state"]
                for dc in json.loads(done.stdout)["controllers"]}

    def assert_wanted(self, *args, **variables):
        """With the reason of a DC that is not as wanted."""
        states = self.states(*args, **variables)
        self.assertEqual(self.wanted, states, self.said)

    def setUp(self):
        self.said = ""
        self.wanted = {FIRST: "enforce",
                       SECOND: "enforce" if BOTH else "absent"}

    def test_as_root(self):
        """No password, no ticket: as the machine, on each of the two."""
        for conf in CONFS:
            self.assert_wanted("-s", conf)

    def test_as_somebody(self):
        for login in ADMIN, "-Ualice%Secret007":
            for host in FIRST, SECOND:
                self.assert_wanted("-H", "ldap://" + host, login)
        self.assert_wanted(ADMIN)

    def test_with_a_ticket(self):
        cache = "FILE:" + os.path.join(os.environ["TMPDIR"], "all.ccache")
        done = subprocess.run(["kinit", "alice"], input="Secret007\n",
                              stdout=subprocess.PIPE, text=True, check=False,
                              stderr=subprocess.STDOUT,
                              env={**os.environ, "KRB5CCNAME": cache})
        self.assertEqual(0, done.returncode, done.stdout)
        self.addCleanup(os.unlink, cache.partition(":")[2])
        for args in ["-H", "ldap://" + FIRST], []:
            self.assert_wanted(*args, KRB5CCNAME=cache)
        # Nobody takes it now, and root here does not need it.
        path, realm = cache.partition(":")[2], os.environ["REALM"].encode()
        with open(path, "rb") as stream:
            content = stream.read()
        with open(path, "wb") as stream:
            stream.write(content.replace(realm, b"X" + realm[1:]))
        self.assert_wanted(KRB5CCNAME=cache)
        done = run("spn-policy", "status", "--all", "-H", "ldap://" + FIRST,
                   KRB5CCNAME=cache)
        self.assertEqual(2, done.returncode, done.stdout)

    def test_password_is_asked_for_once(self):
        """On a terminal, and not by each of the children."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execvp("spn-policy", ["spn-policy", "status", "--all",
                                     "-Ualice"])
        self.addCleanup(os.close, terminal)
        said = b""
        with contextlib.suppress(OSError):      # the end of a terminal
            while select.select([terminal], [], [], 60)[0]:
                more = os.read(terminal, 4096)
                if b"assword" in more:
                    os.write(terminal, b"Secret007\n")
                said += more
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        self.assertEqual(0 if BOTH else 1, status, said)
        self.assertEqual(1, said.count(b"assword"), said)
        self.assertNotIn(b"unreachable", said)

    def test_what_is_known(self):
        done = run("spn-policy", "status", "--all")
        for name, state in self.wanted.items():
            self.assertRegex(done.stdout, r"(?m)^  %s +%s%s$" % (
                re.escape(name), state,
                r" +\d\S+, since 20\S+Z" if state == "enforce" else ""))
        self.assertIn("%d of 2 enforce" % (2 if BOTH else 1), done.stdout)
        self.assertEqual(not BOTH, "PROBLEM: %s: " % SECOND in done.stdout)

    def test_wrong_password(self):
        """Nobody has said that he enforces; that is no good news."""
        states = self.states("-UAdministrator%wrong", code=1)
        self.assertEqual({"unreachable"}, set(states.values()))

    def test_one_is_not_there(self):
        """A DC that the configuration lists, and that nobody can reach."""
        sites = "CN=Servers,CN=Default-First-Site-Name,CN=Sites," \
                "CN=Configuration," + ",".join(
                    "DC=" + label
                    for label in os.environ["REALM"].lower().split("."))
        domain = sites.partition("CN=Configuration,")[2]
        ldif = ("dn: CN=GONE,{0}\nobjectClass: server\n"
                "dNSHostName: gone.{1}\n\n"
                "dn: CN=NTDS Settings,CN=GONE,{0}\nobjectClass: nTDSDSA\n"
                "hasMasterNCs: {2}\nmsDS-HasDomainNCs: {2}\n"
                "systemFlags: 33554432\n").format(
                    sites, os.environ["REALM"].lower(), domain)
        url = os.path.join(os.path.dirname(os.path.dirname(CONFS[0])),
                           "private", "sam.ldb")
        done = subprocess.run(["ldbadd", "-H", url, "--relax"], input=ldif,
                              stdout=subprocess.PIPE, text=True, check=False,
                              stderr=subprocess.STDOUT)
        self.assertEqual(0, done.returncode, done.stdout)
        self.addCleanup(run, "ldbdel", "-H", url, "--relax", "-r",
                        "CN=GONE," + sites)
        states = self.states("-s", CONFS[0], "--timeout=5", code=1)
        self.assertEqual({**self.wanted, "gone." +
                          os.environ["REALM"].lower(): "unreachable"}, states)


class Page(unittest.TestCase):
    def test_commands(self):
        """Those of docs/several-dcs.md, as a shell runs them."""
        with open(PAGE, encoding="utf-8") as page:
            text = page.read()
        blocks = re.findall(r"^```sh\n(.*?)^```", text,
                            re.MULTILINE | re.DOTALL)
        self.assertGreater(len(blocks), 3)
        for block in blocks:
            with self.subTest(block=block), tempfile.TemporaryDirectory(
            ) as folder:
                file = os.path.join(folder, "spn_policy.prom")
                block, num = re.subn(r"/var/lib/prometheus/\S+", file, block)
                done = run("sh", "-uc", block.replace(
                    "-H ldap", ADMIN + " -H ldap"))
                self.assertEqual("", done.stderr)
                # A pipe has the status of jq, and warnings are no errors.
                is_good = BOTH or "|" in block or "spn-audit" in block
                self.assertEqual(0 if is_good else 1, done.returncode)
                if num:
                    with open(file, encoding="utf-8") as metrics:
                        self.assertIn("\nspn_policy_dcs_letting_in %d\n" % (
                            not BOTH), metrics.read())
                elif "jq" in block:
                    self.assertEqual("" if BOTH else SECOND + " absent\n",
                                     done.stdout)
                elif "spn-audit" in block:
                    self.assertEqual(not BOTH, SECOND in done.stdout)
                    self.assertEqual(not BOTH, "SPN-905" in done.stdout)
                else:
                    self.assertIn(SECOND, done.stdout)


if __name__ == "__main__":
    unittest.main()
