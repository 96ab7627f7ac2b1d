# SPDX-License-Identifier: GPL-3.0-or-later
"""What spn-probe reads out of the log of a KDC.

tests/kdc_logs/ has what Samba 4.17.12 and 4.22.11 wrote when kvno asked them,
with other names: the first to the terminal, without time stamps, the second to
a file. Everything else is made here in the forms that were seen. Clients choose
the names in a log, so some of them look like another line.
"""

import gzip
import json
import os
import subprocess
import unittest

SAY = os.path.join(os.environ["SPN_POLICY_BUILD"], "tests", "say_kdc_log")
LOGS = os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "kdc_logs")
REALM = "EXAMPLE.COM"
HEADER = ("[2026/11/29 15:46:%02d.%06d,  3] source4/auth/kerberos/"
          "krb5_init_context.c:90(smb_krb5_debug_wrapper)\n")
FORGED = ("Kerberos: TGS-REQ ERR_S_PRINCIPAL_UNKNOWN ipv4:192.0.2.66:6 "
          "mallory@EXAMPLE.COM HTTP/forged@EXAMPLE.COM elapsed=0.001")
PIECE = 4095


def read(data):
    """The finished process, with what it said in .log."""
    data = data if isinstance(data, bytes) else data.encode()
    done = subprocess.run([SAY], input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, timeout=300)
    done.log = json.loads(done.stdout) if done.returncode == 0 else None
    return done


def names(data):
    """SPN: (requests, failed, error)"""
    done = read(data)
    assert done.returncode == 0, done.stderr
    return {each["spn"]: (each["requests"], each["failed"], each["error"])
            for each in done.log["names"]}


def request(server, result="ERR_S_PRINCIPAL_UNKNOWN", client="alice",
            address="ipv4:192.0.2.7:41234", kind="TGS-REQ", more=""):
    return "Kerberos: %s %s %s %s@%s %s %selapsed=0.001 armor=x" % (
        kind, result, address, client, REALM, server
        if server == "<unknown>" else server + "@" + REALM, more)


def ticket(server, etypes="18/18", **how):
    return request(server, "SUCCESS", more="etype=%s pac_attributes=2 "
                   % etypes, **how)


def as_json(server, status="NT_STATUS_NO_SUCH_USER", account=None,
            address="ipv4:192.0.2.7:41234"):
    return json.dumps({
        "timestamp": "2026-11-29T15:46:27.105656+0000",
        "type": "KDC Authorization", "KDC Authorization": {
            "version": {"major": 1, "minor": 0}, "status": status,
            "localAddress": None, "remoteAddress": address,
            "serviceDescription": "%s@%s" % (server, REALM),
            "authType": "TGS-REQ with Ticket-Granting Ticket",
            "domain": account and "EXAMPLE", "account": account,
            "serverPolicyAccessCheck": None}})


def broken(text, indent="  "):
    """As format_debug_text() of Samba writes a long message."""
    out, room = "", PIECE - len(indent)
    while len(text) >= room:
        out += indent + text[:room] + " +>\n"
        text = text[room:]
    return out + indent + text + "\n"


# Ways in which one message can stand in a log.
FORMS = {
    "terminal": lambda text: text + "\n",
    "file": lambda text: HEADER % (1, 2) + "  " + text + "\n",
    "syslog": lambda text: "Nov  9 15:46:27 dc1 samba[1234]:   " + text + "\n",
    "later": lambda text: "Nov 29 15:46:27 dc1 samba[1234]: " + text + "\n",
    "rsyslog": lambda text: (
        "2026-11-29T15:46:27.105736+00:00 dc1 samba[12]: " + text + "\n"),
    "journal": lambda text: (
        "Sun 2026-11-29 15:53:45 UTC dc1 samba[304]:   " + text + "\n"),
    "precise": lambda text: (
        "Nov 29 15:53:45.123456 dc1 samba[304]:   " + text + "\n"),
    "DOS": lambda text: text + "\r\n",
}


