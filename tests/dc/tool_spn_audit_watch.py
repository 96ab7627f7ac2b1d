# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-audit --watch while a directory changes and its DC goes away.

Runs in the environment ad_dc_stock:local. Nothing here depends on how long
something takes: each line is waited for.
"""

import json
import os
import queue
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

import jsonschema
import ldb
import tool_spn_audit as base
from tool_spn_audit import CONF, DNS, PASSWORD_OPTIONS, setUpModule  # noqa: F401

PATIENCE = 1200
DOCS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "docs")


def load_schema():
    with open(os.path.join(DOCS, "spn-audit-watch.schema.json"),
              encoding="utf-8") as stream:
        schema = json.load(stream)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema, resolver=jsonschema.RefResolver(
        "file://%s/" % DOCS, schema))


SCHEMA = load_schema()


def event_of(line):
    """A line of --format=json, held against its schema."""
    event = json.loads(line)
    SCHEMA.validate(event)
    return event


def reader(stream, lines):
    for line in stream:
        lines.put(line.decode().rstrip("\n"))
    lines.put(None)


class Watcher:
    """A running spn-audit and the lines that it writes."""

    def __init__(self, *args):
        self.process = subprocess.Popen(
            ["spn-audit", base.SAME_KDC, *args, "--watch=1"], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.out, self.err = queue.Queue(), queue.Queue()
        self.threads = [
            threading.Thread(target=reader, args=each, daemon=True)
            for each in ((self.process.stdout, self.out),
                         (self.process.stderr, self.err))]
        for thread in self.threads:
            thread.start()

    def line(self):
        return self.out.get(timeout=PATIENCE)

    def message(self, part):
        while True:
            line = self.err.get(timeout=PATIENCE)
            if line is None or part in line:
                return line

    def end(self, number=signal.SIGTERM):
        """The exit status, and what else was on stdout."""
        self.process.send_signal(number)
        status = self.process.wait(timeout=PATIENCE)
        rest = []
        for thread in self.threads:
            thread.join()
        while not self.out.empty():
            rest.append(self.out.get())
        self.process.stdout.close()
        self.process.stderr.close()
        return status, [line for line in rest if line is not None]


class Proxy:
    """A TCP port that leads to the DC as long as it is open."""

    def __init__(self, target, most=None):
        self.target = target
        self.most = most    # bytes that may go through; None: any
        self.pairs = []
        self.listener = None
        self.address = ("127.0.0.1", 0)
        self.open()

    def open(self):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(self.address)
        self.address = self.listener.getsockname()
        self.listener.listen(8)
        threading.Thread(target=self.accept, args=(self.listener,),
                         daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.create_connection(self.target)
            self.pairs += [client, server]
            for pair in (client, server), (server, client):
                threading.Thread(target=self.copy, args=pair,
                                 daemon=True).start()

    def copy(self, source, sink):
        left = self.most
        try:
            while left is None or left > 0:
                data = source.recv(65536)
                if not data:
                    break
                if left is not None:
                    data = data[:left]
                    left -= len(data)
                sink.sendall(data)
        except OSError:
            pass
        for each in source, sink:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for each in self.pairs:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()
        self.pairs = []


ONLY = "--only=SPN-101,http-pair"
NEW = "http/watched.%s" % DNS


class WatchTest(base.AuditTest):
    def setUp(self):
        self.samdb = base.local_samdb()
        self.num = len(self.json(ONLY)["findings"])

    def start(self, *args):
        watcher = Watcher(*args)
        self.addCleanup(watcher.process.kill)
        return watcher

    def set_spn(self, flag, value=NEW, account="alone"):
        message = ldb.Message(ldb.Dn(self.samdb,
                                     base.dn_of(self.samdb, account)))
        message["servicePrincipalName"] = ldb.MessageElement(
            value, flag, "servicePrincipalName")
        self.samdb.modify(message)

    def add(self):
        self.set_spn(ldb.FLAG_MOD_ADD)

    def remove(self):
        self.set_spn(ldb.FLAG_MOD_DELETE)

    def check(self, *args):
        """Present findings, a new one, nothing for what is no finding, and
        its fix."""
        watcher = self.start(ONLY, "--format=json", *args)
        present = [event_of(watcher.line()) for _ in range(self.num)]
        self.assertEqual({"new"}, {line["event"] for line in present})
        self.assertEqual(
            [f for f in self.json(ONLY)["findings"]],
            [line["finding"] for line in present])
        self.set_spn(ldb.FLAG_MOD_ADD, "foo/harmless")
        self.add()
        line = event_of(watcher.line())
        self.assertEqual(("new", "SPN-301", NEW),
                         (line["event"], line["finding"]["code"],
                          line["finding"]["spn"]))
        self.remove()
        cured = event_of(watcher.line())
        self.assertEqual("cured", cured["event"])
        self.assertEqual(line["finding"], cured["finding"])
        self.set_spn(ldb.FLAG_MOD_DELETE, "foo/harmless")
        self.assertEqual((0, []), watcher.end())

    def test_local(self):
        self.check("-s", CONF)

    def test_ldap(self):
        self.check("-s", os.environ["SMB_CONF_PATH"], "-H",
                   "ldap://" + base.SERVER, *PASSWORD_OPTIONS)

    def test_text_and_deleted(self):
        watcher = self.start("-s", CONF, "--only=SPN-301")
        self.assertRegex(watcher.line(),
                         r"^new error SPN-301 PAIR-NO-SHORT http/app\.%s held "
                         r"by CN=alone,.*: " % DNS)
        name = "passing"
        self.samdb.newuser(name, base.PASSWORD)
        dn = self.samdb.search(expression="sAMAccountName=" + name)[0].dn
        message = ldb.Message(dn)
        message["servicePrincipalName"] = ldb.MessageElement(
            NEW, ldb.FLAG_MOD_ADD, "servicePrincipalName")
        self.samdb.modify(message)
        self.assertIn("new error SPN-301 PAIR-NO-SHORT " + NEW,
                      watcher.line())
        self.samdb.delete(dn)
        self.assertIn("fixed error SPN-301 PAIR-NO-SHORT " + NEW,
                      watcher.line())
        self.assertEqual((0, []), watcher.end(signal.SIGINT))

    def test_lines_are_safe(self):
        """One line each, whatever is in an SPN."""
        for form in "text", "json":
            watcher = self.start("-s", CONF, "--format=" + form)
            lines = [watcher.line()
                     for _ in self.json()["findings"]]
            self.assertEqual((0, []), watcher.end())
            for line in lines:
                if form == "json":
                    event_of(line)
                self.assertNotRegex(line, "[\x00-\x1f\x7f-\x9f]")
                self.assertRegex(line, '^(new |{"time": "2[^"]*Z", "event")')

    def test_changed(self):
        """One more account with an SPN that has two already."""
        watcher = self.start("-s", CONF, "--only=SPN-101", "--format=json")
        present = [event_of(watcher.line()) for _ in range(
            len(self.json("--only=SPN-101")["findings"]))]
        dup = "foo/dup." + DNS
        base.write_raw(self.samdb.domain_dn(), base.dn_of(self.samdb, "alone"),
                       ["foo/dup.{d}"])
        self.set_spn(ldb.FLAG_MOD_ADD, "foo/noise")     # the USN grows
        event = event_of(watcher.line())
        before = [each["finding"] for each in present
                  if each["finding"]["spn"].lower() == dup][0]
        self.assertEqual(("changed", dup, 1), (
            event["event"], event["finding"]["spn"].lower(),
            len(event["finding"]["holders"]) - len(before["holders"])))
        self.set_spn(ldb.FLAG_MOD_REPLACE, "http/app." + DNS)
        event = event_of(watcher.line())
        self.assertEqual(("changed", before),
                         (event["event"], event["finding"]))
        self.assertEqual((0, []), watcher.end())

    def test_signal_between_lines(self):
        """Whenever it comes, what was written are whole lines."""
        for number in signal.SIGTERM, signal.SIGINT:
            watcher = self.start("-s", CONF, "--format=json")
            lines = [watcher.line()]
            status, rest = watcher.end(number)
            self.assertEqual(0, status)
            for line in lines + rest:
                event_of(line)

    def test_baseline(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "accepted")
            base.local(ONLY, "--write-baseline=" + path)
            watcher = self.start("-s", CONF, ONLY, "--baseline=" + path)
            self.add()
            self.assertIn("new error SPN-301 PAIR-NO-SHORT " + NEW,
                          watcher.line())
            self.remove()
            self.assertTrue(watcher.line().startswith("fixed error SPN-301"))
            self.assertEqual((0, []), watcher.end())

    def test_controller_goes_and_comes(self):
        proxy = Proxy((base.SERVER, 389))
        self.addCleanup(proxy.close)
        watcher = self.start(
            "-s", os.environ["SMB_CONF_PATH"], ONLY, *PASSWORD_OPTIONS,
            "-H", "ldap://127.0.0.1:%d" % proxy.address[1])
        for _ in range(self.num):
            self.assertTrue(watcher.line().startswith("new "))
        proxy.close()
        self.assertIsNotNone(watcher.message("connecting again"))
        self.add()          # nobody sees it
        self.addCleanup(self.remove)
        proxy.open()
        self.assertIn("new error SPN-301 PAIR-NO-SHORT " + NEW,
                      watcher.line())
        self.assertIsNotNone(watcher.message("connected again"))
        self.assertEqual((0, []), watcher.end())

    def test_once(self):
        """What is to be said once is said once, however many audits."""
        watcher = self.start("-s", os.environ["SMB_CONF_PATH"],
                             "-H", "ldap://" + base.SERVER, "-U",
                             "%s%%%s" % base.ORDINARY)
        self.assertIsNotNone(watcher.message("SPN-504 is not looked for"))
        for event in "new", "fixed", "new":
            (self.remove if event == "fixed" else self.add)()
            while not watcher.line().startswith(
                    event + " error SPN-301 PAIR-NO-SHORT " + NEW):
                pass
        self.remove()
        self.assertEqual(0, watcher.end()[0])
        self.assertIsNone(watcher.message("SPN-504"))

    def test_nobody_listens(self):
        """It ends, though there is nothing more to write."""
        done = subprocess.run(
            ["bash", "-c", "spn-audit -s %s --watch=1 %s | head -1; "
             "exit ${PIPESTATUS[0]}" % (CONF, ONLY)], timeout=PATIENCE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.assertEqual((128 + signal.SIGPIPE, b""),
                         (done.returncode, done.stderr))

    def test_cannot_begin(self):
        self.refused(base.run("-s", CONF, "-H", "ldap://127.0.0.2",
                              "--watch"), "127.0.0.2")
        for option in ("--output=x", "--from-ldif=x", "--format=csv",
                       "--write-baseline=x", "--fix-ldif=x"):
            self.refused(base.local("--watch", option), "--watch",
                         option.partition("=")[0])
        for seconds in ("0", "-1", "x", "99999999999999999999"):
            self.refused(base.local("--watch=" + seconds), "--watch")


class Cut(base.AuditTest):
    def test_in_the_middle(self):
        """Half an answer is none, wherever it ends."""
        for most in (100, 3000, 20000, 60000):
            proxy = Proxy((base.SERVER, 389), most)
            self.addCleanup(proxy.close)
            self.refused(base.run(
                "-s", os.environ["SMB_CONF_PATH"],
                "-H", "ldap://127.0.0.1:%d" % proxy.address[1],
                *base.PASSWORD_OPTIONS), "spn-audit: ")


if __name__ == "__main__":
    unittest.main()
