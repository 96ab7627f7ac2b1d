# SPDX-License-Identifier: GPL-3.0-or-later
"""Every test that needs no domain: what wscript builds and runs, and what
testenv/spnenv/suites.py takes over. Those with a domain are in suites.py.
"""


def sources(folder, names):
    return ['%s/%s.c' % (folder, name) for name in names.split()]


# What the tests of the module in a stack share.
FAKE_STACK = sources('tests', '''
    fake_module fake_requests fake_samldb fake_stack
''')

# All formats of spn-audit.
FORMAT_CHECKS = ['tests/format_checks.c'] + sources('tools', '''
    audit_choice audit_csv audit_format audit_html audit_json
    audit_prometheus audit_text audit_words
''')
FORMAT_LIBRARIES = 'JANSSON UNISTRING XML2'

ACL = sources('tools', 'audit_acl audit_trustees')
BASELINE = sources('tools', '''
    audit_baseline audit_choice audit_findings audit_words
''')

# name: {'kind': ..., 'sources': [...]}, and where needed
#   'wrap': functions replaced at link time (-Wl,--wrap=NAME),
#   'use':  more libraries, 'args': arguments of the run.
# kind 'pure' links spn_policy_core, talloc and cmocka; 'stack' also spn_store
# and ldb, and runs with LDB_MODULES_PATH pointing at the module just built.
TESTS = {
    'test_spn': {'kind': 'pure', 'sources': [
        'tests/test_spn.c', 'tests/policy_fixture.c']},
    'test_spn_unicode': {'kind': 'pure', 'sources': [
        'tests/test_spn_unicode.c', 'tests/policy_fixture.c']},
    'test_spn_set': {'kind': 'pure', 'sources': [
        'tests/test_spn_set.c', 'tests/policy_fixture.c']},
    'test_spn_mappings': {'kind': 'pure', 'sources': [
        'tests/test_spn_mappings.c', 'tests/policy_fixture.c']},
    'test_spn_index': {'kind': 'pure', 'sources': [
        'tests/test_spn_index.c', 'tests/policy_fixture.c']},
    'test_spn_census': {'kind': 'pure', 'sources': [
        'tests/test_spn_census.c', 'tests/policy_fixture.c']},
    'test_host_pair': {'kind': 'pure', 'sources': [
        'tests/test_host_pair.c', 'tests/policy_fixture.c']},
    'test_settings': {'kind': 'pure', 'sources': [
        'tests/test_settings.c', 'tests/policy_fixture.c']},
    'test_settings_values': {'kind': 'pure', 'sources': [
        'tests/test_settings_values.c', 'tests/policy_fixture.c']},
    'test_settings_effects': {'kind': 'pure', 'sources': [
        'tests/test_settings_effects.c', 'tests/policy_fixture.c']},
    'test_report': {'kind': 'pure', 'use': 'JANSSON', 'sources': [
        'tests/test_report.c', 'tests/policy_fixture.c']},
    'test_completion': {'kind': 'pure', 'sources': [
        'tests/test_completion.c', 'tests/policy_fixture.c']},
    'test_rules_audit': {'kind': 'pure', 'sources': [
        'tests/test_rules_audit.c', 'tests/policy_fixture.c']},
    'test_census_oom': {'kind': 'stack', 'sources': [
        'tests/test_census_oom.c', 'tests/policy_fixture.c',
        'tests/fail_allocation.c', 'tools/audit_lists.c']},
    'test_rules_oom': {'kind': 'stack', 'sources': [
        'tests/test_rules_oom.c', 'tests/policy_fixture.c',
        'tests/fail_allocation.c']},
    'test_audit_findings': {'kind': 'pure', 'sources': [
        'tests/test_audit_findings.c', 'tests/policy_fixture.c',
        'tools/audit_findings.c', 'tools/audit_choice.c']},
    'test_audit_text': {'kind': 'pure', 'use': 'UNISTRING', 'sources': [
        'tests/test_audit_text.c', 'tests/policy_fixture.c',
        'tools/audit_fold.c', 'tools/audit_words.c']},
    'test_audit_acl': {'kind': 'stack', 'sources': [
        'tests/test_audit_acl.c', 'tests/policy_fixture.c'] + ACL},
    'test_audit_baseline': {'kind': 'pure', 'use': 'UNISTRING', 'sources': [
        'tests/test_audit_baseline.c', 'tests/policy_fixture.c'] + BASELINE},
    'test_audit_formats': {'kind': 'stack', 'use': FORMAT_LIBRARIES,
                           'sources': FORMAT_CHECKS + [
        'tests/test_audit_formats.c', 'tests/policy_fixture.c',
        'tests/fail_allocation.c']},
    'test_audit_fold': {'kind': 'stack', 'use': 'UNISTRING',
                        'sources': FAKE_STACK + [
        'tests/test_audit_fold.c', 'tools/audit_fold.c']},
    'test_audit_records': {'kind': 'stack', 'use': 'TDB LMDB', 'sources': [
        'tests/test_audit_records.c', 'tools/audit_limits.c',
        'tools/audit_records.c']},
    'test_audit_output': {'kind': 'pure', 'wrap': ['fsync'], 'sources': [
        'tests/test_audit_output.c', 'tests/policy_fixture.c',
        'tools/audit_output.c', 'tools/audit_place.c']},
    'test_audit_search': {'kind': 'stack', 'sources': [
        'tests/test_audit_search.c', 'tools/audit_limits.c',
        'tools/audit_search.c',
        'tools/connect_error.c']},
    'test_audit_ldif': {'kind': 'stack', 'sources': [
        'tests/test_audit_ldif.c', 'tools/audit_contexts.c',
        'tools/audit_entry.c', 'tools/audit_ldif.c', 'tools/audit_limits.c',
        'tools/audit_lines.c']},
    'test_setspn_args': {'kind': 'pure', 'sources': [
        'tests/test_setspn_args.c', 'tools/setspn_args.c']},
    'test_rows': {'kind': 'pure', 'use': 'JANSSON', 'sources': [
        'tests/rows.c', 'tests/rows_facts.c', 'tests/rows_json.c',
        'tests/test_rows.c'],
        'args': ['docs/rules', 'tests/rows']},
    # Replay what ./waf fuzz found or was given.
    'fuzz_spn': {'kind': 'pure', 'sources': [
        'tests/fuzz_main.c', 'tests/fuzz_spn.c'],
        'args': ['tests/corpus/spn']},
    'fuzz_mappings': {'kind': 'pure', 'sources': [
        'tests/fuzz_main.c', 'tests/fuzz_mappings.c'],
        'args': ['tests/corpus/mappings']},
    'fuzz_settings': {'kind': 'pure', 'sources': [
        'tests/fuzz_main.c', 'tests/fuzz_settings.c'],
        'args': ['tests/corpus/settings']},
    'fuzz_rows': {'kind': 'pure', 'sources': [
        'tests/fuzz_main.c', 'tests/fuzz_rows.c', 'tests/rows.c',
        'tests/rows_facts.c'],
        'args': ['tests/corpus/rows']},
    'fuzz_policy': {'kind': 'pure', 'sources': [
        'tests/fuzz_main.c', 'tests/fuzz_policy.c'],
        'args': ['tests/corpus/policy']},
    'fuzz_acl': {'kind': 'stack', 'sources': [
        'tests/fuzz_main.c', 'tests/fuzz_acl.c'] + ACL,
        'args': ['tests/corpus/acl']},
    'fuzz_baseline': {'kind': 'pure', 'use': 'UNISTRING', 'sources': [
        'tests/fuzz_main.c', 'tests/fuzz_baseline.c'] + BASELINE,
        'args': ['tests/corpus/baseline']},
    'fuzz_formats': {'kind': 'pure', 'use': FORMAT_LIBRARIES,
                     'sources': FORMAT_CHECKS + [
        'tests/fuzz_main.c', 'tests/fuzz_formats.c'],
        'args': ['tests/corpus/formats']},
    'fuzz_ldif': {'kind': 'stack', 'sources': [
        'tests/fuzz_main.c', 'tests/fuzz_ldif.c', 'tools/audit_entry.c',
        'tools/audit_ldif.c', 'tools/audit_limits.c', 'tools/audit_lines.c'],
        'args': ['tests/corpus/ldif']},
    'fuzz_setspn': {'kind': 'pure', 'sources': [
        'tests/fuzz_main.c', 'tests/fuzz_setspn.c', 'tools/setspn_args.c'],
        'args': ['tests/corpus/setspn']},
    'test_dlopen': {'kind': 'stack', 'sources': ['tests/test_dlopen.c']},
    'test_store': {'kind': 'stack', 'sources': FAKE_STACK + [
        'tests/test_store.c']},
    'test_values': {'kind': 'stack', 'sources': ['tests/test_values.c']},
    'test_version': {'kind': 'stack', 'sources': ['tests/test_version.c']},
    'test_module_basics': {'kind': 'stack', 'sources': FAKE_STACK + [
        'tests/test_module_basics.c']},
    'test_module_commit': {'kind': 'stack', 'sources': FAKE_STACK + [
        'tests/test_module_commit.c']},
    'test_module_complete': {'kind': 'stack', 'sources': FAKE_STACK + [
        'tests/test_module_complete.c']},
    'test_module_failures': {'kind': 'stack', 'sources': FAKE_STACK + [
        'tests/test_module_failures.c']},
    'test_module_steps': {'kind': 'stack', 'sources': FAKE_STACK + [
        'tests/test_module_steps.c']},
    'test_module_leaks': {'kind': 'stack', 'sources': FAKE_STACK + [
        'tests/test_module_leaks.c']},
    'test_module_oom': {'kind': 'stack', 'sources': FAKE_STACK + [
        'tests/test_module_oom.c', 'tests/fail_allocation.c']},
    'test_module_strangers': {'kind': 'stack', 'sources': FAKE_STACK + [
        'tests/test_module_strangers.c', 'tests/fail_allocation.c']},
    'test_module_rights': {'kind': 'stack', 'sources': FAKE_STACK + [
        'tests/test_module_rights.c']},
    'test_module_replication': {'kind': 'stack', 'sources': FAKE_STACK + [
        'tests/test_module_replication.c', 'tests/fail_allocation.c']},
    'test_module_foresee': {'kind': 'stack', 'sources': FAKE_STACK + [
        'tests/test_module_foresee.c']},
    'test_module_samldb': {'kind': 'stack', 'sources': FAKE_STACK + [
        'tests/test_module_samldb.c']},
    'test_module_settings': {'kind': 'stack', 'sources': FAKE_STACK + [
        'tests/test_module_settings.c']},
    'test_spn_policy_list': {'kind': 'stack', 'sources': [
        'tests/test_spn_policy_list.c', 'tools/spn_policy_list.c']},
    'test_connect': {'kind': 'stack', 'use': 'HOSTCONFIG POPT', 'sources': [
        'tests/test_connect.c', 'tools/connect.c', 'tools/connect_error.c',
        'tools/connect_modules.c', 'tools/connect_options.c',
        'tools/connect_silence.c']},
}

