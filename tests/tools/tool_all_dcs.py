# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-policy status --all, where domain controllers are servers that a test
has made: in any state, slow, silent, broken, or somebody else.

Needs no directory. Each server has an address of its own on the loopback, and
all have one port.
"""

import contextlib
import json
import os
import re
import socket
import subprocess
import threading
import time
import unittest

from commands import without_network_warning
from small_ldap import CONFIGURATION, DOMAIN, ROOT, SmallLdap

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
TOOL = os.path.join(os.environ["SPN_POLICY_BUILD"], "programs", "spn-policy")
SERVERS = "CN=Servers,CN=Here,CN=Sites," + CONFIGURATION
STATE = "version=0.1.0 ldb=2.6.2 state=%s since=20261129120000.0Z restart=%s"
AD = "1.2.840.113556.1.4.800"
STATES = ["enforce", "audit", "off", "idle", "absent", "unclear",
          "unreachable"]


def says(state, restart="no"):
    return {"spnPolicyState": [STATE % (state, restart)]}


def address(number):
    return "127.0.0.%d" % (number + 2)


def ntds(number):
    return "CN=NTDS Settings,CN=DC%d,%s" % (number, SERVERS)


def objects(number, domain=DOMAIN, host=None, read_only=False):
    """What the configuration has of a DC."""
    names = {"hasMasterNCs": [domain, CONFIGURATION]}
    if read_only:
        names = {"msDS-HasDomainNCs": [domain], "msDS-isRODC": ["TRUE"]}
    yield (ntds(number), [("objectClass", ["top", "nTDSDSA"]),
                          *names.items()])
    yield ("CN=DC%d,%s" % (number, SERVERS), [
        ("objectClass", ["top", "server"]),
        ("dNSHostName", [address(number) if host is None else host])])


class Stubborn:
    """A server whose every connection a function has."""

    def __init__(self, place, serve):
        self.listener = socket.create_server(place)
        self.open = []
        threading.Thread(target=self.accept, args=(serve,),
                         daemon=True).start()

    def accept(self, serve):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.open.append(client)
                threading.Thread(target=self.one, args=(serve, client),
                                 daemon=True).start()

    def one(self, serve, client):
        with contextlib.suppress(OSError):
            serve(client)

    def close(self):
        for each in (self.listener, *self.open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def drip(client):
    """A byte now and then: never silent, and never done."""
    client.recv(1000)
    client.sendall(b"\x30\x84\x00\x00\x40\x00")
    while True:
        time.sleep(0.3)
        client.sendall(b"\x02")


def nonsense(client):
    client.sendall(b"220 mail.example.com ESMTP\r\n" * 10)
    client.recv(1000)


def endless(client):
    client.recv(1000)
    while True:
        client.sendall(b"\x30\x03\x02\x01\x07" * 1000)


def hang_up(client):
    client.close()


def refuse_tls(client):
    """What it answers to whatever comes: protocolError."""
    client.recv(1000)
    client.sendall(bytes.fromhex("300c02010161070a010204000400"))


class Dcs(unittest.TestCase):
    def setUp(self):
        self.directory = SmallLdap()
        self.addCleanup(self.directory.close)
        self.port = int(self.directory.address.rpartition(":")[2])
        self.number = 0

    def add(self, serve=None, host=None, read_only=False, domain=DOMAIN,
            **root):
        """One more DC; what its rootDSE has besides. Its number."""
        number = self.number
        self.number += 1
        self.directory.entries += objects(number, domain, host, read_only)
        place = (address(number), self.port)
        if serve is not None:
            server = Stubborn(place, serve)
        else:
            server = SmallLdap(place=place)
            own = {"dsServiceName": [ntds(number)],
                   "vendorName": ["Samba Team"], **root}
            server.entries[0] = ("", [
                *((name, values) for name, values in ROOT[1]
                  if name not in own),
                *own.items()])
        self.addCleanup(server.close)
        return number

    def run_all(self, *args, url=None):
        begun = time.monotonic()
        done = subprocess.run(
            [TOOL, "status", "--all", "--configfile=/dev/null", "--user=%",
             "--option=spn_policy:ldap port=%d" % self.port,
             "-H", url or "ldap://" + self.directory.address, *args],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, check=False, timeout=60)
        done.seconds = time.monotonic() - begun
        done.stderr = without_network_warning(done.stderr)
        return done

    def ask(self, *args):
        """{number: what is said of it}, of the JSON, and the exit status."""
        done = self.run_all("--format=json", *args)
        self.assertEqual("", done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["meta"]["lettingIn"] != 0, done.returncode)
        found = {each["name"]: each for each in report["controllers"]}
        return [found.get(address(number)) for number in range(self.number)]


class States(Dcs):
    def test_states(self):
        for state in "enforce", "audit", "off", "idle":
            self.add(**says(state, "smb.conf,weather"))
        self.add()
        found = self.ask()
        self.assertEqual(["enforce", "audit", "off", "idle", "absent"],
                         [dc["state"] for dc in found])
        self.assertEqual([False, True, True, True, True],
                         [dc["letsIn"] for dc in found])
        self.assertEqual(("0.1.0", "2.6.2", "2026-11-29T12:00:00Z",
                          ["smb.conf", "other"]),
                         tuple(found[0][key] for key in (
                             "version", "ldb", "since", "restart")))
        self.assertEqual((None, None, None, []),
                         tuple(found[4][key] for key in (
                             "version", "ldb", "since", "restart")))

    def test_exit_status(self):
        """0: no DC lets in what the policy refuses. A restart that is due,
        and a DC that takes no writes, do not change that."""
        self.add(**says("enforce"))
        self.add(**says("enforce", "module-file"))
        self.add(read_only=True)
        self.add(read_only=True, serve=hang_up)
        done = self.run_all()
        self.assertEqual(0, done.returncode, done.stdout)
        self.assertIn("2 of 4 enforce", done.stdout)
        self.assertEqual(2, done.stdout.count(" read-only\n"), done.stdout)
        self.assertIn("note: %s: a restart of samba is due: another file of "
                      "the module is there\n" % address(1), done.stdout)
        self.assertNotIn("PROBLEM", done.stdout)
        for more in says("audit"), {}:
            self.add(**more)
            done = self.run_all()
            self.assertEqual(1, done.returncode, done.stdout)
            self.assertIn("PROBLEM: " + address(self.number - 1), done.stdout)
        colored = self.run_all("--color=always").stdout
        self.assertIn("\x1b[1;31mPROBLEM:\x1b[0m " + address(
            self.number - 1), colored)
        self.assertEqual(done.stdout, re.sub("\x1b\\[[0-9;]*m", "", colored))

    def test_windows(self):
        self.add(vendorName=[], supportedCapabilities=[AD])
        dc = self.ask()[0]
        self.assertEqual(("absent", False), (dc["state"], dc["samba"]))

    def test_which(self):
        """Those of the domain, and no others; none at all is said."""
        done = self.run_all()
        self.assertEqual((2, ""), (done.returncode, done.stdout))
        self.assertIn("names no DC of example.com", done.stderr)
        self.add(domain="DC=other,DC=com", **says("audit"))
        self.add(**says("enforce"))
        self.assertEqual("enforce", self.ask()[1]["state"])
        self.assertIsNone(self.ask()[0])

    def test_wrong_arguments(self):
        self.add(**says("enforce"))
        for args in (["--format=xml"], ["--format=html"]):
            done = self.run_all(*args)
            self.assertEqual((2, ""), (done.returncode, done.stdout))
            self.assertIn("json, prometheus", done.stderr)
        for args in (["check", "--all"],
                     ["status", "--format=json"],
                     ["check", "--format=json"]):
            done = subprocess.run([TOOL, "--configfile=/dev/null", *args],
                                  stdout=subprocess.PIPE, text=True,
                                  stderr=subprocess.PIPE, check=False)
            self.assertEqual((2, ""), (done.returncode, done.stdout))
            self.assertIn("goes with status", done.stderr)


class Strangers(Dcs):
    def check(self, *unreachable):
        """They are, and the first DC is not disturbed."""
        found = self.ask("--timeout=2")
        self.assertEqual("enforce", found[0]["state"], found)
        self.assertEqual(["unreachable"] * len(unreachable),
                         [found[each]["state"] for each in unreachable])
        return [found[each]["text"] for each in unreachable]

    def test_broken(self):
        self.add(**says("enforce"))
        self.check(*(self.add(serve=each) for each in (
            nonsense, hang_up, refuse_tls, endless)))

    def test_slow(self):
        """All of them together take no longer than one."""
        self.add(**says("enforce"))
        slow = [self.add(serve=serve) for serve in
                [drip, lambda client: time.sleep(1000)] * 20]
        begun = time.monotonic()
        for text in self.check(*slow):
            self.assertIn("--timeout", text)
        self.assertLess(time.monotonic() - begun, 20)

    def test_default_time(self):
        self.add(serve=drip)
        done = self.run_all()
        self.assertIn("--timeout", done.stdout)
        self.assertLess(done.seconds, 20)
        self.assertGreater(done.seconds, 9)

    def test_nobody(self):
        """No server there, and no name to ask."""
        self.add(**says("enforce"))
        for host in "", "a b", "x$(id)", "-x", "127.0.0.2/x?y", "[::1]":
            self.directory.entries += objects(self.number, host=host)
            self.number += 1
        self.directory.entries += objects(self.number)
        self.number += 1
        done = self.run_all()
        self.assertEqual(6, done.stdout.count("is no name of a host"),
                         done.stdout)
        self.assertIn("CONNECTION_REFUSED", done.stdout)
        self.assertIn("1 of 8 enforce", done.stdout)

    def test_somebody_else(self):
        """The name leads to another DC, or to no DC: its answer is not that
        of the one that was asked."""
        self.add(**says("enforce"))
        texts = self.check(
            self.add(dsServiceName=[ntds(0)], **says("enforce")),
            self.add(dsServiceName=[], **says("enforce")),
            self.add(dsServiceName=["nonsense"], **says("enforce")))
        self.assertIn("'%s'" % ntds(0), texts[0])

    def test_odd_states(self):
        for value in ("version=1", STATE % ("enforcing", "no"), "x" * 5000,
                      "\x1b[2J", "\0", STATE % ("enforce", "no") + "\0",
                      STATE % ("enforce", "no") + "\n", b"\xff\xfe",
                      "state=enforce"):
            self.add(spnPolicyState=[value])
        self.add(spnPolicyState=[STATE % ("enforce", "no")] * 2)
        found = self.ask()
        self.assertEqual({"unclear"}, {dc["state"] for dc in found})
        for dc in found:
            self.assertLess(len(dc["text"]), 700)
            self.assertTrue(dc["text"].isprintable(), dc["text"])
        self.assertEqual([], re.findall(r"[^\n -~]", self.run_all().stdout))


class Audit(Dcs):
    """spn-audit --check-dcs: SPN-905 and SPN-906."""

    def setUp(self):
        super().setUp()
        self.directory.entries.append((
            "CN=a,CN=Users," + DOMAIN,
            [("objectClass", ["top", "user"]), ("sAMAccountName", ["a"]),
             ("objectGUID", [b"0123456789abcdef"]),
             ("servicePrincipalName", ["foo/a"])]))

    def audit(self, *args, code=None):
        """[(code, reason)] of findings of the forest, and standard error."""
        done = subprocess.run(
            [os.path.join(os.path.dirname(TOOL), "spn-audit"), "--format=json",
             "--configfile=/dev/null", "--user=%", "--only=SPN-905,SPN-906",
             "--option=spn_policy:ldap port=%d" % self.port, "--timeout=3",
             "-H", "ldap://" + self.directory.address, *args],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, check=False, timeout=200)
        if code is not None:
            self.assertEqual((code, ""), (done.returncode, done.stdout))
            return [], without_network_warning(done.stderr)
        found = json.loads(done.stdout)["findings"]
        self.assertEqual(0, done.returncode, done.stderr)   # warnings
        for each in found:
            self.assertEqual(("forest", "check", None), (
                each["subject"], each["rule"], each["spn"]))
        return ([(each["code"], each["reason"]) for each in found],
                without_network_warning(done.stderr))

    def test_findings(self):
        wanted = {}
        for state in "enforce", "audit", "off", "idle":
            number = self.add(**says(state))
            if state != "enforce":
                wanted[number] = "SPN-905"
        wanted[self.add(**says("audit", "smb.conf"))] = "SPN-905"
        wanted[self.add(**says("enforce", "module-file"))] = "SPN-906"
        wanted[self.add()] = "SPN-905"
        wanted[self.add(spnPolicyState=["nonsense"])] = "SPN-905"
        self.add(read_only=True)
        self.add(read_only=True, **says("enforce", "module-file"))
        found, said = self.audit("--check-dcs")
        self.assertEqual("", said)
        self.assertEqual(sorted(
            (code, address(number)) for number, code in wanted.items()), sorted(
                (code, re.search(r"127\.0\.0\.\d+", reason)[0])
                for code, reason in found))
        # Nobody is asked, so nothing is said.
        before = len(self.directory.requests)
        self.assertEqual(([], ""), self.audit())
        self.assertLess(before, len(self.directory.requests))

    def test_all_is_well(self):
        self.add(**says("enforce"))
        self.assertEqual(([], ""), self.audit("--check-dcs"))

    def test_no_answer(self):
        """What is not known is no finding, and is counted."""
        self.add(**says("enforce"))
        for serve in hang_up, drip, nonsense:
            self.add(serve=serve)
        found, said = self.audit("--check-dcs")
        self.assertEqual([], found)
        self.assertIn("no answer from 3 of 4 domain controllers", said)

    def test_numbers(self):
        """For Prometheus and for Nagios: what SPN-905 counts, and whom nobody
        knows anything of, by itself."""
        for state in "enforce", "audit":
            self.add(**says(state))
        self.add()
        self.add(serve=hang_up)
        command = [os.path.join(os.path.dirname(TOOL), "spn-audit"),
                   "--configfile=/dev/null", "--user=%", "--only=SPN-101",
                   "--option=spn_policy:ldap port=%d" % self.port,
                   "--timeout=3", "-H", "ldap://" + self.directory.address]
        for option, absent in (("--check-dcs", False), ("--partial", True)):
            done = subprocess.run(
                [*command, "--format=prometheus", option], check=True,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            values = dict(re.findall(r"(?m)^(spn_audit_dcs\S*) (\d+)$",
                                     done.stdout))
            self.assertEqual(absent, not values, done.stdout)
            if not absent:
                states = {"enforce": 1, "audit": 1, "absent": 1,
                          "unreachable": 1}
                self.assertEqual(
                    {"spn_audit_dcs_letting_in": "3",
                     **{'spn_audit_dcs{state="%s"}' % each:
                        str(states.get(each, 0)) for each in STATES}}, values)
        done = subprocess.run(
            [*command, "--format=nagios", "--check-dcs"], check=False,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(3, done.returncode, done.stdout)
        self.assertIn("; no answer from 1 of 4 domain controllers | ",
                      done.stdout)
        self.assertIn(" dcs=4;;;0 dcs_letting_in=3;;;0 dcs_silent=1;;;0\n",
                      done.stdout)

    def test_nobody_to_ask(self):
        """No DC in the configuration; an export, in which there is none."""
        _, said = self.audit("--check-dcs", code=2)
        self.assertIn("names no DC of example.com", said)
        done = subprocess.run(
            [os.path.join(os.path.dirname(TOOL), "spn-audit"), "--check-dcs",
             "--configfile=/dev/null", "--from-ldif=/dev/null"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            check=False)
        self.assertEqual((2, ""), (done.returncode, done.stdout))
        self.assertIn("--from-ldif and --check-dcs", done.stderr)


class Formats(Dcs):
    def setUp(self):
        super().setUp()
        self.add(**says("enforce"))
        self.add(**says("audit", "smb.conf"))
        self.add(read_only=True)
        self.add(serve=hang_up)
        self.directory.entries += objects(4, host="")
        self.directory.entries += objects(5, host='a"b\\c\n')

    def test_json(self):
        """As the schema has it: every member, and no other one."""
        with open(os.path.join(TOP, "docs", "spn-policy-status.schema.json"),
                  encoding="utf-8") as stream:
            schema = json.load(stream)["properties"]
        report = json.loads(self.run_all("--format=json").stdout)
        self.assertEqual(set(report), set(schema))
        self.assertEqual(set(report["meta"]), set(schema["meta"]["required"]))
        self.assertEqual(set(schema["meta"]["properties"]),
                         set(schema["meta"]["required"]))
        item = schema["controllers"]["items"]
        self.assertEqual(set(item["properties"]), set(item["required"]))
        self.assertEqual(item["properties"]["state"]["enum"], STATES)
        self.assertEqual(6, len(report["controllers"]))
        for dc in report["controllers"]:
            self.assertEqual(set(dc), set(item["required"]))
            self.assertIn(dc["state"], STATES)
        self.assertEqual((6, 1, 4), tuple(report["meta"][key] for key in (
            "controllers", "enforcing", "lettingIn")))

    def test_prometheus(self):
        done = self.run_all("--format=prometheus")
        values, heads = {}, set()
        for line in done.stdout.splitlines():
            head = re.fullmatch(r"# (HELP|TYPE) (\w+) .*", line)
            if head:
                heads.add(head[2])
                continue
            value = re.fullmatch(
                r'(\w+)((?:\{\w+="(?:[^"\\]|\\.)*"(?:,\w+="(?:[^"\\]|\\.)*"'
                r')*\})?) (\d+)', line)
            self.assertIsNotNone(value, line)
            self.assertIn(value[1], heads)
            values[value[1] + value[2]] = int(value[3])
        for number, state in enumerate(("enforce", "audit", "absent",
                                        "unreachable")):
            for other in STATES:
                self.assertEqual(state == other, values[
                    'spn_policy_dc_state{dc="%s",state="%s"}' % (
                        address(number), other)])
        self.assertEqual([0, 1, 0, 1], [values[
            'spn_policy_dc_lets_in{dc="%s"}' % address(number)]
            for number in range(4)])
        self.assertEqual(1, values[
            'spn_policy_dc_restart_due{dc="%s"}' % address(1)])
        self.assertEqual(1795953600, values[
            'spn_policy_dc_loaded_timestamp_seconds{dc="%s"}' % address(0)])
        self.assertEqual((6, 4), (values["spn_policy_dcs"],
                                  values["spn_policy_dcs_letting_in"]))


if __name__ == "__main__":
    unittest.main()
