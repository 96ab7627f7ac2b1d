# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-probe as it is typed, where there is no domain: what comes out where, how
it ends, and that nobody's bytes reach the terminal as they are.

KDC, web server and log are a test's own, on the loopback.
"""

import json
import os
import signal
import subprocess
import tempfile
import time
import unittest

from small_http import SmallHttp, answer
from small_kdc import REALM, SmallKdc, cache, keytab, krb_error

PROBE = os.path.join(os.environ["SPN_POLICY_BUILD"], "programs", "spn-probe")
SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..",
                      "docs", "spn-probe.schema.json")
CONF = """[libdefaults]
	default_realm = %s
	dns_lookup_kdc = false
	dns_canonicalize_hostname = false
[realms]
	%s = {
		kdc = 127.0.0.1:%d
	}
"""
UNKNOWN = 7
ESCAPES = "\x1b[31m\u202e\x07"
TRICKS = "a'; touch '/tmp/x' #"


def group_is_left(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


class Program(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.kdc(lambda kind, request: krb_error(UNKNOWN))

    def kdc(self, say):
        kdc = SmallKdc(say)
        self.addCleanup(kdc.close)
        self.write("krb5.conf", (CONF % (REALM, REALM, kdc.port)).encode())
        self.write("cache", cache("krbtgt/" + REALM))
        return kdc

    def write(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as stream:
            stream.write(data)
        os.chmod(path, 0o600)
        return path

    def environ(self):
        return {**{name: value for name, value in os.environ.items()
                   if not name.startswith("KRB5") and "proxy" not in name},
                "KRB5_CONFIG": os.path.join(self.folder, "krb5.conf"),
                "KRB5CCNAME": "FILE:" + os.path.join(self.folder, "cache"),
                "TMPDIR": self.folder, "LC_ALL": "C.UTF-8"}

    def words(self, *words):
        return [PROBE, "--configfile=/dev/null", "--no-directory", *words]

    def run_probe(self, *words, data="", status=None, **how):
        done = subprocess.run(
            self.words(*words), env=self.environ(), input=data.encode(),
            stdout=how.get("stdout", subprocess.PIPE), check=False,
            stderr=subprocess.PIPE, timeout=60)
        done.out = (done.stdout or b"").decode()
        done.err = done.stderr.decode()
        if status is not None:
            self.assertEqual(status, done.returncode, done.out + done.err)
        self.assertEqual(
            [], [c for c in done.out + done.err
                 if (ord(c) < 32 and c != "\n") or c in ESCAPES[5:]],
            done.out + done.err)
        return done

    def codes(self, *words, data="", status=None):
        """(codes, fixes) of the report as JSON, which fits its schema"""
        done = self.run_probe("--json", *words, data=data, status=status)
        report = json.loads(done.out)
        self.check_schema(report)
        found = [verdict for each in [*report["names"], report]
                 for verdict in each["verdicts"]]
        return ([each["code"] for each in found],
                [fix for each in found for fix in each["fixes"]])

    def check_schema(self, report):
        try:
            import jsonschema
        except ImportError:
            return
        with open(SCHEMA, encoding="utf-8") as stream:
            jsonschema.validate(report, json.load(stream))

    def serve(self, *headers, status="401 Unauthorized"):
        server = SmallHttp(lambda connection, _: connection.sendall(
            answer(status, *headers)))
        self.addCleanup(server.close)
        return "http://%s/" % server.address

    # ------------------------------------------------------- the command line

    def test_what_is_typed_wrongly(self):
        """One line on stderr, perhaps where help is, and nothing else."""
        for words in ([], ["http://a/", "http://b/"], ["--http"],
                      ["--kdc-log=x", "http://a/"], ["--server=x", "a"],
                      ["--explain=WEB-1"], ["--timeout=-1", "a"],
                      ["ftp://a/"], ["http://"], [""], ["http://a b/"],
                      ["http://u:p@a/"], ["http://a/" + ESCAPES],
                      ["http://a/\nb"], ["http://" + "a" * 10000 + "/"],
                      ["--kdc-log=/nonexistent/" + ESCAPES],
                      ["--proxy=x y", "http://a/"], ["--nonsense"],
                      ["--account=a"], ["--keytab=x", "--account="],
                      ["--keytab=x", "--account=http/web01"],
                      ["--keytab=x", "--account=a", "http://a/"],
                      ["--keytab=x", *["--account=a"] * 101]):
            with self.subTest(words=words):
                done = self.run_probe(*words, status=2)
                self.assertEqual("", done.out)
                lines = done.err.splitlines()
                self.assertIn(len(lines), (1, 2), done.err)
                self.assertTrue(lines[0].startswith("spn-probe: "), lines)

    def test_nowhere_to_write(self):
        with open("/dev/full", "wb") as full:
            done = self.run_probe("http://127.0.0.1/", stdout=full, status=2)
        self.assertIn("cannot write", done.err)

    def test_quiet_says_why_nothing_is_known(self):
        os.unlink(os.path.join(self.folder, "cache"))
        done = self.run_probe("--quiet", "http://127.0.0.1/", status=2)
        self.assertEqual(1, len(done.out.splitlines()))
        self.assertIn("there is no Kerberos ticket in", done.out)
        self.assertEqual("", done.err)

    def test_whose_words_are_shown(self):
        """libkrb5's own: Samba's libraries, in the same process, have other
        tables of errors, and a function of the same name."""
        done = self.run_probe("--json", "http://127.0.0.1/", status=1)
        self.assertEqual("Server not found in Kerberos database",
                         json.loads(done.out)["names"][0]["kdc"]["text"])

    def test_what_dns_says(self):
        done = self.run_probe("--json", "http://127.0.0.1/", status=1)
        report = json.loads(done.out)
        self.check_schema(report)
        self.assertEqual(["127.0.0.1"], report["dns"]["a"])
        self.assertEqual([], report["dns"]["aaaa"])
        for member in "failure", "late", "noName":
            self.assertIsNone(report["dns"][member])
        done = self.run_probe("--json", "http://nosuch.invalid/", status=1)
        report = json.loads(done.out)
        self.check_schema(report)
        self.assertEqual([], report["dns"]["a"])
        self.assertIn("DNS", report["dns"]["failure"])

    def test_a_ccache_that_cannot_be_written(self):
        """Said before anybody is asked, and nothing else is done."""
        requests = []
        self.kdc(lambda kind, request: requests.append(kind))
        path = os.path.join(self.folder, "cache")
        names = [self.folder, "FILE:" + self.folder, "/dev/null/" + ESCAPES]
        if os.geteuid() != 0:
            os.chmod(path, 0o400)
            names.append(path)
        for name in names:
            with self.subTest(name=name):
                done = self.run_probe("--ccache=" + name, "http://127.0.0.1/",
                                      status=2)
                self.assertEqual("", done.out)
                self.assertEqual(1, len(done.err.splitlines()), done.err)
                self.assertIn("cannot be written", done.err)
                self.assertIn("--ccache", done.err)
        self.assertEqual([], requests)
        before = open(path, "rb").read()
        self.run_probe("--ccache=" + self.folder, "--no-kdc",
                       "http://127.0.0.1/")
        self.assertEqual(before, open(path, "rb").read())

    def test_a_host_without_address(self):
        """That comes before what a KDC says."""
        done = self.run_probe("--quiet", "http://nosuch.invalid/", status=1)
        self.assertIn("WEB-101", done.out)

    def test_interrupted(self):
        """Ctrl-C while a KDC is silent: no process and no file is left."""
        self.kdc(lambda kind, request: None)
        before = sorted(os.listdir(self.folder))
        process = subprocess.Popen(
            self.words("http://127.0.0.1/"), env=self.environ(),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True,
            # Whoever is run in the background has it ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT,
                                             signal.SIG_DFL))
        time.sleep(1)
        self.assertIsNone(process.poll())
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=20)
        self.assertEqual((-signal.SIGINT, b"", b""),
                         (process.returncode, out, err))
        end = time.monotonic() + 5
        while group_is_left(process.pid) and time.monotonic() < end:
            time.sleep(0.05)
        self.assertFalse(group_is_left(process.pid))
        self.assertEqual(before, sorted(os.listdir(self.folder)))

    # -------------------------------------------------------------- a keytab

    def test_no_keytab(self):
        """Nothing is put in the place of a file that is something else."""
        other = self.write("other", b"precious\n")
        for path, code in ((other, "WEB-402"), ("FILE:" + other, "WEB-402"),
                           (self.folder, "WEB-402"),
                           ("/dev/zero", "WEB-402"),
                           ("/nonexistent/" + TRICKS, "WEB-402"),
                           ("/nonexistent/" + ESCAPES, "WEB-402")):
            with self.subTest(path=path):
                codes, fixes = self.codes("--keytab=" + path, status=1)
                self.assertEqual([code], [each for each in codes
                                          if each.startswith("WEB-4")])
                self.assertEqual([], fixes)
                self.run_probe("--keytab=" + path, status=1)

    def test_a_keytab_that_is_cut_off(self):
        whole = keytab("svc@" + REALM)
        path = self.write("keytab", whole + whole[2:-9])
        codes, fixes = self.codes("--server=samba", "--keytab=" + path,
                                  "--no-kdc", status=2)
        self.assertEqual(["WEB-416"],
                         [code for code in codes if code[4] == "4"])
        self.assertEqual([], fixes)

    def test_many_entries(self):
        """A KDC knows none: it is not current. Nor is it read all day."""
        path = self.write("keytab", keytab(*(
            "HTTP/h%d@%s" % (i, REALM) for i in range(10000))))
        begun = time.monotonic()
        done = self.run_probe("--server=samba", "--keytab=" + path, "--quiet",
                              status=2)
        self.assertLess(time.monotonic() - begun, 50)
        self.assertNotIn("is current", done.out)

    # -------------------------------------------------------- the web server

    def test_what_web_servers_say(self):
        for headers, status, code in (
                ((), "503 Unavailable", "WEB-513"),
                ((), "200 OK", "WEB-502"),
                ((), "401 No", "WEB-503"),
                (("WWW-Authenticate: NTLM",), "401 No", "WEB-504"),
                (("WWW-Authenticate: Basic realm=\"%s\"" % "\x1b[31m",),
                 "401 No", "WEB-505"),
                (("WWW-Authenticate: \x1b[31m x", "Server: \x1b[31m"),
                 "401 No", "WEB-503"),
                (("Location: https://x/\x1b[31m\x07",), "302 Found",
                 "WEB-511"),
                (("Location: https://x/" + "a" * 9000,), "302 Found",
                 "WEB-511"),
                (("Date: Thu, 01 Jan 1970 00:00:00 GMT",), "200 OK",
                 "WEB-508")):
            with self.subTest(code=code, headers=headers):
                url = self.serve(*headers, status=status)
                codes, _ = self.codes("--http", url)
                self.assertIn(code, codes)
                self.run_probe("--http", url)

    # ----------------------------------------------------------------- a log

    def test_names_of_strangers(self):
        line = ("Kerberos: TGS-REQ ERR_S_PRINCIPAL_UNKNOWN ipv4:192.0.2.7:4 "
                "alice@R.TEST HTTP/%s@R.TEST elapsed=0.001 armor=x\n")
        done = self.run_probe("--kdc-log=-", data=line % ESCAPES
                              + line % TRICKS + line % ("x" * 5000))
        self.assertIn("HTTP/", done.out)
        self.codes("--kdc-log=-", data=line % ESCAPES + line % TRICKS)

    def test_forged_lines(self):
        """Of a name that is a sentence, or more than one column, it can be
        seen where it ends; and of a long one enough."""
        line = ("Kerberos: TGS-REQ ERR_S_PRINCIPAL_UNKNOWN ipv4:192.0.2.7:4 "
                "alice@R.TEST %s@R.TEST elapsed=0.001 armor=x\n")
        forged = ("fault:   HTTP/a: nobody has it", "All 2 names get a ticket.",
                  "HTTP/web01  svc-web  0 of 9")
        out = self.run_probe("--kdc-log=-", data="".join(
            line % each.replace(" ", "\\ ") for each in forged)
                             + line % ("HTTP/" + 900 * "x")).out
        for each in forged:
            self.assertIn("\n'%s'  " % each, out)
        self.assertLess(max(map(len, out.splitlines())), 400)


if __name__ == "__main__":
    unittest.main()
