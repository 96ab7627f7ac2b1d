# SPDX-License-Identifier: GPL-3.0-or-later
"""Of findings that cannot both be followed one speaks, and what gave way is not
lost: with a baseline, with --account, below --min-severity, in files of repairs.

Needs no directory.
"""

import json
import re
import unittest

from hostile import DOMAIN, SPN, computer, configuration, entry, user
from tool_audit_input import Input

ZONE = ("DC=here,DC=example.com,CN=MicrosoftDNS,DC=DomainDnsZones," + DOMAIN)
GONE = "gone.example.com"
# WEBA was renamed; Samba leaves SPNs with a port.
RENAMED = computer(1, sAMAccountName="WEBB$", dNSHostName="webb.example.com",
                   **{SPN: ["HOST/WEBB", "HOST/webb.example.com",
                            "HTTP/weba.example.com:5985", "HTTP/WEBA:5985"]})
HALF = user(2, **{SPN: "http/" + GONE})


class GivesWay(Input):
    maxDiff = None

    def findings(self, text, *args):
        zone = entry(ZONE, objectClass=["top", "dnsNode"])
        done = self.audit(configuration() + zone + text, "--format=json",
                          "--rule=keys=off", "--rule=SPN-203=off", *args)
        self.assertEqual(b"", done.stderr)
        return [(f["code"], f["spn"])
                for f in json.loads(done.stdout)["findings"]]

    def test_renamed(self):
        """Report of a user: "add" and "remove" about one value."""
        ports = ["HTTP/WEBA:5985", "HTTP/weba.example.com:5985"]
        self.assertEqual([("SPN-401", ports[1])], self.findings(RENAMED))
        self.assertEqual([("SPN-306", port) for port in ports],
                         sorted(self.findings(RENAMED, "--rule=hosts=off")))

    def test_blank(self):
        """The directory does not see it, so nobody gets a ticket: of that the
        holder of the good name has to hear."""
        text = (user(1, **{SPN: ["foo/web"]})
                + user(2).rstrip() + "\n%s:: Zm9vL3dlYiA=\n\n" % SPN)
        self.assertEqual([("SPN-006", "foo/web "), ("SPN-101", "foo/web")],
                         sorted(self.findings(text)))

    def baseline(self, text):
        path = self.path("baseline")
        self.findings(text, "--write-baseline=" + path)
        with open(path, encoding="utf-8") as stream:
            return stream.read()

    def accept(self, lines):
        path = self.path("accepted")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(lines)
        return "--baseline=" + path

    def test_baseline(self):
        """All is written, so all is accepted; and one that was written before
        anything gave way still fits."""
        written = self.baseline(HALF)
        self.assertEqual(["SPN-301", "SPN-401"],
                         sorted(re.findall(r"^SPN-\d+", written, re.M)))
        self.assertEqual([], self.findings(HALF, self.accept(written)))

    def test_accepted_winner(self):
        """The name is still to come: then its other half counts."""
        lines = [line for line in self.baseline(HALF).splitlines(True)
                 if not line.startswith("SPN-301")]
        self.assertEqual([("SPN-301", "http/" + GONE)],
                         self.findings(HALF, self.accept("".join(lines))))

    def test_accepted_loser(self):
        lines = [line for line in self.baseline(HALF).splitlines(True)
                 if not line.startswith("SPN-401")]
        self.assertEqual([("SPN-401", "http/" + GONE)],
                         self.findings(HALF, self.accept("".join(lines))))

    def test_least(self):
        """What speaks for an error is one."""
        self.assertEqual([("SPN-401", "http/" + GONE)], self.findings(HALF))
        self.assertEqual([("SPN-401", "http/" + GONE)],
                         self.findings(HALF, "--min-severity=error"))
        self.assertEqual(
            [("SPN-301", "http/" + GONE)],
            self.findings(HALF, "--min-severity=error", "--only=http-pair"))

    def test_account(self):
        """Of one account the same is said as in the whole report."""
        text = user(1, **{SPN: ["http/web.example.com"]}) + user(
            2, **{SPN: "http/web"}) + user(3, **{SPN: "http/web"})
        text += entry(ZONE.replace("DC=here", "DC=web"),
                      objectClass=["top", "dnsNode"])
        self.assertEqual([("SPN-101", "http/web")], self.findings(text))
        self.assertEqual([("SPN-101", "http/web")],
                         self.findings(text, "--account=x3"))
        # What x1 lacks is the other half, which two others hold.
        self.assertEqual([("SPN-101", "http/web")],
                         self.findings(text, "--account=x1"))

    def test_host_of_elsewhere(self):
        """Who brings a host that is nowhere is not silent about his others."""
        text = computer(1, sAMAccountName="c1$", dNSHostName="c1.example.com",
                        **{SPN: ["HOST/c1", "HOST/c1.example.com"]})
        text += user(3, **{SPN: ["http/c1", "foo/c1.gone.example.com"]})
        text += entry(ZONE.replace("DC=here", "DC=c1"),
                      objectClass=["top", "dnsNode"])
        said = self.findings(text)
        self.assertIn(("SPN-401", "foo/c1.gone.example.com"), said)
        self.assertIn(("SPN-304", "http/c1"), said)

    def test_repairs(self):
        """No other half comes to a host that is gone."""
        path = self.path("fix")
        self.findings(HALF, "--fix-ldif=" + path)
        with open(path, encoding="utf-8") as stream:
            self.assertNotIn("add: servicePrincipalName", stream.read())
        self.findings(HALF, "--only=http-pair", "--fix-ldif=" + path)
        with open(path, encoding="utf-8") as stream:
            self.assertIn("add: servicePrincipalName", stream.read())


if __name__ == "__main__":
    unittest.main()
