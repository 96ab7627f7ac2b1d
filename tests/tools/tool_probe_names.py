# SPDX-License-Identifier: GPL-3.0-or-later
"""The names that spn-probe says a client asks for, beside those that the real
client was seen to ask for.

clients_measured.tsv is what was measured: one row for each client, version,
setting and kind of URL, in a network with the DNS zone below. Here the same
zone is served in a network of our own, and tests/probe/say_names.c says what
the table has for the same URL.
"""

import csv
import os
import subprocess
import sys
import tempfile
import time
import unittest
from collections import Counter

import dns_world
from small_dns import reverse

SAY_NAMES = os.path.join(os.environ["SPN_POLICY_BUILD"], "tests", "say_names")
MEASURED = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        "clients_measured.tsv")

ZONE = {
    "web01.ex.test": ("HOST", "10.53.0.10"),
    "www.ex.test": ("ALIAS", "web01.ex.test"),
    "c1.ex.test": ("ALIAS", "c2.ex.test"),
    "c2.ex.test": ("ALIAS", "web01.ex.test"),
    "alias.ex.test": ("HOST", "10.53.0.10"),
    "noptr.ex.test": ("HOST", "10.53.0.12"),
    "diff.ex.test": ("HOST", "10.53.0.13"),
    "other.ex.test": ("HOST", "10.53.0.13"),
    "cdn.ex.test": ("ALIAS", "edge7.other.test"),
    "edge7.other.test": ("HOST", "10.53.0.17"),
    "rr.ex.test": ("HOST", "10.53.0.31", "10.53.0.32"),
    "lb.ex.test": ("ALIAS", "rr.ex.test"),
    "node1.ex.test": ("HOST", "10.53.0.31"),
    "node2.ex.test": ("HOST", "10.53.0.32"),
    "web6.ex.test": ("HOST", "fd53::10"),
    "xn--bcher-kva.ex.test": ("HOST", "10.53.0.15"),
    "under_score.ex.test": ("HOST", "10.53.0.16"),
    "proxy.ex.test": ("HOST", "10.53.0.20"),
}
# Whose address PTR says it is, where several names have it, or none is said.
NO_PTR = {"alias.ex.test", "noptr.ex.test", "diff.ex.test", "rr.ex.test"}
ZONE.update(reverse({name: said for name, said in ZONE.items()
                     if name not in NO_PTR}))

URLS = {
    "i": "http://web01/", "ii": "http://web01.ex.test/",
    "iii": "http://www.ex.test/", "iv": "http://alias.ex.test/",
    "v": "http://WEB01.EX.TEST/", "vi": "http://10.53.0.10/",
    "vii": "http://web01.ex.test./", "viii": "http://www/",
    "ipv6": "http://[fd53::10]/", "idn": "http://b\u00fccher.ex.test/",
    "xn": "http://xn--bcher-kva.ex.test/",
    "under": "http://under_score.ex.test/",
    "noptr": "http://noptr.ex.test/", "diffptr": "http://diff.ex.test/",
    "cname2": "http://c1.ex.test/", "cnameforeign": "http://cdn.ex.test/",
    "rr": "http://rr.ex.test/", "rrcname": "http://lb.ex.test/",
    "port": "http://web01.ex.test:8080/", "shortport": "http://web01:8080/",
    "cnameport": "http://www.ex.test:8080/",
    "https": "https://web01.ex.test/",
    "httpsport": "https://web01.ex.test:8443/",
    "https-i": "https://web01/", "https-iii": "https://www.ex.test/",
    "https-iv": "https://alias.ex.test/", "https-vi": "https://10.53.0.10/",
    "https-viii": "https://www/",
    "nb": "http://web01.ex.test/",  # it offered Basic, too
    "proxy:fqdn": "http://proxy.ex.test:3128/",
    "proxy:short": "http://proxy:3128/",
    "proxy:ip": "http://10.53.0.20:3128/",
    "proxy:upper": "http://PROXY.EX.TEST:3128/",
    "proxy:dot": "http://proxy.ex.test.:3128/",
}

