# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rule alias-spn finds: recipes, as __init__.py says."""


def alias(d):
    name = d.label("fs")
    d.computer(name)
    d.wrong("SPN-201", "cifs/" + name, d.gmsa(d.label("g"),
                                              ["cifs/" + name]))


def host_on_user(d):
    spn = "HOST/" + d.label("app")
    d.wrong("SPN-202", spn, d.user(d.label("u"), [spn]))


RECIPES = {
    "SPN-201": [alias],
    "SPN-202": [host_on_user],
}
