# SPDX-License-Identifier: GPL-3.0-or-later
"""Realms of MIT's KDC that trust each other, as an ordinary user, on ports of
this machine; a first one that refers to the others what is in their domains.

What Samba's KDC cannot be made to do: referrals, key versions and encryption
types at will.
"""

import os
import shutil
import socket
import subprocess
import time

PROGRAMS = ("krb5kdc", "kdb5_util", "kadmin.local")
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
PATIENCE = 30   # seconds, for a KDC to start
CROSS_KEY = "between realms"

CLIENT_CONF = """
[libdefaults]
	default_realm = %(first)s
	dns_lookup_kdc = false
	dns_lookup_realm = false
	dns_canonicalize_hostname = false
	allow_weak_crypto = true
	allow_rc4 = true
[realms]
%(realms)s
"""
KDC_CONF = """
[kdcdefaults]
	kdc_listen = 127.0.0.1:%(port)d
	kdc_tcp_listen = 127.0.0.1:%(port)d
[realms]
	%(realm)s = {
		database_name = %(folder)s/principal
		key_stash_file = %(folder)s/stash
		acl_file = /dev/null
		host_based_services = *
	}
"""


def are_there():
    return all(shutil.which(name, path=PATH) for name in PROGRAMS)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Realms:
    """folder is for all files; conf is krb5.conf of a client, who knows where
    the KDCs are, and of no domain in which realm it is."""

    def __init__(self, folder, *realms):
        self.folder = folder
        self.realms = realms
        self.ports = {realm: free_port() for realm in realms}
        self.processes = []
        lines = "".join("\t%s = {\n\t\tkdc = 127.0.0.1:%d\n\t}\n" % each
                        for each in self.ports.items())
        text = CLIENT_CONF % {"first": realms[0], "realms": lines}
        self.conf = self._write("krb5.conf", text)
        self.kdc_conf = self._write(
            "kdc-krb5.conf", text + "[domain_realm]\n" + "".join(
                "\t.%s = %s\n" % (realm.lower(), realm) for realm in realms))
        try:
            for realm in realms:
                self._start(realm)
        except BaseException:
            self.close()
            raise

    def _write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        return path

    def _environment(self, realm):
        return dict(os.environ, PATH=PATH, KRB5_CONFIG=self.kdc_conf,
                    KRB5_KDC_PROFILE=os.path.join(self.folder, realm,
                                                  "kdc.conf"))

    def _run(self, realm, *command):
        subprocess.run(command, env=self._environment(realm), check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def admin(self, realm, *command):
        self._run(realm, "kadmin.local", "-r", realm, *command)

    def _start(self, realm):
        self._write(os.path.join(realm, "kdc.conf"), KDC_CONF % {
            "realm": realm, "port": self.ports[realm],
            "folder": os.path.join(self.folder, realm)})
        self._run(realm, "kdb5_util", "-r", realm, "create", "-s", "-P",
                  "master")
        for other in self.realms:
            for names in {(realm, other), (other, realm)}:
                if names[0] != names[1]:
                    self.admin(realm, "addprinc", "-pw", CROSS_KEY,
                               "krbtgt/%s@%s" % names)
        self.processes.append(subprocess.Popen(
            ["krb5kdc", "-n", "-r", realm], env=self._environment(realm),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd=self.folder))
        end = time.monotonic() + PATIENCE
        while True:
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", self.ports[realm])) == 0:
                    return
            if time.monotonic() > end or self.processes[-1].poll() is not None:
                raise AssertionError("krb5kdc does not start")
            time.sleep(0.05)

    def close(self):
        for process in self.processes:
            process.kill()
            process.wait()
