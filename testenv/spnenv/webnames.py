# SPDX-License-Identifier: GPL-3.0-or-later
"""The web site of testenv/web: its hosts, its accounts, and where its files are.

Apache and the others change their user before they read a keytab, so the folder
has to be one that every user can reach. A run's own directory is not: it is shown
at PLACE, in this run only.
"""

import os

from spnenv import table

PLACE = "/var/local"    # every Debian has it, and leaves it empty

DNS = table.ADDOM.dns
REALM = table.ADDOM.realm
PASSWORD = "Secret007"  # of alice, of whoever opens the site
OU = "OU=web"

USER = "alice"
SERVICE = "svc-web"     # the site runs as this account

ADDRESS = {name: "%s.%d" % (table.NETWORK, number) for name, number in (
    ("web01", 40), ("proxy", 41), ("balancer", 42), ("light", 43), ("cat", 44),
    ("shop", 45))}

# What the domain's DNS gets: (zone's name, type, data).
RECORDS = (
    *((name, "A", address) for name, address in ADDRESS.items()),
    ("www", "CNAME", "web01.%s." % DNS),
    ("intranet", "A", ADDRESS["web01"]),
    ("web01.lab", "A", ADDRESS["web01"]),
)

# PTR records: the last number of an address, and its name.
REVERSE = (("40", "web01"), ("45", "node7"))
REVERSE_ZONE = "57.53.10.in-addr.arpa"


def fqdn(name):
    return "%s.%s" % (name, DNS)


def password_of(account):
    """Each its own: RC4 keys have no salt, and it is told whose key it was."""
    return "Passw0rd-of-" + account


def path(*parts):
    return os.path.join(PLACE, *parts)


KEYTAB = path("web.keytab")
PROXY_KEYTAB = path("proxy.keytab")
LIGHT_KEYTAB = path("light.keytab")
CAT_KEYTAB = path("cat.keytab")
CAT_JAAS = path("tomcat", "conf", "jaas.conf")
LIGHT_AUTH = path("lighttpd", "auth.conf")
KRB5_CONF = path("krb5.conf")
AUTH = path("apache", "auth.conf")      # what protects the site
APACHE_CONF = path("apache", "apache.conf")
APACHE_LOG = path("apache", "error.log")
ADMIN_CACHE = path("client", "admin.ccache")
USER_CACHE = path("client", "alice.ccache")
DEFAULTS_CONF = path("client", "krb5-defaults.conf")


def variables(environ):
    """What a command in the site sees besides the variables of testenv/run."""
    return {
        "WEB_URL": "http://web01/",
        "WEB_FQDN": fqdn("web01"),
        "WEB_KEYTAB": KEYTAB,
        "WEB_AUTH": AUTH,
        "WEB_CONF": APACHE_CONF,
        "WEB_LOG": APACHE_LOG,
        "PROXY_KEYTAB": PROXY_KEYTAB,
        "LIGHT_KEYTAB": LIGHT_KEYTAB,
        "CAT_KEYTAB": CAT_KEYTAB,
        "CAT_JAAS": CAT_JAAS,
        "LIGHT_AUTH": LIGHT_AUTH,
        "GIT_CONFIG_GLOBAL": path("client", "gitconfig"),
        # Names as MIT's libkrb5 makes them, and as Windows does.
        "WEB_KRB5_DEFAULTS": DEFAULTS_CONF + ":" + environ["KRB5_CONFIG"],
        "WEB_KRB5_WINDOWS": environ["KRB5_CONFIG"],
        "WEB_ADMIN_CCACHE": "FILE:" + ADMIN_CACHE,
        "KRB5CCNAME": "FILE:" + USER_CACHE,
    }
