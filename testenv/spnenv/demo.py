# SPDX-License-Identifier: GPL-3.0-or-later
"""testenv/demo: from a bare machine to a DC that enforces the policy.

Installs, builds, provisions; the story itself is testenv/story.sh, whose first
half runs before samba is started and whose second half talks LDAP to it. With
--web it is testenv/webstory.sh, beside a web site.
"""

import argparse
import contextlib
import os
import shlex
import tempfile

from spnenv import checking, front, layout, packages, web
from spnenv.errors import EXIT_CANNOT_RUN, TestenvError, complain

SECTIONS = ("run", "build")
WEB_STORY = os.path.join(layout.TESTENV, "webstory.sh")
# The site's first day: by its full name it works.
WEB_CASE = "half-full"
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


def make_web_order(keep, pictures):
    command = [WEB_STORY, pictures or ""]
    if keep:
        command = ["bash", "-c", "%s; exec bash --norc -i"
                   % shlex.join(command)]
    return web.make_order(case=WEB_CASE, command=command)


def prepare(*sections):
    if os.getuid() == 0:
        packages.install(*SECTIONS, *sections)
    else:
        packages.require(*SECTIONS, *sections)
    if not checking.build():
        raise TestenvError("the build failed, see above")


def order_of(options):
    if not options.web:
        return make_order(options.keep)
    pictures = options.pictures and os.path.abspath(options.pictures)
    if pictures:
        os.makedirs(pictures, exist_ok=True)
    return make_web_order(options.keep, pictures)


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
    parser.add_argument("--web", action="store_true",
                        help="the other half of the story: a web site that "
                        "asks for a password, and how it is mended (as root)")
    parser.add_argument("--pictures", metavar="FOLDER", help="--web: what "
                        "Chromium shows before and after, as PNG files")
    options = parser.parse_args(argv)
    if options.pictures and not options.web:
        parser.error("--pictures is for --web")
    try:
        if options.web:
            web.require_possible()
            prepare(web.SECTION, *["browser"] * bool(options.pictures))
        else:
            prepare()
    except TestenvError as error:
        complain(error)
        return EXIT_CANNOT_RUN
    except KeyboardInterrupt:
        return 130
    with own_cache():
        return front.guarded(lambda: order_of(options))
