# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports of directories whose accounts were made to cost an audit much.

Each shape is a function of a number; what an audit of it costs must grow as
that number does. tests/tools/tool_growth.py measures it.
"""

import base64
import struct
import uuid

DOMAIN = "DC=example,DC=com"
CONFIGURATION = "CN=Configuration," + DOMAIN
SPN = "servicePrincipalName"
USER = ("top", "person", "organizationalPerson", "user")


def entry(dn, **attrs):
    """A "__" in a name stands for "-"."""
    lines = ["dn: " + dn]
    for name, values in attrs.items():
        if not isinstance(values, (list, tuple)):
            values = [values]
        lines += ["%s: %s" % (name.replace("__", "-"), value)
                  for value in values]
    return "\n".join(lines) + "\n\n"


def configuration():
    services = "CN=Directory Service,CN=Windows NT,CN=Services,"
    return (entry(DOMAIN, objectClass=["top", "domainDNS"])
            + entry("CN=Partitions," + CONFIGURATION,
                    objectClass="crossRefContainer")
            + entry("CN=EXAMPLE,CN=Partitions," + CONFIGURATION,
                    objectClass="crossRef", nETBIOSName="EXAMPLE",
                    dnsRoot="example.com", nCName=DOMAIN)
            + entry(services + CONFIGURATION, objectClass="nTDSService",
                    sPNMappings="host=alerter,appmgmt,cifs,http"))


def user(number, **more):
    """tag: of the shape, so that several can stand in one export."""
    tag = more.pop("tag", "x")
    name = "%s%d" % (tag, number)
    attrs = {"objectClass": USER, "sAMAccountName": name,
             "objectGUID": uuid.uuid5(uuid.NAMESPACE_DNS, name),
             "userAccountControl": 512}
    return entry("CN=%s,CN=Users,%s" % (name, DOMAIN), **{**attrs, **more})


def computer(number, **more):
    return user(number, **{"objectClass": USER + ("computer",),
                           "sAMAccountName": "%s%d$" % (
                               more.get("tag", "C"), number),
                           "userAccountControl": 4096, **more})


def group(name, rid, **more):
    return entry("CN=%s,CN=Users,%s" % (name, DOMAIN),
                 objectClass=["top", "group"], sAMAccountName=name,
                 objectSid="S-1-5-21-1-2-3-%d" % rid, **more)


def chain(num, _tag):
    """Groups in groups, the last one first; the end is Domain Admins."""
    link = "CN=g%d,CN=Users," + DOMAIN
    return ("".join(group("g%d" % n, 2000 + n, memberOf=link % (n + 1))
                    for n in range(num))
            + group("g%d" % num, 512)
            + user(1, tag="chain", memberOf=link % 0, **{SPN: "foo/x"}))


def of_each(make, attrs):
    """A shape: attrs(number) of each account, in which {} is the tag."""
    def shape(num, tag):
        def own(value):
            if isinstance(value, list):
                return [own(each) for each in value]
            return value.replace("{}", tag)
        return "".join(
            make(n, tag=tag, **{name: own(value)
                                for name, value in attrs(n).items()})
            for n in range(num))
    return shape


def of_one(make, attrs):
    """The same of one account, to which attrs(num) gives much."""
    def shape(num, tag):
        return of_each(make, lambda n: attrs(num))(1, tag)
    return shape


def spelling(text, number):
    """In which case counts: one of 2^len(text)."""
    return "".join(letter.upper() if number >> bit & 1 else letter
                   for bit, letter in enumerate(text))


def zones(num, tag):
    return ("".join(entry("DC=h,DC=%s%d.com,CN=MicrosoftDNS,"
                          "DC=DomainDnsZones,%s" % (tag, n, DOMAIN),
                          objectClass=["top", "dnsNode"])
                    for n in range(num))
            + of_each(user, lambda n: {SPN: "http/{}l%d" % n})(num, tag))


def record(kind, data):
    """dnsRecord (MS-DNSP 2.3.2.2), in base64."""
    return base64.b64encode(struct.pack(
        "<HHBBHIIII", len(data), kind, 5, 240, 0, 1, 0, 0, 0) + data).decode()


def addresses(num, tag):
    """Aliases of a name with many addresses, and a computer with others."""
    def node(name, *records):
        return entry("DC=%s%s,DC=example.com,CN=MicrosoftDNS,"
                     "DC=DomainDnsZones,%s" % (tag, name, DOMAIN),
                     objectClass=["top", "dnsNode"],
                     **{"dnsRecord:": records})

    def many(net):
        return [record(1, struct.pack(">BBH", net, 0, n)) for n in range(num)]

    labels = [(tag + "far").encode(), b"example", b"com"]
    name = b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
    alias = record(5, bytes((len(name), len(labels))) + name)
    return (node("far", *many(10)) + node("c", *many(11))
            + "".join(node("a%d" % n, alias) for n in range(num))
            + computer(1, tag=tag, dNSHostName=tag + "c.example.com", **{
                SPN: ["HOST/%sa%d.example.com" % (tag, n)
                      for n in range(num)]}))


LETTERS = "abcdefghijklmnopqrst"
FULL = "{}.example.com"

# Many hold one SPN, or have one name, or are pointed to.
HOLDERS = {
    "one SPN": of_each(user, lambda n: {SPN: "foo/{}"}),
    "one http SPN": of_each(user, lambda n: {SPN: "http/{}"}),
    "both halves": of_each(user, lambda n: {
        SPN: "http/" + ("{}" if n % 2 else FULL)}),
    "alias": of_each(user, lambda n: {
        SPN: ("http/" if n % 2 else "host/") + "{}"}),
    "farm": of_each(computer, lambda n: {
        "dNSHostName": FULL, SPN: "http/" + FULL}),
    "spellings": of_each(user, lambda n: {
        SPN: "foo/{}" + spelling(LETTERS, n)}),
    "shared": of_each(user, lambda n: {
        "sAMAccountName": "krbtgt_%d" % (n + 1), SPN: "kadmin/changepw",
        "userAccountControl": "514"}),
    "beyond ASCII": of_each(user, lambda n: {
        SPN: "http/{}" + ("u\u0308" if n % 2 else "\xfc")}),
    "deleted": lambda num, tag: of_each(user, lambda n: {
        "isDeleted": "TRUE", SPN: "foo/{}"})(num, tag) + user(
            num, tag=tag, **{SPN: "foo/" + tag}),
    "gMSA": of_each(user, lambda n: {
        "objectClass": ["user", "msDS-GroupManagedServiceAccount"],
        "msDS__HostServiceAccountBL": ["CN=W,DC=x"] * 3, SPN: "http/{}"}),
}
NAMES = {
    "one host name": of_each(computer, lambda n: {
        "dNSHostName": FULL, SPN: "host/{}%d" % n}),
    "one additional name": of_each(computer, lambda n: {
        "dNSHostName": "{}%d.example.com" % n,
        "msDS__AdditionalDnsHostName": FULL, SPN: "host/{}b%d" % n}),
    "additional names": of_one(computer, lambda num: {
        "dNSHostName": FULL,
        "msDS__AdditionalDnsHostName": ["{}%d.example.com" % n
                                        for n in range(num)],
        SPN: ["host/{}%d.example.com" % n for n in range(num)]}),
    "one UPN": of_each(user, lambda n: {
        "userPrincipalName": "{}/h@EXAMPLE.COM", SPN: "foo/{}%d" % n}),
    "one account name": of_each(user, lambda n: {
        "sAMAccountName": "{}", SPN: "foo/{}%d" % n}),
    "delegation to nobody": of_each(user, lambda n: {
        "msDS__AllowedToDelegateTo": "http/{}", SPN: "foo/{}%d" % n}),
    "delegation to many": of_each(user, lambda n: {
        "msDS__AllowedToDelegateTo": "http/{}", SPN: "http/{}"}),
    "delegation of one": of_one(user, lambda num: {
        "msDS__AllowedToDelegateTo": ["http/{}%d" % n for n in range(num)],
        SPN: "foo/{}"}),
    "SPNs of one": of_one(user, lambda num: {
        SPN: ["http/{}%d" % n for n in reversed(range(num))]}),
    "spellings of one": of_one(user, lambda num: {
        SPN: ["foo/{}" + spelling(LETTERS, n) for n in range(num)]}),
    "zones": zones,
    "addresses": addresses,
}
# What is measured together, and how many of each show what is wrong.
def questions(num, tag):
    """Each half is twice on one account, and a computer has HOST of the other:
    of each a file of repairs asks whose key it is."""
    hosts = ["%sw%d" % (tag, n) for n in range(num)]
    return user(1, tag=tag, **{SPN: [
        spelled + host for host in hosts for spelled in ("http/", "HTTP/")
    ]}) + computer(2, tag=tag, sAMAccountName="%sZ$" % tag, **{
        SPN: ["HOST/%s.example.com" % host for host in hosts]})


GROUPS = {
    "chain of groups": ({"chain of groups": chain}, 1000),
    "holders": (HOLDERS, 250),
    "names": (NAMES, 250),
    "questions": ({"questions": questions}, 500),
}


def export(shapes, num):
    return configuration() + "".join(
        shape(num, "t%d" % number)
        for number, shape in enumerate(shapes.values()))
