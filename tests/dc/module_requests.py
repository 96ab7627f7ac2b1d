# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated requests over all that the module reads, beside stock Samba.

Where tests/dc/module_fuzz.py is after broken bytes and tests/dc/module_adversary.py
after the meaning of requests, this is after what comes before access control:
attributes in forms that no client would send, by callers without rights. What
is sent is in tests/dc/request_forms.py, and only there. Each request is sent to a
DC without the module and to one with it, and meets the same objects at both:

* both DCs live, and answer or hang up;
* what access control refuses is refused with the same code and text, and so
  is whatever stock Samba refuses to who may write nothing. What it refuses to
  others for other reasons is refused, for one reason or another;
* what stock Samba accepts is accepted, or refused with 19 and a text of ours,
  or with 20 and one: what is to be added is there in another spelling;
* what both accept does the same, but for SPNs;
* in the end, all accepted requests once more in a row: both promises hold.

testenv/requests runs it at both. SPN_REQUESTS is how many, SPN_REQUESTS_SEED
which, SPN_REQUESTS_ONLY the numbers of some, SPN_REQUESTS_SKIP a regular
expression for those to leave out, SPN_REQUESTS_VALUES how many values are
many. SPN_REQUESTS_RECORD is a file for the answers of the stock DC,
SPN_REQUESTS_STOCK the same file at the other.
"""

import collections
import glob
import json
import os
import re
import time
import unittest

import ldb
import raw_ldap
import request_forms
from request_forms import SPN
from request_world import World

from module_attempts import PASSWORD, SERVER, Callers
from module_fuzz import PANIC
from module_write_paths import CONF, SAM, local, run

REQUESTS = int(os.environ.get("SPN_REQUESTS", "2000"))
SEED = int(os.environ.get("SPN_REQUESTS_SEED", "871179"))
ONLY = os.environ.get("SPN_REQUESTS_ONLY", "")
SKIP = re.compile(os.environ.get("SPN_REQUESTS_SKIP") or "(?!)")
RECORD = os.environ.get("SPN_REQUESTS_RECORD")
STOCK = os.environ.get("SPN_REQUESTS_STOCK")

CLOSED = -1             # instead of a code: the server hung up
NO_ANSWER = "no answer to this, or to other connections"
OURS = {raw_ldap.CONSTRAINT: re.compile(r"[0-9A-F]{8}: spn_policy: SPN-\d{3} "),
        raw_ldap.EXISTS: re.compile(r"00002083: spn_policy: '")}
WITHOUT_RIGHTS = ("anonymous", "user")  # they may write nothing
ACCESS_CONTROL = (1, raw_ldap.NO_RIGHTS)
# Differs from DC to DC, and from one object to the next. Which of several
# SPNs access control names depends on their order, and we put in a row what
# came in several elements.
VARIES = ((re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
           "GUID"), (re.compile(r"S-1-5-21(-\d+)+"), "SID"),
          (re.compile(r"^(acl: spn validation failed for )spn\[.*?\] uac"),
           r"\1SPN uac"))
PROBLEMS_AT_MOST = 500  # then something is wrong as a whole
CRASHES_AT_MOST = 5
LOGIN_WITHIN = 120      # seconds; samba waits before it starts a worker anew
# Seconds, and ten times those of the stock DC. Under a sanitizer it says
# nothing.
SLOW = float("inf") if "ASAN_OPTIONS" in os.environ else 5
PROGRESS = 1000         # requests, where many are sent by hand

Said = collections.namedtuple("Said", "number words code text changed "
                              "seconds")


def wanted():
    return [int(each) for each in ONLY.split(",")] if ONLY else range(REQUESTS)


def plain(text):
    """An answer's text without what differs from DC to DC."""
    for pattern, word in VARIES:
        text = pattern.sub(word, text)
    return text[:1000]


def without_spns(changed):
    return [each for each in changed if not each.endswith(" " + SPN)]


