#!/usr/bin/python3 -EB
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project's suites as a test list for Samba's selftest.pl:

    selftest.pl ... --testlist="<checkout>/testenv/selftest/tests.py|"

Format: three lines after "-- TEST --", which are name, environment, command.
There the environments are Samba's, and ad_dc is one; see testenv/README.md for
how the module gets into it.
"""

import os
import shlex
import sys

sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from spnenv import layout, suites   # noqa: E402 (needs the path)

SAMBAS_NAME = {"ad_dc_stock": "ad_dc"}


def sambas_environment(name):
    base, colon, side = name.partition(":")
    return SAMBAS_NAME.get(base, base) + colon + side


def main():
    speak_subunit = os.path.join(layout.TESTENV, "selftest", "subunit")
    for suite in suites.all_suites():
        if suite.environment == suites.MACHINE:
            continue
        environment = sambas_environment(suite.environment)
        print("-- TEST --")
        print("spn_policy.%s(%s)" % (suite.name, environment))
        print(environment)
        print("%s %s" % (shlex.quote(speak_subunit), suite.name))
    return 0


sys.exit(main())
