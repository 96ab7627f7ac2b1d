# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests with two DCs share: each DC over LDAP and by its log, and a base
class that keeps them apart by switching their inbound replication off. Each
test has an OU of its own.
"""

import json
import os
import re
import subprocess
import time
import unittest

import ldb
from samba import param
from samba.credentials import Credentials, DONT_USE_KERBEROS
from samba.samdb import SamDB

CONF = os.environ["SERVERCONFFILE"]
LP = param.LoadParm(CONF)
ADMIN = "-U%s%%%s" % (os.environ["USERNAME"], os.environ["PASSWORD"])
WITHIN = 600    # seconds for a change to arrive by itself

FIRST = (os.environ["DC1"], os.environ["SMBD_TEST_LOG"])
SECOND = (os.environ["DC2"], os.environ["VAMPIRE_DC_TEST_LOG"])


def run(*command):
    """(exit status, everything it printed)"""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                          stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT,
                          check=False)
    return done.returncode, done.stdout


class Controller:
    """One DC, over LDAP and by its log."""

    def __init__(self, host, log):
        self.host = host
        self.fqdn = "%s.%s" % (host, os.environ["REALM"].lower())
        self.log = log
        self.seen = 0
        creds = Credentials()
        creds.guess(LP)
        creds.set_username(os.environ["USERNAME"])
        creds.set_password(os.environ["PASSWORD"])
        creds.set_domain(os.environ["DOMAIN"])
        creds.set_kerberos_state(DONT_USE_KERBEROS)
        self.sam = SamDB(url="ldap://" + self.fqdn, lp=LP, credentials=creds)

    def option(self, text):
        status, said = run("samba-tool", "drs", "options", self.fqdn,
                           "--dsa-option=" + text, ADMIN)
        assert status == 0, said

    def pull(self, partner, context):
        status, said = run("samba-tool", "drs", "replicate", self.fqdn,
                           partner.fqdn, str(context), ADMIN)
        assert status == 0, said

    def mark(self):
        self.seen = os.path.getsize(self.log)

    def said(self):
        """The module's lines since mark(), in one line each."""
        with open(self.log, "rb") as log:
            log.seek(self.seen)
            text = log.read().decode(errors="replace")
        return [line.strip() for line in text.split("\n")
                if re.match(r"\s*(spn_policy: |{\"timestamp\")", line)]

    def replicated(self):
        """(code, SPN, DN, others) of each violation logged as text."""
        found = [re.match(r"spn_policy: replicated (\S+): '(.*?)' on '(.*?)'"
                          r"(?:, also '(.*?)')? by ", line)
                 for line in self.said()]
        return [match.groups() for match in found if match]

    def as_json(self):
        lines = [line for line in self.said() if line.startswith("{")]
        return [json.loads(line)["spnPolicy"] for line in lines]

    def spns(self, dn):
        found = self.sam.search(dn, ldb.SCOPE_BASE,
                                attrs=["servicePrincipalName"])[0]
        return sorted(str(v) for v in found.get("servicePrincipalName", []))

    def change(self, dn, attr, values, flag=ldb.FLAG_MOD_REPLACE):
        message = ldb.Message(ldb.Dn(self.sam, dn))
        message[attr] = ldb.MessageElement(values, flag, attr)
        self.sam.modify(message)


def until(question):
    """The first true answer, or the last one."""
    deadline = time.monotonic() + WITHIN
    answer = question()
    while not answer and time.monotonic() < deadline:
        time.sleep(0.1)
        answer = question()
    return answer


class TwoControllers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.first = Controller(*FIRST)
        cls.second = Controller(*SECOND)
        cls.both = (cls.first, cls.second)

    def setUp(self):
        self.domain = self.first.sam.domain_dn()
        self.ou = "OU=%s,%s" % (self._testMethodName, self.domain)
        self.first.sam.add({"dn": self.ou,
                            "objectClass": "organizationalUnit"})
        self.addCleanup(self.clean)

    def clean(self):
        """Order matters: a duplicate that is left disturbs the next test."""
        self.together()
        self.first.sam.delete(self.ou, ["tree_delete:1"])
        self.exchange(self.domain)

    def account(self, name):
        dn = "CN=%s,%s" % (name, self.ou)
        self.first.sam.add({"dn": dn, "objectClass": "user",
                            "sAMAccountName": name})
        return dn

    def exchange(self, *contexts):
        for context in contexts:
            self.second.pull(self.first, context)
            self.first.pull(self.second, context)

    def apart(self):
        """Both have the same, and from now on nobody listens."""
        self.exchange(self.domain)
        for controller in self.both:
            controller.option("+DISABLE_INBOUND_REPL")
            controller.mark()

    def together(self):
        for controller in self.both:
            controller.option("-DISABLE_INBOUND_REPL")
