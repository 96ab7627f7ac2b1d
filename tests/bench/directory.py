# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes directories of any size: directory.py FOLDER ACCOUNTS tdb|mdb [SEED]

FOLDER gets etc/smb.conf and private/sam.ldb of a domain controller with that
many accounts: 60 of 100 are computers with 4 to 8 SPNs, 20 service accounts
with an http pair, 20 users without SPN. The same arguments make the same
accounts. The last line on stdout is the truth about them, as JSON.

samldb takes milliseconds an account. So two objects are made through Samba's
modules and then copied, without any module, into the file of the domain
partition, where only the index is kept. What is wrong on purpose (samldb would
not let it in) comes the same way.
"""

import json
import os
import subprocess
import sys
import uuid
from types import SimpleNamespace

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, "testenv"), os.path.join(TOP, "tests", "dc")]

import ldb  # noqa: E402
from samba import dsdb, param  # noqa: E402
from samba.auth import system_session  # noqa: E402
from samba.dcerpc import security  # noqa: E402
from samba.ndr import ndr_pack  # noqa: E402
from samba.samdb import SamDB  # noqa: E402
from rows_directory import raw_path  # noqa: E402
from spnenv import config, layout, table, template  # noqa: E402

FIRST_RID = 100000
PC_CLASSES = ("HOST", "RestrictedKrbHost", "TERMSRV", "WSMAN")
# Of five accounts one can be wrong in some way, once in so many fives.
WRONG = (("duplicate", 1, 50), ("alias", 1, 70), ("unpaired", 2, 50))
# SPNs that objects outside of the domain partition have, and each of them.
FOREIGN = 200
FOREIGN_EACH = 5


def map_size(accounts):
    """Of an mdb file; the default is too small for a million accounts, and
    what they need is too large for valgrind."""
    return "lmdb_env_size:%d" % max(8 << 30, accounts * (48 << 10))


def dc_of(kind="ad_dc_stock"):
    return table.ENVIRONMENTS[kind].server


def prepare(folder):
    """The folders and the smb.conf of a controller."""
    dirs = layout.HostDirs(folder, "dc")
    dirs.make()
    dc = dc_of()
    config.write(dirs.smb_conf, config.smb_conf(dirs, dc, [dc.address]))
    return dirs


def build_nothing():
    raise SystemExit("testenv/run left no template behind")


def provision(dirs, backend):
    """What testenv/run starts from, a copy of its template."""
    subprocess.run([os.path.join(TOP, "testenv", "run"),
                    "--backend-store=" + backend, "ad_dc_stock", "--",
                    "true"], check=True, stdout=sys.stderr)
    template.fill([SimpleNamespace(dc=dc_of(), dirs=dirs)], backend,
                  build_nothing)


def enable(dirs):
    environment = dict(os.environ, LDB_MODULES_PATH=layout.module_dir())
    done = subprocess.run(
        [layout.policy_tool(), "-s", dirs.smb_conf, "enable"], check=False,
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True)
    if done.returncode != 0:
        raise SystemExit("spn-policy enable: " + done.stdout)


def kind_of(number):
    """Three computers, one service account, one user, and again."""
    return ("pc", "pc", "svc", "pc", "user")[number % 5]


def label(number):
    return "%s%06d" % (kind_of(number), number)


def dn_of(number, domain_dn):
    return "CN=%s,OU=bench,%s" % (label(number), domain_dn)


def spns_of(number, dns, seed=0):
    """The SPNs of an account, and what is wrong with them (or None)."""
    kind = kind_of(number)
    name = label(number)
    wrong = None
    if kind == "user":
        return [], None
    for what, place, every in WRONG:
        if number % 5 == place and (number // 5 + seed) % every == every - 1:
            wrong = what
    classes = ("http",)
    if kind == "pc":
        classes = PC_CLASSES[:2 + number // 5 % 3]
    spns = ["%s/%s" % (each, host) for each in classes
            for host in (name, "%s.%s" % (name, dns))]
    if wrong == "duplicate":
        spns.append("RestrictedKrbHost/" + label(number - 1))
    elif wrong == "alias":
        spns.append("cifs/" + label(number - 1))
    elif wrong == "unpaired":
        spns.pop()
    return spns, wrong


class Loader:
    """The domain partition's file, below all modules."""

    def __init__(self, dirs, accounts, seed=0):
        self.seed = seed
        self.lp = param.LoadParm()
        self.lp.load(dirs.smb_conf)
        self.sam_path = dirs.path("private", "sam.ldb")
        self.stock = SamDB(url=self.sam_path, lp=self.lp,
                           session_info=system_session(),
                           options=["modules:samba_dsdb",
                                    map_size(accounts)])
        self.raw = ldb.Ldb(raw_path(self.sam_path),
                           options=["batch_mode:1", map_size(accounts),
                                    "transaction_index_cache_size:%d"
                                    % max(20 * accounts, 10000)])
        dsdb._dsdb_set_schema_from_ldb(self.raw, self.stock)
        self.domain_dn = self.stock.domain_dn()
        self.dns = self.stock.domain_dns_name()
        self.sid = self.stock.get_domain_sid()

    def make_templates(self):
        """One object of each kind, as Samba makes them."""
        self.stock.add({"dn": "OU=bench," + self.domain_dn,
                        "objectClass": "organizationalUnit"})
        made = {}
        for kind, object_class, control in (("pc", "computer", 0x1000),
                                            ("svc", "user", 0x200)):
            name = "%s-template" % kind
            dn = "CN=%s,OU=bench,%s" % (name, self.domain_dn)
            entry = {"dn": dn, "objectClass": object_class,
                     "sAMAccountName": name + "$" * (kind == "pc"),
                     "userAccountControl": str(control),
                     "servicePrincipalName": ["foo/" + name]}
            entry["clearTextPassword"] = "Bench.Passw0rd".encode("utf-16-le")
            if kind == "pc":
                entry["dNSHostName"] = "%s.%s" % (name, self.dns)
            self.stock.add(entry)
            made[kind] = self.raw.search(dn, ldb.SCOPE_BASE)[0]
        made["user"] = made["svc"]
        return made

    def clone(self, template_message, number, guid, usn):
        name = label(number)
        kind = kind_of(number)
        spns, wrong = spns_of(number, self.dns, self.seed)
        dn = dn_of(number, self.domain_dn)
        sid = security.dom_sid("%s-%d" % (self.sid, FIRST_RID + number))
        changed = {
            "cn": name, "name": name, "distinguishedName": dn,
            "sAMAccountName": name + "$" * (kind == "pc"),
            "objectGUID": guid, "objectSid": ndr_pack(sid),
            "uSNCreated": str(usn), "uSNChanged": str(usn),
        }
        if kind == "pc":
            changed["dNSHostName"] = "%s.%s" % (name, self.dns)
        message = ldb.Message(ldb.Dn(self.raw, dn))
        for attr in template_message.keys():
            if attr == "dn" or attr == "servicePrincipalName":
                continue
            value = changed.get(attr, list(template_message[attr]))
            message[attr] = ldb.MessageElement(value, ldb.FLAG_MOD_ADD, attr)
        if spns:
            message["servicePrincipalName"] = ldb.MessageElement(
                spns, ldb.FLAG_MOD_ADD, "servicePrincipalName")
        self.raw.add(message)
        return len(spns), wrong

    def load(self, accounts):
        """All accounts in one transaction; returns the truth."""
        made = self.make_templates()
        first_usn = self.stock.sequence_number(ldb.SEQ_HIGHEST_SEQ) + 1
        truth = {"accounts": accounts, "spns": 0, "duplicate": [],
                 "alias": [], "unpaired": [], "cross": [],
                 "services": sum(kind_of(number) == "svc"
                                 for number in range(accounts))}
        # In their order the lists of the index only grow at the end.
        guids = sorted(uuid.uuid5(uuid.NAMESPACE_DNS, label(number)).bytes_le
                       for number in range(accounts))
        self.raw.transaction_start()
        for number, guid in enumerate(guids):
            num, wrong = self.clone(made[kind_of(number)], number, guid,
                                    first_usn + number)
            truth["spns"] += num
            if wrong:
                truth[wrong].append(label(number))
        truth["cross"].append(self.add_cross())
        self.raw.transaction_commit()
        set_usn(self.sam_path, first_usn + accounts)
        return truth

    def add_cross(self):
        """The first service account holds an SPN that the configuration has."""
        message = ldb.Message(ldb.Dn(self.raw, dn_of(2, self.domain_dn)))
        message["s"] = ldb.MessageElement(
            foreign_spn(FOREIGN - 1), ldb.FLAG_MOD_ADD, "servicePrincipalName")
        self.raw.modify(message)
        return label(2)

    def add_names(self, accounts):
        """Names of the services in the zone of the domain, as nodes."""
        zone = "DC=%s,CN=MicrosoftDNS,DC=DomainDnsZones,%s" % (
            self.dns, self.domain_dn)
        path = raw_path(self.sam_path).replace(
            self.domain_dn.upper() + ".ldb",
            "DC=DOMAINDNSZONES,%s.ldb" % self.domain_dn.upper())
        raw = ldb.Ldb(path, options=["batch_mode:1"])
        dsdb._dsdb_set_schema_from_ldb(raw, self.stock)
        raw.transaction_start()
        names = [label(number) for number in range(accounts)
                 if kind_of(number) == "svc"]
        names += ["foreign%03d" % number for number in range(FOREIGN)]
        for name in names:
            raw.add({"dn": "DC=%s,%s" % (name, zone), "name": name,
                     "objectClass": ["top", "dnsNode"], "dc": name,
                     "objectGUID": uuid.uuid5(uuid.NAMESPACE_URL,
                                              name).bytes_le})
        raw.transaction_commit()

    def add_foreign(self):
        """Holders of SPNs outside of the domain partition."""
        config_dn = str(self.stock.get_config_basedn())
        dns = ["CN=bench%d,CN=Services,%s" % (number, config_dn)
               for number in range(FOREIGN // FOREIGN_EACH)]
        for dn in dns:
            self.stock.add({"dn": dn, "objectClass": "container"})
        path = raw_path(self.sam_path).replace(
            self.domain_dn.upper() + ".ldb", config_dn.upper() + ".ldb")
        raw = ldb.Ldb(path)
        dsdb._dsdb_set_schema_from_ldb(raw, self.stock)
        for place, dn in enumerate(dns):
            first = place * FOREIGN_EACH
            message = ldb.Message(ldb.Dn(raw, dn))
            message["s"] = ldb.MessageElement(
                [foreign_spn(number)
                 for number in range(first, first + FOREIGN_EACH)],
                ldb.FLAG_MOD_ADD, "servicePrincipalName")
            raw.modify(message)


def set_usn(sam_path, usn):
    """The next change gets a number above those of our accounts.

    In a process of its own: tdb opens no file twice in one.
    """
    code = ("import os, sys, tdb; tdb.open(sys.argv[1], flags=os.O_RDWR)"
            ".store(b'SEQ_NUM', sys.argv[2].encode())")
    path = os.path.join(os.path.dirname(sam_path), "sam.ldb.d",
                        "metadata.tdb")
    subprocess.run([sys.executable, "-c", code, path, str(usn)], check=True)


def foreign_spn(number):
    return "foo/foreign%03d" % number


def advance_rids(loader, accounts):
    """The next accounts that Samba makes get RIDs above ours."""
    found = loader.stock.search(
        "CN=RID Manager$,CN=System," + loader.domain_dn, ldb.SCOPE_BASE,
        attrs=["rIDAvailablePool"])[0]
    pool = int(str(found["rIDAvailablePool"][0]))
    low = FIRST_RID + accounts + 1
    message = ldb.Message(found.dn)
    message["p"] = ldb.MessageElement(
        str(pool >> 32 << 32 | low), ldb.FLAG_MOD_REPLACE, "rIDAvailablePool")
    loader.stock.modify(message)


def main(argv):
    folder, accounts, backend = argv[0], int(argv[1]), argv[2]
    dirs = prepare(folder)
    provision(dirs, backend)
    enable(dirs)
    seed = int(argv[3]) if len(argv) > 3 else 0
    loader = Loader(dirs, accounts, seed)
    truth = loader.load(accounts)
    loader.add_foreign()
    loader.add_names(accounts)
    advance_rids(loader, accounts)
    print(json.dumps(truth))
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
