# SPDX-License-Identifier: GPL-3.0-or-later
"""Every test suite of the project: what testenv/check runs and what
testenv/selftest/tests.py offers to Samba's selftest.

C tests and checks are taken from TESTS and CHECKS in tests/test_table.py, the
list they are built from. Whatever needs a domain is a row in DOMAIN_SUITES.
"""

import os
import shlex
from dataclasses import dataclass, replace

from spnenv import layout
from spnenv.layout import test_table

# Where a suite runs besides the names in table.ENVIRONMENTS.
NOWHERE = "none"    # needs no domain
MACHINE = "machine" # starts environments itself, so only on the bare machine


@dataclass(frozen=True)
class Suite:
    """One command; how its result is found is told by kind.

    counted  by what it prints: subunit, text protocol v1 (cmocka,
             samba.subunit.run, Samba's own tests), or without any subunit a
             closing line "N passed, N failed, N skipped". Subunit is better:
             a test that began and never ended is seen.
    status   a single test, decided by the exit status
    """

    name: str
    environment: str
    kind: str
    command: str        # for sh -c, run in the top of the checkout
    seconds: int = 3000  # longer is a failure
    alone: bool = False  # it writes into bin/, which others read: see pace.py
    long: str = ""      # the command instead, if time does not matter


def python(module):
    return "%s -B -m samba.subunit.run %s" % (layout.PYTHON, module)


# What those below call, and two headers that are made for it.
SANITIZED = ("ldb-modules/spn_policy", "programs/spn-policy",
             "programs/spn-audit", "tests/test_rows",
             "tools/audit/formats/page_parts.h", "tools/audit/rule_pages.h")


def sanitized(name, command):
    """A suite in ad_dc:local, with a module built with ASan and UBSan."""
    return Suite("sanitized." + name, MACHINE, "counted",
                 "SPN_SANITIZED_TARGETS=%s %s ad_dc:local -- %s" % (
                     ",".join(SANITIZED), shlex.quote(os.path.join(
                         layout.TESTENV, "sanitized")), command),
                 seconds=6000)


def rows(way):
    return ("%s -B tests/dc/rows_directory.py %s docs/rules tests/rows"
            % (layout.PYTHON, way))


def samba_test(module):
    """A test of Samba's that wants server and credentials as arguments.

    Not every release has them. Samba accepts SPNs that no client would ask for, and has tests for that;
    our rule syntax refuses them. With it at warn the tests must be as green
    as without the module.
    """
    login = "-U\"$USERNAME%$PASSWORD\""
    return ("if %(python)s -c 'import importlib.util, sys; "
            "sys.exit(not importlib.util.find_spec("
            "\"samba.tests.%(module)s\"))' 2> /dev/null; then "
            "spn-policy set syntax=warn -H ldap://$SERVER %(login)s && "
            "%(python)s -m samba.tests.%(module)s $SERVER %(login)s; else "
            "echo 'skipped: no samba.tests.%(module)s on this machine'; "
            "echo 0 passed, 0 failed, 1 skipped; fi"
            % {"python": layout.PYTHON, "module": module, "login": login})


def own_test(name, environment, module, longer="", **more):
    """A test of testenv itself, in testenv/selftest/; LONGER is set where it
    is a variable that makes more of it."""
    command = "PYTHONPATH=%s %s" % (
        shlex.quote(os.path.join(layout.TESTENV, "selftest")), python(module))
    return Suite(name, environment, "counted", command,
                 long=longer and "%s=1 %s" % (longer, command), **more)


def with_domain(name, environment):
    """A test of more than one environment, on the server's side of this."""
    return Suite("%s.%s" % (name, environment), environment + ":local",
                 "counted", python(name))


def built(name):
    """A test that builds by itself, in tests/tools/."""
    return Suite(name, NOWHERE, "counted", "PYTHONPATH=%s %s" % (
        shlex.quote(layout.python_path()), python(name)))


BENCH = "%s -B tests/bench/bench.py --sizes=10000 --gate" % layout.PYTHON
# Over LDAP more of them can be said, and all that is said locally.
QUICK_ROWS = ("rows.ldap",)


