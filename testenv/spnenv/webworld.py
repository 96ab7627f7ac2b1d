# SPDX-License-Identifier: GPL-3.0-or-later
"""The directory behind the web site: its accounts, their SPNs, their keys.

reset() makes everything as it is where the site works: the account svc-web has
both halves of its pair, the computers have their HOST names. What a case wants to
be wrong is written below all modules, as replication would bring it: no check of
Samba's or ours stands in the way.
"""

import contextlib
import os
import shutil
import struct
import subprocess
import sys
import time

import ldb
import samba
import samba.dckeytab   # gives Net its export_keytab
from samba.auth import system_session
from samba.credentials import Credentials
from samba.net import Net
from samba.param import LoadParm
from samba.samdb import SamDB

from spnenv import layout, webnames
from spnenv.errors import TestenvError

for folder in ("lib", "dc"):
    sys.path.append(os.path.join(layout.CHECKOUT, "tests", folder))
from ask_kdc import Asker, read_keytab  # noqa: E402, ours
from rows_directory import raw_path     # noqa: E402

USERS = ("svc-web", "svc-old", "carl")
COMPUTERS = ("web01", "web02", "light", "proxy")
GROUPS = 600            # whose member has a token that Apache refuses
TYPES = {18: "aes256", 17: "aes128", 23: "rc4"}
NAME_TYPE = 1           # KRB5_NT_PRINCIPAL
CONTROL = "control/own-type"    # is of no web site


