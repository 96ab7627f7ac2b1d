#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A domain with known violations, as an export.

	violations.py [--accounts N] [--each N] [--seed N] [--domain NAME] [--truth FILE]

Writes LDIF to standard output: N accounts with which nothing is wrong, and among
them each kind of violation as often as --each says, in an order that depends on
the seed alone. --truth gets every finding that an audit must have, and it may
have no other: JSON, a list of [code, SPN or null, [holders]].

What is wrong is in RECIPES: a function adds the accounts of one case, and says
what is wrong with them. Each case has names of its own, so no case meets another.
"""

import argparse
import base64
import json
import random
import sys
import uuid

from samba.dcerpc import security
from samba.ndr import ndr_pack

# Times that stay what they are: 2001, 2015, 2100; 100 ns since 1601.
ANCIENT = 126227808000000000
OLD = 130645440000000000
RECENT = 157469184000000000
NEVER = 0x7FFFFFFFFFFFFFFF

ENABLED, DISABLED = 0x200, 0x202
WORKSTATION, DISABLED_WORKSTATION = 0x1000, 0x1002
CONTROLLER = 0x82000
CLASSES = {"user": ["top", "person", "organizationalPerson", "user"]}
CLASSES["computer"] = CLASSES["user"] + ["computer"]
CLASSES["gmsa"] = CLASSES["computer"] + ["msDS-GroupManagedServiceAccount"]
# HOST stands for these; a new domain has more, and that is a violation.
MAPPINGS = "host=alerter,cifs,dns,http"
WRITE_SPN = "(OA;;WP;f3a64788-5306-11d1-a9c5-0000f80367c1;;%s)"
OWNED = "O:DAG:DAD:(A;;GA;;;SY)"
DOMAIN_SID = "S-1-5-21-3000000001-3000000002-3000000003"


class Domain:
    """Entries, and what is wrong with them."""

    def __init__(self, dns, seed, domain_sid):
        self.dns = dns
        self.sid = security.dom_sid(domain_sid)
        self.dn = "DC=" + dns.replace(".", ",DC=")
        self.random = random.Random(seed)
        self.entries = []
        self.truth = []
        self.gone = set()   # names that DNS does not have
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
        """Whoever holds SPNs has a password that can be guessed: SPN-701."""
        sam = self.account("user", name, spns, **attrs)
        quiet = {"userAccountControl", "pwdLastSet", "adminCount", "memberOf",
                 "isDeleted", "primaryGroupID", "dn"}
        if spns and not quiet.intersection(attrs):
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
        return ndr_pack(security.dom_sid("%s-%d" % (self.sid, rid)))

    def descriptor(self, sddl):
        return ndr_pack(security.descriptor.from_sddl(sddl, self.sid))

    def wrong(self, code, spn, *holders):
        self.truth.append([code, spn, sorted(holders)])


# ------------------------------------------------------- with nothing wrong

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


# ------------------------------------------------------------------- syntax

def spelled(code, template):
    """One value, on an account of its own."""
    def plant(d):
        value = template.format(n=d.label("syn"), d=d.dns)
        d.wrong(code, escaped(value), d.gmsa(d.label("g"), [value]))
    return plant


def escaped(value):
    """As reports print what is not printable."""
    return "".join(
        "".join("\\%02x" % byte for byte in each.encode())
        if ord(each) < 32 or each in "\\\u200b" else each for each in value)


def no_text(d):
    spn = b"foo/%s\xff" % d.label("syn").encode()
    d.wrong("SPN-013", "foo/%s\\ff" % d.label("syn"),
            d.gmsa(d.label("g"), [spn]))


def port_of_http(d):
    """... which every browser leaves out, so that one is not asked for."""
    spn = "http/%s:443" % d.label("web")
    holder = d.gmsa(d.label("g"), [spn])
    d.wrong("SPN-009", spn, holder)
    d.wrong("SPN-306", spn, holder)


def case_mix(d):
    name = d.label("mix")
    d.wrong("SPN-011", "http/" + d.fqdn(name), d.gmsa(
        d.label("g"), ["HTTP/" + name, "http/" + d.fqdn(name)]))


# ------------------------------------------------------------ duplicate-spn

def duplicate(d):
    spn = "foo/" + d.fqdn(d.label("dup"))
    number = d.random.randint(2, 4)
    d.wrong("SPN-101", spn, *(d.gmsa("%s%s" % (d.label("g"), letter), [spn])
                              for letter in "abcd"[:number]))


def duplicate_pair(d):
    name = d.label("dup")
    holders = [d.gmsa(d.label("ga"), d.pair(name)),
               d.gmsa(d.label("gb"), d.pair(name))]
    for spn in d.pair(name):
        d.wrong("SPN-101", spn, *holders)


def folded(d):
    name = d.label("fold")
    d.wrong("SPN-102", "foo/%se" % name, d.gmsa(d.label("ga"),
                                                ["foo/%se" % name]))
    d.gmsa(d.label("gb"), ["foo/%s\u00e9" % name])


def twice(d):
    name = d.label("twice")
    d.wrong("SPN-103", "foo/" + name, d.gmsa(
        d.label("g"), ["FOO/" + name.upper(), "foo/" + name]))


def farm(d):
    name = d.label("farm")
    holders = [d.computer("%s%s" % (d.label("n"), letter), d.pair(name))
               for letter in "ab"]
    for spn in d.pair(name):
        d.wrong("SPN-104", spn, *holders)


# ---------------------------------------------------------------- alias-spn

def alias(d):
    name = d.label("fs")
    d.computer(name)
    d.wrong("SPN-201", "cifs/" + name, d.gmsa(d.label("g"),
                                              ["cifs/" + name]))


def host_on_user(d):
    spn = "HOST/" + d.label("app")
    d.wrong("SPN-202", spn, d.user(d.label("u"), [spn]))


# ---------------------------------------------------------------- http-pair

def no_short(d):
    spn = "http/" + d.fqdn(d.label("web"))
    d.wrong("SPN-301", spn, d.gmsa(d.label("g"), [spn]))


def no_fqdn(d):
    spn = "http/" + d.label("web")
    d.wrong("SPN-302", spn, d.gmsa(d.label("g"), [spn]))


def split(d):
    short, long = d.pair(d.label("web"))
    d.gmsa(d.label("gb"), [long])
    d.wrong("SPN-303", short, d.gmsa(d.label("ga"), [short]))


def behind_host(d):
    """KB 871179, before its fix."""
    name = d.label("web")
    long = "http/" + d.fqdn(name)
    d.computer(name)
    holder = d.user(d.label("u"), [long])
    for code in ("SPN-304", "SPN-201", "SPN-307"):
        d.wrong(code, long, holder)


def kb_target(d):
    """... and after it: said, but nothing to fix; and remote PowerShell."""
    name = d.label("web")
    d.computer(name)
    pair = d.pair(name)
    holder = d.user(d.label("u"), pair)
    for spn in pair:
        d.wrong("SPN-201", spn, holder)
        d.wrong("SPN-307", spn, holder)


def two_machines(d):
    name, other = d.label("web"), d.label("old")
    computer = d.computer(name, own=False, dNSHostName=d.fqdn(other))
    d.wrong("SPN-305", "http/" + d.fqdn(name), d.gmsa(
        d.label("g"), d.pair(name) + ["http/" + d.fqdn(other)]))
    d.wrong("SPN-404", "HOST/" + name, computer)
    d.wrong("SPN-404", "HOST/" + d.fqdn(other), computer)


def only_port(d):
    spn = "http/%s:8080" % d.fqdn(d.label("web"))
    d.wrong("SPN-306", spn, d.gmsa(d.label("g"), [spn]))


def foreign_pair(d):
    spn = "http/%s.example.net" % d.label("www")
    d.wrong("SPN-308", spn, d.gmsa(d.label("g"), [spn]))


# -------------------------------------------------------------------- hosts

def stale(d):
    name = d.fqdn(d.label("gone"))
    d.gone.add(name)
    d.wrong("SPN-401", "foo/" + name, d.gmsa(d.label("g"), ["foo/" + name]))


def other_name(d):
    spn = "TERMSRV/" + d.label("before")
    d.wrong("SPN-403", spn, d.computer(d.label("pc"), [spn]))


def taken_name(d):
    """... which another computer has: then that one lacks it, too."""
    name = d.label("taken")
    other = d.computer(name, ["HOST/" + d.fqdn(name)], own=False)
    spn = "HOST/" + name
    d.wrong("SPN-403", spn, d.computer(d.label("pc"), [spn]))
    d.wrong("SPN-404", spn, other)


def no_host(d):
    name = d.label("pc")
    holder = d.computer(name, own=False)
    for host in (name, d.fqdn(name)):
        d.wrong("SPN-404", "HOST/" + host, holder)


def controller(d):
    """One of those that samba_spnupdate registers is not there."""
    name = d.label("dc")
    long = d.fqdn(name)
    spns = ["HOST/%s/%s" % (long, d.dns), "ldap/" + name, "ldap/" + long,
            "ldap/%s/%s" % (long, d.dns), "RestrictedKrbHost/" + name,
            "RestrictedKrbHost/" + long, "GC/%s/%s" % (long, d.dns),
            "ldap/%s/DomainDnsZones.%s" % (long, d.dns),
            "ldap/%s/ForestDnsZones.%s" % (long, d.dns)]
    lost = spns.pop(d.random.randrange(len(spns)))
    d.wrong("SPN-405", lost, d.computer(name, spns, primaryGroupID=516,
                                        userAccountControl=CONTROLLER))


# ------------------------------------------------------------------ holders

def disabled(d):
    pair = d.pair(d.label("web"))
    d.wrong("SPN-501", pair[0], d.user(d.label("u"), pair,
                                       userAccountControl=DISABLED))


def expired(d):
    pair = d.pair(d.label("web"))
    d.wrong("SPN-501", pair[0], d.gmsa(d.label("g"), pair,
                                       accountExpires=OLD))


def forgotten(d):
    name = d.label("pc")
    d.wrong("SPN-502", "HOST/" + name, d.computer(
        name, pwdLastSet=OLD, lastLogonTimestamp=OLD))


def conflict(d):
    name, pair = d.label("lost"), d.pair(d.label("web"))
    d.wrong("SPN-503", pair[0], d.gmsa(
        name, pair, dn="CN=%s\\0ACNF:%s,OU=accounts,%s" % (
            name, uuid.UUID(int=d.random.getrandbits(128)), d.dn)))


def deleted(d):
    pair = d.pair(d.label("web"))
    holder = d.gmsa(d.label("ga"), pair)
    name = d.label("gb")
    d.wrong("SPN-504", pair[0], holder, d.gmsa(
        name, pair[:1], isDeleted="TRUE", dn="CN=%s\\0ADEL:%s,"
        "CN=Deleted Objects,%s" % (
            name, uuid.UUID(int=d.random.getrandbits(128)), d.dn)))


def like_administrator(d):
    spn = "foo/" + d.label("app")
    d.wrong("SPN-505", spn, d.user(d.label("adm-"), [spn]))


def not_its_host(d):
    name, other = d.label("web"), d.label("other")
    d.computer(name)
    d.computer(other)
    spn = "foo/" + name
    d.wrong("SPN-506", spn, d.gmsa(d.label("g"), [spn], **{
        "msDS-HostServiceAccountBL": "CN=%s,OU=accounts,%s" % (other, d.dn)}))


def additional_name(d):
    also = d.fqdn(d.label("also"))
    d.wrong("SPN-507", "HOST/" + also, d.computer(d.label("pc"), **{
        "msDS-AdditionalDnsHostName": also}))


# -------------------------------------------------------------- logon-names

def upn_is_name(d):
    other = d.user(d.label("smith"))
    d.wrong("SPN-601", None, d.user(d.label("miller"), userPrincipalName=(
        "%s@%s" % (other, d.dns))))


def upn_twice(d):
    upn = "%s@%s" % (d.label("boss"), d.dns)
    d.wrong("SPN-602", None, *(d.user(d.label(word), userPrincipalName=upn)
                               for word in ("ua", "ub")))


def upn_is_spn(d):
    spn = "foo/" + d.fqdn(d.label("app"))
    d.wrong("SPN-603", spn, d.gmsa(d.label("g"), [spn]))
    d.user(d.label("u"), userPrincipalName="%s@%s" % (spn, d.dns.upper()))


def user_like_computer(d):
    name = d.label("pc")
    d.computer(name)
    d.wrong("SPN-604", None, d.user(name + "u", sam=name))


def no_dollar(d):
    name = d.label("pc")
    d.wrong("SPN-604", None, d.computer(name, sam=name))


# --------------------------------------------------------------------- keys

def old_password(d):
    spn = "foo/" + d.label("app")
    d.wrong("SPN-702", spn, d.user(d.label("u"), [spn], pwdLastSet=OLD))


def administrator(d):
    spn = "foo/" + d.label("app")
    d.wrong("SPN-703", spn, d.user(d.label("u"), [spn], adminCount=1))


def member_of_admins(d):
    """Through a group of a group."""
    group = "CN=%s,OU=accounts,%s" % (d.label("grp"), d.dn)
    d.rid += 1
    d.entry(group, objectClass=["top", "group"], sAMAccountName=d.label("grp"),
            objectSid=d.sid_of(d.rid), memberOf="CN=Domain Admins,CN=Users," + d.dn)
    spn = "foo/" + d.label("app")
    d.wrong("SPN-703", spn, d.user(d.label("u"), [spn], memberOf=group))


def weak(d):
    name = d.label("pc")
    d.wrong("SPN-704", "HOST/" + name, d.computer(name, **{
        "msDS-SupportedEncryptionTypes": d.random.choice((1, 3, 4))}))


def from_before_aes(d):
    name = d.label("pc")
    d.wrong("SPN-704", "HOST/" + name, d.computer(name, pwdLastSet=ANCIENT))


# --------------------------------------------------------------- delegation

def delegate(d, *spns):
    return d.user(d.label("u"), **{"msDS-AllowedToDelegateTo": spns})


def to_nobody(d):
    spn = "foo/" + d.fqdn(d.label("gone"))
    d.wrong("SPN-801", spn, delegate(d, spn))


def to_several(d):
    spn = "foo/" + d.fqdn(d.label("two"))
    holders = [d.gmsa(d.label(word), [spn]) for word in ("ga", "gb")]
    d.wrong("SPN-101", spn, *holders)
    d.wrong("SPN-802", spn, *holders)
    delegate(d, spn)


def to_dead(d):
    spn = "foo/" + d.fqdn(d.label("off"))
    holder = d.gmsa(d.label("g"), [spn],
                    userAccountControl=DISABLED_WORKSTATION)
    d.wrong("SPN-501", spn, holder)
    d.wrong("SPN-802", spn, holder)
    delegate(d, spn)


def to_half(d):
    pair = d.pair(d.label("web"))
    d.gmsa(d.label("g"), pair)
    half = d.random.choice(pair)
    d.wrong("SPN-803", half, delegate(d, half))


def may_write(d):
    d.rid += 1
    trustee = "%s-%d" % (d.sid, d.rid)
    spn = "foo/" + d.label("app")
    d.wrong("SPN-804", None, d.gmsa(d.label("g"), [spn], nTSecurityDescriptor=(
        d.descriptor(OWNED + WRITE_SPN % trustee))))


RECIPES = [
    spelled("SPN-001", "{n}"), spelled("SPN-001", "a/{n}/c/d"),
    spelled("SPN-002", "{n}/"), spelled("SPN-003", "http://{n}.{d}"),
    spelled("SPN-004", "https/{n}"), spelled("SPN-005", "foo/{n}@REALM"),
    spelled("SPN-006", "foo/{n} x"), spelled("SPN-006", "foo/{n}\tx"),
    spelled("SPN-007", "foo/{n}."), spelled("SPN-008", "{n}/192.0.2.7"),
    port_of_http, spelled("SPN-010", "http/{n}:inst"),
    spelled("SPN-012", "foo/{n}\u200b"), no_text, case_mix,
    duplicate, duplicate_pair, folded, twice, farm, alias, host_on_user,
    no_short, no_fqdn, split, behind_host, kb_target, two_machines,
    only_port, foreign_pair, stale, other_name, taken_name, no_host,
    controller, disabled, expired, forgotten, conflict, deleted,
    like_administrator, not_its_host, additional_name, upn_is_name, upn_twice,
    upn_is_spn, user_like_computer, no_dollar, old_password, administrator,
    member_of_admins, weak, from_before_aes, to_nobody, to_several, to_dead,
    to_half,
    may_write,
]


def add_forest(d):
    """What is one for all; two settings are not as they should be."""
    configuration = "CN=Configuration," + d.dn
    d.entry(d.dn, objectClass=["top", "domain", "domainDNS"],
            objectSid=ndr_pack(d.sid))
    d.entry("CN=ADMIN,CN=Partitions," + configuration,
            objectClass=["top", "crossRef"], nCName=d.dn, dnsRoot=d.dns,
            nETBIOSName="ADMIN", systemFlags=3)
    d.entry("CN=Directory Service,CN=Windows NT,CN=Services," + configuration,
            objectClass=["top", "nTDSService"], sPNMappings=MAPPINGS,
            dSHeuristics="000000000100000000021")
    d.entry("CN=Domain Admins,CN=Users," + d.dn, objectClass=["top", "group"],
            sAMAccountName="Domain Admins", objectSid=d.sid_of(512))
    d.wrong("SPN-203", None)
    d.wrong("SPN-204", None)


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
                    objectClass=["top", "dnsNode"], dc=label)


def build(dns, accounts, each, seed, domain_sid=DOMAIN_SID):
    """A Domain. Its entries are in no order."""
    d = Domain(dns, seed, domain_sid)
    add_forest(d)
    for number in range(accounts):
        healthy(d, number)
    for _ in range(each):
        for plant in RECIPES:
            d.case += 1
            plant(d)
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
