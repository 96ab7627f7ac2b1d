# SPDX-License-Identifier: GPL-3.0-or-later
"""How a KDC encrypts a ticket: asked with MIT's kinit, kvno and klist."""

import os
import re
import subprocess


def with_cache(cache):
    return dict(os.environ, KRB5CCNAME="FILE:" + cache)


def log_on(cache):
    """As the administrator of the environment."""
    subprocess.run(
        ["kinit", "%s@%s" % (os.environ["USERNAME"], os.environ["REALM"])],
        env=with_cache(cache), check=True, input=os.environ["PASSWORD"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)


def ticket_type(name, cache):
    """The encryption of the ticket for it, None if there is none."""
    if subprocess.run(["kvno", name], env=with_cache(cache), check=False,
                      stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL).returncode != 0:
        return None
    shown = subprocess.run(["klist", "-e"], env=with_cache(cache), check=True,
                           stdout=subprocess.PIPE, text=True).stdout
    return re.search(r"%s@.*\n.*Etype \(skey, tkt\): \S+, (\S+)" %
                     re.escape(name), shown)[1]
