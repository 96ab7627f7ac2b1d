# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rule http-pair finds: recipes, as __init__.py says."""


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
    """KB 871179, before its fix; SPN-201 and SPN-307 follow from it."""
    name = d.label("web")
    long = "http/" + d.fqdn(name)
    d.computer(name)
    d.wrong("SPN-304", long, d.user(d.label("u"), [long]))


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
    """http/x.example.net is another machine's, and that is not called x."""
    name = d.label("web")
    other = name + ".example.net"
    d.computer(name)
    d.wrong("SPN-105", "HOST/" + other, d.computer(
        d.label("old"), ["HOST/" + other],
        **{"msDS-AdditionalDnsHostName": other}))
    holder = d.gmsa(d.label("g"), d.pair(name) + ["http/" + other])
    d.wrong("SPN-305", "http/" + other, holder)
    for spn in [*d.pair(name), "http/" + other]:
        d.wrong("SPN-201", spn, holder)


def only_port(d):
    spn = "http/%s:8080" % d.fqdn(d.label("web"))
    d.wrong("SPN-306", spn, d.gmsa(d.label("g"), [spn]))


def half_of_port(d):
    name = d.label("web")
    spn = "http/%s:8080" % d.fqdn(name)
    d.wrong("SPN-310", spn, d.gmsa(d.label("g"), [*d.pair(name), spn]))


def foreign_pair(d):
    spn = "http/%s.example.net" % d.label("www")
    d.wrong("SPN-308", spn, d.gmsa(d.label("g"), [spn]))


RECIPES = {
    "SPN-301": [no_short],
    "SPN-302": [no_fqdn],
    "SPN-303": [split],
    "SPN-304": [behind_host],
    "SPN-307": [kb_target],
    "SPN-305": [two_machines],
    "SPN-306": [only_port],
    "SPN-308": [foreign_pair],
    "SPN-310": [half_of_port],
}
