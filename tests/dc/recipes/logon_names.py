# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rule logon-names finds: recipes, as __init__.py says."""


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


RECIPES = {
    "SPN-601": [upn_is_name],
    "SPN-602": [upn_twice],
    "SPN-603": [upn_is_spn],
    "SPN-604": [user_like_computer, no_dollar],
}
