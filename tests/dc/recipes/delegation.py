# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rule delegation finds: recipes, as __init__.py says."""

from recipes import DISABLED_WORKSTATION, OWNED, WRITE_SPN


def delegate(d, *spns):
    return d.user(d.label("u"), **{"msDS-AllowedToDelegateTo": spns})


def to_nobody(d):
    spn = "foo/" + d.fqdn(d.label("gone"))
    d.wrong("SPN-801", spn, delegate(d, spn))


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


RECIPES = {
    "SPN-801": [to_nobody],
    "SPN-802": [to_dead],
    "SPN-803": [to_half],
    "SPN-804": [may_write],
}
