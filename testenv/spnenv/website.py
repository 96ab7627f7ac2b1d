# SPDX-License-Identifier: GPL-3.0-or-later
"""The web site itself: brought up in a running domain, used, ended.

Run as a program in the network of the domain, with an order as JSON. All that it
starts are its children, so it ends with the environment, however that ends.
"""

import json
import os
import shutil
import subprocess
import time

from spnenv import (keeper, processes, webclients, webnames, webservers,
                    webtomcat, webworld)
from spnenv.errors import EXIT_CANNOT_RUN, TestenvError, complain

EXPIRES_WITHIN = 10     # seconds that we wait for a ticket to expire
RESTART = "systemctl restart "


class Site:
    """The domain's directory, the servers, and what is typed there."""

    def __init__(self):
        self.world = None
        self.apache = webservers.Apache()
        self.lighttpd = webservers.Lighttpd()
        self.squid = webservers.Squid()
        self.tomcat = webtomcat.Tomcat()
        self.balancer = webservers.Balancer()
        self.is_changed = False     # Apache's settings are not the usual ones
        # What the server's clock is wrong by, until it is set right.
        self.clock = None

    @property
    def servers(self):
        return (self.apache, self.lighttpd, self.squid, self.tomcat,
                self.balancer)

    # ------------------------------------------------------------- begin

    def bring_up(self):
        self.make_place()
        os.environ.update(webnames.variables(os.environ))
        webclients.make_files()
        webworld.make_dns()
        self.world = webworld.World()
        self.world.reset()
        webworld.log_in(os.environ["USERNAME"], os.environ["PASSWORD"],
                        webnames.ADMIN_CACHE)
        webworld.log_in(webnames.USER, webnames.PASSWORD,
                        webnames.USER_CACHE)
        self.apache.make()
        self.give_git()
        self.apache.start()

    @staticmethod
    def make_place():
        """Our folder, at a place that every user can reach."""
        own = os.path.join(os.environ["SELFTEST_PREFIX"], "web")
        if not os.path.isdir(webnames.PLACE):
            raise TestenvError("no folder %s\nas root: mkdir %s" % (
                webnames.PLACE, webnames.PLACE))
        os.mkdir(own)
        os.chmod(own, 0o755)
        webworld.run(["mount", "--bind", own, webnames.PLACE])
        # faketime names its files there by process, and the numbers of our
        # processes come again in each run.
        webworld.run(["mount", "-t", "tmpfs", "-o", "mode=1777", "shm",
                      "/dev/shm"])
        for name, mode in (("client", 0o755), ("tmp", 0o1777)):
            os.mkdir(webnames.path(name))
            os.chmod(webnames.path(name), mode)
        shutil.copy(os.environ["KRB5_CONFIG"], webnames.KRB5_CONF)
        os.environ["KRB5_CONFIG"] = webnames.KRB5_CONF

    def give_git(self):
        refs = os.path.join(self.apache.folder, "htdocs", "repo.git")
        os.makedirs(os.path.join(refs, "info"))
        for name, text in (("info/refs", webclients.GIT_REFS),
                           ("HEAD", "ref: refs/heads/main\n")):
            with open(os.path.join(refs, name), "w", encoding="ascii") as out:
                out.write(text)

    # ------------------------------------------------- what a case changes

    def reset(self):
        """As it is where everything works."""
        for server in self.servers[1:]:
            server.stop()
        self.world.reset()
        webclients.restore_settings()
        if self.is_changed:
            self.is_changed = False
            self.clock = None
            self.apache.make()
            self.apache.restart()

    def protect(self, text):
        """Apache with another text in auth.conf."""
        self.is_changed = True
        self.apache.protect(text)
        self.apache.restart()

    def set_clock(self, clock=None):
        """Apache with a clock that is wrong, or right again."""
        self.is_changed = True
        self.clock = clock
        self.apache.restart(clock)

    @staticmethod
    def log_in(user, password, cache):
        webworld.log_in(user, password, cache)

    @staticmethod
    def forget(cache):
        if os.path.exists(cache):
            os.unlink(cache)

    def expired_cache(self, cache):
        """A TGT that is no longer good."""
        webworld.run(["kinit", "-l", "1s", "-c", "FILE:" + cache,
                      "%s@%s" % (webnames.USER, webnames.REALM)],
                     text=webnames.PASSWORD + "\n")
        deadline = time.monotonic() + EXPIRES_WITHIN
        while subprocess.run(["klist", "-s", "-c", "FILE:" + cache],
                             check=False).returncode == 0:
            if time.monotonic() > deadline:
                raise TestenvError("a ticket of one second does not expire")
            time.sleep(0.2)

    def type(self, command):
        """A command as an administrator types it on the controller."""
        if command.startswith(RESTART):
            return self.restart(command[len(RESTART):])
        return webworld.run(["sh", "-ec", command],
                            env=webworld.admin_environ())

    @staticmethod
    def said(command):
        """What a command of the administrator prints, whatever its status."""
        return subprocess.run(
            ["sh", "-c", command], env=webworld.admin_environ(), check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True).stdout

    def restart(self, name):
        self.is_changed = True
        names = {"apache2": self.apache, "lighttpd": self.lighttpd,
                 "squid": self.squid, "tomcat10": self.tomcat}
        names[name].restart(self.clock)

    def end(self):
        for server in self.servers:
            server.stop()


