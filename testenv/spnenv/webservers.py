# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of the web site: Apache, and those that other cases want.

Each is a process in the foreground below our own, with its files in a folder of
its own. Its host name is that of the address that it has. A server that is not
needed is not started.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time

from spnenv import layout, processes, webnames
from spnenv.errors import TestenvError

WITHIN = 30     # seconds until a server answers; a fraction of one is usual
PATIENCE = 5    # seconds that it gets to end

MODULES = "/usr/lib/apache2/modules"
APACHE_MODULES = ("mpm_prefork", "authn_core", "authz_core", "authz_user",
                  "auth_gssapi", "auth_basic", "authn_file", "alias",
                  "headers", "dir")

APACHE_CONF = """ServerRoot {folder}
{modules}
DefaultRuntimeDir {folder}
PidFile {folder}/apache.pid
Listen {address}:80
Listen {shop}:80
ServerName {fqdn}
User www-data
Group www-data
StartServers 1
MinSpareServers 1
MaxSpareServers 2
MaxRequestWorkers 4
LogLevel warn
ErrorLog {folder}/error.log
DocumentRoot {folder}/htdocs
DirectoryIndex index.html
<Directory {folder}/htdocs>
    AllowOverride None
</Directory>
<Location />
    Include {folder}/auth.conf
</Location>
"""

# What protects the site, as guides have it.
AUTH = """AuthType GSSAPI
AuthName web01
GssapiCredStore keytab:%s
Require valid-user
""" % webnames.KEYTAB

PAGE = """<!DOCTYPE html>
<title>web01</title>
<h1>The site of web01</h1>
<p>You are logged in, and nobody asked for a password.
"""

LIGHTTPD_CONF = """server.document-root = "{folder}/htdocs"
server.bind = "{address}"
server.port = 80
server.username = "www-data"
server.groupname = "www-data"
server.errorlog = "{folder}/error.log"
server.modules = ( "mod_auth", "mod_authn_gssapi" )
index-file.names = ( "index.html" )
include "{folder}/auth.conf"
"""

LIGHTTPD_AUTH = """auth.backend = "gssapi"
auth.backend.gssapi.keytab = "{keytab}"
auth.backend.gssapi.principal = "HTTP/{fqdn}"
auth.backend.gssapi.store-creds = "{store}"
auth.require = ( "/" => ( "method" => "gssapi", "realm" => "{realm}",
    "require" => "valid-user" ) )
"""

SQUID_CONF = """http_port {address}:3128
auth_param negotiate program {helper} -k {keytab} -s HTTP/{fqdn}
auth_param negotiate children 1 startup=1
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
cache deny all
cache_log {folder}/error.log
access_log none
pid_filename {folder}/squid.pid
coredump_dir {folder}
visible_hostname {fqdn}
cache_effective_user proxy
cache_effective_group proxy
pinger_enable off
shutdown_lifetime 0 seconds
dns_nameservers {nameserver}
"""
SQUID_HELPER = "/usr/lib/squid/negotiate_kerberos_auth"


def answers(address, port):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.settimeout(5)
        return sock.connect_ex((address, port)) == 0


