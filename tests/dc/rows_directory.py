#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs rows on a real directory: rows_directory.py ldap|local PATH...

ldap: every write goes over LDAP to the running DC, as Administrator or as
the account that a row names. local: straight into sam.ldb through the stack.
Runs in testenv (ad_dc:local): what a row says an account already has is put
below all modules, and that takes the DC's own files.

The rows are read by bin/tests/test_rows, the one parser of them.
"""

import calendar
import json
import os
import re
import subprocess
import sys
import time

import ldb
from samba import param
from samba.auth import system_session
from samba.credentials import Credentials, DONT_USE_KERBEROS
from samba.samdb import SamDB
from samba.sd_utils import SDUtils

# What only a pure run can give an account, or DNS.
PURE_FACTS = {"writer", "deleted", "dn", "reader"}
FACTS = {
    "control": "userAccountControl", "password": "pwdLastSet",
    "logon": "lastLogonTimestamp", "expires": "accountExpires",
    "types": "msDS-SupportedEncryptionTypes", "admin": "adminCount",
    "upn": "userPrincipalName", "delegate": "msDS-AllowedToDelegateTo",
    "also-dns": "msDS-AdditionalDnsHostName",
    "also-sam": "msDS-AdditionalSamAccountName",
}
BINDIR = os.environ.get("BINDIR", "bin")
PASSWORD = "Rows.Passw0rd"
WRITE_SPN = "(OA;;RPWP;f3a64788-5306-11d1-a9c5-0000f80367c1;;%s)"
MODIFY_FLAGS = {"add": ldb.FLAG_MOD_ADD,
                "delete": ldb.FLAG_MOD_DELETE,
                "replace": ldb.FLAG_MOD_REPLACE}
# objectClass, userAccountControl, what else the class must have
KINDS = {
    "user": ("user", 0x220, {}),
    "computer": ("computer", 0x1000, {}),
    "dc": ("computer", 0x82000, {}),
    "gmsa": ("msDS-GroupManagedServiceAccount", 0x1000,
             {"msDS-ManagedPasswordInterval": "30"}),
}


def spn_audit(*args):
    """What spn-audit says of its rules."""
    return subprocess.run(
        [os.path.join(BINDIR, "programs", "spn-audit"),
         "-s", os.environ["SERVERCONFFILE"], *args],
        stdout=subprocess.PIPE, check=True, text=True).stdout


def write_rules():
    """Those that judge writes: they have a default."""
    names = re.findall(r"^(\S+):", spn_audit("--list-rules"), re.MULTILINE)
    found = re.findall(r"^rule +(\S+)\ndefault ",
                       spn_audit("--explain=" + ",".join(names)), re.MULTILINE)
    return ",".join(dict.fromkeys(found))


def raw_path(sam_path):
    """The file of the domain partition, to be opened below all modules."""
    sam = ldb.Ldb("tdb://" + sam_path, options=["modules:"])
    record = sam.search("@PARTITION", ldb.SCOPE_BASE)[0]
    store = str(record.get("backendStore", ["tdb"])[0])
    domain = ldb.Dn(sam, str(sam.search(
        "@ROOTDSE", ldb.SCOPE_BASE)[0]["defaultNamingContext"][0]))
    for value in record["partition"]:
        name, _, path = str(value).partition(":")
        if ldb.Dn(sam, name) == domain:
            return "%s://%s/%s" % (store, os.path.dirname(sam_path), path)
    raise LookupError("%s: no partition for %s" % (sam_path, domain))


class Directory:
    """The accounts of one case, in an OU that comes and goes with it."""

    def __init__(self, way):
        self.lp = param.LoadParm(os.environ["SERVERCONFFILE"])
        self.way = way
        sam_path = self.lp.private_path("sam.ldb")
        self.stock = SamDB(url=sam_path, lp=self.lp,
                           session_info=system_session(),
                           options=["modules:samba_dsdb"])
        self.raw = ldb.Ldb(raw_path(sam_path))
        self.url = (sam_path if way == "local"
                    else "ldap://" + os.environ["SERVER"])
        self.dns = self.stock.domain_dns_name()
        self.ou = "OU=rows," + self.stock.domain_dn()
        self.policy_dn = "CN=SPN Policy,CN=Services,%s" % (
            self.stock.get_config_basedn())
        self.names = {}
        self.rules = write_rules()
        self.logon = []     # more options of an audit's
        self.admin = self.connect(os.environ["USERNAME"],
                                  os.environ["PASSWORD"])

    def connect(self, user, password):
        if self.way == "local":
            return SamDB(url=self.url, lp=self.lp,
                         session_info=system_session())
        creds = Credentials()
        creds.guess(self.lp)
        creds.set_username(user)
        creds.set_password(password)
        creds.set_domain(os.environ["DOMAIN"])
        creds.set_kerberos_state(DONT_USE_KERBEROS)
        return SamDB(url=self.url, lp=self.lp, credentials=creds)

    def dn(self, letter):
        return "CN=%s,%s" % (letter, self.ou)

    def start_case(self):
        self.clear()
        self.kdc = "0x18"
        self.names = {}
        self.stock.add({"dn": self.ou, "objectClass": "organizationalUnit"})

    def clear(self):
        try:
            self.stock.delete(self.ou, ["tree_delete:1"])
        except ldb.LdbError as error:
            if error.args[0] != ldb.ERR_NO_SUCH_OBJECT:
                raise
        self.write_settings([])

    def write_settings(self, lines):
        message = ldb.Message(ldb.Dn(self.stock, self.policy_dn))
        message["s"] = ldb.MessageElement(lines, ldb.FLAG_MOD_REPLACE,
                                          "msDS-Settings")
        self.stock.modify(message)

    def add_setting(self, line):
        found = self.stock.search(self.policy_dn, ldb.SCOPE_BASE,
                                  attrs=["msDS-Settings"])[0]
        lines = [str(each) for each in found.get("msDS-Settings", [])]
        self.write_settings(lines + [line])

    def account(self, row):
        """What a has or create row describes, without SPNs."""
        object_class, control, more = KINDS[row["kind"]]
        machine = row["kind"] != "user"
        name = (row["name"] or row["account"]) + ("$" if machine else "")
        self.names[row["account"]] = name
        account = {"dn": self.dn(row["account"]),
                   "objectClass": object_class, "sAMAccountName": name,
                   "userAccountControl": str(control), **more}
        if row["dns"]:
            account["dNSHostName"] = row["dns"]
        return account

    def has(self, row):
        self.stock.add(self.account(row))
        values = {"servicePrincipalName": spn_values(row["changes"][0])}
        for key, value in row["facts"]:
            if key in FACTS:
                values.setdefault(FACTS[key], []).append(
                    fact_value(key, value))
        message = ldb.Message(ldb.Dn(self.raw, self.dn(row["account"])))
        for attr, texts in values.items():
            if texts:
                message[attr] = ldb.MessageElement(
                    texts, ldb.FLAG_MOD_REPLACE, attr)
        if len(message):
            self.raw.modify(message)

    def grant(self, row):
        sid = self.stock.schema_format_value(
            "objectSid", self.stock.search(
                self.dn(row["actor"]), ldb.SCOPE_BASE,
                attrs=["objectSid"])[0]["objectSid"][0]).decode()
        SDUtils(self.stock).dacl_add_ace(self.dn(row["account"]),
                                         WRITE_SPN % sid)

    def writer(self, letter):
        if letter is None:
            return self.admin
        self.stock.setpassword("(sAMAccountName=%s)" % self.names[letter],
                               PASSWORD)
        return self.connect(self.names[letter], PASSWORD)

    def write(self, row):
        """The outcome in the words of a row."""
        writer = self.writer(row["actor"])
        try:
            if row["verb"] == "create":
                account = self.account(row)
                spns = spn_values(row["changes"][0])
                if spns:
                    account["servicePrincipalName"] = spns
                writer.add(account)
            else:
                writer.modify(self.modification(writer, row))
        except ldb.LdbError as error:
            return outcome(*error.args)
        return "ok"

    def modification(self, writer, row):
        message = ldb.Message(ldb.Dn(writer, self.dn(row["account"])))
        for change in row["changes"]:
            message.add(ldb.MessageElement(spn_values(change),
                                           MODIFY_FLAGS[change["kind"]],
                                           "servicePrincipalName"))
        for attr, value in (("dNSHostName", row["dns"]),
                            ("sAMAccountName", row["name"])):
            if value:
                message.add(ldb.MessageElement(
                    value, ldb.FLAG_MOD_REPLACE, attr))
        return message

    def holds(self, row):
        found = self.stock.search(self.dn(row["account"]), ldb.SCOPE_BASE,
                                  attrs=["servicePrincipalName"])[0]
        have = sorted(bytes(v) for v in found.get("servicePrincipalName", []))
        return have == sorted(spn_values(row["changes"][0])), have

    def audit(self, rules):
        command = [os.path.join(BINDIR, "programs", "spn-audit"),
                   "-s", os.environ["SERVERCONFFILE"], "-H", self.url,
                   "--format=json", "--base=" + self.ou,
                   "--kdc-default-enctypes=" + self.kdc,
                   "--only=" + (rules or self.rules)]
        if self.way != "local":
            command += ["-U", "%s%%%s" % (os.environ["USERNAME"],
                                          os.environ["PASSWORD"]),
                        *self.logon]
            # Once by Kerberos is enough: it is a third of all CPU time, and
            # rows are not about it.
            self.logon = ["--use-kerberos=off"]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
        if done.returncode not in (0, 1):
            return ["spn-audit exits %d" % done.returncode]
        findings = json.loads(done.stdout)["findings"]
        return sorted({each["code"] for each in findings})


def fact_value(key, value):
    """As the directory stores it."""
    if key == "password" and value == "never":
        return "0"
    if key in ("password", "logon", "expires"):
        if value.endswith("y"):
            seconds = calendar.timegm((int(value[:-1]), 1, 1, 0, 0, 0))
        else:
            seconds = int(time.time()) + int(value[:-1]) * 24 * 3600
        return str((seconds + 11644473600) * 10000000)
    if key in ("control", "types"):
        return str(int(value, 0))
    return value


def spn_values(change):
    """test_rows writes every byte as one character."""
    return [value.encode("latin-1") for value in change["values"]]


def outcome(number, text):
    if number == ldb.ERR_INSUFFICIENT_ACCESS_RIGHTS:
        return "denied by acl"
    if number == ldb.ERR_ATTRIBUTE_OR_VALUE_EXISTS:
        return "exists"
    if "spn_policy: SPN-" in text:
        code = text[text.index("SPN-"):][:7]
        if number == ldb.ERR_CONSTRAINT_VIOLATION:
            return "deny " + code
    if number == ldb.ERR_CONSTRAINT_VIOLATION and "spn_policy" not in text:
        return "refused by samba"
    return "(%d) %s" % (number, text)


class Run:
    def __init__(self, way):
        self.directory = Directory(way)
        self.count = {"passed": 0, "failed": 0, "skipped": 0}
        self.lost = False   # a row was skipped: what is there is not known

    def judge(self, row, good, got):
        self.count["passed" if good else "failed"] += 1
        if not good:
            print("FAILED %s:%d: %s\n  got: %s" % (
                row["file"], row["line"], row["text"], got))

    def row(self, row):
        verb = row["verb"]
        if verb == "case":
            self.directory.start_case()
            self.lost = False
        elif verb == "set":
            self.directory.add_setting(row["argument"])
        elif verb == "has":
            self.lost |= any(key in PURE_FACTS for key, _ in row["facts"])
            if not self.lost:
                self.directory.has(row)
        elif verb == "dns":
            self.lost |= row["answer"]
        elif verb == "kdc":
            self.directory.kdc = row["argument"]
        elif verb == "grant" and not self.lost:
            self.directory.grant(row)
        elif self.lost or (row["actor"] and self.directory.way == "local"):
            self.lost |= row["result"] == "ok"
            self.count["skipped"] += 1
        elif verb == "holds":
            self.judge(row, *self.directory.holds(row))
        elif verb == "audit":
            found = self.directory.audit(row["argument"])
            self.judge(row, found == sorted(row["codes"]), found)
        else:
            self.write(row)

    def write(self, row):
        got = self.directory.write(row)
        wanted = " ".join([row["result"]] + row["codes"])
        if row["result"] == "warn":
            wanted = "ok"   # the warning is in the DC's log
        self.judge(row, got == wanted, got)


def read_rows(paths, dns):
    text = subprocess.run(
        [os.path.join(BINDIR, "tests", "test_rows"), "--json", *paths],
        stdout=subprocess.PIPE, check=True).stdout.decode()
    return json.loads(text.replace("{dns}", dns))


def main(way, paths):
    run = Run(way)
    try:
        for row in read_rows(paths, run.directory.dns):
            run.row(row)
    finally:
        run.directory.clear()
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped"
          % run.count)
    return 1 if run.count["failed"] else 0


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in ("ldap", "local"):
        print("usage: rows_directory.py ldap|local PATH...",
              file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
