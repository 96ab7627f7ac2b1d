# SPDX-License-Identifier: GPL-3.0-or-later
"""One domain controller: its files, its stack of modules, its process."""

import json
import os
import subprocess
import time

from spnenv import config, layout, networks, processes, provision, variables
from spnenv.errors import TestenvError, complain

READY_WITHIN = 600      # seconds; half a second on an idle machine
LIVES_AT_MOST = 18000   # seconds, as in Samba's selftest


class RunningController:
    """A controller of a run, from empty directory to answering server."""

    def __init__(self, network, prefix, environment, dc):
        self.network = network
        self.prefix = prefix
        self.environment = environment
        self.dc = dc
        self.dirs = prefix.host(dc)
        self.process = None
        self.facts = None

    def make(self):
        """Directories and smb.conf."""
        self.dirs.make()
        config.write(self.dirs.smb_conf, config.smb_conf(
            self.dirs, self.dc, networks.addresses(self.dc.iface)))

    def read_facts(self):
        """What whoever made the database has left for us."""
        with open(self.dirs.path("private", provision.FACTS),
                  encoding="utf-8") as facts:
            self.facts = json.load(facts)

    def provision(self, backend_store):
        complain("provisioning %s, kept for the next runs (some seconds)"
                 % self.dc.fqdn)
        self.step("provision", layout.helper(
            "provision", self.dirs.smb_conf, self.environment.name,
            backend_store))

    def stack(self):
        """Put the module to work the way an administrator does."""
        if self.dc not in self.environment.stacked:
            return
        self.step("enabling spn_policy", [layout.policy_tool(), "enable"])

    def step(self, what, argv):
        """Run a program as this host before samba is up."""
        log = self.dirs.path("logs", "step.log")
        with open(log, "w", encoding="utf-8") as out:
            status = processes.start(
                self.argv(argv), env=self.environ(),
                stdin=subprocess.DEVNULL, stdout=out, stderr=out).wait()
        if status != 0:
            raise TestenvError("%s of %s failed:\n%s"
                               % (what, self.dc.fqdn, processes.tail(log)))

    def argv(self, argv):
        return self.network.argv(self.dc.host, self.dirs.winbindd, argv)

    def environ(self):
        return variables.for_daemon(self.network, self.prefix,
                                    self.environment, self.dc)

    def start(self):
        """Start samba; it ends when its standard input does.

        The module's own lines are wanted from samba only: as a setting they
        would be between what programs print.
        """
        levels = "%s spn_policy:5" % config.log_level()
        with open(self.dirs.log, "w", encoding="utf-8") as log:
            self.process = processes.start(
                self.argv(["samba", "-i", "--no-process-group",
                           "--maximum-runtime=%d" % LIVES_AT_MOST,
                           "--option=log level=" + levels,
                           "--configfile=" + self.dirs.smb_conf]),
                env=self.environ(), start_new_session=True,
                stdin=subprocess.PIPE, stdout=log, stderr=log)

    def wait_until_ready(self):
        """Return when the controller answers a client; raise if it does not."""
        network = self.network
        env = variables.for_command(network, self.prefix, self.environment,
                                    self.facts, local=False)
        probe = processes.start(
            layout.helper("probe", self.environment.name, self.dc.host,
                          self.prefix.client_conf, str(READY_WITHIN)),
            env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        deadline = time.monotonic() + READY_WITHIN + 10
        while probe.poll() is None:
            if self.process.poll() is not None:
                self.fail("samba ended with status %d"
                          % self.process.returncode)
            if time.monotonic() > deadline:
                self.fail("no answer at all")
            time.sleep(0.01)
        seen = probe.stdout.read()
        if probe.returncode != 0:
            self.fail("not ready after %d s: %s" % (READY_WITHIN, seen))

    def fail(self, why):
        raise TestenvError("%s: %s\nthe end of its log:\n%s"
                           % (self.dc.fqdn, why,
                              processes.tail(self.dirs.log)))


def require_build():
    """Raise unless module and tool are there."""
    for path in (os.path.join(layout.module_dir(), "spn_policy.so"),
                 layout.policy_tool()):
        if not os.path.exists(path):
            raise TestenvError("%s is not there\nbuild first: ./waf configure "
                               "build (or set SPN_POLICY_MODULES_PATH, the "
                               "directory of the module)" % path)
