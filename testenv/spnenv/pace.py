# SPDX-License-Identifier: GPL-3.0-or-later
"""In which order testenv/check starts the suites, and what may run beside what.

The result of a suite depends on nothing here; how long all of them take does. A
suite that is in none of these lists is started in the order of suites.py, when
there is a place for it.
"""

# Seconds on two processors, of those that take long. What takes longest is
# started first, so that no processor is idle in the end.
SECONDS = {
    "matrix.quick": 200, "testenv": 110, "sanitized.rows.ldap": 75,
    "web": 90, "bench": 85, "tool_spn_guard": 75, "tool_ldap_tls": 70,
    "tool_debian": 55, "tool_hostile_server": 50, "tool_hostile_socket": 50,
    "module_clients.ad_dc": 45, "tool_spn_policy_values": 45,
    "module_combinations": 40, "tool_audit_apply_keytab": 40,
    "tool_spn_policy": 40, "tool_all_dcs": 35, "tool_spn_policy_damage": 35,
    "module_requests": 30, "testenv.web": 30, "tool_probe_kdc": 30,
    "sanitized.module_fuzz": 15, "test_children": 25, "tool_progress": 25,
    "rows.ldap": 20, "module_replication": 25, "tool_probe_kerberos": 20,
    "tool_growth": 20, "tool_spn_audit_watch": 20,
}

# They do nothing but wait, for a server that does not answer or for a process to
# be given up: less than a fifth of their time is CPU time. So they take no place
# from others, and have as many of their own.
WAITING = {
    "test_children", "test_probe_child", "tool_all_dcs", "tool_hostile_server",
    "tool_hostile_socket", "tool_http", "tool_ldap_tls", "tool_probe_kdc",
    "tool_probe_names", "tool_progress", "tool_spn_audit_dns", "tool_spn_guard",
}

# They read nothing of bin/: one has a clone, the other a copy of the sources. So
# they may run beside what writes there.
APART = {"matrix.quick", "tool_debian"}


def in_order(chosen):
    """First what runs alone, for nothing runs beside it at the end either."""
    return sorted(chosen, key=lambda suite: (
        not suite.alone, -SECONDS.get(suite.name, 0)))


def apart(suite, other):
    """Neither of the two writes what the other reads."""
    return not (suite.alone or other.alone) or (
        suite.name in APART or other.name in APART)


def may_start(suite, running, jobs):
    """RUNNING are the suites that run, JOBS how many may, of either kind; if it
    is one, one of all."""
    beside = [each for each in running if jobs == 1 or
              (each.name in WAITING) == (suite.name in WAITING)]
    return not running or (len(beside) < jobs and
                           all(apart(suite, each) for each in running))


def next_of(waiting, running, jobs):
    """The first of WAITING that may start now, or None."""
    return next((suite for suite in waiting
                 if may_start(suite, running, jobs)), None)
