# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of the documents for an admin, typed as they stand there, on a booted
controller with our packages: testenv/systemd RELEASE documents [PAGE...]

Of a block ```console a line with a prompt, "# ", is a command; the lines below it are
in what it prints, in this order. With --show all that is printed is shown.
"""

import os
import re
import time

from spnenv import booted, layers, layout, machine
from spnenv.errors import TestenvError

DOCS = os.path.join(layout.CHECKOUT, "docs")
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMPT = "# "
HERE_DOCUMENT = re.compile(r"<<'?(\w+)'?")
# What exits with 1 when there is something to say.
SAYS_SO = re.compile(r"spn-audit|spn-policy status|grep")
RESTARTS = re.compile(r"systemctl (re)?start samba-ad-dc")
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
    """(command, what it prints) of each command of a page."""
    for block in BLOCK.findall(text):
        command, wanted, end = None, [], None
        for line in block.splitlines():
            if end is not None:
                command += "\n" + line
                end = None if line == end else end
            elif line.startswith(PROMPT):
                if command is not None:
                    yield command, wanted
                command, wanted = line[len(PROMPT):], []
                document = HERE_DOCUMENT.search(command)
                end = document[1] if document else None
            else:
                wanted.append(line)
        if command is not None:
            yield command, wanted


def is_in(wanted, printed):
    """The lines are there, one behind the other; blanks do not count."""
    place = 0
    for line in wanted:
        line = " ".join(line.split())
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


def go_through(page, controller, show):
    problems = 0
    with open(os.path.join(DOCS, page), encoding="utf-8") as stream:
        found = list(commands(stream.read()))
    for command, wanted in found:
        begin = time.monotonic()
        done = typed(controller, command)
        good = done.returncode in (
            (0, 1) if SAYS_SO.match(command) else (0,)) and is_in(
                wanted, " ".join(done.stdout.split()))
        problems += not good
        if show or not good:
            print("%s %s: # %s [%d, %.1f s]\n%s" % (
                "ok  " if good else "FAIL", page, command, done.returncode,
                time.monotonic() - begin, done.stdout), flush=True)
    print("%s: %d commands, %d failed" % (page, len(found), problems),
          flush=True)
    return problems + (not found)


def try_page(release, page, show):
    binds = [(layers.debs(release), "/debs")]
    with machine.Machine(release, binds=binds) as controller:
        controller.start()
        booted.provision(controller)
        up(controller)
        for command in PAGES[page]:
            done = typed(controller, command)
            if done.returncode:
                raise TestenvError("%s: %s" % (command, done.stdout))
        return go_through(page, controller, show)


def main(release, argv):
    show = "--show" in argv
    pages = [each for each in argv if each != "--show"] or list(PAGES)
    if not set(pages) <= set(PAGES):
        raise TestenvError("there are: " + " ".join(PAGES))
    return 1 if sum(try_page(release, page, show) for page in pages) else 0
