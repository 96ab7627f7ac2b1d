# SPDX-License-Identifier: GPL-3.0-or-later
"""The databases of an environment's controllers: one is provisioned, others
join it and replicate until each knows what the others have.

This happens once; the state of all is kept together as one template. Nobody has
the module then: provision and join write the stack of modules anew.
"""

import os
import stat
import time

from spnenv import config, layout, processes, table, template
from spnenv.errors import TestenvError, complain

PATIENCE = 20           # seconds samba gets to end by itself
REPLICATED_WITHIN = 600 # seconds for one naming context, one way
STEP = 0.5              # seconds between two attempts


def guid_names(controllers):
    """The names under which replication partners look for each other."""
    return "".join("%s %s._msdcs.%s\n" % (c.dc.address, c.facts["ntds_guid"],
                                          c.dc.domain.dns)
                   for c in controllers)


def write_names(prefix, environment, controllers):
    """The hosts file, with what is known of CONTROLLERS."""
    config.write(prefix.hosts,
                 config.hosts(environment) + guid_names(controllers))


def prepare(controllers, backend_store):
    """Databases for all, with the stack that provision and join give them."""
    for controller in controllers:
        controller.make()
    if len(controllers) == 1:
        provision_first(controllers, backend_store)
    else:
        template.fill(controllers, backend_store,
                      lambda: join_others(controllers, backend_store))
    for controller in controllers:
        controller.read_facts()


def provision_first(controllers, backend_store):
    first = controllers[0]
    template.fill([first], backend_store,
                  lambda: first.provision(backend_store))
    first.read_facts()


def join_others(controllers, backend_store):
    provision_first(controllers, backend_store)
    running = controllers[:1]
    try:
        start(running[0])
        for joining in controllers[1:]:
            join(joining, backend_store)
            running.append(joining)
            write_names(joining.prefix, joining.environment, running)
            start(joining)
            replicate(running[0], joining)
    finally:
        processes.end_all([c.process for c in running if c.process], PATIENCE)
    for controller in controllers:
        remove_sockets(controller.dirs.top)


def start(controller):
    controller.start()
    controller.wait_until_ready()


def join(controller, backend_store):
    complain("%s joins the domain, kept for the next runs (some seconds)"
             % controller.dc.fqdn)
    controller.step("join", layout.helper(
        "join", controller.dirs.smb_conf, controller.environment.name,
        controller.dc.host, backend_store))
    controller.read_facts()


def naming_contexts(domain):
    top = ",".join("DC=" + part for part in domain.dns.split("."))
    return (top, "CN=Configuration," + top, "CN=Schema,CN=Configuration," + top,
            "DC=DomainDnsZones," + top, "DC=ForestDnsZones," + top)


def replicate(first, second):
    """Both ways, until it has worked: partners are found a little later, and
    on a busy machine a controller may say that it has had no time."""
    login = "-U%s%%%s" % (table.ADMIN, first.dc.domain.password)
    for each in (first, second):
        patiently(each, "topology",
                  ["samba-tool", "drs", "kcc", each.dc.fqdn, login])
    for target, source in ((first, second), (second, first)):
        for context in naming_contexts(first.dc.domain):
            patiently(target, "replication",
                      ["samba-tool", "drs", "replicate", target.dc.fqdn,
                       source.dc.fqdn, context, login])


def patiently(controller, step, argv):
    deadline = time.monotonic() + REPLICATED_WITHIN
    while True:
        try:
            return controller.step(step, argv)
        except TestenvError:
            if time.monotonic() > deadline:
                raise
        time.sleep(STEP)


def remove_sockets(top):
    """Those of processes that have ended; no template wants them."""
    for folder, _, names in os.walk(top):
        for path in (os.path.join(folder, name) for name in names):
            if stat.S_ISSOCK(os.lstat(path).st_mode):
                os.unlink(path)
