#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A domain with known violations, as an export.

	violations.py [--accounts N] [--each N] [--seed N] [--domain NAME] [--truth FILE]

Writes LDIF to standard output: N accounts with which nothing is wrong, and among
them each kind of violation as often as --each says, in an order that depends on
the seed alone. --truth gets every finding that an audit must have, and it may
have no other: JSON, a list of [code, SPN or null, [holders]].

What is wrong is in the folder recipes/, a file for each rule.
"""

import argparse
import base64
import json
import random
import struct
import sys
import uuid

import recipes
from recipes import ENABLED, NEVER, OWNED, RECENT, WORKSTATION

CLASSES = {"user": ["top", "person", "organizationalPerson", "user"]}
CLASSES["computer"] = CLASSES["user"] + ["computer"]
CLASSES["gmsa"] = CLASSES["computer"] + ["msDS-GroupManagedServiceAccount"]
# HOST stands for these; a new domain has more, and that is a violation.
MAPPINGS = "host=alerter,cifs,dns,http"
DOMAIN_SID = "S-1-5-21-3000000001-3000000002-3000000003"


def pack_sid(text):
    """As the directory has it."""
    parts = [int(part) for part in text.split("-")[2:]]
    return struct.pack("<BB6s%dI" % (len(parts) - 1), 1, len(parts) - 1,
                       parts[0].to_bytes(6, "big"), *parts[1:])


class Domain:
    """Entries, and what is wrong with them."""

    def __init__(self, dns, seed, domain_sid):
        self.dns = dns
        self.sid = str(domain_sid)
        self.dn = "DC=" + dns.replace(".", ",DC=")
        self.random = random.Random(seed)
        self.entries = []
        self.truth = []
        self.gone = set()   # names that DNS does not have
        self.records = {}   # dnsRecord of names in DNS, by their first label
        self.rid = 100000
        self.case = 0

    def label(self, word):
        """A name that no other case has, and of at most 15 characters."""
        return "%s%d" % (word, self.case)

    def fqdn(self, label):
        return "%s.%s" % (label, self.dns)

    def pair(self, label, service="http"):
        return ["%s/%s" % (service, label),
                "%s/%s" % (service, self.fqdn(label))]

    def entry(self, dn, **attrs):
        attrs.setdefault("objectGUID", uuid.UUID(
            int=self.random.getrandbits(128)).bytes_le)
        self.entries.append((dn, attrs))

    def account(self, kind, name, spns, dn=None, **attrs):
        """The sAMAccountName."""
        self.rid += 1
        machine = kind != "user"
        sam = attrs.pop("sam", name + "$" * machine)
        control = WORKSTATION if machine else ENABLED
        attrs = {"objectClass": CLASSES[kind], "sAMAccountName": sam,
                 "userAccountControl": control, "pwdLastSet": RECENT,
                 "lastLogonTimestamp": RECENT, "accountExpires": NEVER,
                 "primaryGroupID": 515 if machine else 513,
                 "objectSid": self.sid_of(self.rid),
                 "nTSecurityDescriptor": self.descriptor(OWNED),
                 "servicePrincipalName": spns, **attrs}
        self.entry(dn or "CN=%s,OU=accounts,%s" % (name, self.dn), **attrs)
        return sam

    def user(self, name, spns=(), **attrs):
        """Whoever holds SPNs has a password that can be guessed: SPN-701, which
        gives way to SPN-505."""
        sam = self.account("user", name, spns, **attrs)
        quiet = {"userAccountControl", "pwdLastSet", "adminCount", "memberOf",
                 "isDeleted", "primaryGroupID", "dn"}
        if (spns and not quiet.intersection(attrs)
                and not name.startswith("adm-")):
            self.wrong("SPN-701", sorted(spns, key=str.lower)[0], sam)
        return sam

    def gmsa(self, name, spns=(), **attrs):
        return self.account("gmsa", name, spns, **attrs)

    def computer(self, name, spns=(), own=True, **attrs):
        """With HOST of its own names, unless OWN says otherwise."""
        attrs.setdefault("dNSHostName", self.fqdn(name))
        host = ["HOST/" + name, "HOST/" + attrs["dNSHostName"]] * own
        return self.account("computer", name, [*host, *spns], **attrs)

    def sid_of(self, rid):
        return pack_sid("%s-%d" % (self.sid, rid))

    def descriptor(self, sddl):
        """Whoever has Samba's bindings only for this: not in ./waf test."""
        from samba.dcerpc import security
        from samba.ndr import ndr_pack
        return ndr_pack(security.descriptor.from_sddl(
            sddl, security.dom_sid(self.sid)))

    def leads_to(self, label, host):
        """A CNAME record, as MS-DNSP 2.3.2.2 has it; 240 is its rank."""
        parts = host.encode().split(b".")
        name = b"".join(bytes((len(part),)) + part for part in parts) + b"\0"
        data = bytes((len(name), len(parts))) + name
        self.records[label] = struct.pack("<HHBBHIIII", len(data), 5, 5, 240,
                                          0, 1, 0, 0, 0) + data

    def wrong(self, code, spn, *holders):
        self.truth.append([code, spn, sorted(holders)])


