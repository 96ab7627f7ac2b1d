# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rule syntax finds: recipes, as __init__.py says."""

from recipes import spelled


def no_text(d):
    spn = b"foo/%s\xff" % d.label("syn").encode()
    d.wrong("SPN-013", "foo/%s\\ff" % d.label("syn"),
            d.gmsa(d.label("g"), [spn]))


def port_of_http(d):
    """... which every browser leaves out, beside the pair that is asked for."""
    pair = d.pair(d.label("web"))
    spn = pair[0] + ":443"
    d.wrong("SPN-009", spn, d.gmsa(d.label("g"), [*pair, spn]))


def case_mix(d):
    name = d.label("mix")
    d.wrong("SPN-011", "http/" + d.fqdn(name), d.gmsa(
        d.label("g"), ["HTTP/" + name, "http/" + d.fqdn(name)]))


RECIPES = {
    **spelled("SPN-001", "{n}", "a/{n}/c/d"),
    **spelled("SPN-002", "{n}/"),
    **spelled("SPN-003", "http://{n}.{d}"),
    **spelled("SPN-004", "https/{n}"),
    **spelled("SPN-005", "foo/{n}@REALM"),
    **spelled("SPN-006", "foo/{n} x", "foo/{n}\tx"),
    **spelled("SPN-007", "foo/{n}."),
    **spelled("SPN-008", "{n}/192.0.2.7"),
    "SPN-009": [port_of_http],
    **spelled("SPN-010", "http/{n}:inst"),
    **spelled("SPN-012", "foo/{n}\u200b"),
    "SPN-013": [no_text],
    **spelled("SPN-014", "MSSQLSvc/{n}\\INST", "foo/<{n}>"),
    **spelled("SPN-015", "foo/{n},foo/{n}.{d}"),
    **spelled("SPN-016", "foo/{n}:", "foo/{n}/"),
    **spelled("SPN-017", "foo/{{{n}}}", "foo/{n}:70000"),
    "SPN-011": [case_mix],
}
