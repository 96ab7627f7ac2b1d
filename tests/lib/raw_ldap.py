# SPDX-License-Identifier: GPL-3.0-or-later
"""An LDAP client that sends what it is told to and hands back all it gets.

Samba's own client checks and rewrites requests, and OpenLDAP's tools show no
controls of an answer. This one is for those who do not keep to the rules:
just enough BER (ITU-T X.690) for the requests of RFC 4511 that write.
"""

import collections
import socket
import ssl

ADD, DELETE, REPLACE = range(3)     # changes of a modify
SUCCESS, UNWILLING, NO_RIGHTS, CONSTRAINT, EXISTS = 0, 53, 50, 19, 20

# code, text: resultCode, diagnosticMessage. rest: every byte of the answer
# behind its messageID, controls included.
Answer = collections.namedtuple("Answer", "code text rest")


class Closed(Exception):
    """The server hung up."""


def tlv(tag, *parts):
    data = b"".join(parts)
    if len(data) < 128:
        return bytes([tag, len(data)]) + data
    return bytes([tag, 0x84]) + len(data).to_bytes(4, "big") + data


def octets(value, tag=0x04):
    return tlv(tag, value if isinstance(value, bytes) else value.encode())


def integer(number, tag=0x02):
    return tlv(tag, number.to_bytes(number.bit_length() // 8 + 1, "big",
                                    signed=True))


def attribute(name, values):
    return tlv(0x30, octets(name), tlv(0x31, *map(octets, values)))


def control(oid, critical=False, value=None):
    return tlv(0x30, octets(oid), tlv(0x01, b"\xff" if critical else b"\0"),
               b"" if value is None else octets(value))


def modify(dn, *changes):
    """changes: (ADD, DELETE or REPLACE; attribute; values)"""
    return tlv(0x66, octets(dn), tlv(0x30, *(
        tlv(0x30, integer(kind, 0x0a), attribute(name, values))
        for kind, name, values in changes)))


def add(dn, *attributes):
    """attributes: (name, values)"""
    return tlv(0x68, octets(dn), tlv(0x30, *(
        attribute(name, values) for name, values in attributes)))


def delete(dn):
    return octets(dn, 0x4a)


def rename(dn, rdn, superior=None):
    return tlv(0x6c, octets(dn), octets(rdn), tlv(0x01, b"\xff"),
               b"" if superior is None else octets(superior, 0x80))


def extended(oid, value=None):
    return tlv(0x77, octets(oid, 0x80),
               b"" if value is None else octets(value, 0x81))


def split(data):
    """(content of the first element, what is behind it)"""
    length, start = data[1], 2
    if length >= 0x80:
        start += length - 0x80
        length = int.from_bytes(data[2:start], "big")
    return data[start:start + length], data[start + length:]


class RawLdap:
    """One connection, by TLS since simple binds want it.

    Without a user nothing is bound: the caller is anonymous.
    """

    def __init__(self, server, user=None, password=None):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.socket = context.wrap_socket(
            socket.create_connection((server, 636), timeout=1200))
        self.number = 0
        if user is None:
            return
        bound = self.send(tlv(0x60, integer(3), octets(user),
                              octets(password, 0x80)))
        if bound.code != SUCCESS:
            raise PermissionError(bound.text)

    def close(self):
        self.socket.close()

    def send(self, operation, controls=()):
        """The Answer to one request."""
        self.number += 1
        try:
            self.socket.sendall(tlv(
                0x30, integer(self.number), operation,
                tlv(0xa0, *controls) if controls else b""))
            return self.receive()
        except OSError as error:
            raise Closed(str(error)) from error

    def exactly(self, number):
        data = b""
        while len(data) < number:
            more = self.socket.recv(number - len(data))
            if not more:
                raise Closed("the connection was closed")
            data += more
        return data

    def receive(self):
        head = self.exactly(2)
        if head[1] >= 0x80:
            head += self.exactly(head[1] - 0x80)
            message = self.exactly(int.from_bytes(head[2:], "big"))
        else:
            message = self.exactly(head[1])
        number, rest = split(message)   # messageID
        if int.from_bytes(number, "big") != self.number:
            raise Closed("not an answer to this request: %r" % message[:200])
        result, _ = split(rest)
        code, result = split(result)
        _, result = split(result)       # matchedDN
        text, _ = split(result)
        return Answer(int.from_bytes(code, "big"),
                      text.decode("utf-8", "replace"), rest)
