# SPDX-License-Identifier: GPL-3.0-or-later
"""What one probe costs, beside the programs that a person would type instead.

    testenv/web -- /usr/bin/python3 -B tests/bench/probe_cost.py [--gate]

One side is spn-probe with all checks on, of one URL; the other is kinit -k, kvno for the
same names, one ldapsearch and one curl --negotiate. Both run in turn, in one run, and
CPU time of user and system is counted, of all children.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile

ROUNDS = 15
GOAL = 1.5
URL = "http://www/"


def run(*argv, text=None):
    return subprocess.run(argv, check=False, input=text, text=True,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


def cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def probe(*more):
    return run("spn-probe", "--http", "--keytab=" + os.environ["WEB_KEYTAB"],
               "-H", "ldap://" + os.environ["SERVER"], *more, URL)


def by_hand(names, cache):
    run("kinit", "-k", "-t", os.environ["WEB_KEYTAB"], "-c", cache, "svc-web")
    for name in names:
        run("kvno", "-c", cache, name)
    run("ldapsearch", "-Q", "-LLL", "-H", "ldap://" + os.environ["SERVER"],
        "-Y", "GSSAPI", "-b", base(),
        "(|%s)" % "".join("(servicePrincipalName=%s)" % name
                          for name in names), "servicePrincipalName")
    run("curl", "-s", "--negotiate", "-u", ":", "-o", os.devnull, URL)


def base():
    return ",".join("DC=" + part
                    for part in os.environ["REALM"].lower().split("."))


def main():
    names = [each["name"] for each in json.loads(probe("--json"))["names"]]
    ours = theirs = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            begin = cpu()
            probe()
            middle = cpu()
            by_hand(names, "FILE:" + os.path.join(folder, "cache"))
            ours += middle - begin
            theirs += cpu() - middle
    ratio = ours / theirs
    print("%d names, %d rounds: spn-probe %.1f ms of CPU, by hand %.1f ms; "
          "%.2f (goal: at most %.1f)" % (
              len(names), ROUNDS, 1000 * ours / ROUNDS,
              1000 * theirs / ROUNDS, ratio, GOAL))
    return 1 if "--gate" in sys.argv and ratio > GOAL else 0


sys.exit(main())
