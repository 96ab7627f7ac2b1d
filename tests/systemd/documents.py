# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of the documents for an admin, typed as they stand there, on booted
controllers with our packages: testenv/systemd RELEASE documents [PAGE...]

Of a block ```console a line with a prompt is a command, "root@dc2:~# " on the
second controller; the lines below it are in what it prints, in this order. A line
"..." stands for any. With --show all that is printed is shown.
"""

import os
import re
import sys
import time

from spnenv import booted, layers, layout, machine
from spnenv.booted import ADDRESSES
from spnenv.errors import TestenvError

DOCS = os.path.join(layout.CHECKOUT, "docs")
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMPT = re.compile(r"()[#$] (.*)\Z")
PROMPT_OF_ONE = re.compile(r"root@(dc\d):~# (.*)\Z")
HERE_DOCUMENT = re.compile(r"<<'?(\w+)'?")
# What exits with 1 when there is something to say.
REFUSED = "Duplicate SPN found, aborting operation!"
SAYS_SO = re.compile(r"spn-audit|spn-policy status|grep")
RESTARTS = re.compile(r"systemctl (re)?start samba-ad-dc")
# One for both controllers. Of it the cache keeps an empty file.
NETWORK = os.path.join(layout.cache_dir(), "network")
INSTALL = ("apt-get -o APT::Sandbox::User=root -y install "
           "./samba-spn-policy_*.deb ./spn-tools_*.deb")
ENABLE = ("spn-policy enable", "systemctl restart samba-ad-dc")
# What has been done before a page begins.
PAGES = {
    "install.md": (),
    "operate.md": (INSTALL, *ENABLE),
    "recover.md": (INSTALL, *ENABLE,
                   "truncate -s 20000 /usr/lib/*/samba/ldb/spn_policy.so",
                   "systemctl restart samba-ad-dc"),
}


def commands(text):
    """(host, command, what it prints) of each command of a page."""
    for block in BLOCK.findall(text):
        host, command, wanted, end = None, None, [], None
        prompt = PROMPT_OF_ONE if "root@dc" in block else PROMPT
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


def is_in(wanted, printed):
    """The lines are there, one behind the other; blanks do not count."""
    place = 0
    for line in wanted:
        line = " ".join(line.split())
        if line in ("", "..."):
            continue
        place = printed.find(line, place)
        if place < 0:
            return False
        place += len(line)
    return True


def up(controller):
    if not booted.answers(controller):
        raise TestenvError("%s does not answer" % controller.host)


def typed(controller, command):
    """What came of it; who types waits until samba is there again."""
    done = controller.run(
        ["env", "DEBIAN_FRONTEND=noninteractive", "sh", "-c",
         "cd /debs && " + command.replace("apt-get ", "apt-get "
                                          "-o APT::Sandbox::User=root -y ")],
        seconds=600)
    if RESTARTS.search(command):
        up(controller)
    return done


def go_through(page, controllers, show):
    problems = 0
    with open(os.path.join(DOCS, page), encoding="utf-8") as stream:
        text = stream.read()
    number = 0
    for number, (host, command, wanted) in enumerate(commands(text), 1):
        begin = time.monotonic()
        done = typed(controllers[host], command)
        says_so = SAYS_SO.match(command) or REFUSED in wanted
        good = done.returncode in ((0, 1) if says_so else (0,)) and is_in(
            wanted, " ".join(done.stdout.split()))
        problems += not good
        if show or not good:
            print("%s %s: root@%s:~# %s [%d, %.1f s]\n%s" % (
                "ok  " if good else "FAIL", page, host, command,
                done.returncode, time.monotonic() - begin, done.stdout),
                flush=True)
    print("%s: %d commands, %d failed" % (page, number, problems), flush=True)
    return problems + (number == 0)


def try_page(release, page, show):
    binds = [(layers.debs(release), "/debs")]
    names = ["dc1", "dc2"] if page == "walkthrough.md" else ["dc1"]
    with machine.Machine(release, binds=binds, host="dc1",
                         network=NETWORK) as first:
        controllers = {"dc1": first}
        first.start()
        booted.provision(first, ADDRESSES["dc1"])
        up(first)
        for command in PAGES[page]:
            done = typed(first, command)
            if done.returncode:
                raise TestenvError("%s: %s" % (command, done.stdout))
        if len(names) == 1:
            return go_through(page, controllers, show)
        with machine.Machine(release, binds=binds, host="dc2",
                             network=NETWORK) as second:
            controllers["dc2"] = second
            second.start()
            booted.join(second, ADDRESSES["dc2"], ADDRESSES["dc1"])
            up(second)
            return go_through(page, controllers, show)


def main(release, argv):
    show = "--show" in argv
    pages = [each for each in argv if each != "--show"] or list(PAGES)
    if not set(pages) <= set(PAGES):
        raise TestenvError("there are: " + " ".join(PAGES))
    with open(NETWORK, "wb"):
        machine.run_checked(["unshare", "--net=" + NETWORK, "true"])
    problems = sum(try_page(release, page, show) for page in pages)
    sys.stdout.flush()
    return 1 if problems else 0
