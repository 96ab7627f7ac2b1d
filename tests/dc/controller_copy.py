# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of the files of this environment's controller, into which the accounts
of a generated domain (violations.py) are written below all modules.
"""

import os
import shutil
import struct

import ldb
from samba import dsdb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

from rows_directory import raw_path

# Without it no modify is taken: a replPropertyMetaDataBlob of version 1 with
# objectClass only (drsblobs.idl of Samba).
METADATA = struct.pack("<IIII", 1, 0, 1, 0) + struct.pack(
    "<IIQ16sQQ", 0, 1, 13 * 10 ** 9, bytes(16), 1, 1)


def copy(folder):
    """The path of its sam.ldb, and it opened."""
    lp = LoadParm()
    lp.load(os.environ["SERVERCONFFILE"])
    private = os.path.join(folder, "private")
    os.mkdir(private)
    for name in ("sam.ldb", "sam.ldb.d"):
        source = lp.private_path(name)
        copier = shutil.copytree if os.path.isdir(source) else shutil.copy
        copier(source, os.path.join(private, name))
    sam = os.path.join(private, "sam.ldb")
    return sam, SamDB(sam, lp=lp, session_info=system_session(),
                      options=["modules:samba_dsdb"])


def write(domain, sam, samdb):
    """Its accounts, and the nodes of its zone, which have a file of their own.
    What the copy has itself stays as it is."""
    samdb.add({"dn": "OU=accounts," + domain.dn,
               "objectClass": "organizationalUnit"})
    path = raw_path(sam)
    zones = "DC=DOMAINDNSZONES," + domain.dn.upper()
    files = {"": ldb.Ldb(path), "DC=DomainDnsZones": ldb.Ldb(
        path.replace(domain.dn.upper() + ".ldb", zones + ".ldb"))}
    for raw in files.values():
        dsdb._dsdb_set_schema_from_ldb(raw, samdb)
        raw.transaction_start()
    for dn, attrs in domain.entries:
        if "OU=accounts" in dn or "CN=Deleted Objects" in dn:
            _add(files[""], dn, {**_mandatory(dn, attrs, domain.dn), **attrs})
        elif "dnsNode" in attrs["objectClass"]:
            _add(files["DC=DomainDnsZones"], dn, attrs)
    for raw in files.values():
        raw.transaction_commit()


def _mandatory(dn, attrs, base):
    """What each object of a directory has, and an export need not have."""
    name = dn.partition(",")[0].partition("=")[2]
    more = {"cn": name, "name": name, "instanceType": 4,
            "objectCategory": "CN=Person,CN=Schema,CN=Configuration," + base,
            "replPropertyMetaData": METADATA}
    if "msDS-GroupManagedServiceAccount" in attrs["objectClass"]:
        more["msDS-ManagedPasswordInterval"] = 30
    return more


def _add(raw, dn, attrs):
    message = ldb.Message(ldb.Dn(raw, dn))
    for attr, values in attrs.items():
        if not isinstance(values, (list, tuple)):
            values = [values]
        values = [each if isinstance(each, bytes) else str(each)
                  for each in values]
        if values:
            message[attr] = ldb.MessageElement(values, ldb.FLAG_MOD_ADD, attr)
    raw.add(message)