def disagreement(caller, stock, ours):
    """What is wrong with ours, or None."""
    said = "%d %s; without the module %d %s" % (ours.code, ours.text,
                                                stock.code, stock.text)
    if ours.words != stock.words:
        return "another request was sent: " + stock.words
    if ours.seconds > SLOW and ours.seconds > 10 * stock.seconds:
        return "%.1f s, %.1f s without the module" % (ours.seconds,
                                                      stock.seconds)
    if stock.code == raw_ldap.SUCCESS:
        if ours.code in OURS and OURS[ours.code].match(ours.text):
            return None
        if ours.code != raw_ldap.SUCCESS:
            return said
        if without_spns(ours.changed) != without_spns(stock.changed):
            return "changes %s; without the module %s" % (ours.changed,
                                                          stock.changed)
        return None
    if (ours.code, ours.text) == (stock.code, stock.text):
        return None
    if caller in WITHOUT_RIGHTS or stock.code in ACCESS_CONTROL:
        return said
    # Whose mistakes are told apart may hear first of another one of them.
    return None if ours.code != raw_ldap.SUCCESS else said


class Log:
    """What samba has written since the last look."""

    def __init__(self):
        self.at = os.path.getsize(os.environ["SMBD_TEST_LOG"])

    def alarms(self):
        """Lines that nobody without rights may cause."""
        name = os.environ["SMBD_TEST_LOG"]
        if os.path.getsize(name) == self.at:
            return []
        with open(name, "rb") as log:
            log.seek(self.at)
            new = log.read()
        self.at += len(new)
        return [line for line in new.decode("utf-8", "replace").splitlines()
                if PANIC.search(line)]


class Requests(Callers):
    def setUp(self):
        super().setUp()
        self.controller = SERVER.upper()
        self.logins = {"admin": (os.environ["USERNAME"],
                                 os.environ["PASSWORD"]),
                       "user": ("alice", "Secret007"),
                       "helper": ("helper", PASSWORD),
                       "machine": ("w1$", PASSWORD)}
        self.callers["anonymous"] = self.login_again("anonymous")
        self.world = World(self, request_forms.ATTRIBUTES)
        self.generator = request_forms.Generator(SEED, self.world)
        self.log = Log()
        self.problems = []
        self.crashes = 0

    # -- sending

    def login_again(self, caller):
        """A new connection, when the DC takes one again."""
        deadline = time.monotonic() + LOGIN_WITHIN
        while True:
            try:
                if caller == "anonymous":
                    raw = raw_ldap.RawLdap(SERVER)
                    self.addCleanup(raw.close)
                    return raw
                return self.login(*self.logins[caller])
            except (OSError, raw_ldap.Closed) as error:
                if time.monotonic() > deadline:
                    raise AssertionError("the DC is gone: %s" %
                                         error) from error
                time.sleep(0.2)

    def answer(self, request):
        """(code, text); who is asked next time answers."""
        try:
            answer = self.callers[request.caller].send(request.operation,
                                                       request.controls)
            return answer.code, plain(answer.text)
        except raw_ldap.Closed as closed:
            self.callers[request.caller].close()
            self.callers[request.caller] = self.login_again(request.caller)
            if "timed out" in str(closed):
                return CLOSED, NO_ANSWER
            return CLOSED, "" if self.others_answer() else NO_ANSWER

    def others_answer(self):
        """A hang-up is of one connection only."""
        try:
            for raw in self.callers.values():
                raw.send(raw_ldap.extended(
                    request_forms.EXTENDED["who am I"]))
        except raw_ldap.Closed:
            return False
        return True

    def send(self, number, request):
        """What was said; if it was yes all is as before."""
        began = time.monotonic()
        code, text = self.answer(request)
        said = Said(number, request.words, code, text, [],
                    time.monotonic() - began)
        alarms = self.log.alarms()
        if alarms or text == NO_ANSWER or "spn_policy: SPN-9" in text:
            self.problem(said, "; ".join(alarms + [text]))
        if text == NO_ANSWER:
            self.revive()
        if code == raw_ldap.SUCCESS:
            said = said._replace(changed=[
                plain(each) for each in self.world.restore()])
        return said

    def revive(self):
        """Connections may have gone with the worker that crashed."""
        self.crashes += 1
        for caller in self.callers:
            self.callers[caller].close()
            self.callers[caller] = self.login_again(caller)

    def problem(self, said, what):
        self.problems.append("request %d of seed %d, %s: %s" % (
            said.number, SEED, said.words, what))

    # -- tests

    def test_requests(self):
        stock = self.recorded()
        codes = collections.Counter()
        there = self.world.all_names()
        accepted = []
        for number in wanted():
            if number % PROGRESS == 0 and number >= 2 * PROGRESS:
                print("%d requests, %d problems" % (number,
                                                    len(self.problems)))
            request = self.generator.request(number)
            if SKIP.search(request.words) or (request.special and RECORD):
                continue    # special records are safe with the module only
            before = len(self.problems)
            said = self.send(number, request)
            codes[said.code] += 1
            if said.code == raw_ldap.SUCCESS and request.only_spns:
                accepted.append(number)
            if RECORD:
                stock.append(said)
            elif request.special:
                if said.code == raw_ldap.SUCCESS:
                    self.problem(said, "accepted")
            elif stock and len(self.problems) == before:
                what = disagreement(request.caller, stock[number], said)
                if what is not None:
                    self.problem(said, what)
            if (len(self.problems) > PROBLEMS_AT_MOST or
                    self.crashes > CRASHES_AT_MOST):
                break
        print("%d requests of seed %d: %s" % (
            sum(codes.values()), SEED, ", ".join(
                "%s: %d" % ("closed" if code == CLOSED else code, number)
                for code, number in codes.most_common())))
        self.assertEqual(self.world.all_names(), there, "left behind")
        if RECORD:
            with open(RECORD, "w", encoding="utf-8") as record:
                json.dump(stock, record)
        else:
            self.all_at_once(accepted)
        self.assertEqual([], self.problems, "\n".join(
            ["%d problems" % len(self.problems)] + self.problems))

    def recorded(self):
        """What the stock DC has said, by number."""
        if STOCK is None:
            return []
        with open(STOCK, encoding="utf-8") as record:
            return {said.number: said for said in
                    (Said(*each) for each in json.load(record))}

    def all_at_once(self, numbers):
        """Accepted requests on top of each other, and what an audit says."""
        for number in numbers:
            request = self.generator.request(number)
            code, text = self.answer(request)
            alarms = self.log.alarms()
            if alarms or "spn_policy: SPN-9" in text:
                self.problems.append("again %d, %s: %d %s %s" % (
                    number, request.words, code, text, alarms))
        status, said = run("spn-audit", "-s", CONF, "-H", SAM,
                           "--only=duplicate-spn,http-pair")
        if status != 0:
            self.problems.append(said)
        self.world.restore()


