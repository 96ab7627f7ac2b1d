# SPDX-License-Identifier: GPL-3.0-or-later
"""Does MIT's library take a token with this keytab? Both sides in this process:
a server that asks for no name, for a service at a host, or for a whole name.
"""

import ctypes
import os
from ctypes import POINTER, byref, c_char_p, c_size_t, c_uint32, c_void_p

ACCEPT, FOREVER, CONTINUE = 2, 0xffffffff, 1


class Buffer(ctypes.Structure):
    _fields_ = [("length", c_size_t), ("value", c_char_p)]


class Oid(ctypes.Structure):
    _fields_ = [("length", c_uint32), ("elements", c_char_p)]


def _oid(end):
    data = b"\x2a\x86\x48\x86\xf7\x12\x01\x02" + end
    return Oid(len(data), data)


MECHANISM = _oid(b"\x02")
HOST_BASED = _oid(b"\x01\x04")
WHOLE_NAME = _oid(b"\x02\x01")


class Refused(Exception):
    """The major status is its argument."""


class Gss:
    def __init__(self):
        self.lib = ctypes.CDLL("libgssapi_krb5.so.2")

    def call(self, name, *args):
        minor = c_uint32()
        major = getattr(self.lib, name)(byref(minor), *args)
        if major not in (0, CONTINUE):
            raise Refused("%s: %#x, %d" % (
                name, major & 0xffffffff, ctypes.c_int32(minor.value).value))

    def name(self, text, kind):
        found = c_void_p()
        data = text.encode()
        self.call("gss_import_name", byref(Buffer(len(data), data)),
                  byref(kind), byref(found))
        return found

    def token(self, principal):
        """What a client sends to it; KRB5CCNAME has its tickets."""
        target = self.name(principal, WHOLE_NAME)
        context, out = c_void_p(), Buffer()
        self.lib.gss_init_sec_context.argtypes = [
            POINTER(c_uint32), c_void_p, POINTER(c_void_p), c_void_p,
            POINTER(Oid), c_uint32, c_uint32, c_void_p, c_void_p, c_void_p,
            POINTER(Buffer), c_void_p, c_void_p]
        try:
            self.call("gss_init_sec_context", None, byref(context), target,
                      byref(MECHANISM), 0, 0, None, None, None, byref(out),
                      None, None)
            return ctypes.string_at(ctypes.cast(
                ctypes.addressof(out) + Buffer.value.offset,
                POINTER(c_void_p))[0], out.length)
        finally:
            self.call("gss_delete_sec_context", byref(context), None)
            self.call("gss_release_buffer", byref(out))
            self.call("gss_release_name", byref(target))

    def takes(self, token, keytab, text=None, kind=None):
        """True, or why not."""
        os.environ["KRB5_KTNAME"] = keytab
        os.environ["KRB5RCACHENAME"] = "none:"
        wanted, server, context = c_void_p(), c_void_p(), c_void_p()
        out = Buffer()
        try:
            if text is not None:
                wanted = self.name(text, kind)
            self.call("gss_acquire_cred", wanted, FOREVER, None, ACCEPT,
                      byref(server), None, None)
            self.call("gss_accept_sec_context", byref(context), server,
                      byref(Buffer(len(token), token)), None, None, None,
                      byref(out), None, None, None)
            return True
        except Refused as refused:
            return str(refused)
        finally:
            if context:
                self.call("gss_delete_sec_context", byref(context), None)
            self.call("gss_release_buffer", byref(out))
            self.call("gss_release_cred", byref(server))
            if wanted:
                self.call("gss_release_name", byref(wanted))
