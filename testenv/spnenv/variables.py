# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables a command sees: the names and meanings of Samba's selftest."""

import os

from spnenv import layout, table

# Would bend our processes, or hide that a variable is not set.
NOT_INHERITED = ("PYTHONHOME", "LDB_MODULES_PATH", "USE_NAMESPACES",
                 "UID_WRAPPER_ROOT")


def base(prefix, environment):
    """What every process of the run has, daemons included."""
    env = {name: value for name, value in os.environ.items()
           if name not in NOT_INHERITED}
    env.update({
        "PATH": ":".join((prefix.programs, layout.TOOLS,
                          env.get("PATH", ""), layout.SYSTEM_PATH)),
        "KRB5_CONFIG": prefix.krb5_conf,
        "KRB5CCNAME": "FILE:" + prefix.ccache,
        "TMPDIR": prefix.tmp,
        "SAMBA_SELFTEST": "1",
        "SAMBA_DEPRECATED_SUPPRESS": "1",
        # ldb modules see the process's symbols: wrappers and sanitizers
        "LDB_MODULES_DISABLE_DEEPBIND": "1",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    })
    if environment.stacked:
        env["LDB_MODULES_PATH"] = layout.module_dir()
    return env


def machine(dc, dirs, facts):
    """The machine under test and its domain."""
    domain = dc.domain
    return {
        "DOMAIN": domain.netbios,
        "REALM": domain.realm,
        "DNSNAME": domain.dns,
        "DOMSID": facts["domsid"],
        "SAMSID": facts["domsid"],
        "SERVER": dc.host,
        "SERVER_IP": dc.address,
        "SERVER_IPV6": dc.address6,
        "NETBIOSNAME": dc.netbios,
        "DC_SERVER": dc.host,
        "DC_SERVER_IP": dc.address,
        "DC_SERVER_IPV6": dc.address6,
        "DC_NETBIOSNAME": dc.netbios,
        "USERNAME": table.ADMIN,
        "PASSWORD": domain.password,
        "DC_USERNAME": table.ADMIN,
        "DC_PASSWORD": domain.password,
        "USERID": str(os.getuid()),
        "SERVERCONFFILE": dirs.smb_conf,
        "LOCAL_PATH": dirs.path("share"),
        "LOCK_DIR": dirs.path("lock"),
        "PIDDIR": dirs.path("pid"),
        "SMBD_TEST_LOG": dirs.log,
        "SELFTEST_WINBINDD_SOCKET_DIR": dirs.winbindd,
    }


def second_machine(dc, dirs):
    """The domain's other controller, by the names of Samba's vampire_dc.

    DC1 and DC2 is what Samba's DRS tests call the two.
    """
    return {
        "VAMPIRE_DC_SERVER": dc.host,
        "VAMPIRE_DC_SERVER_IP": dc.address,
        "VAMPIRE_DC_SERVER_IPV6": dc.address6,
        "VAMPIRE_DC_NETBIOSNAME": dc.netbios,
        "VAMPIRE_DC_SERVERCONFFILE": dirs.smb_conf,
        "VAMPIRE_DC_TEST_LOG": dirs.log,
        "DC2": dc.host,
    }


def selftest(prefix, env_name, local):
    """What Samba sets for a whole run of its selftest."""
    checkout = layout.CHECKOUT
    return {
        "ENVNAME": env_name + (":local" if local else ""),
        "SELFTEST_PREFIX": prefix.path,
        "PREFIX": prefix.path,
        "PREFIX_ABS": prefix.path,
        "SELFTEST_TMPDIR": prefix.tmp,
        "TEST_DATA_PREFIX": prefix.tmp,
        "SELFTEST_MAXTIME": "18000",
        "SELFTEST_QUICK": "",
        "VALIDATE": "",
        "TLS_ENABLED": "yes",
        "RESOLV_CONF": prefix.resolv_conf,
        "SRCDIR": checkout,
        "SRCDIR_ABS": checkout,
        "BINDIR": layout.BUILD,
        "PYTHON": layout.PYTHON,
        "PERL": "perl",
    }


def python_path():
    """Our tests can be named as modules; the caller's own path stays."""
    parts = [layout.python_path(), os.environ.get("PYTHONPATH", "")]
    return ":".join(part for part in parts if part)


def for_daemon(network, prefix, environment, dc):
    env = base(prefix, environment)
    env.update(network.environ(dc.iface, dc.host, daemon=True))
    env["SMB_CONF_PATH"] = prefix.host(dc).smb_conf
    env["SELFTEST_WINBINDD_SOCKET_DIR"] = prefix.host(dc).winbindd
    return env


def for_command(network, prefix, environment, facts, local):
    dc = environment.server
    env = base(prefix, environment)
    env.update(machine(dc, prefix.host(dc), facts))
    for second in environment.controllers[1:2]:
        env.update(second_machine(second, prefix.host(second)))
        env.update({"DC1": dc.host,
                    "DC_SERVERCONFFILE": prefix.host(dc).smb_conf})
    env.update(selftest(prefix, environment.name, local))
    env["PYTHONPATH"] = python_path()
    if local:
        env["SMB_CONF_PATH"] = prefix.host(dc).smb_conf
        env.update(network.environ(dc.iface, dc.host))
    else:
        env["SMB_CONF_PATH"] = prefix.client_conf
        env.update(network.environ(table.CLIENT_IFACE, table.CLIENT_HOST))
    return env