NO_CANON = "dns_canonicalize_hostname = false"
DOMAINS = "[domain_realm]\n.ex.test = EX.TEST\nex.test = EX.TEST\n"
# As the measurements call it: lines of [libdefaults], and what follows.
KRB5_CONFS = {
    "": ("", DOMAINS),
    "dns_canonicalize_hostname=false": (NO_CANON, DOMAINS),
    "dns_canonicalize_hostname=fallback": (
        "dns_canonicalize_hostname = fallback", DOMAINS),
    "rdns=false": ("rdns = false", DOMAINS),
    "dns_canonicalize_hostname=false, qualify_shortname empty": (
        NO_CANON + "\nqualify_shortname = \"\"", DOMAINS),
    "no domain_realm": ("", ""),
    "dns_canonicalize_hostname=false, no domain_realm": (NO_CANON, ""),
    "dns_canonicalize_hostname=fallback, no domain_realm": (
        "dns_canonicalize_hostname = fallback", ""),
}
# Those that a row of the table has for a machine that has none of them.
KRB5_ROWS = {
    "dns_canonicalize_hostname=false": "krb5.conf: " + NO_CANON,
    "dns_canonicalize_hostname=fallback":
        "krb5.conf: dns_canonicalize_hostname = fallback",
    "rdns=false": "krb5.conf: rdns = false",
    "dns_canonicalize_hostname=false, qualify_shortname empty":
        "krb5.conf: %s, qualify_shortname = \"\"" % NO_CANON,
}
# Settings of a client: as the measurements call them, as the table does.
SETTINGS = {
    "": "",
    "http.emptyAuth=true": "http.emptyAuth = true",
    "http://:@HOST/": "the URL is http://:@HOST/",
    "http.proxyAuthMethod=negotiate, :@": "http.emptyAuth = true",
    "https through the proxy": "",
    "policy AuthServerAllowlist=*": "policy AuthServerAllowlist names the site",
    "policy DisableAuthNegotiateCnameLookup=true":
        "policy DisableAuthNegotiateCnameLookup",
    "policy EnableAuthNegotiatePort=true": "policy EnableAuthNegotiatePort",
    "network.negotiate-auth.trusted-uris=http://,https://":
        "about:config, network.negotiate-auth.trusted-uris names the site",
    "SOUP_GSSAPI_TRUSTED_URIS=http:": "SOUP_GSSAPI_TRUSTED_URIS=http:",
    "--auth-server-allowlist=*": "--auth-server-allowlist",
    "-N": "-N",
}
# The KDC of the measurements knew this one only: who got it asked no more.
KNOWN = "HTTP/web01.ex.test"


def reason_not_to(row):
    """Why a measured row is not compared, or None."""
    if row["kind"] == "redir":
        return "a redirect: each host that it leads to has its own names"
    if row["client"] == "nsupdate":
        return "no URL: the name is that of the zone's primary server"
    if row["kind"].startswith("proxy:"):
        if row["client"] == "LWP::Authen::Negotiate":
            return "asks a proxy for the name of the web server"
        if row["client"] == "requests-kerberos":
            return "does not answer a proxy"
    return None


class Answer:
    """What say_names has said of one URL."""

    def __init__(self):
        self.lines = []

    def of(self, word):
        return [line[1:] for line in self.lines if line[0] == word]

    def asked(self, client, setting):
        """[SPN], or None for a client that is not in the table."""
        for name, of, *spns in self.of("asks"):
            if (name, of) == (client, setting):
                return spns
        for name, of, _ in self.of("silent"):
            if (name, of) == (client, setting):
                return []
        return None

    def reason(self):
        return self.of("reason")[0][0]

    def dns(self):
        return {word: text for word, text in self.of("dns")}

    def machine(self):
        return [spn for spn, words in self.of("name") if "machine" in words]


def parse(text):
    answers = [Answer()]
    for line in text.splitlines():
        if line == "end":
            answers.append(Answer())
        else:
            answers[-1].lines.append(line.split("\t"))
    return answers[:-1]


def rows_of_table():
    done = subprocess.run([SAY_NAMES, "--rows"], check=True,
                                    stdout=subprocess.PIPE)
    return [line.split("\t") for line in done.stdout.decode().splitlines()]


