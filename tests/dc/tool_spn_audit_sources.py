# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-audit --from-ldif: what real programs export from a real DC.

Runs in the environment ad_dc_stock:local, with the directory of
tool_spn_audit: an export must have the findings of the directory itself.
"""

import os
import shutil
import subprocess
import tempfile

import tool_spn_audit as base
from tool_spn_audit import CONF, DNS, setUpModule  # noqa: F401

DOMAIN = "DC=" + DNS.replace(".", ",DC=")
CONFIGURATION = "CN=Configuration," + DOMAIN
# Descriptors as ldbsearch prints them are not read.
NOT_IN_LDBSEARCH = "SPN-804"


def program(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True,
                          env=dict(os.environ, LDAPTLS_REQCERT="never"))
    return done.stdout


def ldbsearch(*args):
    """As root on the DC, deleted objects too, as the audit itself."""
    return program("ldbsearch", "--configfile=" + CONF, "-H",
                   base.load_conf().private_path("sam.ldb"), *args)


def ldapsearch(*args):
    return program("ldapsearch", "-o", "nettimeout=10", "-x", "-H",
                   "ldaps://" + base.SERVER, "-D",
                   "%s@%s" % (base.ADMIN, base.REALM), "-w", base.PASSWORD,
                   *args)


class ExportTest(base.AuditTest):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, data):
        path = os.path.join(self.folder, "export.ldif")
        with open(path, "wb") as stream:
            stream.write(data)
        return path

    def audit(self, data, *args, code=1):
        """(findings, standard error)"""
        result = base.local("--format=json",
                            "--from-ldif=" + self.write(data), *args)
        return self.document(result, code), result.err

    def findings(self, document, *without):
        return [f for f in document["findings"] if f["code"] not in without]

    def same_as_directory(self, document, *without):
        live = self.json()
        self.assertEqual(self.findings(live, *without),
                         self.findings(document, *without))
        for name in "accounts", "spns":
            self.assertEqual(live["meta"]["counts"][name],
                             document["meta"]["counts"][name])
        self.assertEqual(live["meta"]["domain"], document["meta"]["domain"])


class Ldbsearch(ExportTest):
    def test_all(self):
        document, said = self.audit(
            ldbsearch("--cross-ncs", "--show-deleted", "(objectClass=*)"))
        self.same_as_directory(document, NOT_IN_LDBSEARCH)
        self.assertEqual("", said)
        self.assertTrue(document["meta"]["url"].endswith("/export.ldif"))
        self.assertIsNone(document["meta"]["dc"])

    def test_selected(self):
        document, said = self.audit(ldbsearch(
            "--cross-ncs", "(|(servicePrincipalName=*)(sAMAccountName=*)"
            "(objectClass=crossRef)(objectClass=nTDSService))",
            "objectClass", "sAMAccountName", "userAccountControl",
            "dNSHostName", "servicePrincipalName", "sPNMappings",
            "nETBIOSName", "dnsRoot"))
        self.assertEqual("", said)
        # identity is the DN
        self.assertEqual(self.expected("SPN-101", "SPN-104", "SPN-303"), {
            found for found in self.found(document)
            if found[0] in ("SPN-101", "SPN-104", "SPN-303")})

    def test_account_from_pipe(self):
        data = ldbsearch("--cross-ncs", "(objectClass=*)")
        done = subprocess.run(
            ["spn-audit", "-s", CONF, "--format=json", "--from-ldif=-",
             "--only=http-pair,alias-spn", "--base=CN=web01,%s,%s" %
             (base.OU, DOMAIN)], input=data, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, check=False)
        document = self.document(base.Result(done))
        self.assertEqual(self.expected("SPN-304"),
                         self.found(document))


class Ldapsearch(ExportTest):
    def test_all(self):
        for options in ((), ("-L",), ("-LLL",), ("-E", "pr=7/noprompt")):
            with self.subTest(options=options):
                data = b"".join(
                    ldapsearch(*options, "-b", nc) for nc in (
                        DOMAIN, CONFIGURATION, "DC=DomainDnsZones," + DOMAIN,
                        "DC=ForestDnsZones," + DOMAIN))
                document, said = self.audit(data)
                # without descriptors and deleted objects
                self.same_as_directory(document, "SPN-504", "SPN-804")
                self.assertEqual("", said)

    def test_domain_alone(self):
        document, said = self.audit(ldapsearch("-b", DOMAIN),
                                    "--only=duplicate-spn,http-pair")
        self.assertIn("has no sPNMappings: those of a new domain", said)
        self.assertIn("%s alone is assumed" % DNS, said)
        self.assertIn("has nothing of DC=ForestDnsZones,", said)
        found = self.found(document)
        self.assertNotIn("foo/across", {spn for _, spn, _, _ in found})
        self.assertIn(("SPN-304", "http/web01." + DNS, "behind", "web01$"),
                      found)

    def test_no_class(self):
        document, said = self.audit(
            ldapsearch("-b", DOMAIN, "(sAMAccountName=*)", "sAMAccountName",
                       "servicePrincipalName", "dNSHostName"),
            "--only=alias-spn,http-pair")
        self.assertRegex(said, r"\d+ accounts have no objectClass")
        self.assertEqual({found for found in self.expected()
                          if found[0][:5] in ("SPN-2", "SPN-3")},
                         self.found(document))

    def test_cut(self):
        data = ldapsearch("-b", DOMAIN)
        for part in (data[:len(data) // 2],
                     data[:data.index(b"# search result")],
                     data.replace(b"result: 0 Success",
                                  b"result: 4 Size limit exceeded")):
            result = base.local("--from-ldif=" + self.write(part))
            self.refused(result, "export.ldif, line ")


IFDE = b"""dn: CN=WEB01,CN=Computers,DC=corp,DC=example,DC=com\r
changetype: add\r
objectClass: top\r
objectClass: person\r
objectClass: organizationalPerson\r
objectClass: user\r
objectClass: computer\r
objectGUID:: qytKz3PR8kyCrTbAwVxMqA==\r
userAccountControl: 4096\r
sAMAccountName: WEB01$\r
servicePrincipalName: HOST/WEB01\r
servicePrincipalName: HOST/web01.corp.example.\r
 com\r
