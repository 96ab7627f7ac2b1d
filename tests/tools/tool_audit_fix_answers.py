# SPDX-License-Identifier: GPL-3.0-or-later
"""What a KDC answers is the same after a file of --fix-ldif was applied.

Directories with every kind of violation, and with accounts at random that share
the names of hosts, are audited; the file is applied to the export by somebody who
knows nothing of us (ldif_changes.py). Every name that had one answer before has
the same after it, but for those that a finding names which the file says it
repairs. These findings are gone, and no error and no warning is new.
SPN_FIX_SEEDS is how many directories.
"""

import collections
import json
import os
import random
import re
import subprocess
import tempfile
import unittest

import mixed_accounts
import violations
from fix_files import DECIDE, claimed, compare, left_over, questions
from ldif_changes import Directory, Refused, fold

BUILD = os.environ["SPN_POLICY_BUILD"]
AUDIT = os.environ.get("SPN_FIX_AUDIT",
                       os.path.join(BUILD, "programs", "spn-audit"))
SAY = os.path.join(BUILD, "tests", "say_kdc")
SEEDS = int(os.environ.get("SPN_FIX_SEEDS", "5"))
DNS = "corp.example.com"
GUIDE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "docs", "audit-guide.md")
GROUPS = 60
CLASSES = ("http", "HOST", "cifs", "dns", "foo", "ldap")
MAPPINGS = dict.fromkeys(
    violations.MAPPINGS.partition("=")[2].split(","), "host")
DISABLED = 2


def add_mixed(d):
    """mixed_accounts into an export; those of one CN are in several OUs."""
    chance = random.Random(d.random.random())
    for number, account in enumerate(
            mixed_accounts.accounts(chance, d.dns, GROUPS)):
        control = violations.ENABLED if account.kind == "user" else (
            violations.WORKSTATION)
        attrs = {"userAccountControl": control + DISABLED * account.disabled}
        if account.dns:
            attrs["dNSHostName"] = account.dns
        if account.also:
            attrs["msDS-AdditionalDnsHostName"] = account.also
        d.account(account.kind, account.cn, account.spns, sam=account.sam,
                  dn="CN=%s,OU=o%d,OU=accounts,%s" % (
                      account.cn, number, d.dn), **attrs)