class World(unittest.TestCase):
    def setUp(self):
        refusal = dns_world.refusal()
        if refusal:
            self.skipTest("no network of our own: " + refusal)

    def say(self, urls, krb5_conf="[libdefaults]\ndefault_realm = EX.TEST\n",
            zone=None, seconds=20, **more):
        path = os.path.join(self.folder(), "krb5.conf")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(krb5_conf)
        environment = {**os.environ, "KRB5_CONFIG": path}
        done = dns_world.in_world(
            ZONE if zone is None else zone, [SAY_NAMES, str(seconds)],
            input="".join(url + "\n" for url in urls).encode(),
            env=environment, timeout=600, **more)
        self.assertEqual(0, done.returncode, done.stderr)
        answers = parse(done.stdout.decode())
        self.assertEqual(len(urls), len(answers), done.stdout)
        return answers

    def folder(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        return made.name


class MeasuredTest(World):
    """Row by row."""

    def answers(self):
        """{name of a krb5.conf: {kind of URL: Answer}}"""
        found = {}
        for name, (libdefaults, rest) in KRB5_CONFS.items():
            text = ("[libdefaults]\ndefault_realm = EX.TEST\n%s\n%s"
                    % (libdefaults, rest))
            found[name] = dict(zip(URLS, self.say(URLS.values(), text)))
        return found

    @staticmethod
    def split(setting):
        """(name of a krb5.conf, setting of the client)"""
        for name in KRB5_CONFS:
            if name and (setting == name or setting.startswith(name + "; ")):
                return name, setting[len(name) + 2:]
        return "", setting

    @staticmethod
    def is_same(measured, said):
        """said may go on where the client got its ticket."""
        return said is not None and (
            measured == said or (
                measured[-1:] == [KNOWN] and
                said[:len(measured)] == measured))

    def pairs(self, row):
        """What it is to be compared with: (krb5.conf, setting)"""
        krb5, setting = self.split(row["setting"])
        yield krb5, SETTINGS[setting]
        if setting == "" and krb5 in KRB5_ROWS and row["client"] == "curl":
            yield "", KRB5_ROWS[krb5]

    def test_rows(self):
        table = rows_of_table()
        answers = self.answers()
        with open(MEASURED, encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter="\t",
                                       quoting=csv.QUOTE_NONE))
        compared, left, seen, wrong = Counter(), Counter(), set(), []
        for row in rows:
            reason = reason_not_to(row)
            if reason is not None:
                left[reason] += 1
                continue
            measured = [spn for spn in row["sname"].split(" > ")
                        if spn != "-" and not spn.startswith("krbtgt/")]
            is_same = True
            for krb5, setting in self.pairs(row):
                found = self.find(table, row, setting)
                said = self.asked(answers[krb5][row["kind"]], table, found)
                if not self.is_same(measured, said):
                    wrong.append("%s, %s %s, %s: measured %s, said %s" % (
                        row["kind"], row["client"], row["version"],
                        row["setting"] + (" (%s)" % setting), measured, said))
                    is_same = False
                seen.add(found)
            compared[is_same] += 1
        print("%d rows compared, %d agree; %d not compared" % (
            sum(compared.values()), compared[True], sum(left.values())),
              file=sys.stderr)
        for reason, number in left.items():
            print("  %d: %s" % (number, reason), file=sys.stderr)
        self.assertEqual([], wrong)
        self.assertGreater(compared[True], 1000)
        self.assertEqual(
            [], [row[:2] for number, row in enumerate(table)
                 if row[3] == "measured" and number not in seen])

    @staticmethod
    def find(table, row, setting):
        """The number of the row of the table, or None."""
        for number, (name, of, versions, *_) in enumerate(table):
            if (name, of) == (row["client"], setting) and any(
                    version in row["version"]
                    for version in versions.split(", ")):
                return number
        return None

    @staticmethod
    def asked(answer, table, number):
        if number is None:
            return None
        same = [other for other, row in enumerate(table)
                if row[:2] == table[number][:2]]
        found = [spns for name, of, *spns in answer.of("asks")
                 if [name, of] == table[number][:2]]
        if len(same) == 1:
            return found[0] if found else []
        # Of several versions only one asks.
        return found[0] if table[number][5] != "asks for no ticket" else []


