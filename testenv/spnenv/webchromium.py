# SPDX-License-Identifier: GPL-3.0-or-later
"""Chromium as a client of the web site, without a screen.

Its policies are read from /etc only: a folder of ours is shown there, in this run.
It notes in its profile that a site asks for Negotiate, and answers from its next
start on, so each profile has opened the site once before it counts. As Windows has
it: names stay as they are typed (DisableAuthNegotiateCnameLookup).
"""

import json
import os
import shutil
import subprocess

from spnenv import webnames

ETC = "/etc/chromium"
POLICY = {"AuthServerAllowlist": "*",
          "DisableAuthNegotiateCnameLookup": True,
          "MetricsReportingEnabled": False}
PATIENCE = 60
# Nothing is kept that a request could be answered from.
OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
           "--disable-dev-shm-usage", "--disable-background-networking",
           "--disable-component-update", "--disk-cache-size=1",
           "--window-size=800,400", "--hide-scrollbars")
WORKS = "<h1>The site of"
REFUSED = "<h1>Unauthorized"


def is_installed():
    return shutil.which("chromium") is not None and os.path.isdir(ETC)


def show_policy():
    """Our folder in place of /etc/chromium, once."""
    own = webnames.path("client", "chromium")
    if os.path.exists(own):
        return
    shutil.copytree(ETC, own)
    folder = os.path.join(own, "policies", "managed")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "web.json"), "w",
              encoding="ascii") as out:
        json.dump(POLICY, out)
    subprocess.run(["mount", "--bind", own, ETC], check=True)


def start(url, env, *more):
    """What the page has in it, as HTML."""
    profile = webnames.path("client", "profile")
    done = subprocess.run(
        ["chromium", *OPTIONS, "--user-data-dir=" + profile, *more, url],
        env=dict(env, HOME=webnames.path("client")), timeout=PATIENCE,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, check=False)
    return done.stdout


def status(url, env):
    """"200", "401" or "000"."""
    show_policy()
    profile = webnames.path("client", "profile")
    if not os.path.exists(profile):
        # Without a ticket, so that the next start asks for one.
        start(url, dict(env, KRB5_TRACE=os.devnull,
                        KRB5CCNAME="MEMORY:none"), "--dump-dom")
    page = start(url, env, "--dump-dom")
    return "200" if WORKS in page else "401" if REFUSED in page else "000"


def picture(url, env, path):
    """A PNG of the page, as the second start shows it."""
    status(url, env)
    start(url, env, "--screenshot=" + path)
    return os.path.exists(path)


def main(argv):
    """URL [FILE.png]: the status, and a picture of it."""
    url, *path = argv
    print(status(url, os.environ))
    return 0 if not path or picture(url, os.environ, path[0]) else 1
