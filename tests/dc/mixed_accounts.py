# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts at random that share the names of a few hosts.

In groups, each with names of its own: computers whose CN, sAMAccountName, DNS name
and HOST SPNs are names of different hosts, or missing; users with one half of a
pair, or HOST of a computer; some disabled. What is wrong with them nobody says.
"""

import collections

Account = collections.namedtuple(
    "Account", "kind cn sam dns also spns disabled group")

CLASSES = ("http",) * 6 + ("HTTP", "HOST", "host", "cifs", "foo", "ldap")
TAILS = ("",) * 10 + (":8080", "/svc")
BROKEN = ("%s", "a/%s/c/d", "%s/", "http/%s x", "foo/%s ", "HOST/", "http/%s:80",
          "http://%s", "cifs/", "foo/%s\tx")


class Group:
    def __init__(self, random, dns, number):
        self.random = random
        self.number = number
        self.taken = set()
        self.labels = ["m%d%s" % (number, letter) for letter in "abc"]
        if random.random() < 0.15:
            self.labels[2] = "m%dverylongserver" % number
        self.dns = dns
        self.hosts = [*self.labels, *map(self.fqdn, self.labels)]
        self.hosts += self.hosts[:2] + [self.fqdn(self.labels[0])]
        self.hosts.append(self.labels[0] + ".example.net")

    def fqdn(self, label):
        return "%s.%s" % (label, self.dns)

    def maybe(self, chance):
        return self.random.random() < chance

    def name(self, label):
        """One that no other account has: at most 15 characters."""
        name = label[:15]
        while name in self.taken:
            name = "n%dx%d" % (self.number, len(self.taken))
        self.taken.add(name)
        return name

    def spn(self):
        choose = self.random.choice
        text = "%s/%s%s" % (choose(CLASSES), choose(self.hosts), choose(TAILS))
        return choose((str, str, str, str, str.upper))(text)

    def spns(self, first):
        spns = list(first)
        spns += [self.spn() for _ in range(self.random.choice((0, 1, 1, 2, 4)))]
        if self.maybe(0.1):
            broken = self.random.choice(BROKEN)
            spns.append(broken % self.random.choice(self.labels)
                        if "%" in broken else broken)
        found = {}
        for spn in spns:
            found.setdefault(spn.upper(), spn)
        spns = list(found.values())
        if spns and self.maybe(0.1):
            twin = self.random.choice(spns)
            spns += {twin.swapcase()} - {twin}
        return spns

    def computer(self):
        choose = self.random.choice
        own = choose(self.labels)
        sam = self.name(own if self.maybe(0.7) else choose(self.labels))
        dns = choose([self.fqdn(own)] * 4 + [
            None, self.fqdn(choose(self.labels)), own + ".example.net"])
        also = [self.fqdn(choose(self.labels))] if self.maybe(0.2) else []
        host = ["HOST/" + name for name in (sam, dns)
                if name and self.maybe(0.6)]
        return Account("computer", choose([own] * 3 + self.labels), sam + "$",
                       dns, also, self.spns(host), self.maybe(0.15),
                       self.number)

    def user(self, kind):
        sam = self.name(self.random.choice(self.labels) if self.maybe(0.1)
                        else "u%dx%d" % (self.number, len(self.taken)))
        return Account(kind, sam, sam + "$" * (kind == "gmsa"), None, [],
                       self.spns([self.spn()]), self.maybe(0.1), self.number)

    def accounts(self):
        kinds = self.random.choices(("computer", "user", "gmsa"), (4, 4, 1),
                                    k=self.random.randint(1, 5))
        return [self.computer() if kind == "computer" else self.user(kind)
                for kind in kinds]


def accounts(random, dns, groups):
    return [account for number in range(groups)
            for account in Group(random, dns, number).accounts()]
