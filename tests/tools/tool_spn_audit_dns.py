# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-audit --check-dns against a DNS server that says what a test wants.

Needs no directory: the SPNs come from an export.
"""

import json
import os
import socket
import struct
import subprocess
import unittest

from small_dns import A, AAAA, CNAME, SmallDns, record

TOOL = os.path.join(os.environ["SPN_POLICY_BUILD"], "programs", "spn-audit")
DOMAIN = "corp.example.com"
BASE = ",CN=Users,DC=corp,DC=example,DC=com"

NAMES = {
    "here." + DOMAIN: ("A",),
    "six." + DOMAIN: ("AAAA",),
    "nothing." + DOMAIN: ("RCODE", 0),
    "alias." + DOMAIN: ("CHAIN", "here." + DOMAIN),
    "away." + DOMAIN: ("CNAME", "here." + DOMAIN),
    "dangling." + DOMAIN: ("CNAME", "gone." + DOMAIN),
    "loop." + DOMAIN: ("CNAME", "loop." + DOMAIN),
    "broken." + DOMAIN: ("RCODE", 2),
    "refused." + DOMAIN: ("RCODE", 5),
    "silent." + DOMAIN: ("SILENT",),
    "label." + DOMAIN: ("A",),
}
ABSENT = ("gone", "nothing", "dangling")
UNKNOWN = ("broken", "refused", "silent", "loop")


def fixed(kind, length):
    """Behind the name of a record: its type, and how long its data are."""
    return struct.pack(">HHIH", kind, 1, 60, length)


# What no DNS message is, or not a whole one.
BROKEN = {
    "no-record": (1, lambda at: b""),
    "half-name": (1, lambda at: b"\5half"),
    "half-record": (1, lambda at: b"\0" + fixed(A, 4)[:6]),
    "long-data": (1, lambda at: b"\0" + fixed(A, 5) + b"\1\2\3\4"),
    "huge-data": (1, lambda at: b"\0" + fixed(CNAME, 0xffff) + b"\0"),
    "own-pointer": (1, lambda at: struct.pack(">H", 0xc000 | at)
                    + fixed(CNAME, 1) + b"\0"),
    "two-pointers": (1, lambda at: struct.pack(
        ">HH", 0xc000 | (at + 2), 0xc000 | at) + fixed(CNAME, 1) + b"\0"),
    "pointer-away": (1, lambda at: b"\xff\xff" + fixed(CNAME, 1) + b"\0"),
    "strange-label": (1, lambda at: b"\x41a\0" + fixed(CNAME, 1) + b"\0"),
    "target-cut": (1, lambda at: b"\0" + fixed(CNAME, 3) + b"\x3fab"),
    "target-loop": (1, lambda at: b"\0" + fixed(CNAME, 2)
                    + struct.pack(">H", 0xc000 | (at + 11))),
    "target-empty": (1, lambda at: b"\0" + fixed(CNAME, 0)),
    "one-of-five": (5, lambda at: record("x." + DOMAIN, CNAME, b"\1y\0")),
    "many": (65535, lambda at: b""),
}


def export(hosts):
    entry = ("dn: CN=%s" + BASE + "\nobjectClass: user\n"
             "sAMAccountName: %s\nuserAccountControl: 512\n"
             "servicePrincipalName: foo/%s\n\n")
    return "".join(entry % ("svc%d" % i, "svc%d" % i, host)
                   for i, host in enumerate(hosts)).encode()


# For names that are never answered, where only that matters; the others have to
# be answered within it, on a busy machine, too.
SHORT = "--option=spn_audit:dns timeout=500"


class DnsTest(unittest.TestCase):
    def start(self, names):
        server = SmallDns(names)
        self.addCleanup(server.close)
        return server

    def audit(self, server, hosts, *args, tries=1):
        command = [TOOL, "-s", "/dev/null", "--from-ldif=-", "--format=json",
                   "--check-dns", "--only=SPN-401,SPN-402",
                   "--option=spn_audit:dns server=" + server,
                   "--option=spn_audit:dns timeout=1500",
                   "--option=spn_audit:dns tries=%d" % tries, *args]
        return subprocess.run(command, input=export(hosts), check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=1200)

    def ghosts(self, done):
        self.assertIn(done.returncode, (0, 1), done.stderr)
        document = json.loads(done.stdout)
        self.assertEqual({"SPN-402"} if document["findings"] else set(),
                         {f["code"] for f in document["findings"]})
        return {f["spn"].partition("/")[2] for f in document["findings"]}

    def test_answers(self):
        server = self.start(NAMES)
        hosts = [name for name in NAMES if name[0:5] != "label"]
        hosts.append("gone." + DOMAIN)
        done = self.audit(server.address, hosts)
        self.assertEqual({"%s.%s" % (name, DOMAIN) for name in ABSENT},
                         self.ghosts(done))
        self.assertIn(b"DNS has no answer to %d of %d names"
                      % (len(UNKNOWN), len(hosts)), done.stderr)
        # each name once, and both types; a CNAME may ask more
        self.assertEqual(
            {(host, kind) for host in hosts for kind in (A, AAAA)},
            set(server.asked))

    def test_labels_are_looked_for_in_the_domain(self):
        server = self.start(NAMES)
        done = self.audit(server.address, ["label", "nolabel"])
        self.assertEqual({"nolabel"}, self.ghosts(done))
        self.assertEqual({"label." + DOMAIN, "nolabel." + DOMAIN},
                         {name for name, _ in server.asked})

    def test_what_is_no_name_is_not_asked(self):
        server = self.start(NAMES)
        hosts = ["here." + DOMAIN, "a b." + DOMAIN, "x" * 64 + "." + DOMAIN,
                 "..%s" % DOMAIN, "h\u00f6st." + DOMAIN, "*." + DOMAIN]
        self.assertEqual(set(), self.ghosts(self.audit(server.address,
                                                       hosts)))
        self.assertEqual({"here." + DOMAIN},
                         {name for name, _ in server.asked})

    def test_hostile_answers(self):
        """What cannot be read says nothing of a name, above all not that it
        does not exist."""
        names = {"%s.%s" % (name, DOMAIN): ("RAW", *how)
                 for name, how in BROKEN.items()}
        names.update({"cut%d.%s" % (length, DOMAIN): ("CUT", length)
                      for length in (0, 1, 5, 11, 12, 20, 40, 50)})
        names["tc." + DOMAIN] = ("TC",)
        names["here." + DOMAIN] = ("A",)
        done = self.audit(self.start(names).address, [*names], SHORT, tries=3)
        self.assertEqual(set(), self.ghosts(done))
        self.assertIn(b"DNS has no answer to %d of %d names"
                      % (len(names) - 1, len(names)), done.stderr)

    def test_odd_targets(self):
        """A CNAME may point to what is hardly a name; it is asked for."""
        odd = {"root": b"\0", "nul": b"\3a\0b\0", "dot": b"\3a.b\0",
               "long": b"\x3f" * 3 + b"x" * 61 + b"\0"}
        odd["long"] = (b"\x3f" + b"x" * 63) * 3 + b"\x3d" + b"y" * 61 + b"\0"
        names = {"%s.%s" % (name, DOMAIN): (
            "RAW", 1, lambda at, target=target: record(
                "x." + DOMAIN, CNAME, target)) for name, target in odd.items()}
        names["here." + DOMAIN] = ("A",)
        done = self.audit(self.start(names).address, [*names])
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertNotIn("here." + DOMAIN, self.ghosts(done))

    def test_tries(self):
        server = self.start(NAMES)
        self.audit(server.address, ["here." + DOMAIN, "silent." + DOMAIN],
                   SHORT, tries=3)
        asked = [name for name, kind in server.asked if kind == A]
        self.assertEqual(3, asked.count("silent." + DOMAIN))

    def test_many(self):
        hosts = ["n%d.%s" % (i, DOMAIN) for i in range(500)]
        server = self.start({host: ("A",) for host in hosts[::2]})
        self.assertEqual(set(hosts[1::2]), self.ghosts(
            self.audit(server.address, hosts)))
        self.assertEqual(set(hosts), {name for name, _ in server.asked})

    def fails(self, done):
        self.assertEqual(2, done.returncode, done.stderr)
        self.assertEqual(b"", done.stdout)
        self.assertIn(b"DNS answers nothing", done.stderr)

    def test_no_server(self):
        closed = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        closed.bind(("127.0.0.1", 0))
        address = "127.0.0.1:%d" % closed.getsockname()[1]
        closed.close()
        self.fails(self.audit(address, ["here." + DOMAIN]))

    def test_server_that_says_nothing(self):
        hosts = ["n%d.%s" % (i, DOMAIN) for i in range(500)]
        server = self.start({host: ("SILENT",) for host in hosts})
        self.fails(self.audit(server.address, hosts, SHORT))
        # it gave up with the first 50 queries
        self.assertLess(len(server.asked), 150)

    def test_server_that_only_fails(self):
        server = self.start({"here." + DOMAIN: ("RCODE", 2)})
        self.fails(self.audit(server.address, ["here." + DOMAIN]))

    def test_many_failures_before_an_answer(self):
        hosts = ["n%d.%s" % (i, DOMAIN) for i in range(200)]
        names = {host: ("RCODE", 2) for host in hosts[:-1]}
        done = self.audit(self.start(names).address, hosts)
        self.assertEqual({hosts[-1]}, self.ghosts(done))
        self.assertIn(b"no answer to 199 of 200 names", done.stderr)

    def test_bad_server(self):
        done = self.audit("nonsense", ["here." + DOMAIN])
        self.assertEqual(2, done.returncode)
        self.assertIn(b"nonsense", done.stderr)


if __name__ == "__main__":
    unittest.main()
