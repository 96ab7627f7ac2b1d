# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person does who reads the fix of a finding: WAYS, for each code the text
that he reads and each way that it offers. tool_audit_fix_texts.py goes them all.

A way is a function of a World and the finding, a member of the report in JSON.
HTTP SPNs are typed in where the module runs: the other half comes along.
"""

import copy
import os
import re

import recipes
from recipes import ENABLED, RECENT, WORKSTATION

EXPORT = os.path.join(os.path.dirname(__file__), "..", "..", "tools",
                      "directory", "export.c")
SPN = "servicePrincipalName"
NEW = "http/named.%s"       # what was not said, and has to be made up


class World:
    """The entries of a Domain, each attribute a list."""

    def __init__(self, domain):
        self.domain = domain
        self.baseline = False   # findings of before are accepted
        self.entries = [
            (dn, {name: list(values) if isinstance(values, (list, tuple))
                  else [values] for name, values in attrs.items()})
            for dn, attrs in domain.entries]

    def copy(self):
        return copy.deepcopy(self)

    def of(self, sam):
        return next(attrs for _, attrs in self.entries
                    if attrs.get("sAMAccountName") == [sam])

    def forest(self, attr):
        return next(attrs for _, attrs in self.entries if attr in attrs)

    def spns(self, sam):
        return self.of(sam).setdefault(SPN, [])

    def has(self, sam, spn):
        return any(recipes._escaped(have).lower() == spn.lower()
                   for have in self.spns(sam) if isinstance(have, str))

    def add(self, sam, spn):
        for each in [spn, *self.halves(spn)]:
            if not self.has(sam, each):
                self.spns(sam).append(each)

    def halves(self, spn):
        """As the module completes it."""
        service, _, host = spn.partition("/")
        label, _, rest = host.partition(".")
        if service.lower() != "http" or not host.replace(".", "").isalnum():
            return []
        if not rest:
            return ["%s/%s.%s" % (service, label, self.domain.dns)]
        return ["%s/%s" % (service, label)] * (rest == self.domain.dns)

    def remove(self, sam, *spns):
        """By what a report prints."""
        gone = {spn.lower() for spn in spns}
        kept = [each for each in self.spns(sam)
                if self.printed(each).lower() not in gone]
        assert len(kept) < len(self.spns(sam)), (sam, spns)
        self.of(sam)[SPN] = kept

    def printed(self, value):
        if isinstance(value, bytes):
            return value.decode("ascii", "backslashreplace").replace(
                "\\x", "\\")
        return recipes._escaped(value)

    def remove_host(self, sam, spn):
        label = host_of(spn).partition(".")[0].lower()
        self.remove(sam, *(
            each for each in map(self.printed, self.spns(sam))
            if host_of(each).partition(".")[0].lower() == label))

    def delete(self, sam):
        self.entries = [each for each in self.entries
                        if each[1].get("sAMAccountName") != [sam]]

    def rename(self, sam, dn):
        self.entries = [(dn if attrs.get("sAMAccountName") == [sam] else old,
                         attrs) for old, attrs in self.entries]

    def names_in_dns(self):
        labels = [attrs["dc"][0] for _, attrs in self.entries
                  if "dnsNode" in attrs["objectClass"]]
        return labels + [self.domain.fqdn(label) for label in labels]

    def name_host(self, spn):
        """It is in DNS, or comes there."""
        label = host_of(spn).partition(".")[0]
        zone = next(dn.partition(",")[2] for dn, attrs in self.entries
                    if "dnsNode" in attrs["objectClass"])
        self.entries.append(("DC=%s,%s" % (label, zone), {
            "objectClass": ["top", "dnsNode"], "dc": [label]}))

    def new_gmsa(self):
        return self.new("gmsa", "newgmsa")

    def new(self, kind, name):
        d = self.domain
        before = len(d.entries)
        sam = d.account(kind, name, [])
        dn, attrs = d.entries.pop(before)
        self.entries.append((dn, {
            key: value if isinstance(value, list) else [value]
            for key, value in attrs.items()}))
        return sam


def host_of(spn):
    return spn.split("/")[1].split(":")[0] if "/" in spn else spn


def holders(f):
    return [each["sAMAccountName"] for each in f["holders"]]


def others(f):
    return [each["sAMAccountName"] for each in f["others"]]


# ------------------------------------------------------------------ of SPNs


def remove(w, f):
    for sam in holders(f):
        w.remove(sam, f["spn"])


def replace(w, f):
    """By what the finding thinks was meant, or what was never said."""
    for sam in holders(f):
        w.remove(sam, f["spn"])
        w.add(sam, f["partner"] or NEW % w.domain.dns)
        w.name_host(f["partner"] or NEW)


def replace_by_list(w, f):
    for sam in holders(f):
        w.remove(sam, f["spn"])
        for name in f["partner"].replace("'", "").split(" and "):
            w.add(sam, name)


def add_partner(w, f):
    for sam in holders(f):
        w.add(sam, f["partner"])


def both_with_port(w, f):
    add_partner(w, f)
    for sam in holders(f):
        for name in [f["partner"], *w.halves(f["partner"])]:
            w.add(sam, name + ":" + f["spn"].rpartition(":")[2])


def add_spn(w, f):
    for sam in holders(f):
        w.add(sam, f["spn"])


def one_spelling(w, f):
    sam, = holders(f)
    for place, each in enumerate(w.spns(sam)):
        if each.lower().startswith("http/"):
            w.spns(sam)[place] = "HTTP/" + each.partition("/")[2]


def remove_spelling(number):
    def way(w, f):
        sam, = holders(f)
        same = [each for each in w.spns(sam)
                if each.lower() == f["spn"].lower()]
        w.spns(sam).remove(same[number])
    return way


def keep_on(number):
    """... with its other half, if anybody has that."""
    def way(w, f):
        keeper = holders(f)[number]
        names = [f["spn"], *w.halves(f["spn"])]
        for sam in holders(f):
            for name in names:
                if sam != keeper and w.has(sam, name):
                    w.remove(sam, name)
                    w.add(keeper, name)
    return way


def delete_others(w, f):
    for sam in holders(f)[1:]:
        w.delete(sam)


def rename_one(side):
    def way(w, f):
        sam, = side(f)
        spn = f["spn"] if side is holders else f["partner"]
        w.remove(sam, spn)
        w.add(sam, spn.partition("/")[0] + "/another")
        w.name_host("foo/another")
    return way


def move_to_new(w, f):
    new = w.new_gmsa()
    for sam in holders(f):
        for name in [f["spn"], *w.halves(f["spn"])]:
            if w.has(sam, name):
                w.remove(sam, name)
    w.add(new, f["spn"])


def move_to_computer(w, f):
    remove(w, f)
    w.add(others(f)[0], f["spn"])


def rename_computer(w, f):
    sam = others(f)[0]
    w.rename(sam, "CN=another,OU=accounts," + w.domain.dn)


def delete_other(w, f):
    for sam in others(f):
        w.delete(sam)


def other_class(w, f):
    sam, = holders(f)
    w.remove(sam, f["spn"])
    w.add(sam, "http/" + host_of(f["spn"]))


def accept(w, _f):
    w.baseline = True


def nothing(_w, _f):
    pass


def halves_to(side):
    def way(w, f):
        (here,), (there,) = holders(f), others(f)
        to, = side(f)
        for sam, name in (here, f["spn"]), (there, f["partner"]):
            w.remove(sam, name)
            w.add(to, name)
    return way


def replace_other_half(w, f):
    """The short name was not meant, nor the other one of that machine."""
    sam, = holders(f)
    w.remove(sam, f["partner"], *w.halves(f["partner"]))


def winrm(w, f):
    w.add(others(f)[0], f["partner"])


def set_suffix(w, f):
    suffix = host_of(f["spn"]).partition(".")[2]
    w.entries.append((
        "CN=SPN Policy,CN=Services,CN=Configuration," + w.domain.dn,
        {"objectClass": ["top", "msDS-App-Configuration"],
         "msDS-Settings": ["dns-suffix=" + suffix]}))
    for sam in holders(f):
        w.spns(sam).append("http/" + host_of(f["spn"]).partition(".")[0])


# ------------------------------------------------------------------ of hosts


def remove_host(w, f):
    for sam in holders(f):
        w.remove_host(sam, f["spn"])


def name_comes(w, f):
    """No way for a computer: its name is not this one."""
    if any(sam.endswith("$") and "CN=now" in f["holders"][0]["dn"]
           for sam in holders(f)):
        remove_host(w, f)
        return
    w.name_host(f["spn"])
    # and with it come the halves of web sites, where the module runs
    for sam in holders(f):
        for each in list(w.spns(sam)):
            w.add(sam, each)


def additional_name(w, f):
    """Samba, and Windows, give the computer HOST of it. A way only for who
    has the name alone: the text says so."""
    if f["others"]:
        remove_host(w, f)
        return
    label = host_of(f["spn"]).partition(".")[0]
    for sam in holders(f):
        w.of(sam)["msDS-AdditionalDnsHostName"] = [w.domain.fqdn(label)]
        w.add(sam, "HOST/" + label)
        w.add(sam, "HOST/" + w.domain.fqdn(label))


def without_third(w, f):
    for sam in holders(f):
        w.remove(sam, f["spn"])
        w.add(sam, f["spn"].rpartition("/")[0])


# --------------------------------------------------------------- of accounts


def remove_all_spns(w, f):
    for sam in holders(f):
        w.of(sam)[SPN] = []


def delete_account(w, f):
    for sam in holders(f):
        w.delete(sam)


def rename_conflict(w, f):
    """The other one is not there (any more)."""
    sam, = holders(f)
    w.rename(sam, "CN=%s,OU=accounts,%s" % (sam.rstrip("$"), w.domain.dn))


def spns_to(kind):
    def way(w, f):
        new = w.new(kind, "newservice")
        for sam in holders(f):
            for each in w.spns(sam):
                w.add(new, each)
            w.of(sam)[SPN] = []
    return way


def may_use_password(w, f):
    name = host_of(f["spn"])
    for sam in holders(f):
        w.of(sam)["msDS-HostServiceAccountBL"] = [
            "CN=%s,OU=accounts,%s" % (name, w.domain.dn)]


def remove_additional(w, f):
    for sam in holders(f):
        del w.of(sam)["msDS-AdditionalDnsHostName"]


def new_upn(w, f):
    w.of(holders(f)[0])["userPrincipalName"] = ["another@" + w.domain.dns]


def spn_to_upn(w, f):
    for sam in holders(f):
        w.remove(sam, f["spn"])
    w.add(others(f)[0], f["spn"])


def upn_to_spn(w, f):
    upn = w.of(others(f)[0]).pop("userPrincipalName")
    w.of(holders(f)[0])["userPrincipalName"] = upn


def rename_account(w, f):
    sam, = holders(f)
    machine = "computer" in w.of(sam)["objectClass"]
    w.of(sam)["sAMAccountName"] = [sam + "$" if machine else "another"]


def new_password(w, f):
    for sam in holders(f):
        w.of(sam)["pwdLastSet"] = [RECENT]


def aes(w, f):
    for sam in holders(f):
        w.of(sam)["msDS-SupportedEncryptionTypes"] = [24]
        w.of(sam)["pwdLastSet"] = [RECENT]


def delegators(w, f):
    """(attrs, its list) of each that may delegate to the SPN."""
    return [attrs for _, attrs in w.entries
            if f["spn"] in attrs.get("msDS-AllowedToDelegateTo", ())]


def remove_entry(w, f):
    for attrs in delegators(w, f):
        attrs["msDS-AllowedToDelegateTo"].remove(f["spn"])


def add_entry(w, f):
    for attrs in delegators(w, f):
        attrs["msDS-AllowedToDelegateTo"].append(f["partner"])


def one_in_use(w, f):
    """The first, enabled if it is not."""
    keeper, *rest = holders(f)
    for sam in rest:
        w.remove(sam, f["spn"])
    machine = "computer" in w.of(keeper)["objectClass"]
    w.of(keeper)["userAccountControl"] = [WORKSTATION if machine else ENABLED]


def no_right(w, f):
    for sam in holders(f):
        w.of(sam)["nTSecurityDescriptor"] = [w.domain.descriptor(
            recipes.OWNED)]


# ------------------------------------------------------------- of the forest


def new_mappings(w, _f):
    """What an audit takes where an export says nothing."""
    with open(EXPORT, encoding="utf-8") as stream:
        text = re.search(r"new_mappings\[\] =((?:\s*\".*\")+);", stream.read())[1]
    w.forest("sPNMappings")["sPNMappings"] = [
        "".join(re.findall(r"\"(.*)\"", text))]


def no_switch(w, _f):
    w.forest("dSHeuristics")["dSHeuristics"] = ["000000000100000000020"]


ADD = "add PARTNER to the same account"
THIS_KEY = ADD + ", if the service has the key of that"
MEANT = "; did you mean 'PARTNER'?"
MANUAL = "unless the manual of a product asks for it"
CLIENTS = "replace it by the name that clients use"

# {code: (the text, [way, ...])}
WAYS = {
    "SPN-001": ("remove it" + MEANT, [remove, replace]),
    "SPN-002": ("remove it" + MEANT, [remove, replace]),
    "SPN-003": ("remove it" + MEANT, [remove, replace]),
    "SPN-004": ("replace it, " + MANUAL + MEANT, [replace, accept]),
    "SPN-005": ("replace it, " + MANUAL + MEANT, [replace, accept]),
    "SPN-006": ("remove it" + MEANT, [remove, replace]),
    "SPN-007": ("replace it, " + MANUAL + MEANT, [replace, accept]),
    "SPN-008": ("remove it, unless such a client uses it; the name of the "
                "host serves all", [remove, accept]),
    "SPN-009": ("remove it if you do not know why it is there" + MEANT,
                [remove, replace]),
    "SPN-010": ("remove it, " + MANUAL + MEANT, [remove, replace, accept]),
    "SPN-011": ("spell the class HTTP in both halves", [one_spelling]),
    "SPN-012": ("remove it" + MEANT, [remove, replace]),
    "SPN-013": ("look for damage with samba-tool dbcheck, and remove it",
                [remove]),
    "SPN-014": (CLIENTS + MEANT, [replace]),
    "SPN-015": ("replace it by one value for each name: PARTNER",
                [replace_by_list]),
    "SPN-016": (CLIENTS + MEANT, [replace]),
    "SPN-017": ("if you do not know why it is there, " + CLIENTS + MEANT,
                [replace]),
    "SPN-101": ("keep it on the account whose key the service has, with its "
                "other half if it has one, remove both from the others; where "
                "one of them is an old object of this host, remove that "
                "object", [keep_on(0), keep_on(-1), delete_others]),
    "SPN-102": ("rename one of the two",
                [rename_one(holders), rename_one(others)]),
    "SPN-103": ("keep one of them, remove the others",
                [remove_spelling(0), remove_spelling(-1)]),
    "SPN-104": ("create one service account for the farm, move the SPN to it "
                "from all members, with its other half if it has one, and run "
                "the service on every member as that account", [move_to_new]),
    "SPN-105": ("rename or remove the computer object if it is not needed "
                "any more, else move the SPN to it",
                [rename_computer, delete_other, move_to_computer]),
    "SPN-201": ("make sure that the service has the key of this account, and "
                "accept this finding; otherwise remove the SPN here",
                [accept, remove]),
    "SPN-202": ("replace it by the class that the service really uses, unless "
                "the manual of a product asks for HOST, as that of AD FS does",
                [other_class, accept]),
    "SPN-203": ("restore the value that a new domain has, unless somebody has "
                "changed it on purpose", [new_mappings, accept]),
    "SPN-204": ("set it to 0 unless a migration is under way",
                [no_switch, accept]),
    "SPN-301": (THIS_KEY, [add_partner]),
    "SPN-302": (THIS_KEY, [add_partner]),
    "SPN-303": ("move both halves to the account whose key the service has",
                [halves_to(holders), halves_to(others)]),
    "SPN-304": ("find out whose key the service has: if this account's, add "
                "PARTNER to it; if the other's, remove SPN",
                [add_partner, remove]),
    "SPN-305": ("replace the half that was not meant",
                [replace_other_half, remove]),
    "SPN-306": (ADD + "; if clients send the port, add the other half with "
                "the port, too, else remove this SPN",
                [both_with_port, replace]),
    "SPN-307": ("add PARTNER to the computer and connect with the port in the "
                "SPN", [winrm]),
    "SPN-308": ("if the suffix is yours, say so: spn-policy set "
                "dns-suffix=SUFFIX; and add the other half, the first label, "
                "to the same account", [set_suffix]),
    "SPN-310": (ADD + "; if no client sends the port, this SPN is not needed "
                "either", [add_partner, remove]),
    "SPN-401": ("remove the SPNs of this host, unless the name is still to "
                "come", [remove_host, name_comes]),
    "SPN-402": ("remove the SPNs of this host, or register the name in DNS "
                "yourself", [remove_host, name_comes]),
    "SPN-403": ("if clients know the computer by that name, as by an alias in "
                "DNS, and no other computer has it, add the full name to "
                "msDS-AdditionalDnsHostName; else remove the SPNs of that "
                "name", [additional_name, remove_host]),
    "SPN-404": ("add it: setspn -R, or join the computer again", [add_spn]),
    "SPN-405": ("run samba_spnupdate on the domain controller", [add_spn]),
    "SPN-406": ("if you do not know why it is there, find out before you "
                "remove it: a single sign-on to a cloud is made of such names",
                [remove_host, accept]),
    "SPN-407": ("if clients ask for it, replace it by the same without the "
                "third part, and have them ask for that; otherwise it does no "
                "harm, and can go", [without_third, remove]),
    "SPN-408": ("if you do not know the alias, find out who made it; else "
                "nothing needs to be done", [remove_host, accept]),
    "SPN-501": ("if it is not to be used again, remove its SPNs, or the "
                "account", [remove_all_spns, delete_account]),
    "SPN-502": ("remove the computer if it is gone", [delete_account]),
    "SPN-503": ("find out which of the two is used; if it is the other one, "
                "take the SPNs from this one, or remove it; else remove the "
                "other one and rename this one",
                [remove_all_spns, delete_account, rename_conflict]),
    "SPN-504": ("remember it before you restore that object", [accept]),
    "SPN-505": ("give the service an account of its own, best a managed one",
                [spns_to("gmsa"), spns_to("user")]),
    "SPN-506": ("let the computer use the account, if the service runs there; "
                "otherwise find out what the SPN is for",
                [may_use_password, remove]),
    "SPN-507": ("remove the additional name if it is not meant, else add the "
                "SPN", [remove_additional, add_spn]),
    "SPN-508": ("nothing; if you do not know why it is there, find out before "
                "you change it", [accept]),
    "SPN-601": ("change the user principal name", [new_upn]),
    "SPN-602": ("change one of them", [new_upn]),
    "SPN-603": ("put both on the account whose key the service has",
                [spn_to_upn, upn_to_spn]),
    "SPN-604": ("find out who made the account; rename it, unless that name "
                "is meant", [rename_account, accept]),
    "SPN-701": ("use a managed service account; or set a long random password "
                "and accept this finding", [spns_to("gmsa"), accept]),
    "SPN-702": ("set a new long random password and renew the keytabs of the "
                "service, or use a managed service account",
                [new_password, spns_to("gmsa")]),
    "SPN-703": ("run the service as an account without such rights, and move "
                "the SPNs there", [spns_to("user"), spns_to("gmsa")]),
    "SPN-704": ("if the service can do AES, set msDS-SupportedEncryptionTypes "
                "to 24, then set the password again and renew its keytabs",
                [aes]),
    "SPN-801": ("remove the entry from msDS-AllowedToDelegateTo",
                [remove_entry]),
    "SPN-802": ("let one account that is in use hold it, and no other: 'OTHERS'",
                [one_in_use]),
    "SPN-803": ("add PARTNER to msDS-AllowedToDelegateTo", [add_entry]),
    "SPN-804": ("take the right away if it is not needed", [no_right]),
}

# {code: why no way of it is gone here}
NOT_HERE = {
    "SPN-309": "of writes only",
    "SPN-901": "of the check, not of the directory",
    "SPN-902": "spn-policy check says what is to be done",
    "SPN-903": "of the file, not of the directory: test_baseline",
    "SPN-904": "of writes only",
    "SPN-905": "of the servers, not of the directory: tool_all_dcs",
    "SPN-906": "of the servers, not of the directory: tool_all_dcs",
}