def build_environment():
    """What `waf test` gives its tests, as a prefix for a command."""
    build = os.path.join(layout.CHECKOUT, "bin")
    variables = {"PYTHONPATH": layout.python_path(),
                 "TALLOC_FREE_FILL": "255",
                 "LDB_MODULES_PATH": layout.module_dir(),
                 "LDB_MODULES_DISABLE_DEEPBIND": "1",
                 "SPN_POLICY_BUILD": build,
                 "CMOCKA_MESSAGE_OUTPUT": "SUBUNIT"}
    return "env " + " ".join("%s=%s" % (name, shlex.quote(value))
                             for name, value in variables.items())


# A module on top of samba_dsdb has to keep Samba's own tests of the rules for
# names green, hence the two of Samba's.
DOMAIN_SUITES = (
    Suite("lint", NOWHERE, "status", "./waf lint --brief", seconds=9000,
          alone=True, long="./waf lint"),
    *(own_test("testenv." + name, NOWHERE, "test_" + name)
      for name in ("results", "pace", "matrix")),
    built("tool_debian"),
    Suite("tool_audit_page", NOWHERE, "counted", "%s %s" % (
        build_environment(), python("tool_audit_page"))),
    own_test("testenv", MACHINE, "test_testenv", seconds=9000,
             longer="SPN_TESTENV_EVERYWHERE"),
    Suite("tool_probe_names", MACHINE, "counted", "%s %s" % (
        build_environment(), python("tool_probe_names"))),
    own_test("demo", MACHINE, "test_demo", seconds=6000, alone=True),
    *(Suite("rows." + way, "ad_dc:local", "counted", rows(way))
      for way in ("ldap", "local")),
    sanitized("rows.ldap", rows("ldap")),
    sanitized("module_fuzz", python("module_fuzz")),
    Suite("matrix.quick", MACHINE, "counted", "%s --quick --optional"
          % shlex.quote(os.path.join(layout.TESTENV, "matrix"))),
    *(Suite(module, "ad_dc:local", "counted", python(module))
      for module in ("module_write_paths", "module_rpc", "module_ldap",
                     "module_tools", "module_faults", "module_outages",
                     "module_adversary", "module_attempts",
                     "module_secrets", "module_logging", "module_joins",
                     "module_state")),
    Suite("module_combinations", "ad_dc:local", "counted",
          python("module_combinations")),
    *(with_domain(name, environment)
      for name in ("module_stock", "module_hidden")
      for environment in ("ad_dc", "ad_dc_stock")),
    with_domain("tool_audit_ticket_types", "ad_dc_stock"),
    with_domain("module_clients", "ad_dc"),
    Suite("module_kdc_names", "ad_dc_stock:local", "counted",
          python("module_kdc_names")),
    own_test("testenv.web", MACHINE, "test_web"),
    # With --stock it is the same table; by hand, for it takes its time.
    Suite("web", MACHINE, "counted", "%s --cases --page" % shlex.quote(
        os.path.join(layout.TESTENV, "web"))),
    Suite("tool_spn_guard", "ad_dc_stock:local", "counted",
          python("tool_spn_guard")),
    Suite("module_requests", MACHINE, "counted",
          shlex.quote(os.path.join(layout.TESTENV, "requests"))),
    Suite("bench", MACHINE, "status", BENCH + " --brief",
          long=BENCH + " --instructions"),
    Suite("tool_spn_audit", "ad_dc_stock:local", "counted",
          python("tool_spn_audit")),
    with_domain("tool_audit_apply", "ad_dc"),
    with_domain("tool_audit_fix_tickets", "ad_dc_stock"),
    with_domain("tool_setspn", "ad_dc"),
    *(with_domain(name, environment)
      for name in ("tool_audit_fixes", "tool_setspn_refusals")
      for environment in ("ad_dc", "ad_dc_stock")),
    *(Suite(name, "ad_dc_stock:local", "counted", python(name))
      for name in ("tool_audit_aliases", "tool_audit_guide", "tool_audit_output",
                   "tool_audit_rights", "tool_audit_violations")),
    Suite("tool_spn_audit_sources", "ad_dc_stock:local", "counted",
          python("tool_spn_audit_sources")),
    Suite("tool_spn_audit_watch", "ad_dc_stock:local", "counted",
          python("tool_spn_audit_watch")),
    Suite("module_replication", "ad_dc_pair:local", "counted",
          python("module_replication")),
    Suite("module_replication_race", "ad_dc_pair:local", "counted",
          python("module_replication_race")),
    Suite("module_replication_one", "ad_dc_pair_one:local", "counted",
          python("module_replication_one")),
    # The repairs it makes are those of tool_audit_apply, which runs on both.
    Suite("tool_audit_apply_keytab", "ad_dc:local", "counted",
          python("tool_audit_apply_keytab")),
    Suite("tool_probe_controllers", "ad_dc_pair:local", "counted",
          python("tool_probe_controllers")),
    Suite("tool_probe_kerberos", "ad_dc_stock:local", "counted",
          python("tool_probe_kerberos")),
    Suite("tool_tickets", "ad_dc_stock:local", "counted",
          python("tool_tickets")),
    *(Suite(name, "ad_dc_stock:local", "counted", python(name))
      for name in ("tool_kdc_log_dc", "tool_http_token", "tool_ldap_clients")),
    Suite("tool_spn_policy", "ad_dc_stock:local", "counted",
          python("tool_spn_policy")),
    Suite("tool_spn_policy_running", "ad_dc:local", "counted",
          python("tool_spn_policy_running")),
    *(Suite("tool_spn_policy_all." + environment, environment + ":local",
            "counted", python("tool_spn_policy_all"))
      for environment in ("ad_dc_pair", "ad_dc_pair_one")),
    Suite("tool_spn_policy_values", "ad_dc_stock:local", "counted",
          python("tool_spn_policy_values")),
    Suite("tool_spn_policy_damage", "ad_dc_stock:local", "counted",
          python("tool_spn_policy_damage")),
    Suite("samba.ldap_spn", "ad_dc", "counted", samba_test("ldap_spn")),
    Suite("samba.ldap_upn_sam_account", "ad_dc", "counted",
          samba_test("ldap_upn_sam_account")),
)

