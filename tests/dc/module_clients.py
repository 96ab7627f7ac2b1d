# SPDX-License-Identifier: GPL-3.0-or-later
"""The two commands of KB 871179 by every client that we know, and what each says.

A web server WEB01 and an account that runs its site: http/web01 and
http/web01.DOMAIN, in either order, in either case, the computer named in capitals
or not. The table of docs/samba-differences.md is what is expected, so this runs
in the environments ad_dc:local and ad_dc_stock:local.
"""

import itertools
import os
import re
import subprocess
import unittest

import ldb

import module_rpc
from ask_kdc import read_keytab
from module_write_paths import (ADMIN, CONF, PERMISSIVE, SERVER, WritePaths,
                                admin_credentials, over_ldap, run)

PAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "docs", "samba-differences.md")
HAS_MODULE = os.environ["ENVNAME"].partition(":")[0] == "ad_dc"
OVER_LDAP = ("-H", "ldap://" + SERVER, "-U" + ADMIN)
REALM = os.environ["REALM"]
FQDN = "%s.%s" % (SERVER, REALM.lower())
IN_CWRAP = "SOCKET_WRAPPER_DIR" in os.environ


def rows_of_page():
    """{client: (what stock says first and second, and the module)}"""
    rows = {}
    with open(PAGE, encoding="utf-8") as page:
        text = page.read().partition("\n## The two commands of KB 871179\n")[2]
    for line in text.partition("\n## ")[0].splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 5 and cells[0] not in ("---", "client"):
            rows[cells[0]] = cells[1:]
    return rows


def fits(cell, status, said):
    """A cell is "0" or "255 `text`", or several of them with "or" between."""
    for each in cell.split(" or "):
        number, _, text = each.partition(" ")
        if status == int(number) and text.strip("`") in said:
            return True
    return False


class Clients(WritePaths):
    """client(dn, name, spn) -> (exit status or result code, what it says)"""

    def setUp(self):
        super().setUp()
        self.admin = over_ldap(admin_credentials())
        self.folder = os.environ["TMPDIR"]
        self.number = 0

    def ldap(self, dn, _name, spn, controls=()):
        try:
            self.change(self.admin, dn, spn, controls=list(controls))
        except ldb.LdbError as error:
            return error.args
        return 0, ""

    def permissive(self, dn, name, spn):
        return self.ldap(dn, name, spn, [PERMISSIVE])

    def rpc(self, dn, _name, spn):
        return module_rpc.write_account_spn(
            admin_credentials(), module_rpc.ADD, dn, spn), ""

    def setspn(self, _dn, name, spn):
        return run("setspn", "-S", spn, name, "-H", "ldap://" + SERVER,
                   "--user=" + ADMIN)

    def samba_tool(self, _dn, name, spn):
        return run("samba-tool", "spn", "add", spn, name, *OVER_LDAP)

    def net(self, _dn, name, spn):
        return run("net", "ads", "setspn", "add", name.rstrip("$"), spn,
                   "-s", CONF, "-U" + ADMIN)

    def ticket(self):
        """The credentials cache of an administrator."""
        cache = os.path.join(self.folder, "clients.ccache")
        user, _, password = ADMIN.partition("%")
        subprocess.run(["kinit", "-c", cache, "%s@%s" % (user, REALM)],
                       input=password, text=True, check=True,
                       stdout=subprocess.DEVNULL)
        return cache

    def adcli(self, _dn, name, spn):
        return run(
            "adcli", "update", "--domain=" + REALM.lower(),
            "--domain-controller=" + FQDN, "--login-ccache=" + self.ticket(),
            "--computer-name=" + name.rstrip("$"),
            "--host-fqdn=%s.%s" % (name.rstrip("$"), self.dns),
            "--host-keytab=" + os.path.join(self.folder, name + ".keytab"),
            "--add-service-principal=" + spn)

    def msktutil(self, _dn, name, spn):
        return self.run_msktutil(
            "update", "--use-service-account", "--account-name", name, "-s",
            spn, "--dont-change-password", "--user-creds-only", "--keytab",
            os.path.join(self.folder, name + ".keytab"))

    def run_msktutil(self, *args):
        return run("env", "KRB5CCNAME=" + self.ticket(), "msktutil", *args,
                   "--server", FQDN, "--no-reverse-lookups", "--realm", REALM)

    def of_user(self, name):
        return self.account(name), name

    def of_computer(self, name):
        """net and adcli want a computer, and net wants it to have an SPN."""
        dn = self.computer(name, ["foo/" + name],
                           dNSHostName="%s.%s" % (name, self.dns))
        return dn, name + "$"

    def both_commands(self, client, holder, row):
        """In each order, each case of either, for each name of the computer."""
        wrong = []
        for upside_down, first, second, host in itertools.product(
                (False, True), (str.lower, str.upper),
                (str.lower, str.upper), (str.lower, str.upper)):
            self.number += 1
            name = "kb%s%d" % (client.__name__[:4], self.number)
            self.computer(host(name), dNSHostName="%s.%s" % (name, self.dns))
            dn, account = holder("s" + name)
            spns = self.pair(name)[::-1 if upside_down else 1]
            said = [client(dn, account, first(spns[0])),
                    client(dn, account, second(spns[1]))]
            for (status, text), cell in zip(said, row):
                if not fits(cell, status, text):
                    wrong.append("%s %s: wanted %s, got %s %s" % (
                        client.__name__, spns, cell, status, text))
            stored = sorted(each.lower() for each in self.spns(dn)
                            if each.lower().startswith("http/"))
            if stored != self.pair(name):
                wrong.append("%s: stored %s" % (client.__name__, stored))
        self.assertEqual(wrong, [], "\n".join(wrong))


