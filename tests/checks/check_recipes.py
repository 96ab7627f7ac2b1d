# SPDX-License-Identifier: GPL-3.0-or-later
"""Each code has a recipe, so the audits of generated domains meet it.

Those audits want a DC (tests/dc/tool_audit_violations.py); what is missing is
said here already. SPN_POLICY_BUILD is the build folder.
"""

import sys

import check_docs
import recipes


def path_of(rule):
    return 'tests/dc/recipes/%s.py' % rule.replace('-', '_')


def faults(rules, modules, elsewhere):
    """rules: {rule: its codes}; modules: {rule: module of its recipes}."""
    for rule, codes in rules.items():
        made = getattr(modules.get(rule), 'RECIPES', {})
        for code in sorted(set(codes) - set(made) - elsewhere):
            yield '%s: no recipe for %s' % (path_of(rule), code)
        for code, found in made.items():
            if code not in codes:
                yield '%s: %s is no code of the rule %s' % (
                    path_of(rule), code, rule)
            if not found:
                yield '%s: no recipe for %s' % (path_of(rule), code)
    for rule in set(modules) - set(rules):
        yield '%s: there is no rule %s' % (path_of(rule), rule)
    known = {code for codes in rules.values() for code in codes}
    for code in sorted(elsewhere - known):
        yield 'tests/dc/recipes/__init__.py: there is no code %s' % code


def main():
    found = list(faults(
        check_docs.codes_of_rules(), recipes.modules(),
        recipes.OF_FOREST | recipes.OF_USERS | recipes.NOT_PLANTED))
    for text in found:
        print(text)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
