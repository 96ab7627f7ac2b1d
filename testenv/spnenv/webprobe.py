# SPDX-License-Identifier: GPL-3.0-or-later
"""What spn-probe says of a case, asked as the case's client asks.

It sees the directory as root of the controller does, the KDC and the web site with
the client's own tickets, clock and krb5.conf, and the keytab of the server.
"""

import json
import os
import subprocess

import jsonschema

from spnenv import layout, webclients, webnames
from spnenv.errors import TestenvError

PROBE = os.path.join(layout.TOOLS, "spn-probe")
PROBE_SECONDS = 60
SCHEMA = os.path.join(layout.CHECKOUT, "docs", "spn-probe.schema.json")
# squid is told which name it has: the word for that.
WORDS = {"squid": "squid-name"}
TO_BE_FILLED_IN = ("ACCOUNT-OF-THE-SITE", "THE-OTHER-ACCOUNT")
# Begins a line that belongs into a file, or that asks for a password.
NOT_TYPED = ("AuthType ", "LimitRequest", "auth.backend", "cscript ", "kinit")
# Its line helps only with what only the case's own fix does.
NEEDS_MORE = {
    "smartcard": "exportkeytab writes keys that are not those of tickets until "
                 "the password was changed",
    "tomcat-key": "the user tomcat, whom tomcat10 brings, is not there",
}


def is_built():
    return os.path.exists(PROBE)


def server_of(site, case):
    """(word of --server, keytab) of the server that is tried."""
    for server in (site.lighttpd, site.squid, site.tomcat):
        if server.process is not None:
            return WORDS.get(server.name, server.name), server.keytab
    return ("apache-name" if case.name.startswith("acceptor") else "apache",
            webnames.KEYTAB)


def command(site, case):
    word, keytab = server_of(site, case)
    more = []
    if case.ask.client == "proxy":
        more = ["--proxy=http://%s:3128" % webnames.fqdn("proxy")]
    return [*webclients.with_clock(case.ask), PROBE, "--json", "--http",
            "--server=" + word, "--keytab=" + keytab,
            "--configfile=" + os.environ["SERVERCONFFILE"], *more,
            case.ask.url]


def run(site, case):
    """Its report."""
    done = subprocess.run(
        command(site, case), check=False, text=True, timeout=PROBE_SECONDS,
        env=webclients.environ(case.ask, case.ask.cache),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)
    if done.returncode not in (0, 1, 2) or not done.stdout:
        raise TestenvError("spn-probe: exit %d\n%s" % (
            done.returncode, done.stderr))
    report = json.loads(done.stdout)
    with open(SCHEMA, encoding="utf-8") as stream:
        jsonschema.validate(report, json.load(stream))
    return report


def names_of(case):
    """What the client asked the KDC for."""
    return {answer.partition(": ")[0].lower() for answer in case.kdc}


def verdicts(case, report):
    """Those on the name that the client asks for, then those on the whole; the
    faults first."""
    found = [verdict for name in report["names"]
             if name["name"].lower() in names_of(case)
             for verdict in name["verdicts"]] + report["verdicts"]
    order = ["fault", "warning", "note", "good"]
    return sorted(found, key=lambda each: order.index(each["weight"]))


def judge(site, case):
    """(codes of the faults, or of the worst; what to type)"""
    found = verdicts(case, run(site, case))
    worst = [each for each in found if each["weight"] == found[0]["weight"]]
    fixes = [fix for each in worst for fix in each["fixes"]]
    codes = list(dict.fromkeys(each["code"] for each in worst))
    return " ".join(codes), list(dict.fromkeys(fixes))


def is_typed(case, fixes):
    """These lines are all that is to be done."""
    return bool(fixes) and case.name not in NEEDS_MORE and not any(
        fix.endswith(TO_BE_FILLED_IN) or fix.startswith(NOT_TYPED)
        for fix in fixes)