def what_is_where():
    """For --show."""
    rows = [("the site", "http://web01/  http://%s/" % webnames.fqdn("web01")),
            ("also", "http://www/ (CNAME)  http://intranet/ (second name of "
             "the address)"),
            ("runs as", "%s, with http/web01 and http/%s" % (
                webnames.SERVICE, webnames.fqdn("web01"))),
            ("user", "%s, whose ticket is in $KRB5CCNAME"
             % webnames.USER)]
    rows += [("$" + name, os.environ[name]) for name in
             ("WEB_URL", "WEB_FQDN", "WEB_KEYTAB", "WEB_AUTH", "WEB_CONF",
              "WEB_LOG", "WEB_KRB5_DEFAULTS", "WEB_KRB5_WINDOWS",
              "WEB_ADMIN_CCACHE", "KRB5CCNAME", "SERVERCONFFILE")]
    rows += [("try", "curl --negotiate -u : $WEB_URL"),
             ("", "KRB5_CONFIG=$WEB_KRB5_DEFAULTS curl --negotiate -u : "
              "$WEB_URL"),
             ("after a change", "apache2 -f $WEB_CONF -k graceful")]
    return "".join("%-20s %s\n" % row for row in rows)


def arrange(site, name):
    """Make the site wrong as the case says; a command is then its client."""
    from spnenv import webcases_more
    case = webcases_more.find(name)
    for step in case.arrange:
        step(site)
    os.environ["WEB_URL"] = case.ask.url
    os.environ.update(webclients.environ(case.ask, case.ask.cache))


def run_command(command):
    if shutil.which(command[0], path=os.environ["PATH"]) is None:
        complain("%s: no such program" % command[0])
        return 127
    keeper.leave_keys_to_command()
    return processes.shell_status(processes.start(command).wait())


def use(site, order):
    if order.get("cases") or order.get("page"):
        from spnenv import webpage, webtry
        failed = webtry.run_all(site, order) if order["cases"] else 0
        return failed or (webpage.run_all(site) if order["page"] else 0)
    if order.get("case"):
        arrange(site, order["case"])
    if order.get("show"):
        print(what_is_where(), end="", flush=True)
    return run_command(order["command"]) if order.get("command") else 0


def main(argv):
    order = json.loads(argv[0])
    site = Site()
    try:
        site.bring_up()
        return use(site, order)
    except TestenvError as error:
        complain(error)
        return EXIT_CANNOT_RUN
    finally:
        site.end()

