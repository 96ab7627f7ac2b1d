# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of tool_hostile_server.py over a socket of this machine, where the
tools read by libldap.
"""

import unittest

import tool_hostile_server as base


class WithoutValues(base.WithoutValues):
    over_socket = True


class Long(base.Long):
    over_socket = True


class Cut(base.Cut):
    over_socket = True


class Silence(base.Silence):
    over_socket = True


class Endless(base.Endless):
    over_socket = True


if __name__ == "__main__":
    unittest.main()