class Samples(unittest.TestCase):
    def sample(self, name):
        with open(os.path.join(LOGS, name), "rb") as stream:
            return read(stream.read()).log

    def counts(self, log):
        return {each["spn"]: (each["requests"], each["failed"], each["error"],
                              each["rc4"]) for each in log["names"]}

    def test_terminal(self):
        log = self.sample("samba-4.17.log")
        self.assertEqual((log["lines"], log["understood"]), (462, 27))
        self.assertEqual(self.counts(log), {
            "HTTP/none.example.com": (4, 4, 7, False),
            "HTTP/b\xfccher": (2, 2, 7, False),
            "HTTP/new\nline.example.com": (2, 2, 7, False),
            "HTTP/norealm.example.com": (2, 2, 7, False),
            "HTTP/quote\"x y": (2, 2, 7, False),
            "HTTP/tab\tx": (2, 2, 7, False),
            "HTTP/web01.example.com:8080": (2, 2, 7, False),
            "a@b": (2, 2, 7, False), "foo/a/b": (2, 2, 7, False),
            "host/webcn.example.com": (2, 2, 14, False),
            "HTTP/none2.example.com": (1, 1, 7, False),
            "HTTP/addc.example.com": (1, 0, 0, False),
            "HTTP/aes.example.com": (1, 0, 0, False),
            "HTTP/web01.example.com": (1, 0, 0, True),
            "cifs/addc.example.com": (1, 0, 0, False)})
        self.assertEqual(log["names"][0]["spn"], "HTTP/none.example.com")

    def test_file(self):
        """Text and JSON say the same, so each request counts once."""
        log = self.sample("samba-4.22.log")
        self.assertEqual((log["lines"], log["understood"]), (872, 23))
        self.assertEqual(self.counts(log)["HTTP/web01.example.com"],
                         (2, 0, 0, True))
        self.assertEqual(self.counts(log)["HTTP/none.example.com"],
                         (2, 2, 7, False))
        for each in log["names"]:
            self.assertEqual(each["clients"], ["alice@" + REALM])
            self.assertEqual(each["num_addresses"], 1)
            self.assertRegex(each["last_seen"],
                             r"^2026/11/29 15:46:27\.\d{6}$")

    def test_json_alone(self):
        """What auth_json_audit:3 gives without kerberos:3."""
        with open(os.path.join(LOGS, "samba-4.22.log"), "rb") as stream:
            log = read(b"".join(
                line for line in stream if line.startswith(b"  {"))).log
        # Without the two that were got by kinit -S.
        self.assertEqual(log["understood"], 21)
        self.assertEqual(self.counts(log)["HTTP/none.example.com"],
                         (2, 2, 0, False))
        self.assertEqual(self.counts(log)["HTTP/cr\rx"], (2, 2, 0, False))
        first = {each["spn"]: each for each in log["names"]}
        self.assertEqual(first["HTTP/web01.example.com"]["clients"],
                         ["EXAMPLE\\alice"])
        self.assertEqual(first["HTTP/none.example.com"]["clients"], [])


