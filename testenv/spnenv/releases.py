# SPDX-License-Identifier: GPL-3.0-or-later
"""The releases of Debian that the project is tried on, and where they come from:
whatever mirror and proxy the machine's own apt uses.
"""

import platform
import re
import subprocess
from dataclasses import dataclass

from spnenv.errors import Impossible, TestenvError

# What is taken from backports, as source packages: Samba, and what that of
# backports wants newer than the release has it.
BACKPORTED = ("samba", "ldb", "talloc", "tdb", "tevent", "ngtcp2", "nghttp3")


@dataclass(frozen=True)
class Release:
    """One row of the matrix."""

    number: str         # as in VERSION_ID
    codename: str
    backports: bool = False

    @property
    def name(self):
        return self.number + ("+backports" if self.backports else "")


RELEASES = {release.name: release for release in (
    Release("12", "bookworm"),
    Release("12", "bookworm", backports=True),
    Release("13", "trixie"),
    Release("13", "trixie", backports=True),
)}
# What --quick tries besides the release that the machine is.
OTHER = {"12": "13", "13": "12"}


def find(name):
    if name not in RELEASES:
        raise TestenvError("no release %s; there are: %s"
                           % (name, " ".join(RELEASES)))
    return RELEASES[name]


def other():
    """The release that this machine is not."""
    try:
        machine = platform.freedesktop_os_release().get("VERSION_ID", "")
    except OSError:
        machine = ""
    return RELEASES[OTHER.get(machine, "13")]


def own_targets():
    """Pairs (URI, suite) of the machine's apt."""
    try:
        out = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)",
             "Created-By: Packages"], stdout=subprocess.PIPE, text=True,
            stderr=subprocess.DEVNULL, check=False).stdout
    except FileNotFoundError:
        out = ""
    return [line.split() for line in out.splitlines()
            if re.match(r"https?://\S+ \S+$", line)]


def mirrors(targets):
    """(mirror of Debian, mirror of its security suites) out of TARGETS."""
    found = {}
    codenames = {release.codename for release in RELEASES.values()}
    for uri, suite in targets:
        codename, _, rest = suite.partition("-")
        if (codename in codenames or codename in ("stable", "oldstable")) and (
                rest in ("", "security")):
            found.setdefault(rest, uri)
    if "" not in found or "security" not in found:
        raise Impossible(
            "this machine's apt has no http mirror of Debian and its security "
            "suite\n'apt-get indextargets' shows what it has, "
            "sources.list(5) what it needs")
    return found[""], found["security"]


def sources(release, targets):
    """The lines of RELEASE's sources.list."""
    main, security = mirrors(targets)
    suites = [(main, release.codename), (main, release.codename + "-updates"),
              (security, release.codename + "-security")]
    if release.backports:
        suites.append((main, release.codename + "-backports"))
    return ["deb %s %s main" % suite for suite in suites]


def preferences(release):
    """What makes apt take BACKPORTED from where it is newer."""
    if not release.backports:
        return ""
    return "Package: %s\nPin: release n=%s-backports\nPin-Priority: 500\n" % (
        " ".join("src:" + name for name in BACKPORTED), release.codename)


def proxies():
    """The machine's settings of a proxy for apt, as lines of apt.conf."""
    out = subprocess.run(["apt-config", "dump"], stdout=subprocess.PIPE,
                         text=True, check=False).stdout
    return [line for line in out.splitlines()
            if re.match(r"Acquire::https?::Proxy", line, re.IGNORECASE)]
