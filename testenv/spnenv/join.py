# SPDX-License-Identifier: GPL-3.0-or-later
"""Join a controller to the running first one; run as a program inside its
network.

Called with the path of its smb.conf, the names of environment and host, and the
kind of database.
"""

import os
import subprocess

from spnenv import provision, table


def join_domain(smb_conf, dc, first, backend_store):
    subprocess.run(
        ["samba-tool", "domain", "join", dc.domain.dns, "DC",
         "--configfile=" + smb_conf, "--server=" + first.fqdn,
         "-U%s%%%s" % (table.ADMIN, dc.domain.password),
         "--realm=" + dc.domain.realm, "--workgroup=" + dc.domain.netbios,
         "--machinepass=machine" + dc.domain.password,
         "--dns-backend=SAMBA_INTERNAL", "--backend-store=" + backend_store],
        stdin=subprocess.DEVNULL, check=True)


def own_database(smb_conf):
    from samba.auth import system_session
    from samba.param import LoadParm
    from samba.samdb import SamDB

    lp = LoadParm()
    lp.load(smb_conf)
    return SamDB(lp=lp, session_info=system_session()), lp.get("private dir")


def main(argv):
    smb_conf, env_name, host, backend_store = argv
    environment = table.ENVIRONMENTS[env_name]
    dc = next(dc for dc in environment.controllers if dc.host == host)
    join_domain(smb_conf, dc, environment.server, backend_store)
    samdb, private = own_database(smb_conf)
    provision.make_certificate(os.path.join(private, "tls"), dc)
    provision.write_facts(os.path.join(private, provision.FACTS),
                          samdb.get_domain_sid(), samdb.get_ntds_GUID())
    # What a join leaves out, ldap/ for one, which is not in sPNMappings.
    subprocess.run(["samba_spnupdate", "--configfile=" + smb_conf], check=True)
    return 0
