# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured: the cases, and the writes they are made of.

modify_many reads the writes from a file. Each case has accounts of its own,
service accounts with two SPNs, as long as there are enough of them; no SPN is
ever used twice, for a value that is there already is written for nothing.
"""

from directory import dn_of, foreign_spn, label

OLD = "samba_dsdb"
NEW = "spn_policy,samba_dsdb"

# Place of the service accounts among five; see directory.py.
SERVICE = 2
# SPNs of a holder with many.
CROWD = 300


class Work:
    """The writes of one run of modify_many; round makes the names fresh."""

    def __init__(self, truth, domain_dn, dns, round_name):
        self.truth = truth
        self.domain_dn = domain_dn
        self.dns = dns
        self.round_name = round_name
        self.next = 0

    def account(self):
        """The number of a service account that is in order."""
        while True:
            number = self.next % (self.truth["accounts"] // 5) * 5 + SERVICE
            self.next += 1
            if label(number) not in self.truth["unpaired"]:
                return number

    def add(self, *values, attr="servicePrincipalName", verb="add"):
        dn = dn_of(self.account(), self.domain_dn)
        return "\t".join((verb, dn, attr) + values)

    def name(self, number):
        return "n%s-%05d" % (self.round_name, number)

    def description(self, i):
        return self.add("text %s %d" % (self.round_name, i),
                        attr="description", verb="replace")

    def search(self, i):
        return "find\t(sAMAccountName=%s)\tservicePrincipalName" % label(i)

    def unmapped(self, i):
        return self.add("foo/" + self.name(i))

    def pair(self, i):
        host = self.name(i)
        return self.add("http/" + host, "http/%s.%s" % (host, self.dns))

    def half(self, i):
        return self.add("http/half-%s.%s" % (self.name(i), self.dns))

    def host(self, i):
        return self.add("host/h-" + self.name(i))

    def duplicate(self, i):
        # Each time the next computer is the holder.
        return self.add("RestrictedKrbHost/" + label(5 * i))

    def crowd(self):
        """One account gets so many SPNs."""
        dn = dn_of(self.account(), self.domain_dn)
        return "shape\t%s\tadd\tcrowd%s\t%d" % (dn, self.round_name, CROWD)

    def crowded(self, i):
        return self.add("foo/crowd%s-%06d" % (self.round_name, 7 * i))

    def foreign(self, i):
        return self.add(foreign_spn(i))


# LDB codes.
CONSTRAINT = 19

# name of the case: what OLD and NEW say to it
OUTCOMES = {
    "description": (0, 0),
    "search": (0, 0),
    "unmapped": (0, 0),
    "pair": (0, 0),
    "half": (0, 0),
    "host": (0, 0),
    "duplicate": (CONSTRAINT, CONSTRAINT),
    "crowded": (CONSTRAINT, CONSTRAINT),
    "foreign": (0, CONSTRAINT),
}
# As clients send it over LDAP; the others come from a program on the DC.
OF_CLIENTS = ("duplicate", "crowded", "foreign")


# So many http pairs in one transaction, as a script that sets up a domain
# writes them.
TOGETHER = {"pairs-%d" % number: number for number in (200, 500, 2000, 8000)}


def lines(work, modules, cases, warm_up, measured):
    """The file for modify_many."""
    for case in cases:
        if case in TOGETHER:
            yield from lines_together(work, case, warm_up)
            continue
        wanted = OUTCOMES[case][modules == NEW]
        caller = "client" if case in OF_CLIENTS else "system"
        if case == "crowded":
            yield "case\tcrowd\t1\t0\tsystem"
            yield work.crowd()
        yield "case\t%s\t%d\t%d\t%s" % (case, warm_up, wanted, caller)
        for i in range(warm_up + measured):
            yield getattr(work, case)(i)


def lines_together(work, case, warm_up):
    yield "case\t%s\t%d\t0\tsystem\ttogether" % (case, warm_up)
    first = 10 * TOGETHER[case]    # names that no other case has
    for i in range(warm_up + TOGETHER[case]):
        yield work.pair(first + i)
