# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rule duplicate-spn finds: recipes, as __init__.py says."""


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


def duplicate_half(d):
    """... and one of the two has the other half, too."""
    short, long = d.pair(d.label("dup"))
    d.wrong("SPN-101", short, d.gmsa(d.label("ga"), [short, long]),
            d.gmsa(d.label("gb"), [short]))


def duplicate_target(d):
    """Somebody may delegate to it: SPN-802 follows."""
    spn = "foo/" + d.fqdn(d.label("two"))
    d.wrong("SPN-101", spn, *(d.gmsa(d.label(word), [spn])
                              for word in ("ga", "gb")))
    d.user(d.label("u"), **{"msDS-AllowedToDelegateTo": [spn]})


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


RECIPES = {
    "SPN-101": [duplicate, duplicate_pair, duplicate_half,
                duplicate_target],
    "SPN-102": [folded],
    "SPN-103": [twice],
    "SPN-104": [farm],
}
