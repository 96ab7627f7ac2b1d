# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks a KDC for tickets and tells whose key they are encrypted with.

With MIT's libkrb5, in this process: a thousand names take seconds.
"""

import ctypes
import os
import struct
from ctypes import byref, c_char_p, c_int32, c_uint32, c_void_p

from commands import run

BASE = -1765328384  # of the errors of RFC 4120 in libkrb5
NO_STORE = 8        # the ticket need not go into the cache


class Data(ctypes.Structure):
    _fields_ = [("magic", c_int32), ("length", c_uint32), ("data", c_void_p)]


class Key(ctypes.Structure):
    _fields_ = [("magic", c_int32), ("enctype", c_int32),
                ("length", c_uint32), ("contents", c_char_p)]


class Creds(ctypes.Structure):
    _fields_ = [("magic", c_int32), ("client", c_void_p), ("server", c_void_p),
                ("key", Key), ("times", c_int32 * 4), ("is_skey", c_uint32),
                ("flags", c_int32), ("addresses", c_void_p), ("ticket", Data),
                ("second_ticket", Data), ("authdata", c_void_p)]


class Encrypted(ctypes.Structure):
    _fields_ = [("magic", c_int32), ("enctype", c_int32), ("kvno", c_uint32),
                ("ciphertext", Data)]


class Ticket(ctypes.Structure):
    _fields_ = [("magic", c_int32), ("server", c_void_p),
                ("encrypted", Encrypted), ("decrypted", c_void_p)]


def read_keytab(path):
    """[(name without realm, encryption type, key)]"""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:2] == b"\5\2", data[:2]
    keys = []
    at = 2

    def counted():
        nonlocal at
        length, = struct.unpack_from(">H", data, at)
        at += 2 + length
        return data[at - length:at]

    while at < len(data):
        size, = struct.unpack_from(">i", data, at)
        at += 4
        end = at + abs(size)
        if size > 0:
            parts, = struct.unpack_from(">H", data, at)
            at += 2
            counted()
            name = b"/".join(counted() for _ in range(parts)).decode()
            at += 4 + 4 + 1     # type of the name, time, key version
            enctype, = struct.unpack_from(">H", data, at)
            at += 2
            keys.append((name, enctype, counted()))
        at = end
    return keys


class Asker:
    """keytab has the keys of all accounts; cache, a FILE:, somebody's TGT."""

    def __init__(self, realm, cache, keytab):
        self.lib = ctypes.CDLL("libkrb5.so.3")
        self.realm = realm
        # whose it is, by type and by the key itself
        self.owners = {}
        for name, enctype, key in read_keytab(keytab):
            self.owners.setdefault(enctype, {}).setdefault(key, []).append(name)
        # the keys that tickets for a name had, which may have them again
        self.known = {}
        self.context = c_void_p()
        self.cache = c_void_p()
        self.client = c_void_p()
        self.call("krb5_init_context", byref(self.context))
        self.call("krb5_cc_resolve", self.context, cache.encode(),
                  byref(self.cache))
        self.call("krb5_cc_get_principal", self.context, self.cache,
                  byref(self.client))

    def call(self, name, *args):
        code = getattr(self.lib, name)(*args)
        if code != 0:
            raise OSError(code, name)

    def ask(self, name):
        """(0, the account whose key it is) or (error, None)."""
        server = c_void_p()
        text = name.replace("\\", "\\\\").replace("@", "\\@")
        self.call("krb5_parse_name", self.context,
                  ("%s@%s" % (text, self.realm)).encode(), byref(server))
        wanted = Creds(client=self.client, server=server)
        found = ctypes.POINTER(Creds)()
        code = self.lib.krb5_get_credentials(
            self.context, NO_STORE, self.cache, byref(wanted), byref(found))
        self.lib.krb5_free_principal(self.context, server)
        if code != 0:
            return code - BASE, None
        owner = self.owner_of(found.contents.ticket, name)
        self.lib.krb5_free_creds(self.context, found)
        return 0, owner

    def owner_of(self, data, name):
        return self.key_of(data, name)[0]

    def opens(self, ticket, enctype, key):
        return self.lib.krb5_decrypt_tkt_part(
            self.context, byref(Key(0, enctype, len(key), key)), ticket) == 0

    def key_of(self, data, name):
        """(the account whose key a ticket has, its encryption type); NAME is
        what the ticket is for."""
        ticket = ctypes.POINTER(Ticket)()
        self.call("krb5_decode_ticket", byref(data), byref(ticket))
        enctype = ticket.contents.encrypted.enctype
        known = self.known.setdefault((name, enctype), [])
        # To try the keys of all accounts takes longer than to ask the KDC.
        key = next((key for keys in (known, self.owners.get(enctype, ()))
                    for key in keys if self.opens(ticket, enctype, key)), None)
        self.lib.krb5_free_ticket(self.context, ticket)
        owners = [] if key is None else self.owners[enctype][key]
        assert len(owners) == 1, (enctype, owners)
        if key not in known:
            known.append(key)
        return owners[0], enctype


def asker_of_domain(folder):
    """One for the domain of this environment; FOLDER is for its files. Of
    accounts that are there now: it has their keys."""
    cache, keytab, conf = ("FILE:" * (name == "cache") +
                           os.path.join(folder, name)
                           for name in ("cache", "keytab", "krb5.conf"))
    realm = os.environ["REALM"]
    with open(conf, "w", encoding="ascii") as file:
        file.write("[libdefaults]\n\tudp_preference_limit = 1\n")
    os.environ["KRB5_CONFIG"] = "%s:%s" % (os.environ["KRB5_CONFIG"], conf)
    run("kinit", "-c", cache, "%s@%s" % (os.environ["USERNAME"], realm),
        text=os.environ["PASSWORD"] + "\n")
    run("samba-tool", "domain", "exportkeytab", keytab,
        "--configfile=" + os.environ["SERVERCONFFILE"])
    return Asker(realm, cache, keytab)