class Known(unittest.TestCase):
    """The generator knows what the module reads."""

    LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
    FILTER = re.compile(r"\(([A-Za-z][\w-]*)[~<>]?=")
    # Read in searches of the module's own, of records that no client writes.
    SPECIAL = {"uSNHighest", "isSynchronized"}

    def sources(self):
        """Those of the module that see requests, without comments."""
        for path in glob.glob("modules/*.[ch]"):
            with open(path, encoding="utf-8") as source:
                yield re.sub(r"/\*.*?\*/", "", source.read(),
                             flags=re.DOTALL)

    def literals(self):
        return [text for source in self.sources()
                for text in self.LITERAL.findall(source)]

    def test_attributes(self):
        stock = local("modules:samba_dsdb")
        schema = {str(each["lDAPDisplayName"]).lower() for each in
                  stock.search(stock.get_schema_basedn(), ldb.SCOPE_ONELEVEL,
                               expression="(objectClass=attributeSchema)",
                               attrs=["lDAPDisplayName"])}
        read = set()
        for text in self.literals():
            # What is as short as "c" and "dc" is something else.
            read.update(name for name in [text[2:] and text,
                                          *self.FILTER.findall(text)]
                        if name.lower() in schema)
        self.assertIn(SPN, read)
        self.assertEqual(set(), read - set(request_forms.ATTRIBUTES) -
                         self.SPECIAL, "no line in ATTRIBUTES")

    def test_controls(self):
        """By OID, or by ldb's name as LDB_CONTROL_SHOW_RECYCLED_OID."""
        known = set(request_forms.CONTROLS.values()) | set(
            request_forms.EXTENDED.values())
        used = {text for text in self.literals()
                if re.fullmatch(r"[12](\.\d+)+", text)}
        self.assertIn("1.3.6.1.4.1.7165.4.3.3", used)
        self.assertEqual(set(), used - known,
                         "no line in CONTROLS or EXTENDED")
        names = {name.lower().replace("_", " ") for name in re.findall(
            r"\bLDB_(?:CONTROL|EXTENDED)_(\w+?)(?:_OID)?\b",
            "".join(self.sources()))}
        self.assertIn("permissive modify", names)
        self.assertEqual(set(), names - set(request_forms.CONTROLS) -
                         set(request_forms.EXTENDED),
                         "no line of this name in CONTROLS or EXTENDED")


if __name__ == "__main__":
    unittest.main()
