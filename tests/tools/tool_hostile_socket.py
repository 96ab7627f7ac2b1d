# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of tool_hostile_server.py over a socket of this machine, where the
tools read by libldap; and servers that are silent where TLS starts, or after.
"""

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

import tool_hostile_server as base

BIND = 0x60
SEARCH = os.path.join(os.environ["SPN_POLICY_BUILD"], "tests", "say_search")


class WithoutValues(base.WithoutValues):
    over_socket = True


class Long(base.Long):
    over_socket = True


class Cut(base.Cut):
    over_socket = True


class Silence(base.Silence):
    over_socket = True


class Endless(base.Endless):
    over_socket = True


class Write(base.HostileServer):
    over_socket = True

    def test_samba(self):
        """Who writes does not do it by a client that only reads."""
        server = self.serve([base.account("a")])
        done = self.run_tool(server, ("setspn", "-A", "foo/new", "a"))
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(base.MODIFY, server.requests)


class Named(base.HostileServer):
    over_socket = True

    def test_logs_on(self):
        """Who names somebody does not read as whom the socket takes him for."""
        for login in ("--user=a%b",), ("--simple-bind-dn=a", "--password=b"):
            server = self.serve([base.account("a")])
            done = self.run_tool(server, (SEARCH,), "--timeout=1", *login)
            # Samba 4.22 waits for the answer to what it logs on with.
            self.assertNotIn("client libldap", done.stdout)
        self.assertEqual(BIND, server.requests[0])


class SilentTls(unittest.TestCase):
    """It is given up after the time of one server, not of two."""
    def serve(self, answers_tls):
        """(address, connections)"""
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        pem = os.path.join(folder, "pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048",
                        "-nodes", "-subj", "/CN=x", "-days", "2", "-keyout",
                        pem, "-out", pem + ".crt"], check=True,
                       stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem + ".crt", pem)
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        seen = []

        def work(client):
            with contextlib.suppress(OSError):
                if answers_tls:
                    client = context.wrap_socket(client, server_side=True)
                while client.recv(4096):
                    pass

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    seen.append(client)
                    threading.Thread(target=work, args=(client,),
                                     daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return "ldaps://127.0.0.1:%d" % listener.getsockname()[1], seen

    def audit(self, url, timeout=2):
        begun = time.monotonic()
        done = subprocess.run(
            [os.path.join(base.TOOLS, "spn-audit"), "--configfile=/dev/null",
             "-H", url, "--simple-bind-dn=a", "--password=b",
             "--timeout=%d" % timeout, "--option=tls verify peer=no_check"],
            check=False, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("--timeout", done.stderr)
        return time.monotonic() - begun

    def test_no_tls(self):
        url, seen = self.serve(False)
        self.assertLess(self.audit(url, timeout=1), 5)
        self.assertEqual(len(seen), 2)

    def test_no_answer(self):
        url, seen = self.serve(True)
        self.audit(url)
        self.assertEqual(len(seen), 1)


if __name__ == "__main__":
    unittest.main()
