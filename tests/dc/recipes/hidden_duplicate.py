# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rule hidden-duplicate finds: recipes, as __init__.py says."""


def hidden(d):
    name = d.label("hidden")
    other = d.computer(name, sam=d.label("other") + "$",
                       dNSHostName=d.fqdn(d.label("other")), own=False)
    for host in (d.label("other"), d.fqdn(d.label("other"))):
        d.wrong("SPN-404", "HOST/" + host, other)
    spn = "HOST/" + d.fqdn(name)
    d.wrong("SPN-105", spn, d.gmsa(d.label("g"), [spn]))


RECIPES = {
    "SPN-105": [hidden],
}
