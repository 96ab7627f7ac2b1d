# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine whose DNS is what a test says: a network, a resolv.conf and an
/etc/hosts that only one command sees.

    in_world(zone, argv, ...)   runs argv in there

zone is what small_dns.py takes, as JSON can hold it. The rest of this file is
the program that makes the machine, started by in_world() in namespaces of its
own.
"""

import json
import os
import subprocess
import sys
import tempfile

from small_dns import SmallDns

SERVER = "127.0.0.1"
FILES = {
    "/etc/hosts": "127.0.0.1 localhost\n",
    "/etc/resolv.conf": "nameserver %s\nsearch %s\noptions timeout:%d "
                        "attempts:2\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n"
                          "services: files\n",
}


def namespaces():
    """The start of a command, in namespaces that end with it."""
    user = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", "--net", "--mount", "--uts", "--pid", "--fork",
            "--mount-proc", "--kill-child", *user]


def refusal():
    """What the kernel has against such a machine, or ""."""
    done = subprocess.run([*namespaces(), "true"], check=False, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.stdout.strip() if done.returncode else ""


def in_world(zone, argv, domain="ex.test", resolv_timeout=2, hosts="", **more):
    """The finished process. more is for subprocess.run()."""
    with tempfile.TemporaryDirectory() as folder:
        texts = dict(FILES)
        texts["/etc/resolv.conf"] %= (SERVER, domain, resolv_timeout)
        texts["/etc/hosts"] += hosts
        plan = {"zone": zone, "argv": argv, "files": {}}
        for path, text in texts.items():
            own = os.path.join(folder, os.path.basename(path))
            with open(own, "w", encoding="utf-8") as stream:
                stream.write(text)
            plan["files"][path] = own
        plan_path = os.path.join(folder, "plan")
        with open(plan_path, "w", encoding="utf-8") as stream:
            json.dump(plan, stream)
        return subprocess.run(
            [*namespaces(), sys.executable, "-B", os.path.abspath(__file__),
             plan_path], check=False, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, **more)


def main():
    with open(sys.argv[1], encoding="utf-8") as stream:
        plan = json.load(stream)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for path, own in plan["files"].items():
        if os.path.exists(path):
            subprocess.run(["mount", "--bind", own, path], check=True)
    server = SmallDns(plan["zone"], (SERVER, 53))
    done = subprocess.run(plan["argv"], check=False)
    server.close()
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
