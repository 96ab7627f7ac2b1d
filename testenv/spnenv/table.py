# SPDX-License-Identifier: GPL-3.0-or-later
"""What environments there are: domains, controllers, addresses, accounts.

Names, addresses and passwords are those of Samba's own ad_dc, so that Samba's
tests run here unchanged. A new environment is a new line in ENVIRONMENTS.
"""

from dataclasses import dataclass

NETWORK = "10.53.57"
NETWORK6 = "fd00::5357:5f"
CLIENT_IFACE = 11
CLIENT_HOST = "client"
ADMIN = "Administrator"


@dataclass(frozen=True)
class Domain:
    """One AD domain; the realm is the DNS name in capitals."""

    dns: str
    netbios: str
    password: str
    users: tuple = ()   # (name, password), created by provision

    @property
    def realm(self):
        return self.dns.upper()


@dataclass(frozen=True)
class Controller:
    """One domain controller, its host name and interface number."""

    host: str
    iface: int
    domain: Domain

    @property
    def address(self):
        return "%s.%d" % (NETWORK, self.iface)

    @property
    def address6(self):
        return "%s%02x" % (NETWORK6, self.iface)

    @property
    def fqdn(self):
        return "%s.%s" % (self.host, self.domain.dns)

    @property
    def netbios(self):
        return self.host.upper()


@dataclass(frozen=True)
class Environment:
    """The controllers of one domain.

    The first one is the machine under test and makes the domain, the others
    join it.
    """

    name: str
    summary: str
    controllers: tuple
    stacked: tuple      # those with spn_policy on top of samba_dsdb

    @property
    def server(self):
        return self.controllers[0]

    @property
    def domain(self):
        return self.server.domain


ADDOM = Domain(dns="addom.samba.example.com",
               netbios="ADDOMAIN",
               password="locDCpass1",
               users=(("alice", "Secret007"), ("bob", "Secret007")))

ADDC = Controller(host="addc", iface=30, domain=ADDOM)
ADDC2 = Controller(host="addc2", iface=31, domain=ADDOM)

ENVIRONMENTS = {env.name: env for env in (
    Environment("ad_dc", "one DC with spn_policy stacked", (ADDC,), (ADDC,)),
    Environment("ad_dc_stock", "the same DC without it, the yardstick",
                (ADDC,), ()),
    Environment("ad_dc_pair", "two DCs of one domain, both with spn_policy",
                (ADDC, ADDC2), (ADDC, ADDC2)),
    Environment("ad_dc_pair_one", "the same two, only the first one with it",
                (ADDC, ADDC2), (ADDC,)),
)}

DEFAULT_ENVIRONMENT = "ad_dc"
