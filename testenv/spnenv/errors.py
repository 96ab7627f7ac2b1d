# SPDX-License-Identifier: GPL-3.0-or-later
"""The one kind of error a user of testenv is meant to read."""

import sys

EXIT_CANNOT_RUN = 2


class TestenvError(Exception):
    """What went wrong and what to do about it, ready to print."""


class Impossible(TestenvError):
    """It cannot be done on this machine, and nothing is wrong with the project."""


def complain(text):
    """Print TEXT on stderr as testenv's own, whatever the command prints."""
    print("testenv: %s" % text, file=sys.stderr, flush=True)
