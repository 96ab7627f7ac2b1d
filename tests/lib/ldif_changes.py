# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory in memory, made of an export, that takes changes as LDIF.

It is as strict as a domain controller of Samba: what is to be deleted is there,
once; what is to be added is not, on no other account, and no other account has
an SPN for which the new one would stand (samldb). Nothing here is ours, so a file
that spn-audit wrote is read by somebody who does not know how it was written.
"""

import base64
import re

SPN = "serviceprincipalname"


class Refused(Exception):
    """What a directory would not do."""


def fold(value):
    """As a directory compares: without case, and blanks count once."""
    text = value.decode("utf-8", "surrogateescape")
    return re.sub(" +", " ", text.strip(" ")).upper()


def records(text):
    """[[(attribute, value as bytes)]] of a file; comments are not there, and a
    line "-" is ("-", b"")."""
    lines = text.replace("\n ", "").split("\n")
    found = [[]]
    for line in lines:
        if line.startswith("#"):
            continue
        if not line:
            found.append([])
            continue
        attr, _, rest = line.partition(":")
        value = (base64.b64decode(rest[1:]) if rest.startswith(":")
                 else rest.lstrip(" ").encode())
        found[-1].append((attr.partition(";")[0].lower(), value))
    return [each for each in found if each]


class Directory:
    def __init__(self, export, mappings):
        """mappings: {alias: the class that stands for it}"""
        self.stands_for = {}
        for alias, target in mappings.items():
            self.stands_for.setdefault(target, []).append(alias)
        self.entries = {}   # by DN
        self.names = {}
        for record in records(export):
            dn = record[0][1].decode()
            entry = self.entries.setdefault(dn.upper(), {})
            self.names[dn.upper()] = dn
            for attr, value in record[1:]:
                entry.setdefault(attr, []).append(value)

    def export(self):
        def line(attr, value):
            return "%s:: %s\n" % (attr, base64.b64encode(value).decode())
        return "\n".join(
            line("dn", self.names[key].encode()) + "".join(
                line(attr, value) for attr, values in entry.items()
                for value in values)
            for key, entry in self.entries.items())

    def spns(self):
        """Of live objects."""
        return [value for entry in self.entries.values()
                if entry.get("isdeleted") != [b"TRUE"]
                for value in entry.get(SPN, ())]

    def others_hold(self, dn, value):
        return any(fold(value) == fold(each)
                   for key, entry in self.entries.items() if key != dn
                   and entry.get("isdeleted") != [b"TRUE"]
                   for each in entry.get(SPN, ()))

    def check(self, dn, value):
        """What samldb looks at, for each value that a request names."""
        parts = value.decode("utf-8", "replace").split("/")
        if len(parts) not in (2, 3):
            raise Refused("%r has %d parts" % (value, len(parts)))
        if self.others_hold(dn, value):
            raise Refused("another account holds %r" % value)
        if fold(value) in map(fold, self.entries[dn].get(SPN, ())):
            return
        for alias in self.stands_for.get(parts[0].lower(), ()):
            if self.others_hold(dn, b"/".join(
                    [alias.encode(), *value.split(b"/")[1:]])):
                raise Refused("%r would stand for %s of another account" % (
                    value, alias))

    def apply(self, text):
        """The records in their order; the number of them."""
        changes = records(text)
        for change in changes:
            (first, dn), (kind, modify) = change[:2]
            if (first, kind, modify) != ("dn", "changetype", b"modify"):
                raise Refused("%r is no modification" % change)
            self.modify(dn.decode().upper(), change[2:])
        return len(changes)

    def modify(self, dn, lines):
        if dn not in self.entries:
            raise Refused("there is no %s" % dn)
        while lines:
            end = lines.index(("-", b""))
            (verb, attr), values = lines[0], [each for _, each in lines[1:end]]
            self.element(dn, verb, attr.decode().lower(), values)
            lines = lines[end + 1:]

    def element(self, dn, verb, attr, values):
        entry = self.entries[dn]
        there = entry.setdefault(attr, [])
        if len(set(map(fold, values))) != len(values):
            raise Refused("%s of %s twice: %r" % (verb, dn, values))
        for value in values:
            self.check(dn, value)
        if verb == "replace":
            entry[attr] = values
        elif verb == "delete" and not values:
            del entry[attr]
        for value in values:
            same = [each for each in there if fold(each) == fold(value)]
            if verb == "add":
                if same:
                    raise Refused("%s has %r" % (dn, value))
                there.append(value)
            elif verb == "delete":
                if len(same) != 1:
                    raise Refused("%s has %r %d times" % (
                        dn, value, len(same)))
                there.remove(same[0])
