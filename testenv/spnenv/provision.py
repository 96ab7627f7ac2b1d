# SPDX-License-Identifier: GPL-3.0-or-later
"""Provision a controller's database; run as a program inside its network.

Called with the path of an smb.conf and the name of an environment. Everything
that decides what the result looks like stands in this file, config.py and
table.py: a template is keyed by their text.
"""

import json
import logging
import os
import subprocess
import sys

from spnenv import table

FACTS = "facts.json"


def provision_database(smb_conf, dc, backend_store):
    """The bare domain. Without sysvol's ACLs: they need root and smbd's vfs."""
    from samba.auth import system_session
    from samba.dsdb import DS_DOMAIN_FUNCTION_2008_R2
    from samba.param import LoadParm
    from samba.provision import provision

    lp = LoadParm()
    lp.load(smb_conf)
    return provision(
        logging.getLogger("provision"), system_session(), smbconf=smb_conf,
        lp=lp, realm=dc.domain.realm, domain=dc.domain.netbios,
        hostname=dc.host, hostip=dc.address, hostip6=dc.address6,
        adminpass=dc.domain.password, krbtgtpass=dc.domain.password,
        machinepass="machine" + dc.domain.password,
        serverrole="active directory domain controller",
        dns_backend="SAMBA_INTERNAL",
        dom_for_fun_level=DS_DOMAIN_FUNCTION_2008_R2,
        skip_sysvolacl=True, backend_store=backend_store, batch_mode=True)


def add_users(samdb, users):
    for name, password in users:
        samdb.newuser(name, password)


def make_certificate(tls_dir, dc):
    """A certificate of our own: Samba's takes seconds to make."""
    os.makedirs(tls_dir, mode=0o700, exist_ok=True)
    key = os.path.join(tls_dir, "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
         "-days", "365", "-subj", "/CN=" + dc.fqdn,
         "-addext", "subjectAltName=DNS:%s,DNS:%s,IP:%s"
         % (dc.fqdn, dc.host, dc.address),
         "-keyout", key, "-out", os.path.join(tls_dir, "cert.pem")],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    os.chmod(key, 0o600)
    # Else each start of samba looks for a prime, for up to half a second.
    subprocess.run(
        ["openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt",
         "group:ffdhe2048", "-out", os.path.join(tls_dir, "dh.pem")],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def write_facts(path, domain_sid, ntds_guid):
    """What only the maker of a database knows and the environment must tell."""
    facts = {"domsid": str(domain_sid), "ntds_guid": str(ntds_guid)}
    with open(path, "w", encoding="utf-8") as out:
        json.dump(facts, out)


def main(argv):
    smb_conf, env_name, backend_store = argv
    logging.basicConfig(stream=sys.stderr, level=logging.INFO)
    dc = table.ENVIRONMENTS[env_name].server
    result = provision_database(smb_conf, dc, backend_store)
    private = result.paths.private_dir
    add_users(result.samdb, dc.domain.users)
    make_certificate(os.path.join(private, "tls"), dc)
    write_facts(os.path.join(private, FACTS), result.domainsid,
                result.samdb.get_ntds_GUID())
    # The DC's remaining SPNs, which a running samba would add a little later.
    subprocess.run(["samba_spnupdate", "--configfile=" + smb_conf], check=True)
    return 0
