# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that a test needs to succeed."""

import re
import subprocess


def run(*command, code=(0,), text=""):
    """What it printed; text is its input. Any exit status but those of code is an
    error."""
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, input=text, text=True)
    if done.returncode not in code:
        raise AssertionError("%s: exit %d\n%s%s" % (
            command, done.returncode, done.stdout, done.stderr))
    return done.stdout


def without_network_warning(said):
    """Without what Samba says since 4.22 where there is a loopback only; 4.24
    says the name of the function, too."""
    return re.sub(r"(?m)^(load_interface_list: )?"
                  r"WARNING: no network interfaces found\r?\n", "", said)
