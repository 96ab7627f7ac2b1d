# SPDX-License-Identifier: GPL-3.0-or-later
"""The process below which everything of a run lives, and which ends it.

testenv/run itself (front.py) only waits. It holds one end of a pipe, the
lifeline; the keeper has the other, and when it ends, however testenv/run died,
the keeper kills what it started and removes the run directory. Orphans become
the keeper's children, so nothing can hide from it; with namespaces it is
process 1 of its own process namespace, and the kernel sees to the same should
the keeper itself be killed.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading

from spnenv import (config, dc, layout, networks, processes, replicas, table,
                    variables)
from spnenv.errors import EXIT_CANNOT_RUN, TestenvError, complain
from spnenv.rundir import RunDirectory

PATIENCE = 3    # seconds samba gets to end by itself


class Stopped(BaseException):
    """We were told to end; the argument is the exit status."""


def watch_lifeline(lifeline):
    """Ends this process in good order when testenv/run is gone."""
    os.set_inheritable(lifeline, False)

    def wait():
        os.read(lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def on_stop(number, _frame):
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)     # once is enough
    raise Stopped(128 + number)


def leave_keys_to_command():
    """Ctrl-C and Ctrl-\\ are the command's business while it runs.

    Not SIG_IGN, which the command would inherit.
    """
    for name in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(name, lambda *_: None)


def before_start(network, prefix, environment, first, argv):
    """Run ARGV as the first controller while no samba runs yet."""
    env = variables.for_command(network, prefix, environment, first.facts,
                                local=True)
    status = processes.start(
        network.argv(first.dc.host, first.dirs.winbindd, argv),
        env=env, stdin=subprocess.DEVNULL).wait()
    if status != 0:
        raise TestenvError("%s failed with status %d"
                           % (" ".join(argv), status))


def bring_up(network, prefix, environment, order):
    """All controllers of the environment, answering."""
    replicas.write_names(prefix, environment, [])
    config.write(prefix.krb5_conf, config.krb5_conf(environment))
    config.write(prefix.client_conf,
                 config.client_conf(prefix.client, environment.domain))
    network.enter()
    controllers = [dc.RunningController(network, prefix, environment, each)
                   for each in environment.controllers]
    replicas.prepare(controllers, order["backend_store"])
    if order.get("before_start"):   # the demo, which stacks the module itself
        before_start(network, prefix, environment, controllers[0],
                     order["before_start"])
    else:
        for controller in controllers:
            controller.stack()
    replicas.write_names(prefix, environment, controllers)
    for controller in controllers:
        controller.start()
        yield controller
    for controller in controllers:
        controller.wait_until_ready()


def run_command(network, prefix, environment, controllers, order):
    """The command's exit status."""
    first = controllers[0]
    local = order["local"]
    env = variables.for_command(network, prefix, environment, first.facts,
                                local)
    host = first.dc.host if local else table.CLIENT_HOST
    argv = network.argv(host, first.dirs.winbindd, order["command"])
    if order["shell"]:
        env["PS1"] = "[%s] \\w\\$ " % env["ENVNAME"]
        print(welcome(environment, env), file=sys.stderr)
    program = order["command"][0]
    if shutil.which(program, path=env["PATH"]) is None:
        complain("%s: no such program" % program)
        return 127
    leave_keys_to_command()
    command = processes.start(argv, env=env)
    return processes.wait_for(
        command, [c.process for c in controllers],
        lambda ended: complain(
            "a samba ended by itself, status %d; the end of its log:\n%s"
            % (ended.returncode, processes.tail(first.dirs.log))))


def welcome(environment, env):
    return ("\n%s: %s\n"
            "  realm %s, domain %s, server %s (%s)\n"
            "  %s%%%s, and alice, bob with Secret007\n"
            "  files in $SELFTEST_PREFIX (%s), server log $SMBD_TEST_LOG\n"
            "  try: ldapsearch -x -LLL -H ldap://$SERVER -D "
            "\"$USERNAME@$REALM\" -w \"$PASSWORD\" -s base\n"
            "       samba-tool spn list $SERVER$ -H ldap://$SERVER "
            "-U \"$USERNAME%%$PASSWORD\"\n"
            "  'exit' or Ctrl-D takes everything down again\n"
            % (env["ENVNAME"], environment.summary, env["REALM"],
               env["DOMAIN"], env["SERVER"], env["SERVER_IP"],
               env["USERNAME"], env["PASSWORD"], env["SELFTEST_PREFIX"]))


def keep(order):
    """One run from beginning to end."""
    environment = table.ENVIRONMENTS[order["environment"]]
    with RunDirectory(order["keep"]) as path:
        prefix = layout.Prefix(path)
        network = networks.NETWORKS[order["network"]](prefix, environment)
        started = []
        try:
            prefix.make()
            for controller in bring_up(network, prefix, environment, order):
                started.append(controller)
            return run_command(network, prefix, environment, started, order)
        finally:
            processes.end_all([c.process for c in started], PATIENCE)


def main(argv):
    order = json.loads(argv[0])
    processes.adopt_orphans()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, on_stop)
    watch_lifeline(order["lifeline"])
    try:
        return keep(order)
    except TestenvError as error:
        complain(error)
        return EXIT_CANNOT_RUN
    except OSError as error:        # a full disk, for instance
        complain(error)
        return EXIT_CANNOT_RUN
    except Stopped as stopped:
        return stopped.args[0]
