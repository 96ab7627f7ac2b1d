# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rule keys finds: recipes, as __init__.py says."""

from recipes import ANCIENT, OLD


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


RECIPES = {
    "SPN-702": [old_password],
    "SPN-703": [administrator, member_of_admins],
    "SPN-704": [weak, from_before_aes],
}