class Files(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.counts = collections.Counter()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as stream:
            stream.write(text)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as stream:
            return stream.read()

    def export(self, domain):
        with open(self.path("before"), "w", encoding="utf-8") as stream:
            violations.write_ldif(domain, stream)

    def fixes(self, *more):
        """Both files of "before"; the findings."""
        found = self.audit(self.path("before"), *more,
                           "--fix-ldif=" + self.path("fix"),
                           "--fix-setspn=" + self.path("sh"))
        for name, ends in (("fix", [""]), ("sh", ["", "exit $status"])):
            decide = self.read(name).partition(DECIDE)[2]
            self.assertEqual([], [
                line for line in decide.split("\n")[1:]
                if not line.startswith("#") and line not in ends])
        self.assertEqual(*(
            [[title, [text for text, _ in ways]]
             for title, ways in questions(self.read(name)).items()]
            for name in ("fix", "sh")))
        return found

    def audit(self, export, *more):
        done = subprocess.run(
            [AUDIT, "--configfile=/dev/null", "--format=json",
             "--from-ldif=" + export, *more], check=False,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return json.loads(done.stdout)["findings"]

    def ask(self, export, names):
        """{name: the account whose key it is, or None}"""
        done = subprocess.run(
            [SAY, "--configfile=/dev/null", "--from-ldif=" + export],
            input="".join(name + "\n" for name in names), check=True,
            stdout=subprocess.PIPE, text=True)
        answers = [line.split("\t") for line in done.stdout.splitlines()]
        self.assertEqual(len(names), len(answers))
        return {name: answer[2] if answer[0] == "0" else None
                for name, answer in zip(names, answers)}


class FixAnswers(Files):
    def names(self, *directories):
        """Every SPN, and of each host both names with several classes."""
        found = {}
        hosts = set()
        for directory in directories:
            for value in directory.spns():
                text = value.decode("utf-8", "replace")
                found[fold(value)] = text
                hosts.update(text.split("/")[1:2])
            for entry in directory.entries.values():
                for attr in ("dnshostname", "cn", "samaccountname",
                             "msds-additionaldnshostname"):
                    hosts.update(value.decode().rstrip("$")
                                 for value in entry.get(attr, ()))
        for host in hosts:
            short = host.partition(":")[0].partition(".")[0]
            for name in (host, short, "%s.%s" % (short, DNS)):
                for service in CLASSES:
                    text = "%s/%s" % (service, name)
                    found.setdefault(fold(text.encode()), text)
        return sorted(text for text in found.values()
                      if text.isprintable() and text[0] != "-")

    def check(self, seed):
        """What is wrong, as text."""
        domain = violations.build(DNS, 20, 1, seed, more=add_mixed)
        self.export(domain)
        found = self.fixes()
        repaired = claimed(self.read("fix"), found)
        old = Directory(self.read("before"), MAPPINGS)
        new = Directory(self.read("before"), MAPPINGS)
        wrong = []
        for record in self.read("fix").split("\n\n"):
            try:
                self.counts["records"] += new.apply(record)
            except Refused as refused:
                wrong.append("refused: %s" % refused)
        self.write("after", new.export())
        names = self.names(old, new)
        wrong += compare(self.ask(self.path("before"), names),
                         self.ask(self.path("after"), names), repaired,
                         self.counts)
        # To these findings others had given way.
        halves = ["--rule=SPN-%d=off" % code for code in range(301, 305)]
        wrong += left_over(found + self.audit(self.path("before"), *halves),
                           self.audit(self.path("after")), repaired)
        self.counts.update({"directories": 1, "names": len(names),
                            "accounts": len(domain.entries),
                            "findings": len(found),
                            "repaired": len(repaired),
                            "questions": len(questions(self.read("fix")))})
        return ["seed %d: %s" % (seed, each) for each in wrong]

    def test_answers(self):
        wrong = []
        for seed in range(SEEDS):
            wrong += self.check(seed)
        print(dict(self.counts))
        self.assertEqual([], wrong, "%d wrong:\n%s" % (
            len(wrong), "\n".join(wrong[:60])))


class Questions(Files):
    """What has two ways is a comment with both of them."""

    def setUp(self):
        super().setUp()
        self.domain = violations.Domain(DNS, 1, violations.DOMAIN_SID)
        violations.add_forest(self.domain)
        # An export in which nobody has an SPN is refused.
        self.domain.gmsa("kept", ["foo/kept"])

    def ask_about(self, title, *more):
        """Its ways, in LDIF and as commands."""
        self.export(self.domain)
        self.fixes(*more)
        found = [questions(self.read(name)) for name in ("fix", "sh")]
        self.assertIn(title, found[0])
        ldif, commands = (each[title] for each in found)
        return ldif, [re.sub(' "\\$@"| \\|\\| status=1', "", ready).strip()
                      for _, ready in commands]

    def after(self, way, *names):
        """What the KDC answers when that way was taken."""
        directory = Directory(self.read("before"), MAPPINGS)
        self.assertEqual(1, directory.apply(way[1]))
        self.write("after", directory.export())
        return list(self.ask(self.path("after"), names).values())

    def check_kb(self, **computer):
        self.domain.computer("web01", **computer)
        self.domain.user("svc", ["http/" + self.domain.fqdn("web01")])
        code = "SPN-301 PAIR-NO-SHORT" if computer.get("dn") and (
            not computer["own"]) else "SPN-304 PAIR-SPLIT-ALIAS"
        ldif, commands = self.ask_about("%s http/web01.%s" % (code, DNS))
        self.assertIn("ask: whose key does the service have?",
                      self.read("fix"))
        self.assertTrue(ldif[0][0].startswith("it runs as CN=svc,"))
        self.assertTrue(ldif[1][0].startswith("it runs as CN="))
        self.assertEqual(["setspn -U -S 'http/web01' 'svc'",
                          "setspn -U -D 'http/web01.%s' 'svc'" % DNS],
                         commands)
        self.assertNotIn("http/", re.sub("^#.*", "", self.read("fix"),
                                         flags=re.MULTILINE))
        pair = self.domain.pair("web01")
        self.assertEqual(["svc", "svc"], self.after(ldif[0], *pair))
        return self.after(ldif[1], *pair)

    def test_kb(self):
        self.assertEqual(["web01$", "web01$"], self.check_kb())

    def test_guide(self):
        """The example in docs/audit-guide.md."""
        self.domain = violations.Domain("example.com", 1,
                                        violations.DOMAIN_SID)
        violations.add_forest(self.domain)
        for kind, name, folder, spns in (
                ("computer", "WEB01", "Computers", ["HOST/WEB01"]),
                ("user", "svcweb", "Users", ["http/web01.example.com"])):
            self.domain.account(kind, name, spns, dn="CN=%s,CN=%s,%s" % (
                name, folder, self.domain.dn))
        self.export(self.domain)
        self.fixes()
        with open(GUIDE, encoding="utf-8") as stream:
            example = re.search(r"^```text\n(# To be decided.*?)^```",
                                stream.read(), re.MULTILINE | re.DOTALL)[1]
        self.assertIn("\n\n%s\n" % example, self.read("fix"))

    def test_by_cn(self):
        self.assertEqual(["other$", "other$"],
                         self.check_kb(own=False, sam="other$",
                                       dNSHostName="other." + DNS))

    def test_disabled(self):
        """A KDC does not ask whether it is."""
        self.assertEqual(["web01$", "web01$"],
                         self.check_kb(userAccountControl=(
                             violations.WORKSTATION + DISABLED)))

    def test_only_its_name(self):
        """The KDC knows no CN and no HOST; the name is the computer's."""
        self.assertEqual([None, None], self.check_kb(
            own=False, dn="CN=x,OU=accounts," + self.domain.dn))

    def test_host_of_the_half(self):
        """HOST of the half that is there; no computer is called so."""
        self.domain.computer("pc", ["HOST/alias." + DNS])
        self.domain.user("svc", ["http/alias." + DNS])
        _, commands = self.ask_about(
            "SPN-301 PAIR-NO-SHORT http/alias." + DNS)
        self.assertEqual(["setspn -U -S 'http/alias' 'svc'",
                          "setspn -U -D 'http/alias.%s' 'svc'" % DNS],
                         commands)

    def add_domain(self):
        """Another one of the forest: its suffix."""
        self.domain.entry(
            "CN=SUB,CN=Partitions,CN=Configuration," + self.domain.dn,
            objectClass=["top", "crossRef"], systemFlags=3,
            nCName="DC=sub," + self.domain.dn, dnsRoot="sub." + DNS,
            nETBIOSName="SUB")
        return "sub." + DNS

    def test_half_of_two(self):
        """Who keeps the half that two hold gets the other one, too."""
        self.domain.gmsa("a", ["http/portal"])
        self.domain.gmsa("b", ["http/portal",
                               "http/portal." + self.add_domain()])
        ldif, _ = self.ask_about("SPN-302 PAIR-NO-FQDN http/portal",
                                 "--rule=SPN-101=off")
        self.assertIn("runs as CN=a,", ldif[0][0])
        self.assertIn("runs as CN=b,", ldif[1][0])

    def test_computer_of_two_names(self):
        self.domain.computer("srv9", ["http/web01"], own=False,
                             dNSHostName="web01." + DNS,
                             dn="CN=x,OU=accounts," + self.domain.dn)
        _, commands = self.ask_about("SPN-302 PAIR-NO-FQDN http/web01")
        self.assertEqual(["setspn -C -S 'http/web01.%s' 'srv9$'" % DNS,
                          "setspn -C -D 'http/web01' 'srv9$'"], commands)

    def test_half_is_its_name(self):
        """The half that is there is a name of a computer."""
        self.domain.computer("srv9", own=False, dNSHostName="web01." + DNS,
                             dn="CN=x,OU=accounts," + self.domain.dn)
        self.domain.user("svc", ["http/web01." + DNS])
        _, commands = self.ask_about(
            "SPN-301 PAIR-NO-SHORT http/web01." + DNS)
        self.assertEqual(["setspn -U -S 'http/web01' 'svc'",
                          "setspn -U -D 'http/web01.%s' 'svc'" % DNS],
                         commands)

    def test_wanted_by_several(self):
        """A finding of two accounts is not repaired, and would be of one."""
        half = "http/srv9." + DNS
        self.domain.computer("srv9", ["http/web01." + DNS, half], own=False,
                             dNSHostName="web01." + DNS,
                             dn="CN=a,OU=accounts," + self.domain.dn)
        self.domain.user("z", [half])
        self.ask_about("SPN-301 PAIR-NO-SHORT http/web01." + DNS,
                       "--rule=SPN-101=off")

    def test_wanted_by_two(self):
        self.domain.user("svca", ["http/portal." + DNS])
        self.domain.user("svcb", ["HTTP/portal." + self.add_domain()])
        ldif, _ = self.ask_about("SPN-301 PAIR-NO-SHORT http/portal." + DNS)
        self.assertEqual("that of this account", ldif[0][0])
        self.assertEqual("", ldif[1][1].strip())

    def test_additional_name(self):
        self.domain.computer("pc", **{
            "msDS-AdditionalDnsHostName": "also." + DNS})
        ldif, commands = self.ask_about("SPN-507 ADDL-NAME HOST/also." + DNS)
        self.assertEqual(["setspn -C -S 'HOST/also.%s' 'pc$'" % DNS,
                          "# not as a command: use --fix-ldif"], commands)
        self.assertEqual(["pc$"], self.after(ldif[0], "cifs/also." + DNS))
        self.assertIn("delete: msDS-AdditionalDnsHostName\n"
                      "msDS-AdditionalDnsHostName: also." + DNS, ldif[1][1])

    def test_host_of_another_computer_object(self):
        """HOST of the CN of another one: nobody would get a ticket."""
        self.domain.computer("old", own=False, sam="new$",
                             dNSHostName="new." + DNS)
        self.domain.computer("new", own=False, sam="other$",
                             dNSHostName="other." + DNS)
        ldif, commands = self.ask_about("SPN-404 HOST-MISSING HOST/new")
        self.assertIn("runs as CN=old,", ldif[0][0])
        self.assertIn("runs as CN=new,", ldif[1][0])
        self.assertEqual(["setspn -C -S 'HOST/new' 'new$'", ""], commands)

    def test_host_while_another_has_http(self):
        """Samba lets in no SPN that would stand for another account's."""
        self.domain.computer("web01", own=False)
        self.domain.user("svc", self.domain.pair("web01"))
        ldif, _ = self.ask_about("SPN-404 HOST-MISSING HOST/web01")
        self.assertRaises(Refused, self.after, ldif[0])
        self.assertIn("runs as CN=svc,", ldif[1][0])

    def test_name_that_is_found_all_the_same(self):
        """"HOST/" answers for "http/"."""
        self.domain.user("svc", ["HOST/", "foo/", "foo/app"])
        ldif, commands = self.ask_about("SPN-002 MAL-EMPTY HOST/")
        self.assertEqual(["setspn -U -D 'HOST/' 'svc'", ""], commands)
        self.assertIn("\ndelete: servicePrincipalName\n"
                      "servicePrincipalName: foo/\n", self.read("fix"))

    def test_all_spellings_go(self):
        self.domain.gmsa("g", ["foo/a b", "FOO/A B", "foo/app"])
        self.export(self.domain)
        self.fixes()
        self.assertIn("\nreplace: servicePrincipalName\n"
                      "servicePrincipalName: foo/app\n-\n", self.read("fix"))

    def test_what_another_holds_cannot_be_written_anew(self):
        self.domain.gmsa("g", ["foo/app", "FOO/APP", "foo/two"])
        self.domain.gmsa("h", ["foo/two"])
        self.export(self.domain)
        self.fixes()
        self.assertIn("repairs: 0.", self.read("fix"))


if __name__ == "__main__":
    unittest.main()
