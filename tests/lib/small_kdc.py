# SPDX-License-Identifier: GPL-3.0-or-later
"""A KDC that answers what it is told to, by UDP and TCP (RFC 4120 7.2), the
messages for it, and a credentials cache with a TGT of its realm.

It knows no key, so no client gets a ticket; everything else a client sees.
"""

import contextlib
import socket
import struct
import threading
import time

from raw_ldap import integer, tlv

REALM = "R.TEST"
CLIENT = "alice"
AES = 18


def _text(value):
    return tlv(0x1b, value.encode())


def _name(name, kind=2):
    return tlv(0x30, tlv(0xa0, integer(kind)), tlv(0xa1, tlv(
        0x30, *map(_text, name.split("/")))))


def krb_error(code, server="krbtgt/" + REALM, realm=REALM, skew=0):
    """RFC 4120 5.9.1"""
    when = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + skew))
    return tlv(0x7e, tlv(
        0x30, tlv(0xa0, integer(5)), tlv(0xa1, integer(30)),
        tlv(0xa4, tlv(0x18, when.encode())), tlv(0xa5, integer(0)),
        tlv(0xa6, integer(code)), tlv(0xa9, _text(realm)),
        tlv(0xaa, _name(server))))


def ticket(server, realm=REALM):
    """Nobody can open it."""
    return tlv(0x61, tlv(
        0x30, tlv(0xa0, integer(5)), tlv(0xa1, _text(realm)),
        tlv(0xa2, _name(server)), tlv(0xa3, tlv(
            0x30, tlv(0xa0, integer(AES)), tlv(0xa1, integer(1)),
            tlv(0xa2, tlv(0x04, bytes(100)))))))


def _counted(data):
    return struct.pack(">I", len(data)) + data


def _principal(name, realm=REALM):
    parts = name.split("/")
    return struct.pack(">II", 1, len(parts)) + b"".join(
        _counted(part.encode()) for part in [realm, *parts])


def cache(*servers, start=-60, end=36000):
    """The bytes of a file with a ticket for each server."""
    now = int(time.time())
    data = b"\5\4\0\0" + _principal(CLIENT)
    for server in servers:
        data += (_principal(CLIENT) + _principal(server)
                 + struct.pack(">H", AES) + _counted(bytes(32))
                 + struct.pack(">IIII", now + start, now + start, now + end, 0)
                 + b"\0" + struct.pack(">III", 0x40800000, 0, 0)
                 + _counted(ticket(server)) + _counted(b""))
    return data


def keytab(*principals, kvno=1, enctype=18):
    """The bytes of a file, each key of zeros."""
    data = b"\5\2"
    for principal in principals:
        name, realm = principal.split("@")
        parts = name.split("/")
        entry = struct.pack(">H", len(parts)) + b"".join(
            struct.pack(">H", len(part)) + part.encode()
            for part in [realm, *parts])
        entry += struct.pack(">IIBHH", 1, 0, kvno, enctype, 32) + bytes(32)
        data += struct.pack(">i", len(entry)) + entry
    return data


class SmallKdc:
    """answer is called with a request, and returns the reply, or None; reply
    may be a list of (seconds, bytes) for TCP, sent one after the other without
    a length before them.
    """

    def __init__(self, answer):
        self.answer = answer
        self.requests = []  # ("udp" or "tcp", bytes)
        for _ in range(50):
            self.tcp = socket.socket()
            self.tcp.bind(("127.0.0.1", 0))
            self.port = self.tcp.getsockname()[1]
            self.udp = socket.socket(type=socket.SOCK_DGRAM)
            try:
                self.udp.bind(("127.0.0.1", self.port))
                break
            except OSError:
                self.close()
        self.tcp.listen()
        for each in self._serve_udp, self._serve_tcp:
            threading.Thread(target=each, daemon=True).start()

    def close(self):
        for each in self.tcp, self.udp:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _serve_udp(self):
        with contextlib.suppress(OSError):
            while True:
                request, client = self.udp.recvfrom(65536)
                if not request:
                    return  # shut down
                self.requests.append(("udp", request))
                reply = self.answer("udp", request)
                if reply is not None:
                    self.udp.sendto(reply, client)

    def _serve_tcp(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.tcp.accept()
                threading.Thread(target=self._talk, args=(client,),
                                 daemon=True).start()

    def _talk(self, client):
        with client, contextlib.suppress(OSError):
            length = struct.unpack(">I", client.recv(4, socket.MSG_WAITALL))[0]
            request = client.recv(length, socket.MSG_WAITALL)
            self.requests.append(("tcp", request))
            reply = self.answer("tcp", request)
            if isinstance(reply, bytes):
                reply = [(0, _counted(reply))]
            for seconds, data in reply or ():
                time.sleep(seconds)
                client.sendall(data)
            if reply is None:
                client.recv(1)  # silent, until the client has enough
