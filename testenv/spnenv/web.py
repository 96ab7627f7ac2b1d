# SPDX-License-Identifier: GPL-3.0-or-later
"""testenv/web: a web site that asks for Kerberos, and a command beside it.

The environment is one of testenv/run; the site (website.py) is what runs in it.
It needs root and namespaces: the servers change their user, and ask a real DNS.
"""

import argparse
import json
import os

from spnenv import front, layout, networks, packages
from spnenv.errors import (EXIT_CANNOT_RUN, Impossible, TestenvError,
                           complain)

SECTION = "web"
MORE = ("web-more", "browser")     # what its cases are skipped without


def make_order(stock=False, keep=False, **order):
    """An order for the keeper; what is left is the site's (website.py)."""
    return {"environment": "ad_dc_stock" if stock else "ad_dc",
            "local": False,
            "keep": keep,
            "backend_store": "tdb",
            "command": layout.helper("website", json.dumps(order)),
            "shell": False}


def require_possible():
    """Raise where no site can be."""
    if os.getuid() != 0:
        raise Impossible("only root can have a web site here: its servers "
                         "change their user")
    refusal = networks.Namespaces.refusal()
    if refusal or os.environ.get("USE_NAMESPACES") == "0":
        raise Impossible("a web site needs namespaces: %s"
                         % (refusal or "USE_NAMESPACES is 0"))


def require():
    """The same, and what is missing, and what to do."""
    require_possible()
    packages.require(SECTION)


def parser():
    out = argparse.ArgumentParser(
        prog="testenv/web", usage="%(prog)s [--stock] [--keep] [--show] "
        "[--case=NAME] [-- COMMAND...]\n       %(prog)s [--stock] --cases [REGEX...]\n"
        "       %(prog)s [--stock] --page",
        description="Start a domain with a web site that asks for Kerberos, "
        "and run a command beside it. See testenv/README.md.")
    out.add_argument("--stock", action="store_true",
                     help="the domain controller without spn_policy")
    out.add_argument("--keep", action="store_true",
                     help="leave the run directory behind and print its path")
    out.add_argument("--show", action="store_true",
                     help="print what is where")
    out.add_argument("--case", metavar="NAME", help="a site that is wrong as "
                     "in this case; the command is its client")
    out.add_argument("--cases", action="store_true",
                     help="what can be wrong with a site, and each repaired")
    out.add_argument("--page", action="store_true",
                     help="type the commands of docs/troubleshooting-401.md")
    out.add_argument("--write", action="store_true",
                     help="--cases: write docs/web-cases.md anew")
    out.add_argument("--install", action="store_true",
                     help="install all packages for it before, as root")
    out.add_argument("patterns", nargs="*", metavar="REGEX",
                     help="--cases: only those whose name matches")
    return out


def cannot(error, cases):
    """What cannot be here counts as skipped, and the reason is printed."""
    if cases:
        print("skipped: %s" % error)
        print("0 passed, 0 failed, 1 skipped")
        return 0
    complain(error)
    return EXIT_CANNOT_RUN


def main(argv):
    ours, command = argv, []
    if "--" in argv:
        at = argv.index("--")
        ours, command = argv[:at], argv[at + 1:]
    usage = parser()
    options = usage.parse_args(ours)
    if options.cases or options.page:
        if command or options.show or options.case:
            usage.error("--cases and --page go without a command")
    elif options.patterns or options.write:
        usage.error("a REGEX and --write are for --cases")
    elif not command and not options.show:
        usage.error("a command, --cases, --page or --show")
    try:
        if options.install:
            packages.install(SECTION, *MORE)
        require()
    except TestenvError as error:
        return cannot(error, options.cases or options.page)
    return front.guarded(lambda: make_order(
        options.stock, options.keep, cases=options.cases, show=options.show,
        page=options.page, case=options.case, command=command,
        write=options.write,
        patterns=options.patterns))