dNSHostName: web01.corp.example.com\r
\r
dn:: Q049U3ZjIFfDqWIsQ049VXNlcnMsREM9Y29ycCxEQz1leGFtcGxlLERDPWNvbQ==\r
changetype: add\r
objectClass: user\r
userAccountControl: 512\r
sAMAccountName: svc-web\r
servicePrincipalName: http/web01.corp.example.com\r
\r
"""


class Ldifde(ExportTest):
    def test_all(self):
        document, _ = self.audit(IFDE, "--only=http-pair,alias-spn")
        self.assertEqual("corp.example.com", document["meta"]["domain"])
        spn = "http/web01.corp.example.com"
        self.assertEqual({("SPN-304", spn, "svc-web", "WEB01$")},
                         self.found(document))
        self.assertEqual(
            {"CN=Svc W\u00e9b,CN=Users,DC=corp,DC=example,DC=com"},
            {f["holders"][0]["dn"] for f in document["findings"]})

    def test_no_directory_needed(self):
        result = base.run("-s", "/dev/null", "--from-ldif",
                          self.write(IFDE), "--only=SPN-304")
        self.assertEqual(1, result.code, result.err)
        self.assertIn("SPN-304 http/web01.corp.example.com", result.out)

    def refuses(self, data, *words):
        self.refused(base.local("--from-ldif=" + self.write(data)), *words)

    def test_bad(self):
        self.refuses(b"", "export.ldif, line 1: there is no entry")
        self.refuses(IFDE.decode().encode("utf-16"), "UTF-16")
        self.refuses(IFDE[:-3], "line 21", "middle of a line")
        self.refuses(IFDE.replace(b"servicePrincipalName", b"cn"),
                     "servicePrincipalName")
        self.refuses(IFDE[:IFDE.index(b"dn::")].replace(
            b",DC=corp,DC=example,DC=com", b""), "no DN ends in 'DC=...'")
        self.refuses(IFDE + b"ref: ldap://x/DC=child,DC=corp,DC=example,"
                     b"DC=com\r\n", "DC=child", "not complete")
        self.refuses(IFDE.replace(b"servicePrincipalName: http",
                                  b"servicePrincipalName;range=0-0: http"),
                     "range=0-0", "line 21")

    def test_no_file(self):
        self.refused(base.local("--from-ldif=/nowhere"), "/nowhere", "No such")
        self.refused(base.local("--from-ldif=" + self.folder), self.folder,
                     "directory")
        self.refused(base.local("--from-ldif="), "--from-ldif")
        self.refused(base.local("--from-ldif=x", "-H", "y"), "--from-ldif",
                     "-H")

    def test_twice(self):
        """Two exports with the same entries in one file."""
        once, _ = self.audit(IFDE, "--only=http-pair,duplicate-spn")
        twice, _ = self.audit(IFDE * 2, "--only=http-pair,duplicate-spn")
        self.assertEqual(once["findings"], twice["findings"])