class Forms(unittest.TestCase):
    def test_all(self):
        for name, form in FORMS.items():
            with self.subTest(name):
                text = "".join(form(each) for each in (
                    request("HTTP/a"), as_json("HTTP/b"), ticket("HTTP/c"),
                    "something else", ""))
                self.assertEqual(names(text), {
                    "HTTP/a": (1, 1, 7), "HTTP/b": (1, 1, 0),
                    "HTTP/c": (1, 0, 0)})

    def test_stamp(self):
        for form, stamp in (("terminal", None),
                            ("file", "2026/11/29 15:46:01.000002"),
                            ("syslog", "Nov  9 15:46:27"),
                            ("journal", "Sun 2026-11-29 15:53:45"),
                            ("rsyslog", "2026-11-29T15:46:27.105736+00:00")):
            log = read(FORMS[form](request("HTTP/a"))).log
            self.assertEqual(log["names"][0]["last_seen"], stamp)

    def test_results(self):
        for word, error in (("ERR_POLICY", 12), ("ERR_ETYPE_NOSUPP", 14),
                            ("KRB5KRB_AP_ERR_SKEW", 37), ("ENOMEM", 0),
                            ("UNKNOWN--1765328347", 37),
                            ("UNKNOWN--99999999999999999999", 0),
                            ("UNKNOWN-", 0), ("HDB_ERR_NOENTRY", 0)):
            self.assertEqual(names(request("HTTP/a", word)),
                             {"HTTP/a": (1, 1, error)}, word)

    def test_rc4(self):
        for etypes, rc4 in (("18/23", True), ("23/18", False), ("18/24", True),
                            ("23/23", True), ("18/2", False), ("18/", False),
                            ("18", False), ("18/230000000000", False)):
            log = read(ticket("HTTP/a", etypes)).log
            self.assertEqual(log["names"][0]["rc4"], rc4, etypes)

    def test_logons(self):
        """Of a logon only what is said of the service counts."""
        for server, result, counted in (
                ("krbtgt/" + REALM, "SUCCESS", False),
                ("krbtgt/" + REALM, "ERR_S_PRINCIPAL_UNKNOWN", False),
                ("HTTP/a", "ERR_PREAUTH_REQUIRED", False),
                ("HTTP/a", "KRB5KRB_ERR_RESPONSE_TOO_BIG", False),
                ("HTTP/a", "ERR_C_PRINCIPAL_UNKNOWN", False),
                ("HTTP/a", "SUCCESS", True),
                ("HTTP/a", "ERR_S_PRINCIPAL_UNKNOWN", True)):
            log = read(request(server, result, kind="AS-REQ")).log
            self.assertEqual(log["understood"], counted, (server, result))

    def test_who(self):
        text = "".join(
            request("HTTP/%s" % ("a" if n % 2 else "A"),
                    client="u%d" % (n % 7),
                    address="ipv4:192.0.2.%d:%d" % (n % 3, n)) + "\n"
            for n in range(70))
        each, = read(text).log["names"]
        self.assertEqual((each["spn"], each["requests"], each["num_clients"],
                          each["num_addresses"]), ("HTTP/A", 70, 7, 3))
        self.assertEqual(each["clients"],
                         ["u%d@%s" % (n, REALM) for n in range(5)])

    def test_realms(self):
        text = request("HTTP/a") + "\n" + request("HTTP/a").replace(
            "HTTP/a@" + REALM, "HTTP/a@OTHER.TEST") + "\n"
        self.assertEqual({(each["spn"], each["realm"])
                          for each in read(text).log["names"]},
                         {("HTTP/a", REALM), ("HTTP/a", "OTHER.TEST")})
        each, = read(request("HTTP/a").replace(
            "a@" + REALM, "a\\@b@C\\@D")).log["names"]
        self.assertEqual((each["spn"], each["realm"]), ("HTTP/a@b", "C@D"))

    def test_order(self):
        text = (ticket("HTTP/c") + "\n") * 5 + request("HTTP/b") + "\n" + (
            request("HTTP/a") + "\n") * 2
        self.assertEqual([each["spn"] for each in read(text).log["names"]],
                         ["HTTP/a", "HTTP/b", "HTTP/c"])


class Pairs(unittest.TestCase):
    def test_pair(self):
        """A client may ask the same twice from one port."""
        both = as_json("HTTP/a") + "\n" + request("HTTP/a") + "\n"
        self.assertEqual(names(both), {"HTTP/a": (1, 1, 7)})
        self.assertEqual(names(2 * both), {"HTTP/a": (2, 2, 7)})
        each, = read(both).log["names"]
        self.assertEqual(each["clients"], ["alice@" + REALM])

    def test_others_between(self):
        many = [as_json("HTTP/x", address="ipv4:192.0.2.9:%d" % n)
                for n in range(40)]
        text = "\n".join([as_json("HTTP/a"), *many, request("HTTP/a"), ""])
        self.assertEqual(names(text), {"HTTP/a": (1, 1, 7),
                                       "HTTP/x": (40, 40, 0)})

    def test_different(self):
        for other in (as_json("HTTP/b"),
                      as_json("HTTP/a", address="ipv4:192.0.2.7:1")):
            self.assertEqual(
                sum(each[0] for each in names(
                    other + "\n" + request("HTTP/a") + "\n").values()), 2)

    def test_broken_json(self):
        good = as_json("HTTP/a")
        for end in range(1, len(good) - 1):
            self.assertEqual(read(good[:end]).log["names"], [])

    def test_other_json(self):
        inner = json.loads(as_json("HTTP/a"))["KDC Authorization"]
        for each in ({"type": "Authentication", "Authentication": inner},
                     {"a": {"KDC Authorization": inner}},
                     {"a": json.dumps({"KDC Authorization": inner})},
                     {"KDC Authorization": json.dumps(inner)},
                     [{"KDC Authorization": inner}],
                     {"KDC Authorization": dict(inner, status=1)},
                     {"KDC Authorization": dict(inner, serviceDescription="")},
                     {"KDC Authorization": dict(
                         inner, serviceDescription="a\0b@C")}):
            self.assertEqual(read(json.dumps(each)).log["names"], [], each)

    def test_json_text(self):
        for name in ("b\xfccher", "\u20ac", "\U0001f427", "\"", "x/y", "\x1b"):
            for ascii_only in True, False:
                text = json.loads(as_json("HTTP/" + name))
                text = json.dumps(text, ensure_ascii=ascii_only)
                self.assertEqual(list(names(text)), ["HTTP/" + name])
        for bad in "\\ud800", "\\ud800\\u0041", "\\udc00\\ud800", "\\u12", "\\x", "\\":
            text = as_json("HTTP/NAME").replace("NAME", bad)
            self.assertEqual(read(text).log["names"], [], bad)