class NamesTest(World):
    """Order, marks, and what is left when something does not work."""

    def test_order(self):
        answer = self.say(["http://www/"])[0]
        names = answer.of("name")
        self.assertEqual(["HTTP/web01.ex.test"], answer.machine())
        self.assertEqual("HTTP/web01.ex.test", names[0][0])
        spns = [spn for spn, _ in names]
        self.assertEqual(len(spns), len(set(spns)))
        numbers = [int(words.split()[-1]) for _, words in names[1:]
                   if "second" not in words]
        self.assertEqual(sorted(numbers, reverse=True), numbers)

    def test_what_dns_says_on_the_way(self):
        """Each CNAME, and the search list; nothing of /etc/hosts is one."""
        def listed(word, url, **how):
            return [text for each, text in self.say([url], **how)[0].of("dns")
                    if each == word]

        self.assertEqual(["c2.ex.test", "web01.ex.test"],
                         listed("cname", "http://c1.ex.test/"))
        self.assertEqual(["web01.ex.test"], listed("cname", "http://www/"))
        self.assertEqual([], listed("cname", "http://web01/"))
        self.assertEqual([], listed("cname", "http://10.53.0.10/"))
        self.assertEqual(
            [], listed("cname", "http://www.ex.test/",
                       hosts="10.53.0.10 else.ex.test www.ex.test\n"))
        self.assertEqual(["ex.test"], listed("suffix", "http://web01/"))

    def test_second_names(self):
        fallback = ("[libdefaults]\ndefault_realm = EX.TEST\n"
                    "dns_canonicalize_hostname = Fallback\n")
        # also where most clients ask for the second name at once
        answer, often = self.say(
            ["http://diff.ex.test/", "http://www.ex.test/"], fallback)
        self.assertEqual(["HTTP/www.ex.test", "HTTP/web01.ex.test"],
                         often.machine())
        self.assertEqual(["HTTP/diff.ex.test", "HTTP/other.ex.test"],
                         answer.machine())
        self.assertEqual(["HTTP/diff.ex.test", "HTTP/other.ex.test"],
                         answer.asked("curl", ""))

    def test_netbios_name_comes_later(self):
        answer = self.say(["https://www.ex.test:8443/"])[0]
        self.assertEqual(["HTTP/web01.ex.test", "HTTP/web01"],
                         answer.asked("Internet Explorer on Windows", ""))
        self.assertEqual("HTTP/web01", answer.of("name")[-1][0])
        self.assertIn("second", answer.of("name")[-1][1])

    def test_addresses_on_windows(self):
        answer = self.say(["http://10.53.0.10/"])[0]
        whys = {name: why for name, _, why in answer.of("silent")}
        self.assertIn("TryIPSPN", whys["Internet Explorer on Windows"])
        self.assertIn("TryIPSPN", whys["Firefox on Windows"])

    def test_silent_clients_say_what_helps(self):
        answer = self.say(["http://web01/"])[0]
        for name, setting, why in answer.of("silent"):
            self.assertRegex(why, "^(asks|does not|would ask)", name + setting)
            self.assertIn(";", why, name + setting)

    def test_broken_krb5_conf(self):
        answer = self.say(["http://www/"], "[libdefaults\n")[0]
        self.assertRegex(answer.reason(), "^libkrb5 says: .*krb5|Improper")
        self.assertEqual([], answer.machine())
        self.assertEqual(["HTTP/www"],
                         answer.asked("Java HttpURLConnection", ""))
        self.assertEqual([], answer.asked("curl", ""))

    def test_no_krb5_conf(self):
        answer = self.say(["http://www/"], "")[0]
        self.assertEqual("", answer.reason())
        self.assertEqual(["HTTP/web01.ex.test"], answer.machine())

    def test_unknown_host(self):
        answer = self.say(["http://nowhere.ex.test/"])[0]
        self.assertIn("neither DNS nor /etc/hosts", answer.dns()["failure"])
        self.assertEqual(["HTTP/nowhere.ex.test"], answer.machine())

    def test_hosts_file(self):
        answer = self.say(["http://intra/"],
                          hosts="192.0.2.7 intra.ex.test intra\n")[0]
        self.assertEqual("intra.ex.test", answer.dns()["canonical"])
        self.assertEqual(["HTTP/intra.ex.test"], answer.machine())

    def test_ptr_that_leads_elsewhere(self):
        """libkrb5 believes it, Java does not."""
        zone = {**ZONE, "10.0.53.10.in-addr.arpa": ("PTR", "web01.liar.test"),
                "web01.liar.test": ("HOST", "10.99.0.1")}
        answer = self.say(["http://web01/"], zone=zone)[0]
        self.assertEqual("web01.liar.test", answer.dns()["reverse"])
        self.assertEqual("no", answer.dns()["leads back"])
        self.assertEqual(["HTTP/web01.liar.test"], answer.machine())
        self.assertEqual(["HTTP/web01"],
                         answer.asked("Apache HttpClient", ""))

    def test_dns_that_never_answers(self):
        silent = {"web01.ex.test": ("SILENT",), "web01": ("SILENT",)}
        began = time.monotonic()
        answer = self.say(["http://web01.ex.test/"], zone=silent, seconds=4,
                          resolv_timeout=30)[0]
        # all of it together
        self.assertLess(time.monotonic() - began, 7)
        self.assertIn("no answer from DNS in 4 seconds",
                      answer.dns()["failure"])
        self.assertIn("DNS has not told libkrb5 in 4 seconds",
                      answer.reason())
        self.assertEqual(["HTTP/web01.ex.test"],
                         answer.asked("Java HttpURLConnection", ""))

    def test_ptr_that_never_answers(self):
        zone = {**ZONE, "10.0.53.10.in-addr.arpa": ("SILENT",)}
        began = time.monotonic()
        answer = self.say(["http://web01.ex.test/"], zone=zone, seconds=2,
                          resolv_timeout=30)[0]
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual("10.53.0.10", answer.dns()["address"])
        self.assertIn("PTR", answer.dns()["late"])
        # who needs no PTR has its name
        self.assertEqual(["HTTP/web01.ex.test"],
                         answer.asked("curl", "krb5.conf: rdns = false"))
        self.assertEqual([], answer.asked("curl", ""))


