# SPDX-License-Identifier: GPL-3.0-or-later
"""Every test that needs no domain: what wscript builds and runs, and what
testenv/spnenv/suites.py takes over. Those with a domain are in suites.py.
"""

import os

# What tests share, as libraries: folder below tests/, sources, what they use.
LIBRARIES = {
    'test_policy': ('lib', 'policy_fixture rows rows_facts rows_json',
                    'audit JANSSON'),
    'test_stack': ('lib', 'fake_module fake_requests fake_samldb fake_stack',
                   'store'),
    'test_ldap': ('lib', 'ldap_answers ldap_world', 'common'),
    'test_formats': ('lib', 'format_checks', 'audit JANSSON'),
    # Stands in for functions of talloc: only where it is asked for.
    'fail_allocation': ('lib', 'fail_allocation', 'LDB TALLOC'),
    # Replays what ./waf fuzz found or was given.
    'fuzz_main': ('fuzz', 'fuzz_main', ''),
}

# Programs by their folder below tests/, one source each.
PROGRAMS = {
    'policy': '''
        test_spn test_spn_parts test_syntax test_spn_unicode test_spn_set test_spn_mappings
        test_spn_index test_kdc_names test_ticket_types test_host_pair test_settings test_settings_values
        test_settings_effects test_messages test_report test_completion test_rules_oom
        test_dc_state
        test_rows
    ''',
    'module': '''
        test_dlopen test_spn_log test_module_log test_store test_ldb test_version test_module_basics
        test_module_commit test_module_complete test_module_failures
        test_module_steps test_module_spelling test_module_leaks test_module_oom
        test_module_without_rights test_module_rights test_module_replication
        test_module_cn test_module_prediction test_module_together test_module_samldb test_module_settings test_module_own_law test_module_state
    ''',
    'tools': '''
        test_index_answers test_spn_census test_census_oom test_rules_audit test_audit_findings
        test_audit_apply test_audit_gives_way test_audit_text test_audit_acl test_audit_baseline test_audit_trend test_audit_key_report
        test_audit_formats test_audit_nagios
        test_audit_records test_audit_packed test_audit_output test_audit_search
        test_ldap_backend test_ldap_link test_ldap_messages
        test_audit_ldif test_audit_dns_zones test_setspn_args test_connect test_connect_login
        test_children test_terminal test_probe_keytab test_probe_opening test_probe_rights
    ''',
    'probe': '''
        test_probe_judge test_probe_judge_server test_challenge test_probe_target test_probe_child test_probe_names test_kdc_log_oom
        test_http_oom
    ''',
    'fuzz': '''
        fuzz_spn fuzz_mappings fuzz_settings fuzz_dc_state fuzz_rows fuzz_policy fuzz_acl
        fuzz_baseline fuzz_trend fuzz_key_report fuzz_formats fuzz_ldif fuzz_setspn fuzz_ticket
        fuzz_kdc_log fuzz_challenge fuzz_url fuzz_probe_keytab fuzz_ldap
    ''',
}

# What the programs of a folder link, besides cmocka.
LINKS = {
    'policy': 'test_policy audit',
    'module': 'test_stack store HOSTCONFIG SAMBA_UTIL',
    'tools': 'test_formats test_stack test_policy audit setspn manage '
             'directory probe_log',
    'probe': 'probe probe_names',
    'fuzz': 'fuzz_main test_formats test_policy audit setspn directory '
            'probe_log probe_web probe_names',
}

