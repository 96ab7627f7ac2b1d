# SPDX-License-Identifier: GPL-3.0-or-later
"""A load balancer that sends a request twice, and gives the second answer back.

As those do that take a slow answer for none. Run as a program in the network of
the site: ADDRESS PORT, and the web server's ADDRESS PORT, and a file in which
"retry" stands as long as it does so.
"""

import http.client
import http.server
import sys

PATIENCE = 20
NOT_PASSED = ("connection", "transfer-encoding", "content-length",
              "keep-alive")


def handler(upstream, switch):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = PATIENCE

        def once(self):
            asked = http.client.HTTPConnection(*upstream, timeout=PATIENCE)
            asked.request("GET", self.path, headers=dict(self.headers))
            answer = asked.getresponse()
            body = answer.read()
            asked.close()
            return answer, body

        def do_GET(self):
            with open(switch, encoding="ascii") as words:
                times = 2 if "retry" in words.read() else 1
            for _ in range(times):
                answer, body = self.once()
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in NOT_PASSED:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


def main(argv):
    address, port, to_address, to_port, switch = argv
    server = http.server.ThreadingHTTPServer(
        (address, int(port)), handler((to_address, int(to_port)), switch))
    print("ready", file=sys.stderr, flush=True)
    server.serve_forever()