class Forgery(unittest.TestCase):
    def nothing_forged(self, text):
        for name, form in FORMS.items():
            with self.subTest(form=name, text=text[:100]):
                log = read(form(text)).log
                self.assertNotIn("HTTP/forged", [
                    each["spn"] for each in log["names"]])

    def test_in_names(self):
        """Heimdal puts a backslash before each blank of a name."""
        escaped = FORGED.replace("@", "\\@").replace("/", "\\/").replace(
            " ", "\\ ")
        self.nothing_forged(request(escaped))
        self.nothing_forged(request("HTTP/a", client=escaped))
        self.nothing_forged(request("HTTP/a", client="x\\n" + escaped))
        self.assertEqual(list(names(request(escaped))), [FORGED])

    def test_in_logons(self):
        """A name of NTLM has its blanks."""
        for text in (
                "Auth: [LDAP,NTLMSSP] user [X]\\[%s] at [x]" % FORGED,
                "Auth: [LDAP,NTLMSSP] user [X]\\[1]: %s] at [x]" % FORGED,
                "check_ntlm_password:  unmapped user [1]: %s" % FORGED,
                "check_ntlm_password:  unmapped user [1]\\[x]: %s" % FORGED,
                "user Nov 29 15:46:27 dc1 samba[1]: %s" % FORGED,
                "user %s" % FORGED, "user {%s}" % FORGED):
            self.nothing_forged(text)

    def test_other_programs(self):
        """In a file of syslog are those of all, and who asks for something
        has words in many of them."""
        for tag in ("sshd: Invalid user [1]: ", "sshd: user samba[1]: ",
                    "app[12]: ", "samba: [1]: ", "samba [1]: ",
                    "app[12]: samba[1]: "):
            for stamp in "Nov 29 15:46:27", "Sun 2026-11-29 15:53:45 UTC":
                line = "%s dc1 %s%s\n" % (stamp, tag, FORGED)
                self.assertEqual(read(line).log["names"], [], line)
        line = "Nov 29 15:46:27 fe80::1 dc1-samba[1]: %s\n" % request("HTTP/a")
        self.assertEqual(names(line), {"HTTP/a": (1, 1, 7)})

    def test_behind_a_break(self):
        """Samba breaks a long message, and then the next line begins with
        what was chosen by whom gave his name."""
        for indent in "", "  ":
            start = "Auth: [LDAP,NTLMSSP] user [X]\\["
            fill = "x" * (PIECE - len(indent) - len(start))
            text = broken(start + fill + FORGED + "] at [x]", indent)
            self.assertIn("\n" + indent + FORGED, text)
            self.assertEqual(read(text).log["names"], [])
            # The next message is one again.
            self.assertEqual(names(text + request("HTTP/a") + "\n"),
                             {"HTTP/a": (1, 1, 7)})

    def test_no_break(self):
        """So short a line goes on nowhere."""
        for text in "x +>\n", "x" * 4000 + " +>\n":
            self.assertEqual(len(names(text + request("HTTP/a"))), 1)

    def test_behind_a_break_in_syslog(self):
        line = "Nov 29 15:46:27 dc1 samba[1]: %s\n"
        text = line % ("Auth: user [" + 4000 * "x") + line % " +>"
        self.assertEqual(read(text + line % FORGED).log["names"], [])
        self.assertEqual(len(read(text + line % "x" + line % FORGED)
                             .log["names"]), 1)

    def test_control_characters(self):
        """A carriage return is no end of a line, and no name is lost."""
        for char in "\r", "\x1b", "\x85", "\u2028", "\x0b":
            name = "HTTP/a%s%s" % (char, FORGED.replace(" ", "\\ "))
            log = read(request(name)).log
            self.assertEqual(log["understood"], 1)
            self.assertNotIn("HTTP/forged",
                             [each["spn"] for each in log["names"]])

    def test_not_utf8(self):
        log = read(request("HTTP/NAME").encode().replace(b"NAME", b"\xff\xfe"))
        self.assertEqual(log.log["names"][0]["spn"], "HTTP/\\ff\\fe")
        log = read(request("HTTP/NAME").encode().replace(b"NAME", b"a\0b"))
        self.assertEqual(log.log["names"], [])


