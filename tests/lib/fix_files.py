# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in a file of --fix-ldif or --fix-setspn, and what it may change."""

import re

from ldif_changes import fold

DECIDE = "# To be decided:"
# Nobody had the plain name, so the one with a port was all; now it lacks its
# half. Nothing is worse than before.
TURNS = {("SPN-306", "SPN-310")}


def unescape(text):
    """As reports escape: \\xx is a byte."""
    return re.sub(rb"\\([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]),
                  text.encode())


def claimed(text, findings):
    """Those of the findings that the file says it repairs."""
    said = re.findall(r"^# (SPN-\d+) \S+ (.*)$", text.partition(DECIDE)[0],
                      re.MULTILINE)
    number = int(re.search(r"repairs: (\d+)", text)[1])
    assert number == len(said), "%d repairs, and it says %d" % (
        len(said), number)
    return [each for each in findings
            if (each["code"], each["spn"]) in set(said)]


def questions(text):
    """{finding: [(a), (b)]}, each a text and what stands ready below it."""
    found = {}
    for block in text.partition(DECIDE)[2].split("\n\n"):
        ways = re.split(r"^#   \([ab]\) ", block, flags=re.MULTILINE)
        if len(ways) == 3:
            title = re.search(r"^# (SPN-\d+ \S+ .*)$", ways[0], re.MULTILINE)
            found[title[1]] = [
                (way.partition("\n")[0],
                 re.sub("^# ", "", way.partition("\n")[2], flags=re.MULTILINE))
                for way in ways[1:]]
    return found


def compare(before, after, repaired, counts):
    """{name: whose key, or None}, and the findings that were repaired: what
    may not be, as text. The others are counted."""
    named = {fold(unescape(text)) for each in repaired
             for text in (each["spn"], each["partner"]) if text}
    wrong = []
    for name, key in before.items():
        if after[name] == key:
            what = "same"
        elif key is None:
            what = "became answered"
        elif fold(name.encode()) in named:
            what = "changed and named"
        else:
            what = "wrong"
            wrong.append("%s: %s, was %s" % (name, after[name], key))
        counts[what] += 1
    return wrong


def _key(finding):
    return (finding["code"], (finding["spn"] or "").upper(), *sorted(
        holder["dn"] for holder in finding["holders"]))


def left_over(before, after, repaired):
    """Findings: what was repaired and is there, and errors and warnings that
    are new."""
    known = set(map(_key, before))
    known |= {(later, *key[1:]) for key in known for code, later in TURNS
              if key[0] == code}
    return ["still there: %s" % (each,) for each in sorted(
        set(map(_key, after)) & set(map(_key, repaired)))] + [
            "new: %s" % (_key(each),) for each in after
            if _key(each) not in known and each["severity"] != "info"]
