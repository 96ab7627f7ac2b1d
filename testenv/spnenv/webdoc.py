# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/web-cases.md: what was seen of each case, written by the run itself."""

import os

from spnenv import layout, webnames

PATH = os.path.join(layout.CHECKOUT, "docs", "web-cases.md")
TITLES = ("case", "what is wrong", "client, URL", "the KDC's answer",
          "status", "the server's log", "spn-probe", "repaired by", "then")

HEAD = """# Web sites that ask for a password

What can be wrong with a site that uses Kerberos, as it was seen: a Samba domain, a web
server, a client with a real ticket. Each case was then repaired by what stands beside
it. `testenv/web --cases --write` writes this page, and the suite `web` of
`testenv/check` compares it.

The site is `http://web01/`, web01.%(dns)s, and runs as the account svc-web;
`$WEB_KEYTAB` is its keytab, `$WEB_AUTH` and `$WEB_CONF` are files of Apache's
configuration. The commands were typed on a domain controller and on the web server, as
root. *windows* is curl with a libkrb5 that takes names as they are typed
(`dns_canonicalize_hostname = false`, `qualify_shortname = ""`), *mit* is curl with
libkrb5's defaults, *proxy* is curl behind squid. Of a ticket it says whose key it is
encrypted with, and the encryption type. *light* is lighttpd, *cat* Tomcat, *proxy*
squid, *balancer* a load balancer before Apache; their variables are named alike. Of the
errors, 7 says that nobody or more than one has the name, 12 that the user is disabled, 14
that the account has no key, 32 that the ticket has expired, 37 that clocks differ.

*spn-probe* is what `spn-probe --http --keytab` said before the repair, run with the
client's own tickets and krb5.conf; `spn-probe --explain=CODE` tells more. Where it says
what to type, that was typed, word for word, and nothing else.

What stands in a log depends on versions, and is not compared. Written with:

%(versions)s
"""


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def code(text):
    mark = "``" if "`" in text else "`"
    return "%s%s%s" % (mark, text, mark)


def plain(text):
    """Without the domain's long name, which would fill the table."""
    return text.replace("." + webnames.DNS, ".…").replace(
        webnames.REALM, "REALM")


def shortened(text, length):
    text = plain(text)
    return text if len(text) <= length else text[:length] + "…"


def names_of(words):
    return plain("; ".join(words)) if words else "not asked"


def fix_of(result):
    """Code, or words; what spn-probe has said is to be typed goes before."""
    steps = [code(plain(step)) if isinstance(step, str) else step[0]
             for step in result.typed or result.case.fix]
    return "<br>".join(steps) or "–"


def row(result, log=True):
    """One case; without log what is the same on every release."""
    case = result.case
    cells = [case.name, case.title,
             "%s, %s" % (case.ask.client, plain(case.ask.url)),
             names_of(result.kdc), result.before]
    cells += [result.log or "–"] * log
    cells += [result.probe or "–", fix_of(result), result.after or "–"]
    return "| %s |" % " | ".join(cell(text) for text in cells)


def table_of(results):
    """For the terminal: the columns that are short."""
    lines = ["%-18s %-8s %-6s %-6s %-50s %s" % (
        "case", "client", "before", "after", "KDC", "spn-probe")]
    for result in results:
        lines.append("%-18s %-8s %-6s %-6s %-50s %s" % (
            result.case.name, result.case.ask.client,
            result.before or "-", result.after or "-",
            "skipped" if result.skipped else names_of(result.kdc),
            result.probe))
    return "\n".join(line.rstrip() for line in lines)


def versions():
    """Of the packages that were tried, one sentence."""
    from spnenv import packages
    return packages.versions("samba", "apache2-bin",
                             "libapache2-mod-auth-gssapi", "libkrb5-3",
                             "curl", "lighttpd", "squid",
                             "tomcat10-common", "chromium")


def write(results):
    seen = {result.case.name: row(result) for result in results
            if not result.skipped}
    lines = [HEAD % {"dns": webnames.DNS, "versions": versions()}]
    lines += ["| %s |" % " | ".join(TITLES),
              "|%s" % (" --- |" * len(TITLES))]
    # A row of a case that cannot run here stays as it is.
    for result in results:
        lines.append(seen.get(result.case.name) or
                     written().get(result.case.name, ""))
    with open(PATH, "w", encoding="utf-8") as out:
        out.write("\n".join(line for line in lines if line) + "\n")


def written():
    """{case: its row} of the page."""
    rows = {}
    try:
        with open(PATH, encoding="utf-8") as page:
            for line in page:
                if line.startswith("| ") and not line.startswith(
                        ("| case |", "| --- |")):
                    rows[line.split(" | ")[0][2:]] = line.rstrip("\n")
    except FileNotFoundError:
        pass
    return rows


def without_log(line):
    """The row without the cell of the log."""
    cells = line.split(" | ")
    at = TITLES.index("the server's log")
    return " | ".join(cells[:at] + cells[at + 1:])


def differs(results, as_here):
    """1, and what differs is printed, unless the page says what was seen.
    as_here: what a row of it is on this release."""
    page, lines = written(), []
    if not page:
        print("there is no docs/web-cases.md")
    for result in results:
        there = page.pop(result.case.name, None)
        if result.skipped and there:
            continue
        if there is None or without_log(as_here(there)) != row(
                result, log=False):
            lines.append("docs/web-cases.md: %s\n  there: %s\n  seen:  %s" % (
                result.case.name, there, row(result)))
    lines += ["docs/web-cases.md: no case %s" % name for name in page]
    name = "the-page-says-it"
    print("test: " + name)
    if not lines:
        print("success: " + name)
        return 0
    print("failure: %s [\n%s\ntestenv/web --cases --write writes it\n]" % (
        name, "\n".join(lines)))
    return 1