class Bounds(unittest.TestCase):
    def test_cut(self):
        """A log that is written to ends in the middle of a line."""
        whole = request("HTTP/abc")
        end = whole.index("HTTP/abc") + len("HTTP/abc@" + REALM)
        for length in range(end + 1):
            self.assertEqual(read(whole[:length]).log["names"], [])
        self.assertEqual(len(read(whole).log["names"]), 1)

    def test_long(self):
        for indent in "", "  ":
            for length in (4000, 5000, 20000):
                text = broken(request("HTTP/" + "x" * length), indent)
                log = read(text + request("HTTP/b") + "\n").log
                self.assertEqual((log["understood"], log["dropped"]), (2, 1))
        self.assertEqual(len(names(request("HTTP/" + 900 * "x"))), 1)
        # The name is short, and what breaks the line is the client.
        text = broken(request("HTTP/a", client=5000 * "c"))
        each, = read(text).log["names"]
        self.assertEqual((each["spn"], len(each["clients"][0])),
                         ("HTTP/a", 256))

    def test_many_names(self):
        """10,000, and of the others it is known how many there were."""
        text = "".join(request("HTTP/n%d" % n) + "\n" for n in range(10050))
        log = read(text + request("HTTP/N5") + "\n").log
        self.assertEqual((len(log["names"]), log["dropped"],
                          log["understood"]), (10000, 50, 10051))
        self.assertEqual(log["names"][0]["requests"], 2)

    def measured(self, chunks):
        """Counts and the most memory, in KiB, of a stream of chunks."""
        with subprocess.Popen([SAY], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:
            for chunk in chunks:
                process.stdin.write(chunk)
            process.stdin.close()
            log = json.load(process.stdout)
        self.assertEqual(process.returncode, 0)
        self.assertGreater(log["memory"], 0)
        return log, log["memory"]

    def test_memory(self):
        end = ("\n" + request("HTTP/a") + "\n").encode()
        start, least = self.measured([end])
        self.assertEqual(start["understood"], 1)
        line = 1000000 * b"x"
        piece = broken(8000 * "x", "").encode()
        names_of = ("".join(request("HTTP/%s%d" % ("x" * 900, n), client=
                                    "c" * 200 + str(n)) + "\n"
                            for n in range(k, k + 1000)).encode()
                    for k in range(0, 20000, 1000))
        for what, chunks, most in (
                ("one line", [line] * 100, 4000),
                ("pieces", [piece[:2 * 4099]] * 10000, 4000),
                ("NUL", [bytes(1000000)] * 50, 4000),
                ("names", names_of, 60000)):
            log, used = self.measured([*chunks, end])
            print("%-9s %6d KiB more" % (what, used - least), flush=True)
            self.assertLess(used - least, most, what)
            if what != "pieces":
                self.assertEqual(log["understood"] - log["dropped"],
                                 10000 if what == "names" else 1)

    def test_not_readable(self):
        for data in gzip.compress(b"x"), b"\xfd7zXZ\0", b"BZh91AY", (
                b"\x28\xb5\x2f\xfd"):
            done = read(data)
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"zcat", done.stderr)
        folder = os.open("/", os.O_RDONLY)
        self.addCleanup(os.close, folder)
        done = subprocess.run([SAY], stdin=folder, stderr=subprocess.PIPE,
                              check=False)
        self.assertEqual((done.returncode, done.stderr),
                         (2, b"Is a directory\n"))

    def test_nothing(self):
        for data in b"", b"\n", b"x", b"\0":
            log = read(data).log
            self.assertEqual((log["names"], log["lines"]), ([], len(data)))


if __name__ == "__main__":
    unittest.main()
