# SPDX-License-Identifier: GPL-3.0-or-later
"""testenv/demo: from a bare machine to a DC that enforces the policy.

Installs, builds, provisions; the story itself is testenv/story.sh, whose first
half runs before samba is started and whose second half talks LDAP to it.
"""

import argparse
import contextlib
import os
import shlex
import tempfile

from spnenv import checking, front, layout, packages
from spnenv.errors import EXIT_CANNOT_RUN, TestenvError, complain

SECTIONS = ("run", "build")
STORY = os.path.join(layout.TESTENV, "story.sh")


def make_order(keep):
    after = [STORY, "after"]
    if keep:
        # The story, then a shell with the DC still running.
        after = ["bash", "-c", "%s after; exec bash --norc -i"
                 % shlex.quote(STORY)]
    return {"environment": "ad_dc",
            "local": True,
            "keep": False,
            "backend_store": "tdb",
            "before_start": [STORY, "before"],
            "command": after,
            "shell": keep}


def prepare():
    if os.getuid() == 0:
        packages.install(*SECTIONS)
    else:
        packages.require(*SECTIONS)
    if not checking.build():
        raise TestenvError("the build failed, see above")


@contextlib.contextmanager
def own_cache():
    """The demo leaves nothing behind, not even a provisioned domain."""
    if "SPN_TESTENV_CACHE" in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="spn-demo-") as folder:
        os.environ["SPN_TESTENV_CACHE"] = folder
        yield


def main(argv):
    parser = argparse.ArgumentParser(
        prog="testenv/demo",
        description="Install what is missing (as root), build, provision a "
        "domain that is thrown away in the end, and show on it what "
        "spn_policy does.")
    parser.add_argument("--keep", action="store_true",
                        help="leave a shell with the DC running")
    options = parser.parse_args(argv)
    try:
        prepare()
    except TestenvError as error:
        complain(error)
        return EXIT_CANNOT_RUN
    except KeyboardInterrupt:
        return 130
    with own_cache():
        return front.guarded(lambda: make_order(options.keep))
