# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts for the tests of setspn, and setspn on them: in the database of a
DC and over LDAP, as whoever. The DC has the module (ad_dc) or not (ad_dc_stock).
"""

import functools
import os
import subprocess
import unittest

import ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

CONF = os.environ["SERVERCONFFILE"]
SERVER = os.environ["SERVER"]
REALM = os.environ["REALM"]
DOMAIN = os.environ["DOMAIN"]
DNS = REALM.lower()
ADMIN = "%s%%%s" % (os.environ["USERNAME"], os.environ["PASSWORD"])
PASSWORD = "Sp3n.Passw0rd"

USERS = ("kbuser", "svc1", "svc2", "svc3", "svc4", "writer", "nobody1",
         "both", "o'brien")
COMPUTERS = ("web01", "web02", "pc1", "both")
WRITE_SPN = "(OA;;WP;f3a64788-5306-11d1-a9c5-0000f80367c1;;%s)"


def load_conf():
    lp = LoadParm()
    lp.load(CONF)
    return lp


@functools.cache
def local_samdb():
    lp = load_conf()
    return SamDB(lp.private_path("sam.ldb"), lp=lp,
                 session_info=system_session(),
                 options=["modules:samba_dsdb"])


def has_module():
    lp = load_conf()
    raw = ldb.Ldb(lp.private_path("sam.ldb"), flags=ldb.FLG_DONT_CREATE_DB,
                  options=["modules:"])
    found = raw.search(base="@MODULES", scope=ldb.SCOPE_BASE)
    return b"spn_policy" in found[0]["@LIST"][0]


MODULE = has_module()


def samba_tool(*args):
    subprocess.run(["samba-tool", *args, "-s", CONF], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def dn_of(name, kind="Users"):
    return "CN=%s,CN=%s,%s" % (name, kind, BASE)


def setUpModule():
    samdb = local_samdb()
    for name in USERS:
        cn = "both-user" if name == "both" else name
        samdb.newuser(cn, PASSWORD)
        if name == "both":
            samdb.modify_ldif("dn: %s\nchangetype: modify\n"
                              "replace: sAMAccountName\n"
                              "sAMAccountName: both\n" % dn_of(cn))
    for name in COMPUTERS:
        samdb.add({"dn": dn_of(name, "Computers"),
                   "objectClass": "computer", "sAMAccountName": name + "$",
                   "userAccountControl": "4096",
                   "dNSHostName": "%s.%s" % (name, DNS)})
    samdb.setpassword("(sAMAccountName=pc1$)", PASSWORD)
    sid = samdb.search(base=dn_of("writer"), attrs=["objectSid"])[0]
    sid = samdb.schema_format_value("objectSid", sid["objectSid"][0]).decode()
    samba_tool("dsacl", "set", "--objectdn=" + dn_of("svc3"),
               "--sddl=" + WRITE_SPN % sid)


BASE = str(local_samdb().domain_dn())


def write_raw(dn, *values, attribute="servicePrincipalName"):
    """Into the file of the domain, below all modules."""
    path = os.path.join(load_conf().private_path("sam.ldb.d"),
                        BASE.upper() + ".ldb")
    raw = ldb.Ldb("tdb://" + path, flags=ldb.FLG_DONT_CREATE_DB)
    raw.set_debug(lambda level, text: None)
    message = ldb.Message(ldb.Dn(raw, dn))
    message[attribute] = ldb.MessageElement(
        list(values), ldb.FLAG_MOD_REPLACE if values else ldb.FLAG_MOD_DELETE,
        attribute)
    raw.modify(message)


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()


def run(*args):
    environment = dict(os.environ)
    if not MODULE:
        environment.pop("LDB_MODULES_PATH", None)
    return Result(subprocess.run(
        ["setspn", *args], env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False))


def local(*args):
    return run("--configfile=" + CONF, *args)


def as_user(user):
    def remote(*args):
        return run("--configfile=" + os.environ["SMB_CONF_PATH"], "-H",
                   "ldap://" + SERVER, "--user=" + user, *args)
    return remote


remote = as_user(ADMIN)
CHECKING = "Checking domain %s\n" % BASE


class SetspnTest(unittest.TestCase):
    maxDiff = None

    def check(self, result, code, out, *words):
        self.assertEqual((code, out), (result.code, result.out), result.err)
        for word in words:
            self.assertIn(word, result.err)
        return result

    def spns(self, dn):
        found = local_samdb().search(base=dn, scope=ldb.SCOPE_BASE,
                                     attrs=["servicePrincipalName"])
        return {v.decode(errors="replace")
                for v in found[0].get("servicePrincipalName", [])}

    def tearDown(self):
        ours = {dn_of(name) for name in USERS} | {dn_of("both-user")} | {
            dn_of(name, "Computers") for name in COMPUTERS}
        for found in local_samdb().search(
                base=BASE, scope=ldb.SCOPE_SUBTREE, attrs=[],
                expression="(servicePrincipalName=*)"):
            if str(found.dn) in ours:
                write_raw(str(found.dn))


def registering(dn, *spns, verb="Registering"):
    return "%s ServicePrincipalNames for %s\n%sUpdated object\n" % (
        verb, dn, "".join("\t%s\n" % spn for spn in spns))