# Of single programs: 'wrap': functions replaced at link time
# (-Wl,--wrap=NAME), 'links': what comes before all else, 'with': more
# sources, 'args' of the run.
SPECIAL = {
    'test_spn_log': {'with': ['modules/spn_log.c']},
    'test_ldb': {
        'with': ['modules/spn_ldb.c'],
        'wrap': ['ldb_build_%s_req' % each for each in (
            'add', 'mod', 'del', 'rename', 'extended', 'search')],
    },
    'test_rows': {'args': ['docs/rules', 'tests/rows']},
    'fuzz_rows': {'args': ['tests/rows']},
    # The only ones with a Kerberos library, as spn-probe.
    **{name: {'links': 'probe_kerberos'} for name in (
        'say_kerberos', 'test_probe_keytab', 'test_probe_opening',
        'test_probe_rights', 'fuzz_probe_keytab')},
    **{name: {'links': 'test_ldap'} for name in (
        'test_ldap_backend', 'test_ldap_link', 'test_ldap_messages', 'fuzz_ldap')},
    'test_audit_output': {'wrap': ['fsync']},
    **{name: {'with': ['tests/probe/judge_facts.c']} for name in (
        'test_probe_judge', 'test_probe_judge_server')},
    'test_challenge': {'links': 'probe_web'},
    'test_kdc_log_oom': {'links': 'fail_allocation probe_log'},
    'test_http_oom': {'links': 'fail_allocation probe_web'},
    'say_http': {'links': 'probe_web probe_kerberos'},
    'test_probe_names': {'links': 'fail_allocation',
                         'wrap': ['probe_child_ask']},
    **{name: {'links': 'fail_allocation'} for name in (
        'test_rules_oom', 'test_kdc_names', 'test_census_oom',
        'test_audit_formats',
        'test_module_oom', 'test_module_without_rights',
        'test_module_replication')},
}

# Programs that a check below runs: folder, name.
HELPERS = [('tools', 'say_quoted'), ('tools', 'say_kdc'),
           ('tools', 'say_kdc_log'), ('tools', 'say_search'), ('probe', 'say_http'),
           ('probe', 'say_names'), ('tools', 'say_kerberos')]

# Tests that are no C program: run with the build folder in SPN_POLICY_BUILD.
CHECKS = {
    **{name: 'tests/checks/%s.py' % name for name in (
        'check_symbols', 'check_layers', 'check_values', 'check_sizes',
        'check_docs', 'check_messages', 'check_mutations', 'check_units',
        'check_quotes', 'check_recipes')},
    **{name: 'tests/tools/%s.py' % name for name in (
        'tool_audit_accounts', 'tool_audit_config', 'tool_audit_fix_answers', 'tool_audit_fix_texts',
        'tool_audit_gives_way', 'tool_audit_input', 'tool_audit_monitoring',
        'tool_audit_options', 'tool_audit_view', 'tool_bad_options',
        'tool_audit_places', 'tool_audit_trend', 'tool_completion', 'tool_passwords', 'tool_pipes', 'tool_progress',
        'tool_quotes',
        'tool_spn_audit_dns', 'tool_growth', 'tool_hostile_export',
        'tool_hostile_server', 'tool_hostile_socket', 'tool_ldap_tls', 'tool_presence', 'tool_all_dcs',
        'tool_kdc_log', 'tool_http', 'tool_probe_clients', 'tool_probe_kdc',
        'tool_probe_realms', 'tool_probe_codes', 'tool_probe_program')},
}


def python_folders(top):
    """Where the modules are that checks and suites import."""
    return [os.path.join(top, 'tests', each) for each in ('lib', 'tools', 'dc')]


def _program(folder, name):
    """{'sources': [...], 'links': '...', and what SPECIAL says}"""
    special = SPECIAL.get(name, {})
    entry = {
        'sources': ['tests/%s/%s.c' % (folder, name),
                    *special.get('with', [])],
        'links': ' '.join([special.get('links', ''), LINKS[folder],
                           'CMOCKA']),
        'wrap': special.get('wrap', []),
        'args': special.get('args', []),
    }
    if folder == 'fuzz':
        entry['args'] = ['tests/corpus/' + name[len('fuzz_'):], *entry['args']]
    return entry


# name: as _program() says
TESTS = {name: _program(folder, name)
         for folder, names in PROGRAMS.items() for name in names.split()}
HELPER_PROGRAMS = {name: _program(folder, name) for folder, name in HELPERS}
