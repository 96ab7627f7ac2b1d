# SPDX-License-Identifier: GPL-3.0-or-later
"""The clients of the web site, and what they asked the KDC for.

"windows" is curl with a libkrb5 that leaves names as they are typed, as Windows
does; "mit" is curl with libkrb5's defaults: it asks DNS, and then the address for
its name. What a client asked for is read out of libkrb5's trace. Java has no such
trace, so its name stands in the case.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

from spnenv import layout, webchromium, webnames

PATIENCE = 60   # seconds for one request

REQUEST = re.compile(r": Requesting tickets for (\S+?)@\S*, referrals")
RESULT = re.compile(r": TGS request result: (-?\d+)/")
ERROR_BASE = -1765328384    # of libkrb5's codes for those of RFC 4120

STATUS_LIST = re.compile(r"\b([1-5]\d\d)$")

# A refs file is enough for git's oldest way to read over HTTP.
GIT_REFS = "0123456789abcdef0123456789abcdef01234567\trefs/heads/main\n"

SOUP = """
import sys
import gi
gi.require_version("Soup", "3.0")
from gi.repository import Soup
session = Soup.Session()
session.add_feature_by_type(Soup.AuthNegotiate.__gtype__)
message = Soup.Message.new("GET", sys.argv[1])
session.send_and_read(message, None)
print(int(message.get_status()))
"""

JAVA = """
public class Ask {
    public static void main(String[] words) throws Exception {
        var url = new java.net.URL(words[0]);
        var open = (java.net.HttpURLConnection) url.openConnection();
        System.out.println(open.getResponseCode());
    }
}
"""
JAVA_LOGIN = """com.sun.security.jgss.krb5.initiate {
    com.sun.security.auth.module.Krb5LoginModule required
    useTicketCache=true ticketCache="%s" doNotPrompt=true;
};
"""


@dataclass(frozen=True)
class Ask:
    """One request as somebody makes it."""

    client: str = "windows"
    url: str = "http://web01/"
    cache: str = webnames.USER_CACHE    # whose tickets; it may be absent
    clock: str = ""     # "+10m": what the client's clock is wrong by
    names: tuple = ()   # of a client that leaves no trace


@dataclass(frozen=True)
class Answer:
    status: str         # "200", or "000": none
    asked: tuple        # (SPN, error of RFC 4120 or 0 for a ticket)


def curl(*more):
    return ["curl", "--silent", "--output", os.devnull, "--max-time",
            str(PATIENCE), "--write-out", "%{http_code}", "--negotiate",
            "--user", ":", *more]


def through_proxy(url):
    return curl("--proxy", "http://%s:3128" % webnames.fqdn("proxy"),
                "--proxy-negotiate", "--proxy-user", ":", "--write-out",
                "%{http_connect} %{http_code}", url)


def git(url):
    """git says no status: 401 is what it has when it wants a user's name."""
    script = ('said=$(git ls-remote "$0/repo.git" 2>&1) && echo 200 && exit; '
              'case $said in *"could not read Username"*) echo 401;; '
              '*) echo "$said" >&2; echo 000;; esac')
    return ["sh", "-c", script, url.rstrip("/")]


def soup(url):
    return [layout.PYTHON, "-B", "-c", SOUP, url]


def java(url):
    return ["java", "-Djava.security.krb5.conf=" + os.environ["KRB5_CONFIG"],
            "-Djava.security.auth.login.config=" + webnames.path(
                "client", "jaas.conf"),
            "-Djavax.security.auth.useSubjectCredsOnly=false",
            webnames.path("client", "Ask.java"), url]


def chromium(url):
    return layout.helper("webchromium", url)


CLIENTS = {"windows": curl, "mit": curl, "proxy": through_proxy, "git": git,
           "libsoup": soup, "java": java, "chromium": chromium}


def missing(client):
    """What has to be there for this client, or ""."""
    if client == "libsoup":
        tried = subprocess.run(
            [layout.PYTHON, "-B", "-c", "import gi; "
             "gi.require_version('Soup', '3.0')"], check=False,
            stderr=subprocess.DEVNULL)
        return "python3-gi, gir1.2-soup-3.0" if tried.returncode else ""
    if client == "java" and shutil.which("javac") is None:
        return "a JDK"
    if client == "chromium" and not webchromium.is_installed():
        return "chromium"
    if client == "git" and shutil.which("git") is None:
        return "git"
    return ""


def write(name, text):
    path = webnames.path("client", name)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)


def make_files():
    """What the clients read, besides tickets."""
    write("Ask.java", JAVA)
    restore_settings()


def restore_settings():
    """What a fix may have changed."""
    write("krb5-defaults.conf", "[libdefaults]\n"
          "\tdns_canonicalize_hostname = true\n\trdns = true\n"
          "\tqualify_shortname = %s\n" % webnames.DNS)
    write("gitconfig", "")
    write("environment", "")


def asked_in(trace):
    """((SPN, error), ...) of a trace: each name once, with its last answer."""
    found, name = {}, None
    for line in trace.splitlines():
        request, result = REQUEST.search(line), RESULT.search(line)
        if request:
            name = request.group(1)
        elif result and name and not name.startswith("krbtgt/"):
            code = int(result.group(1))
            found[name] = code - ERROR_BASE if code else 0
    return tuple(found.items())


def environ(ask, cache):
    """The variables of the client of ASK."""
    env = dict(os.environ, KRB5CCNAME="FILE:" + cache, GIT_TERMINAL_PROMPT="0")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        env.pop(name, None)
    env["KRB5_CONFIG"] = os.environ["WEB_KRB5_DEFAULTS" if ask.client == "mit"
                                    else "WEB_KRB5_WINDOWS"]
    with open(webnames.path("client", "environment"), encoding="utf-8") as own:
        env.update(line.strip().split("=", 1) for line in own)
    return env


def with_clock(ask):
    """What goes before a command of the client of ASK."""
    return ["faketime", "-f", ask.clock] if ask.clock else []


def send(ask):
    """The Answer. Tickets come into a copy, so each request asks anew."""
    cache = webnames.path("client", "one.ccache")
    trace = webnames.path("client", "trace")
    for path in (cache, trace):
        if os.path.exists(path):
            os.unlink(path)
    if os.path.exists(ask.cache):
        shutil.copy(ask.cache, cache)
    write("jaas.conf", JAVA_LOGIN % cache)
    try:
        done = subprocess.run(
            with_clock(ask) + CLIENTS[ask.client](ask.url),
            env=dict(environ(ask, cache), KRB5_TRACE=trace), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=PATIENCE * 2, check=False)
        said, complaint = done.stdout.strip(), done.stderr
    except subprocess.TimeoutExpired:
        said, complaint = "", "no end after %d s" % (PATIENCE * 2)
    status = STATUS_LIST.search(said)
    if not status:
        print("%s %s: %s%s" % (ask.client, ask.url, said, complaint),
              file=sys.stderr)
    try:
        with open(trace, encoding="utf-8", errors="replace") as lines:
            asked = asked_in(lines.read())
    except FileNotFoundError:
        asked = tuple((name, None) for name in ask.names)
    return Answer(status.group(1) if status else "000", asked)
