# SPDX-License-Identifier: GPL-3.0-or-later
"""The fix of each finding helps: it is carried out as it is printed, and audited
again. The finding is gone, and none of the same or a higher severity has come.

The violations are those of tests/dc/recipes/, the ways of fix_ways.py. A code
without a way, and a text that has changed since somebody went its ways, fail.

Needs no directory.
"""

import io
import json
import re
import struct
import subprocess
import unittest
import uuid

import recipes
import violations
from fix_ways import NOT_HERE, WAYS, World
from small_dns import SmallDns
from tool_audit_input import TOOL, Input

DNS = "corp.example.com"
SEVERITIES = ["info", "warning", "error"]
WRITE_SPN = uuid.UUID("f3a64788-5306-11d1-a9c5-0000f80367c1")


def ace(kind, mask, sid, extra=b""):
    body = struct.pack("<I", mask) + extra + violations.pack_sid(sid)
    return struct.pack("<BBH", kind, 0, 4 + len(body)) + body


class Domain(violations.Domain):
    def descriptor(self, sddl):
        """Of the few that recipes have, without Samba's bindings."""
        owner = violations.pack_sid(self.sid + "-512")
        aces = [ace(0, 0x10000000, "S-1-5-18")]
        rest = sddl.replace(recipes.OWNED, "")
        if rest:
            sid = rest.rpartition(";")[2].rstrip(")")
            assert rest == recipes.WRITE_SPN % sid, rest
            aces.append(ace(5, 0x20, sid, struct.pack("<I", 1)
                            + WRITE_SPN.bytes_le))
        acl = struct.pack("<BBHHH", 2, 0, 8 + sum(map(len, aces)), len(aces),
                          0) + b"".join(aces)
        return struct.pack("<BBHIIII", 1, 0, 0x8004, 20, 20 + len(owner), 0,
                           20 + 2 * len(owner)) + 2 * owner + acl


def key(f):
    return (f["code"], f["spn"], f["partner"],
            tuple(each["dn"] for each in f["holders"]))


def explained():
    """{code: its fix, in one line}"""
    text = subprocess.run(
        [TOOL, "--configfile=/dev/null", "--explain=all"], check=True,
        stdout=subprocess.PIPE, text=True).stdout
    found = {}
    for code, fix in re.findall(
            r"^(SPN-\d{3}) .*\n(?:what|client| ).*\n(?:.*\n)*?fix +"
            r"(.*\n(?: .*\n)*)", text, re.M):
        found[code] = " ".join(fix.split())
    return found


def ghost(d):
    """The same as SPN-401, where DNS is asked."""
    name = d.label("ghost")
    d.gone.update([name, d.fqdn(name)])
    d.wrong("SPN-402", "http/" + name, d.gmsa(d.label("g"), d.pair(name)))


def ghost_computer(d):
    name = d.label("ghost")
    d.gone.update([name, d.fqdn(name)])
    d.wrong("SPN-402", "HOST/" + name, d.computer(name))


class FixTexts(Input):
    is_live = False     # DNS is asked

    def codes(self):
        text = subprocess.run(
            [TOOL, "--configfile=/dev/null", "--list-rules", "--format=json"],
            check=True, stdout=subprocess.PIPE, text=True).stdout
        return {rule["code"] for rule in json.loads(text)["rules"]}

    def test_each_code_has_ways(self):
        self.assertEqual(self.codes(), set(WAYS) | set(NOT_HERE))
        self.assertEqual(set(), set(WAYS) & set(NOT_HERE))

    def test_texts_are_those_of_the_ways(self):
        texts = explained()
        for code, (text, _) in WAYS.items():
            with self.subTest(code=code):
                self.assertEqual(text, texts.get(code))

    def findings(self, world, *args):
        stream = io.StringIO()
        violations.write_ldif(world, stream)
        if self.is_live:
            server = SmallDns({name: ("A",) for name in world.names_in_dns()})
            self.addCleanup(server.close)
            args += "--check-dns", "--dns-server=" + server.address
        done = self.audit(stream.getvalue(), "--format=json", *args)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return json.loads(done.stdout)["findings"]

    def world(self, code, recipe):
        """One case, and a service that is well, so that there is a zone."""
        domain = Domain(DNS, 0, violations.DOMAIN_SID)
        violations.add_forest(domain)
        violations.healthy(domain, 4)
        if recipe is not None:
            violations.plant(domain, code, recipe)
        violations.add_names(domain)
        return World(domain)

    def cases(self):
        for code in sorted(recipes.OF_FOREST):
            yield code, None
        yield "SPN-701", None       # of the service
        yield from recipes.every()
        self.is_live = True
        yield "SPN-402", ghost
        yield "SPN-402", ghost_computer

    def go(self, world, finding, way, before):
        """What is wrong with the way; None: nothing."""
        world = world.copy()
        args = []
        if way.__name__ == "accept":
            args = ["--baseline=" + self.path("baseline")]
            self.findings(world, "--write-baseline=" + self.path("all"))
            self.accept(world, finding)
        way(world, finding)
        after = self.findings(world, *args)
        if key(finding) in map(key, after):
            return "is still there"
        least = SEVERITIES.index(finding["severity"])
        new = [f for f in after if f not in before and
               key(f) not in map(key, before) and
               SEVERITIES.index(f["severity"]) >= least]
        return "brings %s" % [key(f) for f in new] if new else None

    def accept(self, world, finding):
        """Its line alone."""
        with open(self.path("all"), encoding="utf-8") as stream:
            lines = [line for line in stream
                     if line.startswith(finding["code"])]
        for line in lines:
            self.write("baseline", line)
            after = self.findings(world, "--only=" + finding["code"],
                                  "--baseline=" + self.path("baseline"))
            if key(finding) not in map(key, after):
                return
        raise AssertionError("no line of a baseline accepts %s" % (
            key(finding),))

    def test_ways(self):
        ways = 0
        for code, recipe in self.cases():
            world = self.world(code, recipe)
            before = self.findings(world)
            found = [f for f in before if f["code"] == code]
            self.assertTrue(found, (code, recipe))
            for finding in found:
                for number, way in enumerate(WAYS[code][1]):
                    ways += 1
                    with self.subTest(code=code, recipe=recipe and
                                      recipe.__name__, spn=finding["spn"],
                                      way=(number, way.__name__)):
                        self.assertIsNone(
                            self.go(world, finding, way, before),
                            finding["cure"])
        self.assertGreater(ways, 2 * len(WAYS))
        print("%d codes, %d ways" % (len(WAYS), ways))


if __name__ == "__main__":
    unittest.main()
