# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-policy and values that are meant otherwise: what is refused, what is
warned of when it is set, in check and in status, and that each remedy helps.

Runs as tool_spn_policy does, on copies of a DC's database.
"""

import fnmatch
import random
import shlex
import string
import unittest

import ldb

from tool_spn_policy import OneCopy

GUID = "d9bc4a3e-21c8-4c4b-8b4e-0a8f7a3c1b11"
# a value that is refused, and the end of what is said
REFUSED = {
    "pair-classes=http,cifs": "write pair-classes=http and pair-classes=cifs, "
                              "each by itself",
    "pair-classes=*": "like http, without a wildcard",
    "pair-classes=https": "write pair-classes=http",
    "pair-classes=none": "goes back to the default",
    "replace-half=complete": "write deny, keep or remove",
    "exempt-host==http/web01": "write exempt-host=web01",
    "exempt-host=web01:8080": "write exempt-host=web01",
    "exempt-host=.lab.net": "write exempt-host=*.lab.net",
    "dns-suffix=@example.org": "write dns-suffix=example.org",
    "exempt-account=ADDOMAIN\\alice": "write exempt-account=alice",
    "exempt-account=alice@example.com": "write exempt-account=alice, if that "
                                        "is the sAMAccountName of it",
    "exempt-account=CN=alice,CN=Users,DC=x": "the sAMAccountName of the "
                                             "account, or its objectGUID",
    "exempt-account={%s}" % GUID: "write exempt-account=" + GUID,
    "http-pair=denny": "it takes: complete deny warn off",
    "mode=off": "spn_policy:mode = enforce, audit or off",
}


class ValuesTest(OneCopy):
    def setUp(self):
        super().setUp()
        self.good("enable")

    def add(self, *lines):
        """Past the tool, as with ldbedit."""
        samdb = self.samdb()
        message = ldb.Message(ldb.Dn(
            samdb, "CN=SPN Policy,CN=Services,%s" % samdb.get_config_basedn()))
        message["s"] = ldb.MessageElement(list(lines), ldb.FLAG_MOD_ADD,
                                          "msDS-Settings")
        samdb.modify(message)

    def labelled(self, label, code=1):
        """The lines of check that begin so; those of status are the same."""
        check = self.bad(code, "check").splitlines()
        found = [line for line in check if line.startswith(label)]
        status = self.bad(code, "status").splitlines()
        self.assertEqual(found,
                         [line for line in status if line.startswith(label)])
        return found

    def warned(self, setting, text, *options):
        """Set it: it is written, and the warning stands on stderr, in check
        and in status; its remedy is good."""
        done = self.policy("set", setting, *options)
        self.assertEqual(0, done.code, done.err)
        self.assertEqual(setting + ": set for all DCs, as it replicates.\n",
                         done.out)
        self.assertTrue(done.err.startswith("spn-policy: WARNING: " + text),
                        done.err)
        self.assertEqual(1, done.err.count("\n"))
        found = self.labelled("WARNING: ")
        self.assertEqual(["WARNING: " + text], [line[:len("WARNING: " + text)]
                                                for line in found])
        self.follow(found[0])
        self.assertIn("all valid", self.good("check"))
        self.assertNotIn("WARNING", self.good("status"))
        self.good("unset", setting.partition("=")[0])

    def follow(self, line):
        """Type what stands behind "Remedy:"."""
        words = shlex.split(line.partition("Remedy: ")[2])
        self.assertEqual("spn-policy", words[0], line)
        self.good(*words[1:])


class Refused(ValuesTest):
    def test_nothing_is_written_and_the_form_is_said(self):
        for setting, text in REFUSED.items():
            done = self.policy("set", setting)
            self.assertEqual(2, done.code, setting)
            self.assertEqual("", done.out)
            self.assertTrue(done.err.endswith(text + "\n"), done.err)
        self.assertEqual([], self.settings())

    def test_what_is_stored_is_a_problem_and_its_remedy_takes_no_other(self):
        self.add("pair-classes=nfs", "exempt-host=lab*", "exempt-account=bob",
                 "dns-suffix=shop.net",
                 *[line for line in REFUSED if line != "http-pair=denny"])
        problems = self.labelled("PROBLEM: ")
        self.assertEqual(len(REFUSED) - 1, len(problems))
        self.assertEqual([], self.labelled("WARNING: "))
        self.assertRegex(self.bad(1, "status"), "pair-classes +nfs, http ")
        for line in problems:
            self.follow(line)
        self.assertEqual(["dns-suffix=shop.net", "exempt-account=bob",
                          "exempt-host=lab*", "pair-classes=nfs"],
                         self.settings())

    def test_two_levels_of_one_rule(self):
        self.add("http-pair=off", "http-pair=deny")
        problems = self.labelled("PROBLEM: ")
        self.assertEqual(1, len(problems))
        self.assertIn("'http-pair=off' is ignored: another line sets "
                      "http-pair to deny", problems[0])
        self.assertRegex(self.bad(1, "status"), "http-pair +deny ")
        self.follow(problems[0])
        self.assertEqual(["http-pair=deny"], self.settings())

    def test_blanks_around(self):
        self.good("set", " http-pair = warn ")
        self.assertEqual(["http-pair=warn"], self.settings())
        self.good("unset", "http-pair =warn")
        self.assertEqual([], self.settings())


class Warned(ValuesTest):
    def test_http_is_no_paired_class(self):
        text = "pair-classes: http is no paired class any more"
        self.warned("pair-classes=cifs", text)
        self.good("set", "pair-classes=cifs")
        self.good("set", "pair-classes=http")
        done = self.policy("unset", "pair-classes=http")
        self.assertEqual(0, done.code)
        self.assertIn(text, done.err)

    def test_hosts(self):
        for glob, what in (("*", "every host name:"),
                           ("?*", "every host name:"),
                           ("??*", "every host name of 2 or more"),
                           ("*.*", "every host of addom.samba.example.com:"),
                           ("*.addom.samba.example.com",
                            "every host of addom.samba.example.com:")):
            self.warned("exempt-host=" + glob,
                        "exempt-host=%s matches %s" % (glob, what))
        self.assertEqual("", self.policy("set", "exempt-host=lab*").err)

    def test_accounts(self):
        samdb = self.samdb()
        samdb.newuser("B\u00fccher", "Passw0rd!x")
        del samdb
        for name, text in (
                ("nosuch", " names no account of this domain"),
                (GUID, " names no account of this domain"),
                ("Domain Admins", " is a group"),
                ("addc", " names no account; there is ADDC$"),
                ("addc.addom.samba.example.com",
                 " names no account; there is ADDC$")):
            self.warned("exempt-account=" + name,
                        "exempt-account=%s%s" % (name, text), "--force")
        # as it was stored before names were looked up
        self.add("exempt-account=B\u00dcCHER")
        found = self.labelled("WARNING: ")
        self.assertIn("names no account; there is B\u00fccher", found[0])
        self.follow(found[0])

    def test_suffixes(self):
        self.warned("dns-suffix=com", "dns-suffix=com is a top level of DNS")
        host = "addc.addom.samba.example.com"
        self.warned("dns-suffix=" + host,
                    "dns-suffix=%s is the name of a host" % host)

    def test_notes_change_no_exit_status(self):
        done = self.policy("set", "exempt-host=web01")
        self.assertIn("note: exempt-host=web01 is one of the two names",
                      done.err)
        self.good("set", "syntax=off")
        text = self.good("check")
        self.assertIn("note: exempt-host=web01 is one of the two names", text)
        self.assertIn("note: syntax is off, by the settings object", text)
        self.good("set", "exempt-host=web01.addom.samba.example.com")
        self.assertNotIn("exempt-host", self.good("check"))


class Accounts(ValuesTest):
    """exempt-account: a name is looked up, its objectGUID is stored."""

    def guid(self, name):
        samdb = self.samdb()
        entry = samdb.search(samdb.domain_dn(), ldb.SCOPE_SUBTREE,
                             "(sAMAccountName=%s)" % name, ["objectGUID"])[0]
        return samdb.schema_format_value("objectGUID",
                                         entry["objectGUID"][0]).decode()

    def shown(self):
        return [line.split(None, 1)[1].removesuffix("settings object").strip()
                for line in self.good("status").splitlines()
                if line.startswith("  exempt-account ")][0]

    def test_name_is_stored_as_guid_and_shown_as_name(self):
        samdb = self.samdb()
        samdb.newuser("B\u00fccher", "Passw0rd!x")
        del samdb
        for typed, name in (("alice", "alice"), ("ALICE", "alice"),
                            ("addc$", "ADDC$"),
                            ("B\u00dcCHER", "B\u00fccher")):
            with self.subTest(typed=typed):
                done = self.policy("set", "exempt-account=" + typed)
                self.assertEqual((0, ""), (done.code, done.err))
                self.assertEqual("exempt-account=%s: set for all DCs, as it "
                                 "replicates.\n" % name, done.out)
                self.assertEqual(["exempt-account=" + self.guid(name)],
                                 self.settings())
                self.assertEqual(name, self.shown())
                self.assertIn("1 settings, all valid.", self.good("check"))
                self.assertIn("is set already",
                              self.good("set", "exempt-account=" + typed))
                self.good("unset", "exempt-account=" + typed)
                self.assertEqual([], self.settings())

    def test_guid(self):
        guid = self.guid("alice")
        self.assertEqual("",
                         self.policy("set", "exempt-account=" + guid).err)
        self.assertEqual("alice", self.shown())
        self.good("unset", "exempt-account=alice")
        self.assertEqual([], self.settings())

    def test_renamed(self):
        self.good("set", "exempt-account=alice")
        samdb = self.samdb()
        samdb.modify_ldif("dn: CN=alice,CN=Users,%s\nchangetype: modify\n"
                          "replace: sAMAccountName\nsAMAccountName: alicia\n"
                          % samdb.domain_dn())
        del samdb
        self.assertEqual("alicia", self.shown())
        self.good("unset", "exempt-account=alicia")
        self.assertEqual([], self.settings())

    def test_stored_names_stay_valid(self):
        self.add("exempt-account=alice", "exempt-account=addc$")
        self.assertEqual("ADDC$, alice", ", ".join(
            sorted(self.shown().split(", "))))
        self.good("check")
        self.assertIn("is set already",
                      self.good("set", "exempt-account=alice"))
        self.good("unset", "exempt-account=" + self.guid("alice"))
        self.assertEqual(["exempt-account=addc$"], self.settings())

    def test_what_does_not_exist_is_refused(self):
        for value, text in (
                ("nosuch", "this DC knows no account 'nosuch': is the name "
                           "right? --force writes it"),
                (GUID, "this DC knows no account '%s'" % GUID),
                ("addc", "there is no account 'addc'; there is ADDC$: write "
                         "exempt-account=ADDC$. --force"),
                ("Domain Admins", "'Domain Admins' is a group, and its "
                                  "members are not meant")):
            with self.subTest(value=value):
                done = self.policy("set", "exempt-account=" + value)
                self.assertEqual((2, ""), (done.code, done.out))
                self.assertIn("spn-policy: exempt-account: " + text, done.err)
                self.assertEqual([], self.settings())
                done = self.policy("--force", "set",
                                   "exempt-account=" + value)
                self.assertEqual(0, done.code, done.err)
                self.assertEqual(["exempt-account=" + value], self.settings())
                self.good("unset", "exempt-account=" + value)


class Generated(ValuesTest):
    def test_globs_as_fnmatch_sees_them(self):
        """Is there a warning? Python's fnmatch over many names knows."""
        letters = string.ascii_lowercase + string.digits + "-"
        domain = ".addom.samba.example.com"
        names = ["".join(random.choices(letters, k=random.randint(15, 40)))
                 for _ in range(300)]
        hosts = [name + domain for name in names]
        globs = set()
        while len(globs) < 150:
            glob = "".join(random.choices("**??ae-", k=random.randint(1, 5)))
            glob += random.choice(("", "", ".*", "*.example.com", domain,
                                   ".sub" + domain, "?com"))
            globs.add(glob)
        self.add(*["exempt-host=" + glob for glob in globs])
        wanted = {glob for glob in globs
                  if all(fnmatch.fnmatchcase(name, glob) for name in names)
                  or all(fnmatch.fnmatchcase(host, glob) for host in hosts)}
        self.assertTrue(wanted)
        found = {line.split(" matches ")[0].partition("=")[2]
                 for line in self.labelled("WARNING: ")}
        self.assertEqual(wanted, found)


if __name__ == "__main__":
    unittest.main()
