# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports of directories whose accounts were made to cost an audit much.

Each shape is a function of a number; what an audit of it costs must grow as
that number does. tests/tool_growth.py measures it.
"""

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
    attrs = {"objectClass": USER, "sAMAccountName": "u%d" % number,
             "objectGUID": uuid.UUID(int=number + 1),
             "userAccountControl": 512}
    return entry("CN=u%d,CN=Users,%s" % (number, DOMAIN), **{**attrs, **more})


def computer(number, **more):
    return user(number, **{"objectClass": USER + ("computer",),
                           "sAMAccountName": "C%d$" % number,
                           "userAccountControl": 4096, **more})


def group(name, rid, **more):
    return entry("CN=%s,CN=Users,%s" % (name, DOMAIN),
                 objectClass=["top", "group"], sAMAccountName=name,
                 objectSid="S-1-5-21-1-2-3-%d" % rid, **more)


def users(num, attrs):
    """attrs: of one of them, by its number"""
    return "".join(user(number, **attrs(number)) for number in range(num))


def chain(num):
    """Groups in groups, the last one first; the end is Domain Admins."""
    link = "CN=g%d,CN=Users," + DOMAIN
    return ("".join(group("g%d" % n, 2000 + n, memberOf=link % (n + 1))
                    for n in range(num))
            + group("g%d" % num, 512)
            + user(1, memberOf=link % 0, **{SPN: "foo/x"}))


# name: the function, and how many show what is wrong.
SHAPES = {
    "chain of groups": (chain, 2000),
}


def export(shape, num):
    return configuration() + SHAPES[shape][0](num)
