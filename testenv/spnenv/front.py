# SPDX-License-Identifier: GPL-3.0-or-later
"""testenv/run and testenv/shell: the command line, and waiting."""

import argparse
import json
import os
import signal
import subprocess
import sys

from spnenv import dc, layout, networks, packages, processes, table
from spnenv.errors import EXIT_CANNOT_RUN, TestenvError, complain

STOP_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


def parser(program, ending):
    names = "\n".join("  %-12s %s" % (env.name, env.summary)
                      for env in table.ENVIRONMENTS.values())
    out = argparse.ArgumentParser(
        prog="testenv/" + program, usage="%(prog)s [ENV][:local] [-s] [--keep]"
        " [--backend-store=tdb|mdb]" + ending,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="environments:\n%s\n\nSee testenv/README.md." % names)
    out.add_argument("environment", nargs="?", metavar="ENV",
                     default=table.DEFAULT_ENVIRONMENT,
                     help="which domain (default: %(default)s)")
    out.add_argument("-s", "--server-side", action="store_true",
                     help="same as ENV:local: see what the server sees")
    out.add_argument("--keep", action="store_true",
                     help="leave the run directory behind and print its path")
    out.add_argument("--backend-store", choices=("tdb", "mdb"), default="tdb",
                     help="kind of database (default: %(default)s)")
    return out


def make_order(options, command, shell):
    """What the keeper has to do."""
    name, colon, side = options.environment.partition(":")
    name = name or table.DEFAULT_ENVIRONMENT
    if name not in table.ENVIRONMENTS or (colon and side != "local"):
        raise TestenvError(
            "no environment %s; there are: %s, each also as NAME:local"
            % (options.environment, " ".join(table.ENVIRONMENTS)))
    return {"environment": name,
            "local": bool(colon) or options.server_side,
            "keep": options.keep,
            "backend_store": options.backend_store,
            "command": command,
            "shell": shell}


def wait_for_keeper(argv, lifeline):
    """The keeper's exit status; a signal to us cuts the lifeline."""
    stopped_by = []

    def stop(number, _frame):
        if not stopped_by:
            stopped_by.append(number)
            os.close(lifeline)

    for number in STOP_SIGNALS:
        signal.signal(number, stop)
    # From a terminal everybody gets these; the command decides.
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, lambda *_: None)
    status = processes.shell_status(subprocess.call(
        argv, pass_fds=[json.loads(argv[-1])["lifeline"]]))
    return 128 + stopped_by[0] if stopped_by else status


def start(order):
    environment = table.ENVIRONMENTS[order["environment"]]
    packages.require("run")
    if environment.stacked:
        dc.require_build()
    network = networks.choose()
    far_end, lifeline = os.pipe()
    order.update(network=network.name, lifeline=far_end)
    argv = network.keeper_argv(layout.helper("keeper", json.dumps(order)))
    return wait_for_keeper(argv, lifeline)


def guarded(make):
    try:
        return start(make())
    except TestenvError as error:
        complain(error)
        return EXIT_CANNOT_RUN


def run(argv):
    """testenv/run: everything behind -- is the command."""
    ours, command = argv, []
    if "--" in argv:
        at = argv.index("--")
        ours, command = argv[:at], argv[at + 1:]
    usage = parser("run", " -- COMMAND...")
    options = usage.parse_args(ours)
    if not command:
        usage.error("no command: testenv/run %s -- COMMAND..."
                    % options.environment)
    return guarded(lambda: make_order(options, command, shell=False))


def shell(argv):
    """testenv/shell: an interactive shell in the environment."""
    options = parser("shell", "").parse_args(argv)
    return guarded(lambda: make_order(options, ["bash", "--norc", "-i"],
                                      shell=True))