class TwoCommands(Clients):
    def run_row(self, title, client, holder=None):
        row = rows_of_page()[title]
        self.both_commands(client, holder or self.of_user,
                           row[2:] if HAS_MODULE else row[:2])

    def test_page(self):
        """Each row of the page is a test here."""
        self.assertEqual(sorted(rows_of_page()), sorted(TITLES))

    def test_ldap(self):
        self.run_row("LDAP add", self.ldap)

    def test_permissive(self):
        self.run_row("LDAP add, permissive", self.permissive)

    def test_rpc(self):
        self.run_row("DsWriteAccountSpn (setspn.exe)", self.rpc)

    def test_setspn(self):
        self.run_row("setspn -S", self.setspn)

    def test_samba_tool(self):
        self.run_row("samba-tool spn add", self.samba_tool)

    @unittest.skipIf(IN_CWRAP, "`net ads` finds no DC under socket_wrapper")
    def test_net(self):
        self.run_row("net ads setspn add", self.net, self.of_computer)

    def test_adcli(self):
        self.run_row("adcli update --add-service-principal", self.adcli,
                     self.of_computer)

    def test_msktutil(self):
        self.run_row("msktutil update -s", self.msktutil)


class Keytab(Clients):
    """msktutil makes a computer, its SPNs, and a keytab with all of them."""

    def run_for(self, verb, name, *args):
        """What it says, and the names of services in the keytab."""
        path = os.path.join(self.folder, name + ".keytab")
        status, said = self.run_msktutil(
            verb, "-s", "HTTP", "-h", "%s.%s" % (name.lower(), self.dns),
            "--computer-name", name, "--keytab", path, *args)
        self.assertEqual(status, 0, said)
        return said, {each for each, _, _ in read_keytab(path)
                      if "/" in each}

    def wanted(self, name):
        return {"%s/%s" % (service, each) for service in ("HTTP", "host")
                for each in (name, "%s.%s" % (name, self.dns))}

    def test_create(self):
        for name in ("kbmade", "KBMADE2"):
            said, names = self.run_for("create", name, "-b", "OU=paths")
            self.assertEqual(names, self.wanted(name.lower()), said)

    def test_again(self):
        """What it has not understood the first time it does the second."""
        for name in ("kbagain", "KBAGAIN2"):
            self.run_for("create", name, "-b", "OU=paths")
            said, names = self.run_for("update", name, "--user-creds-only")
            wanted = {each.lower() for each in self.wanted(name.lower())}
            self.assertEqual({each.lower() for each in names}, wanted, said)
            dn = "CN=%s,%s" % (name, self.ou)
            self.assertEqual({each.lower() for each in self.spns(dn)},
                             wanted)


class DesiredState(Clients):
    """The same list of values again and again, as a program of configuration
    management sends it: after each run the account is as after the first.
    """

    @unittest.skipUnless(HAS_MODULE, "stock Samba completes nothing")
    def test_ten_runs(self):
        for number, shape in enumerate((
                ["http/{n}.{d}"], ["http/{n}"], ["http/{n}", "http/{n}.{d}"],
                ["http/{n}.{d}", "foo/{n}"], ["HTTP/{N}.{D}", "foo/{n}"],
                ["http/{n}", "http/{n}.{d}", "foo/{n}", "foo/{n}.{d}"])):
            name = "desired%d" % number
            self.computer(name.upper(), dNSHostName=name + "." + self.dns)
            dn = self.account("s" + name)
            values = [each.format(n=name, d=self.dns, N=name.upper(),
                                  D=self.dns.upper()) for each in shape]
            first = None
            for _ in range(10):
                try:
                    self.change(self.admin, dn, *values,
                                flag=ldb.FLAG_MOD_REPLACE)
                except ldb.LdbError as error:
                    self.assertIn("SPN-309", error.args[1])
                    self.assertIsNotNone(first)
                first = first or self.spns(dn)
                self.assertEqual(self.spns(dn), first)
            self.assertTrue(set(self.pair(name)) <= {
                each.lower() for each in first})
            # In other case: it is there, nothing is lost, nothing is doubled.
            for spn in self.pair(name.upper()):
                self.assert_refused(20, "00002083: spn_policy: '",
                                    self.change, self.admin, dn,
                                    re.sub("^http", "Http", spn))
            self.assertEqual(self.spns(dn), first)


TITLES = ("LDAP add", "LDAP add, permissive", "DsWriteAccountSpn (setspn.exe)",
          "setspn -S", "samba-tool spn add", "net ads setspn add",
          "adcli update --add-service-principal", "msktutil update -s")


if __name__ == "__main__":
    unittest.main()
