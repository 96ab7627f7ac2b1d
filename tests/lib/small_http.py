# SPDX-License-Identifier: GPL-3.0-or-later
"""A web server on the loopback that says what a test wants, byte by byte.

talk(connection, request) is called for each request, with its bytes up to the
empty line, and sends what it likes; when it returns true, another request may
come on the same connection. All requests are kept. b"" as a request: the client
has connected, where at_once is set.
"""

import contextlib
import socket
import ssl
import subprocess
import threading


def answer(status, *headers, body=b"", version="1.1"):
    """The bytes of an answer with a length."""
    lines = ["HTTP/%s %s" % (version, status), *headers,
             "Content-Length: %d" % len(body)]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


class SmallHttp:
    def __init__(self, talk, context=None, at_once=False, host="127.0.0.1"):
        self.talk = talk
        self.context = context
        self.at_once = at_once
        self.requests = []
        self.seen = b""     # every byte that came
        self.socket = socket.create_server((host, 0))
        self.port = self.socket.getsockname()[1]
        self.address = "%s:%d" % (host, self.port)
        self.is_closed = False
        self.threads = []
        self.start(self.serve)

    def start(self, target, *args):
        thread = threading.Thread(target=target, args=args, daemon=True)
        self.threads.append(thread)
        thread.start()

    def close(self):
        self.is_closed = True
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                self.start(self.serve_one, connection)

    def serve_one(self, connection):
        with contextlib.suppress(OSError), connection:
            connection.settimeout(60)
            if self.context is None:
                self.converse(connection)
                return
            with self.context.wrap_socket(connection,
                                          server_side=True) as inner:
                self.converse(inner)

    def converse(self, connection):
        if self.at_once:
            self.talk(connection, b"")
            return
        while not self.is_closed:
            request = self.request(connection)
            if not request:
                return
            self.requests.append(request)
            if not self.talk(connection, request):
                return

    def request(self, connection):
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return b""
            self.seen += more
            data += more
        return data


def authorization(request, name=b"authorization"):
    """The value of that header, or None."""
    for line in request.split(b"\r\n")[1:]:
        field, _, value = line.partition(b":")
        if field.lower() == name:
            return value.strip()
    return None


def certificate(folder, name="127.0.0.1"):
    """(a context for a server, the path of what trusts it)"""
    cert, key = folder + "/cert.pem", folder + "/key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj",
         "/CN=" + name, "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2",
         "-keyout", key, "-out", cert], check=True, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert
