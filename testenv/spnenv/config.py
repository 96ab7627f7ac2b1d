# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of every configuration file a host of the environment gets."""

import os

from spnenv import table

# Directory parameters: whatever is left out falls back to the machine's own
# /var/lib/samba, which must never be touched.
DIRECTORIES = (
    ("private dir", "private"),
    ("binddns dir", "bind-dns"),
    ("state directory", "state"),
    ("lock directory", "lock"),
    ("cache directory", "cache"),
    ("pid directory", "pid"),
    ("ncalrpc dir", "ncalrpc"),
    ("winbindd socket directory", "winbindd"),
    ("ntp signd socket directory", "ntp_signd"),
)


def render(sections):
    lines = []
    for name, settings in sections:
        lines.append("[%s]" % name)
        lines.extend("\t%s = %s" % pair for pair in settings)
        lines.append("")
    return "\n".join(lines)


def log_level():
    return os.environ.get("SPN_TESTENV_LOG_LEVEL", "1")


def common(host_dirs, domain, netbios, addresses):
    """What server and client have in common."""
    settings = [(key, host_dirs.path(name)) for key, name in DIRECTORIES]
    return settings + [
        ("workgroup", domain.netbios),
        ("realm", domain.realm),
        ("netbios name", netbios),
        ("interfaces", " ".join(addresses)),
        ("bind interfaces only", "yes"),
        ("name resolve order", "host"),
        ("log level", log_level()),
        ("include system krb5 conf", "no"),
        ("panic action", "/bin/true"),
    ]


def smb_conf(dirs, dc, addresses):
    """A controller's smb.conf.

    No file server: nothing here needs one, it starts slowly, and smbd does
    not run under socket_wrapper 1.3.5 on kernels from 6.13 on.
    No periodic or event-driven helpers (replication schedule, dns and spn
    updates): provision has written their results, and a test that wants
    samba_spnupdate calls it at a moment of its own choosing.
    netlogon's fixed port keeps it off the shared RPC port 49152: under
    socket_wrapper a second bind of the same port silently wins.
    """
    settings = common(dirs, dc.domain, dc.netbios, addresses) + [
        ("server role", "active directory domain controller"),
        ("server services", "-s3fs"),
        ("rpc server port:netlogon", "1026"),
        ("dns forwarder", ""),
        ("allow dns updates", "nonsecure and secure"),
        ("dns update command", "/bin/true"),
        ("spn update command", "/bin/true"),
        ("dreplsrv:periodic_startup_interval", "0"),
        ("prefork children", "2"),
        ("ldb:nosync", "yes"),
        ("log file", dirs.path("logs", "log.%m")),
        ("tls enabled", "yes"),
        ("tls keyfile", dirs.path("private", "tls", "key.pem")),
        ("tls certfile", dirs.path("private", "tls", "cert.pem")),
        ("tls cafile", dirs.path("private", "tls", "cert.pem")),
        ("tls dh params file", dirs.path("private", "tls", "dh.pem")),
    ]
    scripts = dirs.path("state", "sysvol", dc.domain.dns, "scripts")
    return render((
        ("global", settings),
        ("netlogon", [("path", scripts), ("read only", "no")]),
        ("sysvol", [("path", dirs.path("state", "sysvol")),
                    ("read only", "no")]),
    ))


def client_conf(dirs, domain):
    address = "%s.%d/24" % (table.NETWORK, table.CLIENT_IFACE)
    return render((("global", common(dirs, domain, table.CLIENT_HOST.upper(),
                                     [address])
                    + [("tls verify peer", "no_check"),
                       ("log file", dirs.path("logs", "log.%m"))]),))


def krb5_conf(environment):
    """Static KDCs, and no name is ever changed on its way to the KDC.

    Samba's DRS tests kinit as user@DOMAIN, hence four spellings of the realm.
    qualify_shortname: MIT krb5 >= 1.18 otherwise appends the search domain, and
    an SPN with a short host name is never asked for.
    """
    domain = environment.domain
    kdcs = "".join("\t\tkdc = %s\n" % dc.address
                   for dc in environment.controllers)
    names = (domain.realm, domain.dns, domain.netbios, domain.netbios.lower())
    realms = "".join("\t%s = {\n%s\t\tadmin_server = %s\n\t}\n"
                     % (name, kdcs, environment.server.address)
                     for name in names)
    return ("[libdefaults]\n"
            "\tdefault_realm = %s\n"
            "\tdns_lookup_realm = false\n"
            "\tdns_lookup_kdc = false\n"
            "\tdns_canonicalize_hostname = false\n"
            "\tqualify_shortname = \"\"\n"
            "\trdns = false\n"
            "\tforwardable = yes\n"
            "\tticket_lifetime = 24h\n"
            "\n[realms]\n%s"
            "\n[domain_realm]\n"
            "\t.%s = %s\n\t%s = %s\n"
            % (domain.realm, realms,
               domain.dns, domain.realm, domain.dns, domain.realm))


def hosts(environment):
    """For /etc/hosts and nss_wrapper; replicas.py adds the names DRS needs.

    IPv4 only, so that a name always means the same address: without IPv6 on
    the machine the others would not exist.
    """
    domain = environment.domain
    lines = ["127.0.0.1 localhost", "::1 localhost",
             "%s.%d %s.%s %s" % (table.NETWORK, table.CLIENT_IFACE,
                                 table.CLIENT_HOST, domain.dns,
                                 table.CLIENT_HOST)]
    lines.extend("%s %s %s" % (dc.address, dc.fqdn, dc.host)
                 for dc in environment.controllers)
    return "\n".join(lines) + "\n"


def dns_hosts(environment):
    """resolv_wrapper's fake DNS: addresses and the locator's SRV records."""
    domain = environment.domain
    services = (("_ldap._tcp", 389), ("_ldap._tcp.dc._msdcs", 389),
                ("_ldap._tcp.pdc._msdcs", 389), ("_ldap._tcp.gc._msdcs", 3268),
                ("_gc._tcp", 3268), ("_kerberos._tcp", 88),
                ("_kerberos._udp", 88), ("_kerberos._tcp.dc._msdcs", 88),
                ("_kpasswd._tcp", 464), ("_kpasswd._udp", 464))
    lines = []
    for dc in environment.controllers:
        lines.append("A %s %s" % (dc.fqdn, dc.address))
        lines.append("A %s %s" % (domain.dns, dc.address))
        lines.extend("SRV %s.%s %s %d" % (name, domain.dns, dc.fqdn, port)
                     for name, port in services)
    return "\n".join(lines) + "\n"


def resolv_conf(environment):
    return "search %s\n%s" % (environment.domain.dns, "".join(
        "nameserver %s\n" % dc.address for dc in environment.controllers))


def passwd():
    """nss_wrapper's accounts; provision wants root and nobody to exist."""
    lines = ["root:x:0:0:root:/root:/bin/sh",
             "nobody:x:65534:65533:nobody:/:/bin/false"]
    if os.getuid() not in (0, 65534):
        lines.append("tester:x:%d:%d:tester:/:/bin/sh"
                     % (os.getuid(), os.getgid()))
    return "\n".join(lines) + "\n"


def group():
    lines = ["root:x:0:", "wheel:x:10:", "users:x:100:", "nogroup:x:65533:",
             "nobody:x:65534:"]
    if os.getgid() not in (0, 10, 100, 65533, 65534):
        lines.append("tester:x:%d:" % os.getgid())
    return "\n".join(lines) + "\n"


def write(path, text):
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
