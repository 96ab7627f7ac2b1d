# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until a controller answers; run as a program with the client's view.

"Up" is what Samba's selftest calls up: the LDAP server hands out the DC's RID
set. Before that every port a client needs must accept connections, because the
services start side by side.
"""

import socket
import sys
import time

from spnenv import table

PORTS = (389, 88, 464, 53, 135, 636, 3268)
STEP = 0.03     # seconds between two attempts


def port_open(address, port):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.settimeout(5)
        return sock.connect_ex((address, port)) == 0


def rid_set_known(dc, smb_conf):
    """Raise unless LDAP gives the DC's RID set to the administrator."""
    import ldb
    from samba.credentials import Credentials, DONT_USE_KERBEROS
    from samba.param import LoadParm
    from samba.samdb import SamDB

    lp = LoadParm()
    lp.load(smb_conf)
    creds = Credentials()
    creds.guess(lp)
    creds.set_username(table.ADMIN)
    creds.set_password(dc.domain.password)
    creds.set_domain(dc.domain.netbios)
    creds.set_kerberos_state(DONT_USE_KERBEROS)
    samdb = SamDB("ldap://" + dc.address, credentials=creds, lp=lp)
    account = samdb.search(base=str(samdb.domain_dn()),
                           expression="(sAMAccountName=%s$)" % dc.netbios,
                           attrs=["rIDSetReferences"])[0]
    pool = samdb.search(base=str(account["rIDSetReferences"][0]),
                        scope=ldb.SCOPE_BASE, attrs=["rIDAllocationPool"])
    return "rIDAllocationPool" in pool[0]


def wait_for(question, deadline):
    """None when QUESTION was answered, or what was last seen instead."""
    while True:
        try:
            if question():
                return None
            seen = "no answer"
        except Exception as error:      # bindings raise many kinds
            seen = str(error)
        if time.monotonic() > deadline:
            return seen
        time.sleep(STEP)


def main(argv):
    env_name, host, smb_conf, seconds = argv
    dc = next(dc for dc in table.ENVIRONMENTS[env_name].controllers
              if dc.host == host)
    deadline = time.monotonic() + float(seconds)
    questions = [("port %d" % port,
                  lambda port=port: port_open(dc.address, port))
                 for port in PORTS]
    questions.append(("LDAP, RID set", lambda: rid_set_known(dc, smb_conf)))
    for name, question in questions:
        seen = wait_for(question, deadline)
        if seen is not None:
            print("%s (%s), %s: %s" % (dc.fqdn, dc.address, name, seen),
                  file=sys.stderr)
            return 1
    return 0