def run(argv, text=None, env=None):
    """Its output; any exit status but 0 is an error to read."""
    done = subprocess.run(argv, input=text, env=env, check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise TestenvError("%s: %s" % (" ".join(argv), done.stdout.strip()))
    return done.stdout


def make_dns():
    """The names of the site in the DNS of the controller."""
    server = os.environ["SERVER"]
    login = "-U%s%%%s" % (os.environ["USERNAME"], os.environ["PASSWORD"])
    run(["samba-tool", "dns", "zonecreate", server, webnames.REVERSE_ZONE,
         login])
    for name, kind, data in webnames.RECORDS:
        run(["samba-tool", "dns", "add", server, webnames.DNS, name, kind,
             data, login])
    for number, name in webnames.REVERSE:
        run(["samba-tool", "dns", "add", server, webnames.REVERSE_ZONE,
             number, "PTR", webnames.fqdn(name), login])


def log_in(user, password, cache):
    run(["kinit", "-c", "FILE:" + cache, "%s@%s" % (user, webnames.REALM)],
        text=password + "\n")


def admin_environ():
    """Of an administrator on the controller."""
    return dict(os.environ, SMB_CONF_PATH=os.environ["SERVERCONFFILE"],
                KRB5CCNAME=os.environ["WEB_ADMIN_CCACHE"])


def give_to(path, user, mode=0o600):
    shutil.chown(path, user)
    os.chmod(path, mode)


def write_keytab(path, entries):
    """ENTRIES: (principal without realm, kvno, encryption type, key)."""
    out = [b"\5\2"]
    for principal, kvno, enctype, key in entries:
        parts = [webnames.REALM, *principal.split("/")]
        body = struct.pack(">H", len(parts) - 1)
        for part in parts:
            body += struct.pack(">H", len(part)) + part.encode()
        body += struct.pack(">IIBHH", NAME_TYPE, int(time.time()), kvno & 255,
                            enctype, len(key)) + key
        body += struct.pack(">I", kvno)
        out.append(struct.pack(">i", len(body)) + body)
    with open(path, "wb") as file:
        file.write(b"".join(out))


class KeyAsker(Asker):
    """Answers (0, (account, encryption type)), or (error, None)."""

    def owner_of(self, data, name):
        owner, enctype = self.key_of(data, name)
        return owner, TYPES.get(enctype, str(enctype))


class World:
    """The domain, opened below our module; changed and put back."""

    def __init__(self):
        self.lp = LoadParm()
        self.lp.load(os.environ["SERVERCONFFILE"])
        samba.set_debug_level(-1)   # exports of keytabs say so at level 0
        path = self.lp.private_path("sam.ldb")
        self.samdb = SamDB(path, lp=self.lp, session_info=system_session(),
                           options=["modules:samba_dsdb"])
        self.raw = samba.Ldb(raw_path(path), lp=self.lp)
        self.raw.set_debug(lambda level, text: None)
        self.ou = "%s,%s" % (webnames.OU, self.samdb.domain_dn())
        credentials = Credentials()
        credentials.guess(self.lp)
        self.net = Net(credentials, self.lp)
        self.scratch = webnames.path("tmp", "world.keytab")
        self._own_type = None

    # ------------------------------------------------------- all of it

    def reset(self):
        with contextlib.suppress(ldb.LdbError):
            self.samdb.delete(self.ou, ["tree_delete:1"])
        self.samdb.add({"dn": self.ou, "objectClass": "organizationalUnit"})
        for name in USERS:
            self.add_account(name, "user")
        for name in COMPUTERS:
            self.add_account(name, "computer")
            self.spns(name, "HOST/" + name, "HOST/" + webnames.fqdn(name))
        self.spns("svc-web", "http/web01", "http/" + webnames.fqdn("web01"))
        self.keytab()

    def add_account(self, name, kind, password=True):
        computer = kind == "computer"
        entry = {"dn": self.dn(name), "objectClass": kind,
                 "sAMAccountName": name + "$" * computer,
                 "userAccountControl": "4096" if computer else "512"}
        if computer:
            entry["dNSHostName"] = webnames.fqdn(name)
        if password:
            entry["clearTextPassword"] = (
                webnames.password_of(name).encode("utf-16-le"))
        self.samdb.add(entry)

    def dn(self, name):
        return "CN=%s,%s" % (name, self.ou)

    # ------------------------------------------------ what a case wants

    def replace(self, name, attr, *values, below=True):
        """The attribute's new values; none: it goes."""
        base = self.raw if below else self.samdb
        message = ldb.Message(ldb.Dn(base, self.dn(name)))
        message[attr] = ldb.MessageElement(
            list(values), ldb.FLAG_MOD_REPLACE, attr)
        base.modify(message)

    def spns(self, name, *values):
        self.replace(name, "servicePrincipalName", *values)

    def delete(self, name):
        self.samdb.delete(self.dn(name))

    def set(self, name, attr, value):
        self.replace(name, attr, value, below=False)

    def password(self, name, password):
        self.set(name, "clearTextPassword", password.encode("utf-16-le"))

    def many_groups(self, name):
        """Member of so many groups that its ticket is too long for Apache."""
        member = self.dn(name)
        self.samdb.transaction_start()
        for number in range(GROUPS):
            self.samdb.add({"dn": "CN=g%d,%s" % (number, self.ou),
                            "objectClass": "group", "member": member})
        self.samdb.transaction_commit()

    # ------------------------------------------------------------- keys

    def keys(self, name):
        """[(kvno, encryption type, key)] of an account."""
        if os.path.exists(self.scratch):
            os.unlink(self.scratch)
        self.net.export_keytab(keytab=self.scratch, principal=name)
        kvno = int(self.samdb.search(
            self.dn(name.rstrip("$")), ldb.SCOPE_BASE,
            attrs=["msDS-KeyVersionNumber"])[0]["msDS-KeyVersionNumber"][0])
        return [(kvno, enctype, key)
                for _, enctype, key in read_keytab(self.scratch)]

    def keytab(self, names=("svc-web",), account="svc-web", types=None,
               kvno=None, path=webnames.KEYTAB, user="www-data"):
        """Write one with ACCOUNT's keys under NAMES."""
        write_keytab(path, [
            (name, kvno or own, enctype, key) for name in names
            for own, enctype, key in self.keys(account)
            if types is None or TYPES[enctype] in types])
        give_to(path, user)

    def own_type(self):
        """The encryption type of a ticket for an account that says nothing of
        types, by this KDC. Takes all SPNs of svc-old away."""
        if self._own_type is None:
            self.spns("svc-old", CONTROL)
            error, key = self.asker().ask(CONTROL)
            if error:
                raise TestenvError("no ticket for %s: error %d" % (
                    CONTROL, error))
            self._own_type = key[1]
            self.spns("svc-old")
        return self._own_type

    def asker(self):
        """Tells whose key a ticket has, of the accounts as they are now."""
        if os.path.exists(self.scratch):
            os.unlink(self.scratch)
        self.net.export_keytab(keytab=self.scratch)
        return KeyAsker(webnames.REALM, "FILE:" + webnames.USER_CACHE,
                        self.scratch)