class Server:
    """One server: files, process, log."""

    name = host = user = None   # of the program, its host, whom it runs as
    port = 80
    program = None

    def __init__(self):
        self.folder = webnames.path(self.name)
        self.address = webnames.ADDRESS[self.host]
        self.log = os.path.join(self.folder, "error.log")
        self.process = None

    @classmethod
    def is_installed(cls):
        return shutil.which(cls.program, path=os.environ["PATH"]) is not None

    def argv(self):
        raise NotImplementedError

    def make(self):
        """Its folder and its configuration, once."""
        os.makedirs(os.path.join(self.folder, "htdocs"), exist_ok=True)
        self.write("htdocs/index.html", PAGE)
        shutil.chown(self.folder, self.user)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w",
                  encoding="utf-8") as out:
            out.write(text)

    def start(self, clock=None):
        """Returns when it accepts connections. clock: "+10m" of it."""
        if not os.path.exists(self.folder):
            self.make()
        fake = ["faketime", "-f", clock] if clock else []
        env = dict(os.environ, TMPDIR=webnames.path("tmp"))
        # MIT's krb5 does not know whose conf it reads; a server has the
        # machine's, which changes no name.
        with open(os.path.join(self.folder, "out.log"), "ab") as out:
            self.process = processes.start(
                ["unshare", "--uts", "/bin/sh", "-c",
                 'hostname "$1" && shift && exec "$@"', "web", self.host,
                 *fake, *self.argv()], env=env, stdin=subprocess.DEVNULL,
                stdout=out, stderr=out, start_new_session=True)
        deadline = time.monotonic() + WITHIN
        while not answers(self.address, self.port):
            if self.process.poll() is not None:
                self.fail("ended with status %d" % self.process.returncode)
            if time.monotonic() > deadline:
                self.fail("does not answer")
            time.sleep(0.02)

    def fail(self, why):
        raise TestenvError("%s %s\n%s%s" % (
            self.name, why, processes.tail(self.log),
            processes.tail(os.path.join(self.folder, "out.log"))))

    def stop(self):
        if self.process is None:
            return
        # The group: faketime is not the server itself.
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(PATIENCE)
        self.process = None

    def restart(self, clock=None):
        self.stop()
        self.start(clock)

    def log_size(self):
        try:
            return os.stat(self.log).st_size
        except FileNotFoundError:
            return 0

    def said_since(self, size):
        """What was written into its log behind SIZE bytes."""
        try:
            with open(self.log, encoding="utf-8", errors="replace") as log:
                log.seek(size)
                return log.read()
        except FileNotFoundError:
            return ""


class Apache(Server):
    name, host, user = "apache", "web01", "www-data"
    program = "apache2"

    @classmethod
    def is_installed(cls):
        return super().is_installed() and os.path.exists(
            os.path.join(MODULES, "mod_auth_gssapi.so"))

    def make(self):
        super().make()
        self.protect(AUTH)
        self.write("apache.conf", APACHE_CONF.format(
            folder=self.folder, address=self.address,
            shop=webnames.ADDRESS["shop"], fqdn=webnames.fqdn(self.host),
            modules="\n".join("LoadModule %s_module %s/mod_%s.so"
                              % (name, MODULES, name)
                              for name in APACHE_MODULES)))

    def protect(self, text):
        self.write("auth.conf", text)

    def argv(self):
        return ["apache2", "-f", os.path.join(self.folder, "apache.conf"),
                "-D", "FOREGROUND"]


class Lighttpd(Server):
    name, host, user = "lighttpd", "light", "www-data"
    program = "lighttpd"
    keytab = webnames.LIGHT_KEYTAB

    @classmethod
    def is_installed(cls):
        return super().is_installed() and os.path.exists(
            "/usr/lib/lighttpd/mod_authn_gssapi.so")

    def make(self):
        super().make()
        self.write("lighttpd.conf", LIGHTTPD_CONF.format(
            folder=self.folder, address=self.address))
        self.protect("enable")

    def protect(self, store):
        self.write("auth.conf", LIGHTTPD_AUTH.format(
            fqdn=webnames.fqdn(self.host), keytab=self.keytab, store=store,
            realm=webnames.REALM))

    def argv(self):
        return ["lighttpd", "-D", "-f",
                os.path.join(self.folder, "lighttpd.conf")]


class Squid(Server):
    name, host, user = "squid", "proxy", "proxy"
    program = "squid"
    port = 3128
    keytab = webnames.PROXY_KEYTAB

    def make(self):
        super().make()
        self.write("squid.conf", SQUID_CONF.format(
            folder=self.folder, address=self.address, helper=SQUID_HELPER,
            keytab=self.keytab, fqdn=webnames.fqdn(self.host),
            nameserver=os.environ["SERVER_IP"]))

    def argv(self):
        return ["squid", "-N", "-n", "web", "-f",
                os.path.join(self.folder, "squid.conf")]


class Balancer(Server):
    """webproxy.py, before Apache."""

    name, host, user = "balancer", "balancer", "www-data"
    program = "sh"
    switch = webnames.path("balancer", "switch")

    def make(self):
        super().make()
        self.write("switch", "retry\n")

    def argv(self):
        return layout.helper("webproxy", self.address, str(self.port),
                             webnames.ADDRESS["web01"], "80", self.switch)
