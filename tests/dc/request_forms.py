# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests/dc/module_requests.py sends: every table of it is here.

A request is an operation on a target by a caller, with controls. What makes
it one for the module is an attribute in one of many forms, under one of many
spellings of its name. Operation, attribute and form are dealt like cards, so
that each of them comes before any comes twice; the rest is drawn. A request is
known by its number alone: the same seed and number make the same request, on
whichever DC.

To send something new, add a line to one of the tables: ATTRIBUTES, FORMS,
SPELLINGS, KINDS, CONTROLS, CALLERS, TARGETS, NEW_NAMES, RDNS, SUPERIORS,
EXTENDED.
"""

import collections
import functools
import os
import random

import raw_ldap
from raw_ldap import ADD, DELETE, REPLACE

import module_attempts

SPN = "servicePrincipalName"
# Values of an element that has many, in one of ten such requests.
MANY = int(os.environ.get("SPN_REQUESTS_VALUES", "1000"))
# The module looks no further where a request has more than 100.
SOME = (3, 90, 150)

# ------------------------------------------------------------- attributes
# name: (its value number i, odd values). {dns} and {domain} are those of the
# domain, {guid} and {sid} bytes of target.

ATTRIBUTES = {
    SPN: (lambda i: ("foo/averyverylongname%06d", "http/h%06d.{dns}",
                     "HOST/h%06d", "http/h%06d")[i % 4] % i,
          ("http/victim", "http/victim.{dns}", "HTTP/VICTIM", "foo/held0007",
           "http/", "/", "http", "foo/w1", "HOST/w1", "http/w1", "http/w1.{dns}",
           "foo/w1.{dns}:80/x", "http/*", "http/w1)(cn=*", "http/ w1 ",
           "MSSQLSvc/w1.{dns}:1433", "foo/a/b/c/d")),
    "dNSHostName": (lambda i: "h%06d.{dns}" % i,
                    ("w1.{dns}", "W1.{dns}.", "victim.{dns}", ".", "w1",
                     "w2.{dns}", "h\u00f6st.{dns}", "w1.example.net")),
    "sAMAccountName": (lambda i: "h%06d$" % i,
                       ("w1$", "victim", "victim$", "w2", "w2$", "$", " ",
                        "averylongcomputername01$", "Administrator", "a/b")),
    "msDS-AdditionalDnsHostName": (lambda i: "more%06d.{dns}" % i,
                                   ("w1.{dns}", "victim.{dns}", "more", ".")),
    "userAccountControl": (lambda i: str(512 + 65536 * (i % 2)),
                           ("0", "-1", "514", "4096", "532480", "83890176",
                            "99999999999999999999", "0x200", "x", "8192")),
    "isDeleted": (lambda i: ("TRUE", "FALSE")[i % 2],
                  ("true", "0", "1", "x", "TRUE ")),
    "isRecycled": (lambda i: ("TRUE", "FALSE")[i % 2], ("x",)),
    "objectGUID": (lambda i: b"%016d" % i,
                   ("{guid}", b"\0" * 16, b"x" * 15, b"x" * 17, b"x",
                    "00000000-0000-0000-0000-000000000000")),
    "objectSid": (lambda i: b"\1\5\0\0\0\0\0\5\x15\0\0\0" + b"%016d" % i,
                  ("{sid}", b"\1", b"\1\xff\0\0\0\0\0\5", "S-1-1-0")),
    "objectClass": (lambda i: ("user", "computer", "top", "person",
                               "container")[i % 5],
                    ("msDS-GroupManagedServiceAccount", "nothing", "crossRef",
                     "msDS-App-Configuration", "USER", "2.5.6.6")),
    "nTSecurityDescriptor": (lambda i: b"\1\0\4\x80" + bytes(16),
                             (b"\1", b"\1\0\4\x80\xff\xff\xff\xff", "O:BA",
                              "D:(A;;GA;;;WD)")),
    "distinguishedName": (lambda i: "CN=h%06d,{domain}" % i,
                          ("CN=gone,{ou}", "@MODULES", "x", "<GUID=>")),
    "msDS-Settings": (lambda i: ("http-pair=warn", "duplicate-spn=off",
                                 "exempt-host=h%06d" % i)[i % 3],
                      ("x", "=", "http-pair=", "exempt-host=*",
                       "pair-classes=*")),
    "sPNMappings": (lambda i: "host%06d=a,b,http" % i,
                    ("host=", "=", "host=http", "http=host", "host=host",
                     "host=" + ",".join("c%d" % i for i in range(500)))),
    "dSHeuristics": (lambda i: "0" * 20 + str(i % 10),
                     ("0000002", "000000000100000000022", "x", "1" * 300)),
    "msDS-AllowedDNSSuffixes": (lambda i: "s%06d.example" % i,
                                ("com", ".", "{dns}")),
    "dnsRoot": (lambda i: "d%06d.example" % i, ("{dns}", ".", "com")),
    "nETBIOSName": (lambda i: "D%06d" % i, ("ADDOMAIN", "")),
    "description": (lambda i: "text %06d" % i, ()),     # of no interest
}

# Short ways to an attribute's name; {oid} is from the schema.
SPELLINGS = {
    "as it is": "{name}",
    "capitals": "{NAME}",
    "OID": "{oid}",
    "OID.": "OID.{oid}",
    "language": "{name};lang-de",
    "range": "{name};range=0-1",
    "binary": "{name};binary",
    "blank": "{name} ",
}
PLAIN = 12      # so many times as often "as it is"

# ------------------------------------------------------------------ forms


def spelled(value, i):
    """The same key in spelling i: letters of either case, then blanks; in
    the end the same spellings come again.
    """
    out = bytearray(value)
    for at, byte in enumerate(out):
        if chr(byte).isalpha() and byte < 128:
            out[at] = byte ^ 0x20 if i & 1 else byte
            i >>= 1
    return bytes(out) + b" " * (i % 64)


def ascending(v, n):
    return [v(i) for i in range(n)]


# form: the elements of a request, each a list of values. v(i) is value number
# i of the attribute, n how many it is to be where they are many, odd one of
# the attribute's odd values.
FORMS = {
    "absent": lambda v, n, odd: [],
    "one": lambda v, n, odd: [[v(0)]],
    "odd": lambda v, n, odd: [[odd]],
    "odd behind another": lambda v, n, odd: [[v(0), odd]],
    "empty": lambda v, n, odd: [[]],
    "twice": lambda v, n, odd: [[v(0)], [v(1)]],
    "twice empty": lambda v, n, odd: [[], []],
    "empty, one": lambda v, n, odd: [[], [v(0)]],
    "one, empty": lambda v, n, odd: [[v(0)], []],
    "the same twice": lambda v, n, odd: [[v(0), v(0)]],
    "no bytes": lambda v, n, odd: [[b""]],
    "NUL": lambda v, n, odd: [[v(0) + b"\0" + v(1)]],
    "not UTF-8": lambda v, n, odd: [[v(0) + b"\xc3\xff"]],
    "70 kB": lambda v, n, odd: [[v(0) + b"x" * 70000]],
    "spellings": lambda v, n, odd: [[spelled(v(0), i) for i in range(n)]],
    "ascending": lambda v, n, odd: [ascending(v, n)],
    "descending": lambda v, n, odd: [ascending(v, n)[::-1]],
    "many elements": lambda v, n, odd: [[v(i)] for i in range(min(n, 150))],
    "adds and deletes": lambda v, n, odd: [ascending(v, n)[::2],
                                           ascending(v, n)[1::2]],
}
MANY_FORMS = ("spellings", "ascending", "descending", "adds and deletes")

# What most requests of a domain are about, and what code forgets most.
OFTEN = {SPN: 12, "dNSHostName": 2, "sAMAccountName": 2,
         "empty": 3, "twice empty": 3}

UNKNOWN = (3, 99, 1000)
KINDS = {"add": (ADD,), "delete": (DELETE,), "replace": (REPLACE,),
         "add, delete": (ADD, DELETE), "delete, add": (DELETE, ADD),
         "replace, add": (REPLACE, ADD), "unknown": UNKNOWN}
KIND_WEIGHTS = (6, 3, 5, 3, 3, 2, 1)

# --------------------------------------------------------------- controls

CONTROLS = {name: oid for name, oid in module_attempts.CONTROLS.items()
            if oid}
CONTROLS.update({
    "current partition": "1.3.6.1.4.1.7165.4.3.2",
    "search options": "1.2.840.113556.1.4.1340",
    "security descriptor": "1.2.840.113556.1.4.801",
    "tree delete": "1.2.840.113556.1.4.805",
    "policy hints": "1.2.840.113556.1.4.2239",
    "unknown": "1.2.3.4.5",
    "no OID": "x",
})
CONTROL_VALUES = (None, None, None, b"", b"\x30\x03\x02\x01\x01", b"\x30\x80",
                  b"\x30\x84\xff\xff\xff\xff", b"\xff" * 9, b"x" * 70000)

# ---------------------------------------------------- callers and targets

CALLERS = {"anonymous": 3, "user": 6, "helper": 4, "machine": 4, "admin": 4}
# Large requests of those whom access control may stop, not the database.
WITHOUT_RIGHTS = ("anonymous", "user", "machine")

# Objects of tests/dc/request_world.py, and how often they are meant.
TARGETS = {"target": 8, "machine": 6, "victim": 3, "other machine": 3,
           "holder": 3, "controller": 2, "user": 2, "settings": 3,
           "directory service": 2, "domain": 2, "crossRef": 2, "deleted": 3,
           "rootDSE": 2}
# What can be ordered by a write to the rootDSE is in tests/dc/module_stock.py:
# afterwards a DC, a stock one too, is not as before.
# Names of no object in particular; {dn} is one of them.
SPECIAL = "special record"
ODD_NAMES = ("@MODULES", "@ATTRIBUTES", "@ROOTDSE", "@", "CN=nobody,{ou}",
             "<GUID=>", "<SID=>", "<SID=S-1-1>", "<GUID={guid}", "{dn};{dn}",
             "<WKGUID=x,{domain}>", "{dn}\0", "CN=\udcc3", "\\", "CN=,{ou}",
             "CN=" + "x" * 5000 + ",{ou}",
             "<GUID=00000000-0000-0000-0000-000000000000>")
BY = {"DN": 10, "GUID": 3, "SID": 3, "both": 1, "GUID, SID": 1,
      "GUID, DN": 1, "other case": 2}
# Where a caller may write SPNs, and is sent to two times out of three.
OWN = {"helper": "target", "machine": "machine"}
# An administrator can do anything to these, and a test must end: to all
# others only what an administrator would do.
ACCOUNTS = ("target", "machine", "victim", "other machine", "holder",
            "deleted")
THROW_AWAY = ("target", "victim", "other machine")
OWN_ATTRIBUTES = {
    "settings": ("msDS-Settings", "description"),
    "directory service": ("sPNMappings", "dSHeuristics", "description"),
    "domain": ("msDS-AllowedDNSSuffixes", "description"),
    "crossRef": ("dnsRoot", "description"),
    "user": (SPN, "description"),
    "controller": ("description",)}

# Where an add makes an object.
NEW_NAMES = ("CN=new{i},{ou}",) * 6 + (
    "CN=new{i},CN=Computers,{domain}", "CN=new{i},CN=Services,{config}",
    "CN=new{i},CN=Deleted Objects,{domain}", "CN=new{i},<GUID={guid}>",
    "CN=new{i},CN=nobody,{ou}", "<GUID=11111111-2222-3333-4444-555555555555>;"
    "CN=new{i},{ou}", "<SID=S-1-5-21-1-2-3-4>;CN=new{i},{ou}")
CLASSES = ("user", "computer", "computer", "user",
           "msDS-GroupManagedServiceAccount", "container", "x")
RDNS = ("CN=renamed", "{rdn}", "cn=RENAMED", "CN=", "OU=renamed", "CN",
        "CN=a+OU=b", "@MODULES", "@X", "CN=" + "x" * 5000, "CN=a\0b",
        "CN=\udcc3", "CN=a,CN=b", "<GUID={guid}>", "", "2.5.4.3=renamed",
        "DC=renamed", "CN=a\\0ADEL:b")
SUPERIORS = (None, None, None, "{ou}", "CN=Services,{config}", "", "{dn}",
             "CN=nobody,{ou}", "@MODULES", "CN=Deleted Objects,{domain}",
             "<GUID={guid}>", "CN=Computers,{domain}")
EXTENDED = {
    "who am I": "1.3.6.1.4.1.4203.1.11.3",
    "password modify": "1.3.6.1.4.1.4203.1.11.1",
    "transaction": "1.3.6.1.1.21.1",
    "fast bind": "1.2.840.113556.1.4.1781",
    "refresh": "1.3.6.1.4.1.1466.101.119.1",
    "replicated objects": "1.3.6.1.4.1.7165.4.4.1",
    "sequence number": "1.3.6.1.4.1.7165.4.4.3",
    "unknown": "1.2.3.4.5",
}

# ------------------------------------------------------------- generator


def cards():
    """Every operation with whatever it is to be tried with."""
    for attr in ATTRIBUTES:
        for form in FORMS:
            often = OFTEN.get(form, 1)
            yield from [("add", attr, form)] * often
            yield from [("modify", attr, form)] * max(often,
                                                      OFTEN.get(attr, 1))
    for rdn in RDNS:
        yield from [("rename", rdn)] * 3
    for which in EXTENDED:
        yield "extended", which
    yield from [("delete",)] * 20


CARDS = tuple(cards())

# words: the request as a person would say it, the same on every DC.
# special: it names a record that no client may write.
# only_spns: of what is there it changes SPNs, and no names of hosts.
Request = collections.namedtuple("Request", "caller operation controls words "
                                 "special only_spns")


class Generator:
    """Requests of a seed; world says how this DC's objects are called."""

    def __init__(self, seed, world):
        self.seed = seed
        self.world = world
        self.pick = None    # the source of chance of one request
        self.caller = None
        self.attributes = set()     # of this request
        self.tame = False   # whether the request is nothing but its card

    @functools.lru_cache(1)
    def deck(self, number):
        cards_of_deck = list(CARDS)
        random.Random("%d/deck/%d" % (self.seed, number)).shuffle(
            cards_of_deck)
        return cards_of_deck

    def request(self, number):
        self.pick = random.Random("%d/%d" % (self.seed, number))
        self.caller = self.drawn(CALLERS)
        self.tame = self.pick.random() < 0.4
        self.attributes = set()
        deck, at = divmod(number, len(CARDS))
        card = self.deck(deck)[at]
        operation, words, target = getattr(self, card[0])(*card[1:])
        controls, control_words = self.controls(card[0])
        return Request(
            self.caller, operation, controls,
            "%s: %s%s" % (self.caller, words, control_words),
            target == SPECIAL,
            self.attributes <= {SPN, "description"} and
            card[0] in ("add", "modify"))

    def drawn(self, weights):
        return self.pick.choices(list(weights), list(weights.values()))[0]

    # -- names

    def target(self, attrs=()):
        """(name of an object, DN by which it is called, words)

        The name is None or SPECIAL where it is of no object. One that this caller may try this on, see OWN_ATTRIBUTES.
        """
        pick = self.pick
        if not self.tame and pick.random() < 0.1:
            odd = pick.choice(ODD_NAMES)
            return (SPECIAL if odd.startswith("@") else None, self.text(odd),
                    repr(odd[:60]))
        name = self.drawn(TARGETS)
        if self.caller in OWN and pick.random() < 0.67:
            name = OWN[self.caller]
        if (self.caller == "admin" and name in OWN_ATTRIBUTES and
                not set(attrs) <= set(OWN_ATTRIBUTES[name])):
            name = pick.choice(ACCOUNTS)
        if name == "rootDSE":
            return name, b"", name
        by = self.drawn(BY)
        return name, self.world.called(name, by), "%s by %s" % (name, by)

    def throw_away(self):
        """The same for what may be gone afterwards."""
        if self.caller != "admin":
            return self.target()
        name, by = self.pick.choice(THROW_AWAY), self.drawn(BY)
        return name, self.world.called(name, by), "%s by %s" % (name, by)

    def text(self, template):
        return self.world.text(template)

    # -- attributes

    def spelling(self, attr):
        names = ["as it is"] * PLAIN + list(SPELLINGS)[1:]
        which = names[0] if self.tame else self.pick.choice(names)
        return which, SPELLINGS[which].format(
            name=attr, NAME=attr.upper(), oid=self.world.oids[attr])

    def number_of_values(self, form):
        pick = self.pick
        if form not in MANY_FORMS:
            return SOME[-1]
        if self.caller in WITHOUT_RIGHTS and pick.random() < 0.1:
            return MANY
        return pick.choice(SOME)

    def elements(self, attr, form):
        """([(name, values)], words) of an attribute in a form."""
        self.attributes.add(attr)
        value, odd = ATTRIBUTES[attr]
        number = self.number_of_values(form)
        lists = FORMS[form](
            lambda i: self.world.value(value(i)), number,
            self.world.value(self.pick.choice(odd or (b"",))))
        out, spellings = [], []
        for values in lists:
            which, name = self.spelling(attr)
            spellings.append(which)
            out.append((name, values))
        return out, "%s %s%s%s" % (
            attr, form, " of %d" % number if form in MANY_FORMS else "",
            " (%s)" % ", ".join(sorted(set(spellings) - {"as it is"}))
            if set(spellings) - {"as it is"} else "")

    def companion(self, attr, chance):
        """What the request says of SPNs besides, or of names."""
        pick = self.pick
        other = SPN if attr != SPN else pick.choice(
            ("dNSHostName", "sAMAccountName", "isDeleted", "description"))
        if pick.random() >= chance:
            return [], ""
        form = "one" if self.tame else pick.choice(
            ("one", "odd", "odd", "twice", "ascending"))
        elements, words = self.elements(other, form)
        return elements, words

    def with_companion(self, attr, form, chance):
        """(elements, words), the companion before or behind."""
        elements, words = self.elements(attr, form)
        more, more_words = self.companion(attr, chance)
        if self.pick.random() < 0.5:
            return elements + more, ", ".join(filter(None, (words,
                                                            more_words)))
        return more + elements, ", ".join(filter(None, (more_words, words)))

    # -- operations; each returns (bytes, words, target)

    def modify(self, attr, form):
        pick = self.pick
        name, dn, target_words = self.target((attr,))
        stays = self.tame or (self.caller == "admin" and
                              name in OWN_ATTRIBUTES)
        elements, words = self.with_companion(attr, form,
                                              0 if stays else 0.5)
        how = pick.choices(list(KINDS), KIND_WEIGHTS)[0]
        if form == "adds and deletes":
            how = pick.choice(("add, delete", "delete, add"))
        kinds = KINDS[how]
        changes = [(pick.choice(kinds) if how == "unknown"
                    else kinds[i % len(kinds)], *element)
                   for i, element in enumerate(elements)]
        return (raw_ldap.modify(dn, *changes),
                "modify %s: %s %s" % (target_words, how, words), name)

    def add(self, attr, form):
        pick = self.pick
        # To the module an account without SPNs is nothing.
        elements, words = self.with_companion(attr, form, 0.8)
        if not self.tame and pick.random() < 0.1:
            name, dn, where = self.target((attr,))
        else:
            name = None
            template = NEW_NAMES[0] if self.tame else pick.choice(NEW_NAMES)
            template = template.replace("{i}", str(pick.randrange(4)))
            dn, where = self.text(template), template
        object_class = pick.choice(CLASSES[:2] if self.tame else CLASSES)
        base = [("objectClass", [object_class]), ("sAMAccountName", ["new$"])]
        if pick.random() < 0.3:
            base.append(("dNSHostName", [self.text("new.{dns}")]))
        base = [each for each in base if each[0] != attr or
                pick.random() < 0.2]
        if pick.random() < 0.2:
            base, elements = elements, base
        return (raw_ldap.add(dn, *base, *elements),
                "add %s (%s): %s" % (where, object_class, words), name)

    def rename(self, rdn):
        name, dn, words = self.throw_away()
        superior = self.pick.choice(SUPERIORS)
        if rdn.startswith("@") or (superior or "").startswith("@"):
            name = SPECIAL
        rdn_text = self.text(rdn.replace("{rdn}", "CN=target"))
        superior_text = superior
        if superior is not None:
            superior_text = self.text(superior)
        return (raw_ldap.rename(dn, rdn_text, superior_text),
                "rename %s to %r below %r" % (words, rdn[:40], superior),
                name)

    def delete(self):
        name, dn, words = self.throw_away()
        return raw_ldap.delete(dn), "delete " + words, name

    def extended(self, which):
        value = self.pick.choice(CONTROL_VALUES)
        return (raw_ldap.extended(EXTENDED[which], value),
                "extended %s with %r" % (which, value and value[:12]), None)

    def controls(self, operation):
        pick = self.pick
        out, words = [], ""
        for _ in range(0 if self.tame else
                       pick.choice((0, 0, 0, 0, 1, 1, 1, 2))):
            name = pick.choice(list(CONTROLS))
            if operation == "delete" and name == "tree delete":
                continue
            critical = pick.random() < 0.15
            value = pick.choice(CONTROL_VALUES)
            out.append(raw_ldap.control(CONTROLS[name], critical, value))
            words += " [%s%s%s]" % (
                name, ", critical" if critical else "",
                "" if value is None else ", %r" % value[:12])
        return out, words
