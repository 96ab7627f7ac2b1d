# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries the cases out, one after the other, in one site.

Each is a test in subunit's text protocol, so testenv/check counts them. In the end
a table is printed, and compared with docs/web-cases.md, which webdoc.py writes.
"""

import re
import time
import traceback
from dataclasses import dataclass

from spnenv import webcases_more, webclients, webdoc, webprobe
from spnenv.errors import TestenvError

# What a server's log says about a ticket that it cannot use: the reason in the last
# parentheses of Apache's line, or of another server's.
PHRASES = (
    re.compile(r"GSS ERROR .*?\(((?:[^()]|\([^()]*\))* (?:[^()]|\([^()]*\))*)"
               r"\)\]$", re.MULTILINE),
    re.compile(r"(AUTH NOT ALLOWED .*)"),
    re.compile(r"Minor code may provide more information[. (]+"
               r"(.*?)(?:\)|\]|; \}\})*$", re.MULTILINE),
    re.compile(r"mod_authn_gssapi[^)]*\) *(.*)"),
)
PHRASE_LENGTH = 110


RC4 = "rc4"     # the type that the cases are written for


def of_type(own_type, texts):
    """What the cases say, where the KDC takes that type by itself."""
    return tuple(re.sub(r", %s\b" % RC4, ", " + own_type, text)
                 for text in texts)


def row_of_type(own_type, row):
    """A row of the page, where the KDC takes that type by itself: spn-probe has no
    ticket with RC4 to warn of, and says what is good if nothing else is wrong."""
    if own_type == RC4:
        return row
    row, = of_type(own_type, [row])
    return row.replace("| WEB-212 |", "| WEB-400 WEB-500 |").replace(
        "WEB-212 ", "")


@dataclass
class Result:
    """What was seen of one case."""

    case: object
    kdc: tuple = ()
    before: str = ""
    log: str = ""
    kdc_after: tuple = ()
    after: str = ""
    probe: str = ""     # spn-probe's verdict, before the fix
    probe_fixes: tuple = ()     # what it says is to be typed
    typed: tuple = ()   # those, where they were
    skipped: str = ""   # why it was left out


def in_words(asker, asked):
    """What the KDC answered: whose key, or which error."""
    words = []
    for name, error in asked:
        owner = ""
        if not error:
            error, key = asker.ask(name)
            owner = "%s, %s" % key if key else ""
        words.append("%s: %s" % (name, owner or "error %d" % error))
    return tuple(words)


def phrase(text):
    """The last complaint of a server's log, without numbers of processes."""
    for pattern in PHRASES:
        found = pattern.findall(text)
        if found:
            return webdoc.shortened(found[-1].strip(), PHRASE_LENGTH)
    return ""


class Trial:
    """One case in a site that works."""

    def __init__(self, site, case):
        self.site = site
        self.case = case
        self.result = Result(case)
        self.own_type = RC4

    def missing(self):
        for server in self.site.servers:
            if self.case.name.startswith(server.name) and (
                    not server.is_installed()):
                return server.name + " is not installed"
        client = webclients.missing(self.case.ask.client)
        return client and client + " is not installed"

    def send(self, ask):
        """(what the KDC said, status, what the server's log said)"""
        sizes = [(server, server.log_size()) for server in self.site.servers]
        answer = webclients.send(ask)
        said = "".join(server.said_since(size) for server, size in sizes)
        return (in_words(self.site.world.asker(), answer.asked),
                answer.status, phrase(said))

    def fix(self):
        fixes = self.result.probe_fixes
        if webprobe.is_typed(self.case, fixes):
            self.result.typed = tuple(fixes)
            for line in fixes:
                self.site.type(line)
            return
        for step in self.case.fix:
            if isinstance(step, str):
                self.site.type(step)
            elif step[1] is not None:
                step[1](self.site)

    def run(self):
        case, result = self.case, self.result
        result.skipped = self.missing()
        if result.skipped:
            return result
        self.site.reset()
        self.own_type = self.site.world.own_type()
        if case.needs_rc4 and self.own_type != RC4:
            result.skipped = "the KDC takes %s by itself" % self.own_type
            return result
        for step in case.arrange:
            step(self.site)
        result.kdc, result.before, result.log = self.send(case.ask)
        if webprobe.is_built():
            result.probe, result.probe_fixes = webprobe.judge(
                self.site, case)
        if case.fix:
            self.fix()
            result.kdc_after, result.after, _ = self.send(
                case.then or case.ask)
        return result

    def wrong(self):
        """What differs from what the case says."""
        case, result = self.case, self.result
        wanted = [("KDC", of_type(self.own_type, case.kdc), result.kdc),
                  ("status", case.before, result.before)]
        if case.fix:
            wanted.append(("status after the fix", case.after, result.after))
        if case.kdc_after is not None:
            wanted.append(("KDC after the fix",
                           of_type(self.own_type, case.kdc_after),
                           result.kdc_after))
        return ["%s: %s, not %s" % (what, seen, want)
                for what, want, seen in wanted if seen != want]


def attempt(site, case):
    """(Result, what is wrong)"""
    trial = Trial(site, case)
    try:
        return trial.run(), trial.wrong() if not trial.result.skipped else []
    except Exception:   # one case must not end the others
        return trial.result, [traceback.format_exc()]


def tell(case, result, wrong, seconds):
    print("test: " + case.name)
    if result.skipped:
        print("skip: %s [\nskipped: %s\n]" % (case.name, result.skipped))
    elif wrong:
        print("failure: %s [\n%s\nlog: %s\n]" % (
            case.name, "\n".join(wrong), result.log))
    else:
        print("success: " + case.name)
    print("# %.1f s" % seconds, flush=True)


def chosen(patterns):
    cases = webcases_more.CASES
    found = [case for case in cases if not patterns or
             any(re.search(pattern, case.name) for pattern in patterns)]
    if not found:
        raise TestenvError("no case matches %s; there are: %s" % (
            " ".join(patterns), " ".join(case.name for case in cases)))
    return found


def run_all(site, order):
    cases = chosen(order["patterns"])
    results, failed = [], 0
    for case in cases:
        began = time.monotonic()
        result, wrong = attempt(site, case)
        failed += bool(wrong)
        results.append(result)
        tell(case, result, wrong, time.monotonic() - began)
    print(webdoc.table_of(results))
    if order["write"] and not failed:
        webdoc.write(results)
    elif not order["patterns"]:
        failed += webdoc.differs(results, lambda row: row_of_type(
            site.world.own_type(), row))
    return 1 if failed else 0