class HostileTest(World):
    """Names in answers that no host can have."""

    NAMES = ("a b.ex.test", "a\tb.ex.test", "a/b.ex.test", "a@b.ex.test",
             "a\u202eb.ex.test", "a$b.ex.test", "-." + "x" * 63 + ".ex.test",
             ".".join(["a"] * 126), "a\\.b.ex.test", "%s.ex.test" % ("\x7f"))

    def test_ptr(self):
        for name in self.NAMES:
            zone = {**ZONE, "10.0.53.10.in-addr.arpa": ("PTR", name)}
            self.look_at(zone, "http://web01.ex.test/", name)

    def test_cname(self):
        for name in self.NAMES:
            zone = {**ZONE, "odd.ex.test": ("ALIAS", name),
                    name: ("HOST", "10.53.0.10")}
            self.look_at(zone, "http://odd.ex.test/", name)

    def test_hosts_file(self):
        """What glibc keeps out of DNS answers comes through /etc/hosts."""
        answer = self.say(["http://web9/"],
                          hosts="192.0.2.7 in$ide.ex.test web9\n")[0]
        self.assertEqual("'in$ide.ex.test'", answer.dns()["odd"])
        self.assertEqual("", answer.dns()["canonical"])
        self.assertIn("a name that is none", answer.reason())
        self.assertEqual([], answer.machine())
        self.assertEqual(["HTTP/web9"],
                         answer.asked("Java HttpURLConnection", ""))

    def look_at(self, zone, url, name):
        answer = self.say([url], zone=zone, seconds=5)[0]
        for word, *texts in answer.lines:
            if word == "url":
                continue
            for text in texts:
                self.assertTrue(text.isprintable(), (name, text))
        for spn, _ in answer.of("name"):
            self.assertRegex(spn, r"^[A-Za-z]+/[A-Za-z0-9._:\[\]-]+$")


if __name__ == "__main__":
    unittest.main()