def healthy(d, number):
    """An account of those that a domain consists of."""
    kind = ("computer", "computer", "user", "gmsa", "service")[number % 5]
    name = "ok%d" % number
    if kind == "computer":
        d.computer(name, ["RestrictedKrbHost/" + name,
                          "TERMSRV/" + d.fqdn(name)])
    elif kind == "user":
        d.user(name, userPrincipalName="%s@%s" % (name, d.dns))
    elif kind == "gmsa":
        d.gmsa(name, d.pair(name + "web"))
    else:
        d.user(name, d.pair(name + "site") + ["MSSQLSvc/%s:1433" % name])


def add_forest(d):
    """What is one for all; two settings are not as they should be."""
    configuration = "CN=Configuration," + d.dn
    d.entry(d.dn, objectClass=["top", "domain", "domainDNS"],
            objectSid=pack_sid(d.sid))
    d.entry("CN=ADMIN,CN=Partitions," + configuration,
            objectClass=["top", "crossRef"], nCName=d.dn, dnsRoot=d.dns,
            nETBIOSName="ADMIN", systemFlags=3)
    d.entry("CN=Directory Service,CN=Windows NT,CN=Services," + configuration,
            objectClass=["top", "nTDSService"], sPNMappings=MAPPINGS,
            dSHeuristics="000000000100000000021")
    d.entry("CN=Domain Admins,CN=Users," + d.dn, objectClass=["top", "group"],
            sAMAccountName="Domain Admins", objectSid=d.sid_of(512))
    for code in sorted(recipes.OF_FOREST):
        d.wrong(code, None)


def add_names(d):
    """The zone has the host of every SPN, unless it is to be gone."""
    zone = "DC=%s,CN=MicrosoftDNS,DC=DomainDnsZones,%s" % (d.dns, d.dn)
    hosts = {spn.split("/")[1].split(":")[0].partition("@")[0].lower()
             for _, attrs in d.entries
             for spn in attrs.get("servicePrincipalName", ())
             if isinstance(spn, str) and spn.count("/") in (1, 2)}
    labels = {host[:-len(d.dns) - 1] if host.endswith("." + d.dns) else host
              for host in hosts - d.gone}
    for label in sorted(labels):
        if label.isalnum() and label.isascii():
            d.entry("DC=%s,%s" % (label, zone), name=label,
                    objectClass=["top", "dnsNode"], dc=label,
                    dnsRecord=d.records.get(label, []))


def plant(d, code, recipe):
    """One case; its recipe stands under a code that it really makes."""
    before = len(d.truth)
    d.case += 1
    recipe(d)
    if code not in {found for found, _, _ in d.truth[before:]}:
        raise AssertionError("%s: %s() stands under %s and does not make it"
                             % (recipe.__module__, recipe.__name__, code))


def build(dns, accounts, each, seed, domain_sid=DOMAIN_SID, more=None):
    """A Domain. Its entries are in no order. more(domain) may add others."""
    d = Domain(dns, seed, domain_sid)
    add_forest(d)
    for number in range(accounts):
        healthy(d, number)
    for _ in range(each):
        for code, recipe in recipes.every():
            plant(d, code, recipe)
    if more is not None:
        more(d)
    add_names(d)
    d.random.shuffle(d.entries)
    return d


def line(attr, value):
    """One attribute as LDIF has it: base64 for what is not plain text."""
    data = value if isinstance(value, bytes) else str(value).encode()
    text = data.decode("ascii", "replace")
    if text.isprintable() and text.isascii() and text[:1] not in " :<" and (
            text == text.strip()):
        return "%s: %s\n" % (attr, text)
    return "%s:: %s\n" % (attr, base64.b64encode(data).decode())


def write_ldif(d, stream):
    for dn, attrs in d.entries:
        stream.write(line("dn", dn))
        for attr, values in attrs.items():
            if not isinstance(values, (list, tuple)):
                values = [values]
            stream.writelines(line(attr, value) for value in values)
        stream.write("\n")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--accounts", type=int, default=1000)
    parser.add_argument("--each", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--domain", default="corp.example.com")
    parser.add_argument("--truth", metavar="FILE")
    options = parser.parse_args()
    d = build(options.domain, options.accounts, options.each, options.seed)
    write_ldif(d, sys.stdout)
    if options.truth:
        with open(options.truth, "w", encoding="utf-8") as stream:
            json.dump(sorted(d.truth, key=str), stream, indent=0)


if __name__ == "__main__":
    main()
