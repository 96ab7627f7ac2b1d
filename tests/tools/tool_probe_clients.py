# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of clients that spn-probe has is whole, and docs/clients.md is it.

Needs no network: what the rows come to is tool_probe_names.py.
"""

import os
import re
import subprocess
import unittest

SAY_NAMES = os.path.join(os.environ["SPN_POLICY_BUILD"], "tests", "say_names")
MEASURED = "tests/tools/clients_measured.tsv"
PAGE = "docs/clients.md"
SERVICES = {"HTTP", "host", "ldap", "cifs", "postgres"}


def say(option):
    return subprocess.run([SAY_NAMES, option], check=True,
                          stdout=subprocess.PIPE).stdout.decode()


def measured_versions():
    """{client: all that was measured of it, as one text}"""
    found = {}
    with open(MEASURED, encoding="utf-8") as stream:
        for line in list(stream)[1:]:
            client, version = line.split("\t")[:2]
            found.setdefault(client, set()).add(version)
    return {client: " ".join(sorted(versions))
            for client, versions in found.items()}


class ClientsTest(unittest.TestCase):
    def setUp(self):
        self.rows = [line.split("\t")
                     for line in say("--rows").splitlines()]

    def test_whole(self):
        seen = set()
        for name, setting, version, source, service, rule in self.rows:
            with self.subTest(name=name, setting=setting, version=version):
                self.assertTrue(name and version and source and rule)
                self.assertIn(service, SERVICES)
                self.assertNotIn((name, setting, version), seen)
                seen.add((name, setting, version))
                self.assertTrue(source == "measured" or
                                re.search(r"https://\S+$", source), source)
        self.assertGreater(len(seen), 40)

    def test_versions_were_measured(self):
        known = measured_versions()
        for name, _, versions, source, *_ in self.rows:
            if source == "measured":
                for version in versions.split(", "):
                    self.assertIn(version, known.get(name, ""), name)

    def test_all_measured_clients_are_there(self):
        # nsupdate asks for the primary server of a zone
        self.assertEqual(set(), set(measured_versions()) - {"nsupdate"}
                         - {row[0] for row in self.rows})

    def test_page(self):
        with open(PAGE, encoding="utf-8") as stream:
            text = stream.read()
        self.assertIn(say("--table"), text, "%s: put there what is printed by"
                      " bin/tests/say_names --table" % PAGE)


if __name__ == "__main__":
    unittest.main()
