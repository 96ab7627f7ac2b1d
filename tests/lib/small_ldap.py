# SPDX-License-Identifier: GPL-3.0-or-later
"""An LDAP server on the loopback that serves what a test wants, and as badly.

It knows searches and anonymous binds, any filter of "and", "or", "not",
equality and presence, pages, and no schema. It sends all attributes. To a bind
with SASL it says nothing: Samba's client does not take just any answer.
"""

import contextlib
import socket
import threading
import time

from raw_ldap import attribute, control, integer, octets, split, tlv

PAGED = "1.2.840.113556.1.4.319"
DOMAIN = "DC=example,DC=com"
CONFIGURATION = "CN=Configuration," + DOMAIN
BASE, ONE, SUB = range(3)
# Samba's client takes no other attribute beside it.
MECHANISMS = "supportedSASLMechanisms"
SUCCESS, NO_SUCH_OBJECT, UNWILLING = 0, 32, 53
SASL = 0xa3

ROOT = ("", [("defaultNamingContext", [DOMAIN]),
             ("rootDomainNamingContext", [DOMAIN]),
             ("configurationNamingContext", [CONFIGURATION]),
             ("schemaNamingContext", ["CN=Schema," + CONFIGURATION]),
             ("namingContexts", [DOMAIN, CONFIGURATION]),
             ("dnsHostName", ["dc.example.com"]),
             ("supportedControl", [PAGED, "1.2.840.113556.1.4.1340"])])
DIRECTORY = (
    ROOT,
    (DOMAIN, [("objectClass", ["top", "domainDNS"])]),
    ("CN=EXAMPLE,CN=Partitions," + CONFIGURATION,
     [("objectClass", ["crossRef"]), ("nETBIOSName", ["EXAMPLE"]),
      ("dnsRoot", ["example.com"]), ("nCName", [DOMAIN])]),
    ("CN=Directory Service,CN=Windows NT,CN=Services," + CONFIGURATION,
     [("objectClass", ["nTDSService"]), ("sPNMappings", ["host=http"])]))


def elements(data):
    """(tag, content) of each element."""
    while data:
        tag = data[0]
        content, data = split(data)
        yield tag, content


def holds(filter_tag, content, attrs):
    """Does the filter hold for {lower name: [values]}?"""
    if filter_tag == 0xa0:
        return all(holds(*each, attrs) for each in elements(content))
    if filter_tag == 0xa1:
        return any(holds(*each, attrs) for each in elements(content))
    if filter_tag == 0xa2:
        return not holds(*next(elements(content)), attrs)
    if filter_tag == 0x87:
        name = content.decode().lower()
        return name in attrs or name in ("objectclass", "distinguishedname")
    if filter_tag == 0xa3:
        (_, name), (_, value) = elements(content)
        return value.lower() in [each.lower() for each in
                                 attrs.get(name.decode().lower(), [])]
    return True


def in_scope(dn, base, scope):
    dn, base = dn.lower(), base.lower()
    if scope == BASE or dn == "":
        return dn == base and scope == BASE
    parent = dn.partition(",")[2]
    if scope == ONE:
        return parent == base
    return base == "" or dn == base or dn.endswith("," + base)


