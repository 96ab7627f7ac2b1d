# SPDX-License-Identifier: GPL-3.0-or-later
"""A DNS server that answers as a test wants it to, on loopback unless told
where else.

names: lower case name -> what to say:
    ("A",), ("AAAA",)      that one address, NODATA for the other type
    ("HOST", address, ...) these addresses, NODATA for a type without one
    ("PTR", target)        for a name below in-addr.arpa or ip6.arpa
    ("CNAME", target)      and nothing else, as a server that only refers
    ("CHAIN", target)      the CNAME and an A record of the target
    ("ALIAS", target)      the CNAME and what names says of the target, which
                           may be another one of these
    ("RCODE", number)      2 is SERVFAIL
    ("SILENT",)            no answer
    ("RAW", number, make)  so many answers are announced; make(at) gives the
                           bytes of them, which begin at that place
    ("CUT", length)        so many bytes of a good answer
    ("TC",)                an answer that is said not to be whole
What is not in it is NXDOMAIN. Every question is kept in asked.
"""

import ipaddress
import socket
import struct
import threading

A, CNAME, PTR, AAAA = 1, 5, 12, 28
LONGEST_CHAIN = 16


def encode(name):
    return b"".join(bytes([len(label)]) + label.encode()
                    for label in name.split(".")) + b"\0"


def record(name, kind, data):
    return encode(name) + struct.pack(">HHIH", kind, 1, 60, len(data)) + data


def reverse(names):
    """Of the names of hosts, {where PTR of their address is looked for: name}.
    Of several with one address the first counts."""
    found = {}
    for name, said in names.items():
        for address in said[1:] if said[0] == "HOST" else ():
            where = ipaddress.ip_address(address).reverse_pointer
            found.setdefault(where, ("PTR", name))
    return found


class SmallDns:
    def __init__(self, names, address=("127.0.0.1", 0)):
        self.names = names
        self.asked = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.address = "%s:%d" % self.socket.getsockname()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def close(self):
        """An empty datagram ends it."""
        self.socket.sendto(b"", self.socket.getsockname())
        self.thread.join()
        self.socket.close()

    def serve(self):
        while True:
            query, client = self.socket.recvfrom(4096)
            if not query:
                return
            reply = self.reply(query)
            if reply is not None:
                self.socket.sendto(reply, client)

    def reply(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        name = ".".join(labels)
        kind = struct.unpack(">H", query[at + 1:at + 3])[0]
        self.asked.append((name, kind))
        said = self.names.get(name.lower(), ("RCODE", 3))
        if said[0] == "SILENT":
            return None
        head = query[12:at + 5]
        if said[0] == "RAW":
            return (query[:2] + struct.pack(">HHHHH", 0x8180, 1, said[1], 0, 0)
                    + head + said[2](12 + len(head)))
        if said[0] in ("CUT", "TC"):
            whole = (query[:2] + struct.pack(
                ">HHHHH", 0x8180 | (0x200 if said[0] == "TC" else 0),
                1, 1, 0, 0) + head + record(name, kind, b"\0" * 16))
            return whole[:said[1]] if said[0] == "CUT" else whole
        rcode, answers = self.answers(name, said, kind)
        return (query[:2] + struct.pack(">HHHHH", 0x8180 | rcode, 1,
                                        len(answers), 0, 0) +
                head + b"".join(answers))

    def answers(self, name, said, kind):
        """(rcode, [record])"""
        found = []
        for _ in range(LONGEST_CHAIN):
            if said[0] != "ALIAS":
                break
            found.append(record(name, CNAME, encode(said[1])))
            name = said[1]
            said = self.names.get(name.lower(), ("RCODE", 3))
        if said[0] == "RCODE":
            return said[1], found
        if said[0] in ("CNAME", "CHAIN"):
            found.append(record(name, CNAME, encode(said[1])))
            if said[0] == "CHAIN" and kind == A:
                found.append(record(said[1], A, b"\x7f\0\0\1"))
        elif said[0] == "A" and kind == A:
            found.append(record(name, A, b"\x7f\0\0\1"))
        elif said[0] == "AAAA" and kind == AAAA:
            found.append(record(name, AAAA, b"\0" * 15 + b"\1"))
        elif said[0] == "PTR" and kind == PTR:
            found.append(record(name, PTR, encode(said[1])))
        elif said[0] == "HOST":
            for address in map(ipaddress.ip_address, said[1:]):
                if kind == (A if address.version == 4 else AAAA):
                    found.append(record(name, kind, address.packed))
        return 0, found