# What others prove in most respects: for testenv/check --long. Each of these rows
# is one of sanitized.rows.ldap, too; and what runs with the module and without it
# runs above in one of the two.
LONG_SUITES = (
    sanitized("rows.local", rows("local")),
    built("tool_debian_again"),
    with_domain("tool_audit_ticket_types", "ad_dc"),
    with_domain("tool_audit_fix_tickets", "ad_dc"),
    *(with_domain(name, "ad_dc_stock")
      for name in ("module_clients", "tool_audit_apply", "tool_setspn")),
)


def c_suites():
    """The C tests, from tests/test_table.py."""
    prefix = build_environment()
    for name, test in test_table.TESTS.items():
        program = os.path.join(layout.CHECKOUT, "bin", "tests", name)
        words = [program, *test["args"]]
        yield Suite(name, NOWHERE, "counted", "%s %s" % (
            prefix, " ".join(shlex.quote(word) for word in words)))


def check_suites():
    """The checks from there."""
    prefix = build_environment()
    for name, script in test_table.CHECKS.items():
        path = os.path.join(layout.CHECKOUT, script)
        yield Suite(name, NOWHERE, "status", "%s %s -B %s" % (
            prefix, layout.PYTHON, shlex.quote(path)))


def all_suites():
    return [*c_suites(), *check_suites(), *DOMAIN_SUITES]


def long_suites():
    """The same, each as long as it can be, and those that only these are."""
    return [replace(suite, command=suite.long or suite.command)
            for suite in [*all_suites(), *LONG_SUITES]]


def quick_suites():
    """The C tests, the rows on all levels among them."""
    return [*c_suites(), *(suite for suite in DOMAIN_SUITES
                           if suite.name in QUICK_ROWS)]
