# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects that tests/dc/module_requests.py sends its requests at.

They are made, named, and after each request that was accepted made again as
they were. So every request meets the same directory, whatever the DC has said
to those before it, and two DCs can be compared request by request.
"""

import ldb

from module_attempts import WRITE_SPN

DELETED = ["show_recycled:1"]
DESCRIPTORS = ["show_recycled:1", "sd_flags:1:15"]
HELD = 300      # SPNs of holder, more than the module completes
# Of what is watched the database says by itself:
OF_THE_DATABASE = ("distinguishedName", "objectGUID", "objectSid",
                   "isRecycled")


def as_bytes(value):
    return (value if isinstance(value, bytes)
            else value.encode("utf-8", "surrogateescape"))


class World:
    """The test that it serves has made the callers (module_attempts)."""

    def __init__(self, test, attributes):
        self.test = test
        self.stock = test.stock
        self.attributes = list(attributes)
        self.config = str(self.stock.get_config_basedn())
        self.domain = self.stock.domain_dn()
        self.oids = {name: self.oid(name) for name in attributes}
        self.dns = {}       # name of an object: its DN
        self.ids = {}       # name: (GUID, SID, each as text)
        self.before = {}    # name: the watched attributes
        self.make()

    def oid(self, attr):
        found = self.stock.search(
            self.stock.get_schema_basedn(), ldb.SCOPE_ONELEVEL,
            expression="(lDAPDisplayName=%s)" % attr, attrs=["attributeID"])
        return str(found[0]["attributeID"])

    # -- making

    def make(self):
        test = self.test
        service = "CN=Directory Service,CN=Windows NT,CN=Services,"
        self.dns = {
            "target": test.target, "machine": test.machine,
            "helper": test.helper,
            "victim": test.account("victim", test.pair("victim")),
            "other machine": self.make_other_machine(),
            "controller": "CN=%s,OU=Domain Controllers,%s" % (
                test.controller, self.domain),
            "user": "CN=alice,CN=Users," + self.domain,
            "holder": test.account("holder", [
                "foo/held%04d" % i for i in range(HELD)]),
            "settings": self.make_settings(),
            "directory service": service + self.config,
            "domain": self.domain,
            "crossRef": str(self.cross_ref()),
            "deleted": None,
        }
        for name, dn in self.dns.items():
            if dn is not None:
                self.learn(name, dn)
        self.make_deleted()
        self.parents = (test.ou, "CN=Computers," + self.domain,
                        "CN=Services," + self.config,
                        "CN=Deleted Objects," + self.domain)
        self.children = self.children_of(*self.parents)

    def make_other_machine(self):
        test = self.test
        return test.computer("w2", ["HOST/w2", "HOST/w2." + test.dns],
                             dNSHostName="w2." + test.dns)

    def make_settings(self):
        """The same on every DC; without the module there is none."""
        dn = "CN=SPN Policy,CN=Services," + self.config
        if dn in self.children_of("CN=Services," + self.config):
            self.stock.delete(dn)
        self.stock.add({"dn": dn, "objectClass": "msDS-App-Configuration"})
        return dn

    def cross_ref(self):
        return self.stock.search(
            "CN=Partitions," + self.config, ldb.SCOPE_ONELEVEL,
            expression="(nETBIOSName=*)", attrs=["dnsRoot"])[0].dn

    def make_deleted(self):
        dn = self.test.account("gone", ["foo/gone"])
        guid, sid = self.ids_of(dn)
        self.stock.delete(dn)
        self.ids["deleted"] = guid, sid
        found = self.read("deleted")
        self.dns["deleted"] = str(found.dn)
        self.before["deleted"] = self.values(found)

    def learn(self, name, dn):
        self.ids[name] = self.ids_of(dn)
        self.before[name] = self.values(self.read(name))

    def ids_of(self, dn):
        found = self.stock.search(dn, ldb.SCOPE_BASE,
                                  attrs=["objectGUID", "objectSid"])[0]
        return tuple(self.stock.schema_format_value(
            attr, found[attr][0]).decode() if attr in found else "S-1-0-0"
            for attr in ("objectGUID", "objectSid"))

    # -- naming

    def called(self, name, by):
        """The bytes by which a request calls an object."""
        dn, (guid, sid) = self.dns[name], self.ids[name]
        return as_bytes({
            "DN": "%(dn)s", "GUID": "<GUID=%(guid)s>", "SID": "<SID=%(sid)s>",
            "both": "<GUID=%(guid)s>;<SID=%(sid)s>;%(dn)s",
            "GUID, SID": "<GUID=%(guid)s>;<SID=%(sid)s>",
            "GUID, DN": "<GUID=%(guid)s>;%(dn)s",
            "other case": "%(swapped)s",
        }[by] % {"dn": dn, "guid": guid, "sid": sid,
                 "swapped": dn.swapcase()})

    def text(self, template):
        """A template of tests/dc/request_forms.py as bytes."""
        if "{" in template:
            for word, value in (("dns", self.test.dns), ("ou", self.test.ou),
                                ("domain", self.domain),
                                ("config", self.config),
                                ("dn", self.dns["target"]),
                                ("guid", self.ids["target"][0])):
                template = template.replace("{%s}" % word, value)
        return as_bytes(template)

    def value(self, template):
        """The same of an attribute's value, where an id is bytes."""
        if isinstance(template, bytes):
            return template
        if template in ("{guid}", "{sid}"):
            attr = "objectGUID" if template == "{guid}" else "objectSid"
            return self.before["target"][attr][0]
        return self.text(template)

    # -- as it was

    def read(self, name):
        return self.stock.search(
            "<GUID=%s>" % self.ids[name][0], ldb.SCOPE_BASE,
            attrs=self.attributes, controls=DESCRIPTORS)[0]

    def values(self, message):
        return {attr: sorted(bytes(value) for value in message[attr])
                for attr in self.attributes if attr in message}

    def children_of(self, *parents):
        """Those that are alive, and those that only say they are not."""
        graves = "CN=Deleted Objects,"
        return {str(child.dn) for parent in parents
                for child in self.stock.search(
                    parent, ldb.SCOPE_ONELEVEL, attrs=["cn"],
                    expression="(!(isDeleted=TRUE))"
                    if parent.startswith(graves) else "(objectClass=*)",
                    controls=DELETED)}

    def all_names(self):
        """Of whatever is in the domain and the configuration."""
        return {str(found.dn) for base in (self.domain, self.config)
                for found in self.stock.search(
                    base, ldb.SCOPE_SUBTREE, attrs=["cn"],
                    expression="(!(isDeleted=TRUE))", controls=DELETED)}

    def restore(self):
        """What was changed, as words; it is not so any more."""
        changed = []
        for name in list(self.dns):
            changed += self.restore_one(name)
        for dn in sorted(self.children_of(*self.parents) - self.children):
            self.remove(dn)
            changed.append("new " + dn)
        return changed

    def remove(self, dn):
        """Gone for good where it said that it is deleted."""
        self.stock.delete(dn, [*DELETED, "relax:0"])
        self.test.assertNotIn(dn, self.children_of(*self.parents))

    def restore_one(self, name):
        message = self.read(name)
        if name == "deleted":
            return self.restore_deleted(message)
        if "isDeleted" in message:
            self.make_again(name)
            return [name + " deleted"]
        changed = []
        if str(message.dn) != self.dns[name]:
            self.stock.rename(message.dn, self.dns[name])
            changed.append(name + " renamed")
            message = self.read(name)
        return changed + self.restore_values(name, message)

    def restore_values(self, name, message):
        before, after = self.before[name], self.values(message)
        differ = [attr for attr in self.attributes
                  if before.get(attr) != after.get(attr) and
                  attr not in OF_THE_DATABASE]
        if not differ:
            return []
        repair = ldb.Message(ldb.Dn(self.stock, self.dns[name]))
        for attr in differ:
            repair[attr] = ldb.MessageElement(
                before.get(attr, []), ldb.FLAG_MOD_REPLACE, attr)
        self.stock.modify(repair, ["sd_flags:1:15", "relax:0"])
        left = self.values(self.read(name))
        self.test.assertEqual(left, before, "%s is not as it was" % name)
        return ["%s %s" % (name, attr) for attr in differ]

    def restore_deleted(self, message):
        """A new one: what has happened to it can hardly be undone."""
        if ("isDeleted" in message and
                self.values(message) == self.before["deleted"]):
            return []
        if "isDeleted" not in message:
            self.stock.delete(message.dn)
        self.make_deleted()
        return ["deleted changed"]

    def make_again(self, name):
        """One of THROW_AWAY."""
        test = self.test
        if name == "target":
            test.account("target")
            test.grant(test.target, WRITE_SPN)
        elif name == "victim":
            test.account("victim", test.pair("victim"))
        else:
            self.make_other_machine()
        self.learn(name, self.dns[name])