# Programs that a check below runs.
HELPERS = {
    'say_quoted': {'kind': 'stack', 'use': 'UNISTRING XML2', 'sources': [
        'tests/say_quoted.c', 'tools/audit_events.c'] + FORMAT_CHECKS[1:]},
}

# Tests that are no C program: run with the build folder in SPN_POLICY_BUILD.
CHECKS = {
    'check_symbols': 'tests/check_symbols.py',
    'check_layers': 'tests/check_layers.py',
    'check_values': 'tests/check_values.py',
    'check_sizes': 'tests/check_sizes.py',
    'check_docs': 'tests/check_docs.py',
    'check_units': 'tests/check_units.py',
    'check_quotes': 'tests/check_quotes.py',
    'tool_audit_input': 'tests/tool_audit_input.py',
    'tool_audit_options': 'tests/tool_audit_options.py',
    'tool_audit_places': 'tests/tool_audit_places.py',
    'tool_pipes': 'tests/tool_pipes.py',
    'tool_quotes': 'tests/tool_quotes.py',
    'tool_spn_audit_dns': 'tests/tool_spn_audit_dns.py',
    'tool_growth': 'tests/tool_growth.py',
    'tool_hostile_export': 'tests/tool_hostile_export.py',
    'tool_hostile_server': 'tests/tool_hostile_server.py',
}
