# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rule hosts finds: recipes, as __init__.py says."""

from recipes import CONTROLLER


def stale(d):
    name = d.fqdn(d.label("gone"))
    d.gone.add(name)
    d.wrong("SPN-401", "foo/" + name, d.gmsa(d.label("g"), ["foo/" + name]))


def renamed(d):
    """Samba leaves what has a port; no SPN-306 and no SPN-403 beside."""
    name = d.label("before")
    d.gone.update([name, d.fqdn(name)])
    d.wrong("SPN-401", "HTTP/%s:5985" % name, d.computer(d.label("now"), [
        "HTTP/%s:5985" % name, "HTTP/%s:5985" % d.fqdn(name),
        "TERMSRV/" + name]))


def other_name(d):
    name = d.label("before")
    d.wrong("SPN-403", "TERMSRV/" + name, d.computer(
        d.label("pc"), ["TERMSRV/" + name, "WSMAN/" + d.fqdn(name)]))


def taken_name(d):
    """... which another computer has: a KDC finds both, and SPN-105 says so.
    Of another class it is SPN-403."""
    name = d.label("taken")
    d.computer(name, ["HOST/" + d.fqdn(name)], own=False)
    spn = "HOST/" + name
    d.wrong("SPN-105", spn, d.computer(d.label("pc"), [spn]))
    spn = "TERMSRV/" + name
    d.wrong("SPN-403", spn, d.computer(d.label("ts"), [spn]))


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


def of_elsewhere(d):
    spn = "HOST/%s.elsewhere.test" % d.label("sso")
    d.wrong("SPN-406", spn, d.computer(d.label("pc"), [spn]))


def alias(d):
    """... to which a CNAME leads."""
    label, name = d.label("alias"), d.label("nas")
    d.leads_to(label, d.fqdn(name))
    d.wrong("SPN-408", "cifs/" + label, d.computer(name, d.pair(label, "cifs")))


def third_part(d):
    """... that a KDC gives to controllers only."""
    spn = "foo/%s/%s" % (d.label("app"), d.dns)
    d.wrong("SPN-407", spn, d.gmsa(d.label("g"), [spn]))


RECIPES = {
    "SPN-401": [stale, renamed],
    "SPN-403": [other_name, taken_name],
    "SPN-404": [no_host],
    "SPN-405": [controller],
    "SPN-406": [of_elsewhere],
    "SPN-407": [third_part],
    "SPN-408": [alias],
}