class SmallLdap:
    """address: "HOST:PORT". silent_after: requests that are answered, None:
    all. pause: seconds before each entry of a search that is not a base one.
    repeat: pages begin again and again. referral: the URL of what is said to
    be elsewhere, in each search of a whole tree. page: entries of a page, of
    all of which the server says how many there are. place: (host, port), both
    of the loopback; port 0: any that is free; or the path of a socket. tls:
    an ssl.SSLContext, for ldaps. bind: the result of a simple bind, None: it
    hangs up instead. refusal: what it says to each search that is not a base
    one, and to each change.
    """

    def __init__(self, entries=(), silent_after=None, pause=0, repeat=False,
                 referral=None, page=None, place=("127.0.0.1", 0), tls=None,
                 bind=SUCCESS, refusal=None):
        self.entries = [*DIRECTORY, *entries]
        self.silent_after, self.pause = silent_after, pause
        self.repeat, self.referral = repeat, referral
        self.page, self.given = page, 0
        self.tls, self.bind, self.refusal = tls, bind, refusal
        self.binds = []         # passwords of simple ones
        self.requests = []      # tags
        if isinstance(place, str):
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(place)
            self.listener.listen()
            self.address = place.replace("/", "%2F")
        else:
            self.listener = socket.create_server(place)
            self.address = "%s:%d" % self.listener.getsockname()
        self.open = []
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        for each in (self.listener, *self.open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.open.append(client)
                threading.Thread(target=self.serve, args=(client,),
                                 daemon=True).start()

    def serve(self, client):
        with contextlib.suppress(OSError, IndexError):
            if self.tls is not None:
                client = self.tls.wrap_socket(client, server_side=True)
            stream = client.makefile("rb")
            while True:
                head = stream.read(2)
                if head[1] >= 0x80:
                    more = stream.read(head[1] - 0x80)
                    length = int.from_bytes(more, "big")
                else:
                    length = head[1]
                self.handle(client, stream.read(length))

    def handle(self, client, message):
        number, rest = split(message)
        number = int.from_bytes(number, "big")
        tag = rest[0]
        operation, controls = split(rest)
        self.requests.append(tag)
        if (self.silent_after is not None
                and len(self.requests) > self.silent_after):
            return
        if tag == 0x60:
            self.log_on(client, number, *list(elements(operation))[-1])
        elif tag == 0x63:
            self.search(client, number, operation, controls)
        elif tag not in (0x42, 0x50):
            self.send(client, number, self.result(
                tag + 1, UNWILLING, self.refusal or ""))

    def log_on(self, client, number, how, secret):
        if how == SASL:
            return
        self.binds.append(secret)
        if self.bind is None:
            raise OSError
        self.send(client, number, self.result(0x61, self.bind))

    def send(self, client, number, operation, *controls):
        client.sendall(tlv(0x30, integer(number), operation,
                           tlv(0xa0, *controls) if controls else b""))

    def result(self, tag, code, text=""):
        return tlv(tag, integer(code, 0x0a), octets(""), octets(text))

    def found(self, operation):
        (_, base), (_, scope), _, _, _, _, filter_, _ = elements(operation)
        base, scope = base.decode(), scope[0]
        for dn, attrs in self.entries:
            known = {}
            for name, values in attrs:
                known.setdefault(name.lower(), []).extend(
                    each if isinstance(each, bytes) else each.encode()
                    for each in values)
            if in_scope(dn, base, scope) and holds(*filter_, known):
                yield dn, attrs
        if scope == BASE and not any(dn.lower() == base.lower()
                                     for dn, _ in self.entries):
            raise LookupError

    def search(self, client, number, operation, controls):
        scope = list(elements(operation))[1][1][0]
        if scope != BASE and self.refusal is not None:
            self.send(client, number, self.result(0x65, UNWILLING,
                                                  self.refusal))
            return
        code, paged = SUCCESS, PAGED.encode() in controls
        wanted = [each.decode() for _, each in elements(
            list(elements(operation))[-1][1])]
        try:
            found, total = list(self.found(operation)), 0
            if paged and self.page is not None and scope != BASE:
                total, start = len(found), self.given
                found = found[start:start + self.page]
                end = start + self.page
                self.given = end if end < total else 0
            for dn, attrs in found:
                if scope != BASE:
                    time.sleep(self.pause)
                self.send(client, number, tlv(0x64, octets(dn), tlv(
                    0x30, *(attribute(*each) for each in attrs
                            if wanted != [MECHANISMS] or each[0] in wanted))))
            if scope == SUB and self.referral is not None:
                self.send(client, number, tlv(0x73, octets(self.referral)))
        except LookupError:
            code, total = NO_SUCH_OBJECT, 0
        page = [control(PAGED, False, tlv(
            0x30, integer(total), octets(
                "again" if self.repeat or total and self.given else "")))]
        self.send(client, number, self.result(0x65, code),
                  *(page if paged else []))
