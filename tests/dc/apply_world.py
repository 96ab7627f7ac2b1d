# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of spn-audit --apply share: the command, a terminal, and whole
dumps that are compared after the undo file was carried out."""

import os
import re
import subprocess

from commands import run
from fix_world import CONF, LOGIN, SERVER, FixWorld
from terminal import Terminal

URL = "ldap://" + SERVER
PROMPT = r"repair it\? y\(es\), n\(o\), a\(ll of [^)]*\), q\(uit\): $"
QUESTION = r"which is it\? 1, 2, n \(leave it\), q\(uit\): $"
EITHER = "(%s)|(%s)" % (PROMPT, QUESTION)


class ApplyWorld(FixWorld):
    def setUp(self):
        super().setUp()
        self.before = self.dump()
        self.undo = self.path("undo.ldif")

    def command(self, *more, url=None, login=LOGIN):
        # none of these hosts is in DNS, and to SPN-401 others give way
        return ["spn-audit", "--apply", "--undo=" + self.undo,
                "--rule=SPN-401=off", "--base=" + self.ou, *more,
                *(("-s", CONF) if url is None else ("-H", url, login))]

    def yes(self, *more, code=(0, 1), url=None, login=LOGIN):
        done = subprocess.run(
            self.command("--yes", *more, url=url, login=login), check=False,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertIn(done.returncode, code, done.stdout + done.stderr)
        return done

    def ask(self, *more, url=None):
        terminal = Terminal(self.command(*more, url=url))
        self.addCleanup(terminal.close)
        return terminal

    def undo_on_dc(self, said=None):
        """The last command that was offered, word for word."""
        if said is None:
            with open(self.undo, encoding="utf-8") as stream:
                said = stream.read()
        commands = re.findall(r"^(?:  |#\t)(ldbmodify .*)$", said, re.MULTILINE)
        run("sh", "-c", commands[-1])

    def as_before(self):
        self.same(self.before, self.dump())

    def same(self, before, after):
        """Of whole dumps only what differs is shown."""
        self.assertEqual(set(before), set(after))
        differ = {(dn, attr) for dn in before for attr
                  in {*before[dn], *after[dn]}
                  if before[dn].get(attr) != after[dn].get(attr)}
        self.assertEqual(
            [], [(*each, before[each[0]].get(each[1]),
                  after[each[0]].get(each[1])) for each in differ])

    def without_case(self, dump):
        """To find out whether the writer may, Samba deletes HOST/web01 of the
        computer and adds it again as host/web01."""
        return {dn: {attr: sorted(value.lower() for value in values)
                     if attr == "servicePrincipalName" else values
                     for attr, values in entry.items()}
                for dn, entry in dump.items()}

    def spns(self, name):
        return self.dump()["CN=%s,%s" % (name, self.ou)].get(
            "servicePrincipalName", [])

    def no_file(self):
        self.assertFalse(os.path.exists(self.undo))
