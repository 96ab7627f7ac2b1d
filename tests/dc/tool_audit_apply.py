# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-audit --apply on a DC, with the module (ad_dc:local) and without it
(ad_dc_stock:local).

What is wrong is written below all modules (fix_world.py). Whatever was applied,
and however the program ended: carried out, the undo file makes the directory
what it was, and whole dumps are compared.
"""

import os
import re
import signal
import subprocess
import tempfile
import time
import unittest

import ldb
from samba.dcerpc import misc
from samba.ndr import ndr_unpack

import controller_copy
import violations
from apply_world import EITHER, PROMPT, QUESTION, URL, ApplyWorld
from commands import run
from fix_world import BOOKKEEPING, CONF, DNS, LOGIN
from rows_directory import raw_path

HAS_MODULE = os.environ["ENVNAME"].partition(":")[0] == "ad_dc"
# Of the other findings of fix_world.py no repair is known.
ONE_WAY = 10


def command_of(process):
    try:
        with open("/proc/%s/cmdline" % process, "rb") as stream:
            return stream.read()
    except OSError:
        return b""


def parent_of(process):
    try:
        with open("/proc/%s/stat" % process, "rb") as stream:
            return stream.read().rpartition(b")")[2].split()[1].decode()
    except OSError:
        return "0"


def end_ldap_workers():
    """Those of this DC; its master starts others. Their connections go."""
    with open(os.path.join(os.environ["PIDDIR"], "samba.pid"),
              encoding="utf-8") as stream:
        samba = stream.read().strip()
    for process in filter(str.isdigit, os.listdir("/proc")):
        if b"task[ldap] pre-forked worker" in command_of(process):
            above = process
            while above not in (samba, "0", "1"):
                above = parent_of(above)
            if above == samba:
                os.kill(int(process), signal.SIGKILL)


class Apply(ApplyWorld):
    def write_of_somebody(self, name, spns, flag=ldb.FLAG_MOD_REPLACE):
        self.write(name, spns, flag)

    # -------------------------------------------------- without a question

    def check_yes(self, url):
        done = self.yes(url=url)
        self.assertEqual("", done.stderr)
        self.assertIn("repairs done: %d;" % ONE_WAY, done.stdout)
        self.assertRegex(done.stdout, r"audited again: \d+ findings gone, ")
        self.assertEqual(0o600, os.stat(self.undo).st_mode & 0o777)
        self.assertEqual([b"http/capp", b"http/capp.%s" % DNS.encode()],
                         self.spns("clong"))
        self.assertEqual([], self.spns("cparts"))
        again = self.yes("--undo=" + self.path("second"), url=url)
        self.assertIn("nothing to repair: ", again.stdout)
        self.assertFalse(os.path.exists(self.path("second")))
        self.undo_on_dc(done.stdout)
        self.as_before()
        # Once more does no harm.
        self.undo_on_dc()
        self.as_before()

    def test_over_ldap(self):
        self.check_yes(URL)

    def test_on_the_dc(self):
        self.check_yes(None)

    def test_each_is_shown(self):
        text = self.yes().stdout
        for line in ("[1 of %d] CN=" % ONE_WAY,
                     "    + servicePrincipalName: 'http/capp'\n",
                     "    while it still has servicePrincipalName: "
                     "'http/capp.%s'\n" % DNS,
                     "      setspn -U -S 'http/capp' 'clong'\n",
                     "    safe    nobody holds what is added, ",
                     "    - servicePrincipalName: 'foo/we\\09ird'\n",
                     "      servicePrincipalName:: Zm9vL3dlCWlyZA==\n"):
            self.assertIn(line, text)

    def test_only_what_was_chosen(self):
        text = self.yes("--only=SPN-301", "--account=clong").stdout
        self.assertIn("repairs done: 1;", text)
        self.assertEqual([b"cifs/", b"foo/kept"], self.spns("cempty"))
        self.undo_on_dc()
        self.as_before()

    def test_baseline(self):
        run("spn-audit", "-s", CONF, "--write-baseline=" + self.path("accept"),
            code=(0, 1))
        done = self.yes("--baseline=" + self.path("accept"), code=(0,))
        self.assertIn("nothing to repair: 0 findings", done.stdout)
        self.as_before()

    def test_a_file_that_is_there(self):
        with open(self.undo, "w", encoding="utf-8") as stream:
            stream.write("precious")
        done = self.yes(code=(2,))
        self.assertIn("is there already, and an undo file is never overwritten",
                      done.stderr)
        with open(self.undo, encoding="utf-8") as stream:
            self.assertEqual("precious", stream.read())
        os.unlink(self.undo)
        os.symlink(self.path("elsewhere"), self.undo)
        self.yes(code=(2,))
        self.assertFalse(os.path.exists(self.path("elsewhere")))
        self.as_before()

    def test_a_file_that_cannot_be_written(self):
        self.undo = self.path("no/such/folder")
        self.assertIn("No such file", self.yes(code=(2,)).stderr)
        self.undo = "/dev/full"
        self.yes(code=(2,))
        self.as_before()

    def test_who_may_not(self):
        done = self.yes(url=URL, login="-Ualice%Secret007", code=(2,))
        self.assertIn("the DC refuses to change CN=", done.stderr)
        self.assertRegex(done.stderr, "(?i)insufficient access|00002098")
        self.assertIn("nothing was changed", done.stdout)
        self.assertEqual(1, done.stdout.count("[1 of "))
        self.assertNotIn("[2 of ", done.stdout)
        self.no_file()
        self.as_before()

    def test_no_terminal(self):
        done = subprocess.run(self.command(), check=False, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True)
        self.assertEqual(2, done.returncode)
        self.assertIn("standard input is no terminal; give --yes", done.stderr)
        self.no_file()

    def test_undo_leaves_what_came_later(self):
        self.yes()
        self.write_of_somebody("clong", [b"foo/later"], ldb.FLAG_MOD_ADD)
        self.undo_on_dc()
        self.assertEqual([b"foo/later", b"http/capp.%s" % DNS.encode()],
                         self.spns("clong"))

    def test_undo_of_a_deleted_account(self):
        """It stops there; without that record the others are undone."""
        self.yes()
        self.samdb.delete("CN=cnone," + self.ou)
        after = self.dump()
        command = ["ldbmodify", "--option=spn_policy:mode=audit",
                   "--controls=permissive_modify:1", "-H", self.samdb.url,
                   self.undo]
        done = subprocess.run(command, check=False, capture_output=True,
                              text=True)
        self.assertNotEqual(0, done.returncode)
        self.assertIn("not found", done.stderr)
        self.same(after, self.dump())
        with open(self.undo, encoding="utf-8") as stream:
            records = stream.read().split("\n\n")
        with open(self.undo, "w", encoding="utf-8") as stream:
            stream.write("\n\n".join(record for record in records
                                     if "\n# CN=cnone," not in record))
        run(*command)
        self.assertEqual([b"http/capp.%s" % DNS.encode()], self.spns("clong"))

    def test_undo_with_the_module(self):
        """It is not carried out by half: other halves would go along."""
        self.yes("--account=clong", url=URL)
        after = self.dump()
        done = subprocess.run(
            ["ldbmodify", "--controls=permissive_modify:1", "-H", URL, LOGIN,
             self.undo], check=False, capture_output=True, text=True)
        if HAS_MODULE:
            self.assertNotEqual(0, done.returncode)
            self.assertIn("is-refused/where-spn_policy-is-in-force",
                          done.stderr)
            self.same(after, self.dump())
            self.undo_on_dc()
        else:
            self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.as_before()

    # ------------------------------------------------------ with questions

    def test_no_is_no(self):
        terminal = self.ask()
        for _ in range(ONE_WAY):
            terminal.wait(PROMPT)
            terminal.type("n")
        for _ in range(2):
            terminal.wait(QUESTION)
            terminal.type("n")
        self.assertEqual(1, terminal.end())
        self.assertIn("nothing was changed", terminal.said)
        self.no_file()
        self.as_before()

    def test_yes_then_quit(self):
        terminal = self.ask(url=URL)
        terminal.wait(PROMPT)
        terminal.type("what?")      # asked again
        terminal.wait(PROMPT)
        self.as_before()
        terminal.type("y")
        terminal.wait(PROMPT)
        terminal.type("q")
        self.assertEqual(1, terminal.end())
        self.assertIn("repairs done: 1;", terminal.said)
        self.assertIn("audited again: ", terminal.said)
        self.assertNotEqual(self.before, self.dump())
        self.undo_on_dc()
        self.as_before()

    def test_all_of_this_code(self):
        terminal = self.ask()
        said = terminal.wait(PROMPT)
        self.assertIn("SPN-301", said)
        terminal.type("a")
        said = terminal.wait(PROMPT)
        self.assertIn("[2 of", said)        # shown, and not asked
        self.assertIn("SPN-302", said)
        terminal.type("q")
        terminal.end()
        self.assertIn("repairs done: 2;", terminal.said)
        self.assertIn(b"http/cuser", self.spns("cweb01u"))
        self.assertEqual([b"http/cportal"], self.spns("cshort"))
        self.undo_on_dc()
        self.as_before()

    def answer(self, answers):
        """{code: answer}; all that has one way is left alone."""
        terminal = self.ask()
        while True:
            said = terminal.wait(EITHER + "|audited again|nothing was changed")
            if re.search(PROMPT, said):
                terminal.type("n")
            elif re.search(QUESTION, said):
                codes = [code for code in answers if code in said]
                terminal.type(answers[codes[0]] if codes else "n")
            else:
                break
        terminal.end()
        self.assertIn("repairs done: %d;" % len(answers), terminal.said)
        self.undo_on_dc()
        self.same(self.without_case(self.before),
                  self.without_case(self.dump()))
        return terminal.said

    def test_both_questions(self):
        said = self.answer({"SPN-304": "1", "SPN-507": "1"})
        self.assertIn("    ask     whose key does the service have?", said)
        self.assertRegex(said, r"\n    held by CN=ckb,OU=fixes,")
        self.assertEqual(2, len(re.findall(r"which is it\?", said)))

    def test_the_second_way(self):
        self.answer({"SPN-304": "2", "SPN-507": "2"})

    # --------------------------------------------- what happens meanwhile

    def meanwhile(self, change, part, number=1, url=None):
        """Something is changed while a question waits."""
        terminal = self.ask(url=url)
        for _ in range(number - 1):
            terminal.wait(PROMPT)
            terminal.type("n")
        terminal.wait(PROMPT)
        change()
        changed = self.dump()
        terminal.type("y")
        # and no other question
        self.assertNotRegex(terminal.wait(EITHER + "|nothing was changed"),
                            EITHER)
        self.assertEqual(2, terminal.end())
        self.assertIn(part, " ".join(terminal.said.split()))
        self.assertIn("nothing was changed", terminal.said)
        self.no_file()
        self.same(changed, self.dump())

    def test_a_value_came(self):
        self.meanwhile(lambda: self.write_of_somebody(
            "clong", [b"foo/new"], ldb.FLAG_MOD_ADD),
            "has changed since it was read (its SPNs or additional names): "
            "run spn-audit again", url=URL)

    def test_the_half_went(self):
        self.meanwhile(lambda: self.write_of_somebody("clong", [b"foo/new"]),
                       "has changed since it was read (its SPNs", url=URL)

    def test_renamed(self):
        self.meanwhile(lambda: self.samdb.rename(
            "CN=clong," + self.ou, "CN=clong2," + self.ou),
            "has changed since it was read (its DN)")

    def test_gone(self):
        self.meanwhile(lambda: self.samdb.delete("CN=clong," + self.ou),
                       "has changed since it was read (it is gone)", url=URL)

    def test_another_name(self):
        self.meanwhile(lambda: self.samdb.modify_ldif(
            "dn: CN=clong,%s\nchangetype: modify\nreplace: sAMAccountName\n"
            "sAMAccountName: clong2\n" % self.ou),
            "has changed since it was read (its names)")

    def test_somebody_else_got_it(self):
        self.meanwhile(lambda: self.write_of_somebody(
            "cempty", [b"HTTP/capp"], ldb.FLAG_MOD_ADD),
            "CN=cempty,%s has got 'http/capp' since it was read" % self.ou,
            url=URL)

    # ------------------------------------------------------ how it ends

    def stopped(self, end, code):
        """One repair is done, and at the next question it ends."""
        terminal = self.ask(url=URL)
        terminal.wait(PROMPT)
        terminal.type("y")
        terminal.wait(PROMPT)
        end(terminal)
        self.assertEqual(code, terminal.end())
        self.assertEqual(1, terminal.said.count("  done"))
        self.assertNotEqual(self.before, self.dump())
        self.undo_on_dc()
        self.as_before()
        return terminal.said

    def test_end_of_input(self):
        said = self.stopped(lambda terminal: terminal.type("\x04", end=""), 1)
        self.assertIn("to undo them:", said)

    def test_control_c(self):
        said = self.stopped(lambda terminal: terminal.type("\x03", end=""), 2)
        self.assertIn("interrupted", said)
        self.assertIn("to undo them:", said)

    def test_sigterm(self):
        said = self.stopped(lambda terminal: terminal.kill(signal.SIGTERM), 2)
        self.assertIn("to undo them:", said)

    def test_killed(self):
        self.stopped(lambda terminal: terminal.kill(signal.SIGKILL),
                     -signal.SIGKILL)

    def test_the_connection_is_gone(self):
        """A server closes one that says nothing for a while, and a person may
        take longer for an answer. There is another one then, and the repair is
        done once."""
        terminal = self.ask(url=URL)
        for _ in range(2):
            terminal.wait(PROMPT)
            terminal.type("y")
        terminal.wait(PROMPT)
        end_ldap_workers()
        terminal.type("y")
        terminal.wait(PROMPT)
        self.assertEqual(3, terminal.said.count("  done"))
        terminal.type("q")
        self.assertEqual(1, terminal.end())
        self.undo_on_dc()
        self.as_before()

    def under_way(self):
        """Killed while the DC has the request and waits for its database."""
        terminal = self.ask("--account=clong", url=URL)
        terminal.wait(PROMPT)
        self.samdb.transaction_start()
        terminal.type("y")
        end = time.monotonic() + 600
        while time.monotonic() < end and b"http/capp\n" not in self.content():
            time.sleep(0.01)
        time.sleep(1)   # for the request to reach it, whatever happens then
        terminal.kill(signal.SIGKILL)
        self.assertEqual(-signal.SIGKILL, terminal.end())

    def content(self):
        try:
            with open(self.undo, "rb") as stream:
                return stream.read()
        except FileNotFoundError:
            return b""

    def test_killed_and_done(self):
        self.under_way()
        self.samdb.transaction_cancel()
        end = time.monotonic() + 600
        while time.monotonic() < end and len(self.spns("clong")) < 2:
            time.sleep(0.05)
        self.assertEqual(2, len(self.spns("clong")))
        self.undo_on_dc()
        self.as_before()

    def test_killed_and_not_done(self):
        """Somebody was faster: the half is gone, and the DC refuses it."""
        self.under_way()
        message = ldb.Message(ldb.Dn(self.samdb, "CN=clong," + self.ou))
        message["s"] = ldb.MessageElement([b"foo/other"], ldb.FLAG_MOD_REPLACE,
                                          "servicePrincipalName")
        self.samdb.modify(message)
        self.samdb.transaction_commit()
        self.assertEqual([b"foo/other"], self.spns("clong"))
        time.sleep(1)
        changed = self.dump()
        self.undo_on_dc()
        self.same(changed, self.dump())

    # -------------------------------------------------- whom it may fool

    def test_what_cannot_be_seen(self):
        """Who owns an account chooses what stands at the question."""
        evil = (b"foo/\x1b[2Jrepair it? y\r\n", "foo/\u202etxt".encode(),
                b"http/ \x08\x08\x08ok")
        self.write("cblank", [b"foo/kept2", *evil], ldb.FLAG_MOD_REPLACE)
        self.before = self.dump()
        done = self.yes("--account=cblank")
        for text in ("\x1b", "\u202e", "\x08", "\r"):
            self.assertNotIn(text, done.stdout)
        self.assertNotIn("\nrepair it", done.stdout)
        self.assertEqual([b"foo/kept2"], self.spns("cblank")[:1])
        self.undo_on_dc()
        self.as_before()

    def test_by_guid(self):
        """An account that was renamed since is found, and no other."""
        self.yes("--account=clong")
        self.samdb.rename("CN=clong," + self.ou, "CN=clonger," + self.ou)
        self.samdb.rename("CN=cempty," + self.ou, "CN=clong," + self.ou)
        guid = self.samdb.search("CN=clonger," + self.ou, ldb.SCOPE_BASE,
                                 attrs=["objectGUID"])[0]["objectGUID"][0]
        self.assertTrue(str(ndr_unpack(misc.GUID, guid)))
        self.undo_on_dc()
        self.assertEqual([b"http/capp.%s" % DNS.encode()],
                         self.spns("clonger"))
        self.assertEqual([b"cifs/", b"foo/kept"], self.spns("clong"))


class Violations(unittest.TestCase):
    """Each kind of violation, in a copy of the files of this controller."""

    def dump(self, sam):
        found = {}
        for message in ldb.Ldb(raw_path(sam)).search(scope=ldb.SCOPE_SUBTREE):
            found[str(message.dn)] = {
                attr: sorted(bytes(value) for value in message[attr])
                for attr in message.keys()
                if attr != "dn" and attr not in BOOKKEEPING
                and not str(message.dn).startswith("@")}
        return found

    def test_each_kind(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        sam, samdb = controller_copy.copy(folder.name)
        domain = violations.build(DNS, 20, 3, 4, samdb.get_domain_sid())
        controller_copy.write(domain, sam, samdb)
        del samdb
        before = self.dump(sam)
        said = run("spn-audit", "-s", CONF, "-H", sam, "--apply", "--yes",
                   "--undo=" + os.path.join(folder.name, "undo"), code=(1,))
        number = int(re.search(r"repairs done: (\d+)", said)[1])
        self.assertGreaterEqual(number, 20)
        self.assertIn("of %d] " % number, said)
        after = self.dump(sam)
        self.assertEqual(number, sum(before[dn] != after[dn] for dn in before))
        run("sh", "-c", re.search(r"(?m)^  (ldbmodify .*)$", said)[1])
        after = self.dump(sam)
        self.assertEqual(set(before), set(after))
        self.assertEqual([], [dn for dn in before if before[dn] != after[dn]])


if __name__ == "__main__":
    unittest.main()
