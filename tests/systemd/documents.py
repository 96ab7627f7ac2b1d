# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of the documents for an admin, typed as they stand there, on booted
controllers with our packages: testenv/systemd RELEASE documents [PAGE...]

Of a block ```console a line with a prompt is a command. Where it is "# ", the lines
below it are in what it prints, in this order. Where there are two controllers it is
"root@dc2:~# ", and the lines below are all that it prints, "..." standing for any. Times,
versions and blanks do not count. With --show all that is printed is shown.
"""

import contextlib
import os
import re
import time

from spnenv import booted, layers, layout, machine
from spnenv.errors import TestenvError

DOCS = os.path.join(layout.CHECKOUT, "docs")
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMPT = re.compile(r"()# (.*)\Z")
PROMPT_OF_TWO = re.compile(r"root@(dc[12]):~# (.*)\Z")
CHANGES = re.compile(r"\b20\d\d-\d\d-\d\dT[\d:]+Z|\b\d+\.\d+\.\d+(~\w+)?\b")
HERE_DOCUMENT = re.compile(r"<<'?(\w+)'?")
# What exits with 1 when there is something to say.
SAYS_SO = re.compile(r"spn-audit|spn-policy status|grep|kvno")
REFUSED = "Duplicate SPN found, aborting operation!"
RESTARTS = re.compile(r"systemctl (re)?start samba-ad-dc")
INSTALL = ("apt-get -o APT::Sandbox::User=root -y install "
           "./samba-spn-policy_*.deb ./spn-tools_*.deb")
ENABLE = ("spn-policy enable", "systemctl restart samba-ad-dc")
ADMIN = " -UAdministrator%" + booted.PASSWORD
INBOUND = ("samba-tool drs options %s --dsa-option=%sDISABLE_INBOUND_REPL" +
           ADMIN.replace("%", "%%"))
REPLICATE = ("samba-tool drs replicate %s %s DC=lab,DC=example,DC=com" +
             ADMIN.replace("%", "%%"))
# What has been done before a page begins.
PAGES = {
    "install.md": (),
    "operate.md": (INSTALL, *ENABLE),
    "recover.md": (INSTALL, *ENABLE,
                   "truncate -s 20000 /usr/lib/*/samba/ldb/spn_policy.so",
                   "systemctl restart samba-ad-dc"),
    # Half of a pair; and two writes that did not know of each other.
    "walkthrough.md": (
        "samba-tool user create svc-shop --random-password",
        "samba-tool user create svc-old --random-password",
        "for name in shop wiki portal; do samba-tool dns add dc1 "
        "lab.example.com $name A 10.53.57.40" + ADMIN + "; done",
        "samba-tool spn add http/wiki svc-old",
        "root@dc2:~# " + REPLICATE % ("dc2", "dc1"),
        INBOUND % ("dc1", "+"), "root@dc2:~# " + INBOUND % ("dc2", "+"),
        "samba-tool spn add http/shop svc-shop",
        "samba-tool spn add http/shop.lab.example.com svc-shop",
        "root@dc2:~# samba-tool spn add http/shop svc-old",
        INBOUND % ("dc1", "-"), "root@dc2:~# " + INBOUND % ("dc2", "-"),
        REPLICATE % ("dc1", "dc2"),
        "root@dc2:~# " + REPLICATE % ("dc2", "dc1")),
}
OF_TWO = ("walkthrough.md",)


def commands(text):
    """(host, command, what it prints) of each command of a page."""
    for block in BLOCK.findall(text):
        host, command, wanted, end = None, None, [], None
        prompt = PROMPT_OF_TWO if "root@dc" in block else PROMPT
        for line in block.splitlines():
            found = prompt.match(line)
            if end is not None:
                command += "\n" + line
                end = None if line == end else end
            elif found:
                if command is not None:
                    yield host, command, wanted
                host, command, wanted = found[1] or "dc1", found[2], []
                document = HERE_DOCUMENT.search(command)
                end = document[1] if document else None
            else:
                wanted.append(line)
        if command is not None:
            yield host, command, wanted


def plain(text):
    return " ".join(CHANGES.sub("?", text).split())


def missing(wanted, printed):
    """The first of the lines that is not there, behind those before it."""
    place = 0
    for line in map(plain, wanted):
        if line == "...":
            continue
        place = printed.find(line, place)
        if place < 0:
            return line
        place += len(line)
    return None


def is_all(wanted, printed):
    """There is nothing else, but where "..." stands."""
    parts = re.split(r"^\.\.\.$", "\n".join(wanted), flags=re.MULTILINE)
    pattern = ".*".join(re.escape(plain(part)) for part in parts)
    return re.fullmatch(pattern, printed) is not None


def up(controller):
    if not booted.answers(controller):
        raise TestenvError("%s does not answer" % controller.host)


def typed(controller, command):
    """What came of it; who types waits until samba is there again."""
    done = controller.run(
        ["env", "DEBIAN_FRONTEND=noninteractive", "sh", "-c",
         "cd /root && " + command.replace("apt-get ", "apt-get "
                                          "-o APT::Sandbox::User=root -y ")],
        seconds=600)
    if RESTARTS.search(command):
        up(controller)
    return done


def problem(done, command, wanted, is_whole):
    """What is not as the page has it; None: nothing."""
    printed = plain(done.stdout)
    says_so = SAYS_SO.match(command) or REFUSED in wanted
    line = missing(wanted, printed)
    if done.returncode not in ((0, 1) if says_so else (0,)):
        return "its status"
    if line is not None:
        return "not printed: " + line
    if is_whole and not is_all(wanted, printed):
        return "more is printed"
    return None


def go_through(page, controllers, show):
    problems = 0
    with open(os.path.join(DOCS, page), encoding="utf-8") as stream:
        found = list(commands(stream.read()))
    for host, command, wanted in found:
        begin = time.monotonic()
        done = typed(controllers[host], command)
        what = problem(done, command, wanted, page in OF_TWO)
        problems += what is not None
        if show or what:
            print("%s %s: root@%s:~# %s [%d, %.1f s]%s\n%s" % (
                "FAIL" if what else "ok  ", page, host, command,
                done.returncode, time.monotonic() - begin,
                " " + what if what else "", done.stdout), flush=True)
    print("%s: %d commands, %d failed" % (page, len(found), problems),
          flush=True)
    return problems + (not found)


def domain_of(page, controllers):
    """They run, and what has been done before the page begins is done."""
    first, *others = controllers
    for controller in controllers:
        controller.start()
        controller.run(["sh", "-c", "ln -s /debs/*.deb /root/"], check=True)
    if others:
        machine.wire(first, others[0])
    booted.provision(first, "eth0" if others else "lo")
    up(first)
    for second in others:
        booted.join(second, "eth0")
        up(second)
        booted.settle(first, second)
    for line in PAGES[page]:
        found = PROMPT_OF_TWO.match(line)
        command = found[2] if found else line
        done = typed(others[0] if found else first, command)
        if done.returncode:
            raise TestenvError("%s: %s" % (command, done.stdout))


def try_page(release, page, show):
    hosts = ["dc1", "dc2"] if page in OF_TWO else ["dc1"]
    binds = [(layers.debs(release), "/debs")]
    with contextlib.ExitStack() as machines:
        controllers = {host: machines.enter_context(machine.Machine(
            release, binds=binds, host=host)) for host in hosts}
        domain_of(page, list(controllers.values()))
        return go_through(page, controllers, show)


def main(release, argv):
    show = "--show" in argv
    pages = [each for each in argv if each != "--show"] or list(PAGES)
    if not set(pages) <= set(PAGES):
        raise TestenvError("there are: " + " ".join(PAGES))
    return 1 if sum(try_page(release, page, show) for page in pages) else 0
