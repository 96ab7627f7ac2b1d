# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong in a domain that violations.py makes: a file for each rule.

A file has the name of its rule, with _ for -, and RECIPES: {code: [recipe, ...]}.
A recipe is a function that adds the accounts of one case to the Domain that it is
given, and says with wrong() what is wrong with them: its code, and whatever else
an audit finds there. Each case has names of its own (label()), so no case meets
another; what has no SPN needs a partner of its own, since an audit makes one finding
of the same code, SPN and partner. Nothing here needs Samba's bindings, since ./waf
test looks for a recipe of each code (tests/checks/check_recipes.py).
"""

import glob
import importlib
import os
import re

# Times that stay what they are: 2001, 2015, 2100; 100 ns since 1601.
ANCIENT = 126227808000000000
OLD = 130645440000000000
RECENT = 157469184000000000
NEVER = 0x7FFFFFFFFFFFFFFF

ENABLED, DISABLED = 0x200, 0x202
WORKSTATION, DISABLED_WORKSTATION = 0x1000, 0x1002
CONTROLLER = 0x82000
WRITE_SPN = "(OA;;WP;f3a64788-5306-11d1-a9c5-0000f80367c1;;%s)"
OWNED = "O:DAG:DAD:(A;;GA;;;SY)"

# Once in each domain: add_forest() in violations.py.
OF_FOREST = {"SPN-203", "SPN-204"}
# Whoever holds SPNs and is a user: user() in violations.py.
OF_USERS = {"SPN-701"}
# SPN-309 is said to writes only, SPN-402 wants DNS itself (tool_spn_audit_dns),
# SPN-9xx is about the audit and the servers.
NOT_PLANTED = {"SPN-309", "SPN-402", "SPN-901", "SPN-902", "SPN-903", "SPN-904",
               "SPN-905", "SPN-906"}


def spelled(code, *templates):
    """{code: recipes}: one value each, on an account of its own."""
    return {code: [_spelled(code, each) for each in templates]}


def _spelled(code, template):
    def plant(d):
        value = template.format(n=d.label("syn"), d=d.dns)
        d.wrong(code, _escaped(value), d.gmsa(d.label("g"), [value]))
    return plant


def _escaped(value):
    """As reports print what is not printable, and what would look like that."""
    value = re.sub(r"\\(?=[0-9A-Fa-f]{2})", r"\\5c", value)
    return "".join(
        "".join("\\%02x" % byte for byte in each.encode())
        if ord(each) < 32 or each == "\u200b" else each for each in value)


def modules():
    """{rule: its module}, by the lowest code of each."""
    def lowest(module):
        return min(getattr(module, "RECIPES", None) or [""])

    names = [os.path.basename(path)[:-len(".py")] for path in glob.glob(
        os.path.join(os.path.dirname(__file__), "[!_]*.py"))]
    found = [importlib.import_module("recipes." + name)
             for name in sorted(names)]
    return {each.__name__.partition(".")[2].replace("_", "-"): each
            for each in sorted(found, key=lowest)}


def every():
    """(code, recipe) of all, always in the same order."""
    return [(code, recipe) for module in modules().values()
            for code, found in module.RECIPES.items() for recipe in found]
