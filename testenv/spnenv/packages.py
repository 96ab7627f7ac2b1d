# SPDX-License-Identifier: GPL-3.0-or-later
"""The needed Debian packages: which are missing, how they are installed."""

import os
import shutil
import subprocess

from spnenv import layout
from spnenv.errors import TestenvError

LIST = os.path.join(layout.TESTENV, "packages")


def needed(*sections):
    """Pairs (name, file or "") of the list's SECTIONS."""
    found, section = [], None
    with open(LIST, encoding="utf-8") as lines:
        for line in lines:
            line = line.partition("#")[0].strip()
            if line.startswith("["):
                section = line.strip("[]")
            elif line and section in sections:
                name, _, path = line.partition(":")
                found.append((name, path))
    return found


def installed(names):
    out = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        check=False).stdout
    return {line.split()[0] for line in out.splitlines()
            if line.endswith(" installed")}


def missing(*sections):
    """The names in SECTIONS that have to be installed."""
    if shutil.which("dpkg-query") is None:
        return []       # not a Debian: the programs will say what they miss
    wanted = needed(*sections)
    there = installed([name for name, _ in wanted])
    return [name for name, path in wanted
            if name not in there and not (path and os.path.exists(path))]


def versions(*names):
    """"name version, name version" of those that are installed."""
    out = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *names],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        check=False).stdout
    return ", ".join(line for line in out.splitlines() if " " in line.strip())


def apt_line(names):
    return "apt-get install --no-install-recommends " + " ".join(names)


def require(*sections):
    """Raise with the names and the remedy if something is missing."""
    names = missing(*sections)
    if names:
        raise TestenvError("missing packages: %s\nas root: %s"
                           % (" ".join(names), apt_line(names)))


def install(*sections):
    """Bring the packages of SECTIONS onto the machine; needs root."""
    names = missing(*sections)
    if not names:
        return
    print("installing %s" % " ".join(names), flush=True)
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    command = apt_line(names).split()
    command[2:2] = ["--yes"]
    for step in (["apt-get", "update"], command):
        done = subprocess.run(step, env=env, check=False, text=True,
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise TestenvError("%s:\n%s" % (" ".join(step), done.stdout))
