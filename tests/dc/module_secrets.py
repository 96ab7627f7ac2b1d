# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be learned of an account that the caller cannot read.

The module looks up holders as SYSTEM, for everybody. A caller who has no
right to write an SPN must not hear from it whether somebody holds that SPN:
every byte of the answer is compared. Who has the right hears that it is
held, since an SPN is on one account only, but not by whom. How much work is
done meanwhile is counted in tests/module/test_module_without_rights.c.

Runs in the environment ad_dc:local.
"""

import unittest

import ldb
import raw_ldap
from raw_ldap import ADD, DELETE, REPLACE
from samba.sd_utils import SDUtils

from module_attempts import CONTROLS, SPN, Callers, forms
from module_write_paths import SAM, credentials, over_ldap
from rows_directory import raw_path

NOBODY_READS = "(D;;RPLCLO;;;WD)"
# Of the same length, so that answers may be.
HELD, FREE = "held", "free"


class Secrets(Callers):
    def setUp(self):
        super().setUp()
        held, dns = HELD, self.dns
        self.hidden = [
            self.account("hidden1", ["foo/" + held, "http/half" + held]),
            self.computer("cpu" + held, ["HOST/cpu" + held],
                          dNSHostName="cpu%s.%s" % (held, dns),
                          **{"msDS-AdditionalDnsHostName":
                             "also%s.%s" % (held, dns)}),
            self.in_configuration("hidden2", ["foo/far" + held])]
        for dn in self.hidden:
            SDUtils(self.stock).dacl_add_ace(dn, NOBODY_READS)
        # One behind whose pair more names stand, and a plain one.
        self.spns = ["foo/%s", "foo/far%s", "http/half%s",
                     "http/half%%s.%s" % dns, "cifs/cpu%s", "http/cpu%s",
                     "http/also%%s.%s" % dns, "http://%s"]

    def alike(self, caller, template, make, controls=()):
        """Both answers, the word taken out, are the same bytes."""
        answers = []
        for word in (HELD, FREE):
            answer = self.callers[caller].send(make(template % word),
                                               controls)
            self.assertNotEqual(answer.code, raw_ldap.SUCCESS,
                                (caller, template, word))
            answers.append(answer.rest.replace(word.encode(), b"WORD"))
        self.assertEqual(*answers, (caller, template))
        return answer

    def test_hidden(self):
        """What this is all about: a user cannot see them."""
        alice = over_ldap(credentials("alice", "Secret007"))
        for template in self.spns[:4]:
            self.assertEqual(alice.search(
                alice.get_config_basedn() if "far" in template else self.ou,
                expression="(%s=%s)" % (SPN, template % HELD),
                attrs=["dn"]).count, 0, template)

    def test_every_form(self):
        """On an account that is not theirs, by any name of it."""
        dn = self.account("other", ["foo/own"])
        for caller in ("user", "helper", "machine"):
            for template in self.spns:
                for name in self.names(dn):
                    for form in forms(name, ""):
                        self.alike(caller, template,
                                   lambda spn, name=name, form=form:
                                   forms(name, spn)[form])

    def test_every_control(self):
        for oid in filter(None, CONTROLS.values()):
            for critical in (False, True):
                for template in self.spns[:3]:
                    self.alike("user", template,
                               lambda spn: forms(self.target, spn)["add"],
                               [raw_ldap.control(oid, critical)])

    def test_what_goes(self):
        """A duplicate is given up in another form than a single one."""
        dn = self.account("twice")
        # Below all modules: Samba would not let it in.
        self.change(ldb.Ldb(raw_path(SAM)), dn, *[
            each % word for word in (HELD, FREE) for each in self.spns[:3]])
        for caller in ("user", "helper", "machine"):
            for template in self.spns[:3]:
                self.alike(caller, template, lambda spn: raw_ldap.modify(
                    dn, (DELETE, SPN, [spn])))
                self.alike(caller, template, lambda spn: raw_ldap.modify(
                    dn, (REPLACE, SPN, ["foo/x", spn])))

    def test_new_account(self):
        for caller in ("user", "helper", "machine"):
            for template in self.spns:
                self.alike(caller, template, lambda spn: raw_ldap.add(
                    "CN=new," + self.ou, ("objectClass", ["computer"]),
                    ("sAMAccountName", ["new$"]), (SPN, [spn])))

    def test_names(self):
        """By the SPNs that Samba rewrites when a name changes."""
        for caller in ("user", "helper"):
            for attr, value in (("dNSHostName", "cpu%s." + self.dns),
                                ("sAMAccountName", "cpu%s$")):
                self.alike(caller, value, lambda new, attr=attr:
                           raw_ldap.modify(self.machine,
                                           (REPLACE, attr, [new])))

    def test_validated_write(self):
        """A machine may write SPNs of its own names to itself, and no
        other; not even where it sends the words by which Samba's own check
        refuses.
        """
        quoted = "foo/samldb: spn[x"
        for template in self.spns[:-1]:
            for values in ([], ["HOST/w1"], [quoted], ["http/w1", quoted]):
                for kind in (ADD, REPLACE):
                    answer = self.alike("machine", template, lambda spn,
                                        kind=kind, values=values:
                                        raw_ldap.modify(self.machine, (
                                            kind, SPN, [*values, spn])))
                    self.assertNotIn("SPN-", answer.text)

    def test_with_the_right(self):
        """Who may write the SPN hears that it is held and no more."""
        for template in ("foo/%s", "foo/far%s", "http/half%s"):
            answer = self.callers["helper"].send(raw_ldap.modify(
                self.target, (ADD, SPN, [template % HELD])))
            self.assertEqual(answer.code, raw_ldap.CONSTRAINT, template)
            self.assertIn("SPN-101", answer.text, template)
            self.assertNotIn("hidden", answer.text.lower(), template)
            self.assertNotIn("CN=", answer.text, template)


if __name__ == "__main__":
    unittest.main()
