# SPDX-License-Identifier: GPL-3.0-or-later
"""What is laid over the root of a release, kept in the cache: packages that are
installed or only downloaded, and our own packages, built there.

A booted machine has no network, so whatever it installs lies in apt's own cache
before. That keeps the download out of what is tried and measured, too.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess

from spnenv import booted, layout, machine, releases, roots, template

QUIET = "export DEBIAN_FRONTEND=noninteractive LC_ALL=C\n"
# apt wants to write as a user of its own, which a layer need not allow.
APT = "apt-get -qq -y -o APT::Sandbox::User=root"
BUILDERS = QUIET + APT + (" update && " + APT + " install "
                          "--no-install-recommends debhelper git")


def sources(release, backports=False):
    """The text of /etc/apt/sources.list."""
    found = releases.find(release + "+backports" * backports)
    return "\n".join(releases.sources(found, releases.own_targets())) + "\n"


def made(release, script, sections=machine.SECTIONS):
    """The folder with what SCRIPT writes in a chroot of RELEASE, above the
    root with these SECTIONS. It runs once, and has the network.
    """
    root = machine.root_of(release, sections)
    # It has the list of what is installed in that root, too.
    digest = hashlib.sha256(repr(
        [script, os.path.basename(root)]).encode()).hexdigest()
    path = os.path.join(layout.cache_dir(), "layers",
                        "%s-%s" % (release, digest[:16]))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with template.locked(path, fcntl.LOCK_EX):
        if os.path.isdir(path):
            return path
        for name in "new", "work", "merged":
            shutil.rmtree(path + "." + name, ignore_errors=True)
            os.makedirs(path + "." + name)
        merged = path + ".merged"
        roots.run(
            ["mount", "-t", "overlay", "layer", "-o",
             "lowerdir=%s,upperdir=%s,workdir=%s" % (
                 root, path + ".new", path + ".work"),
             merged])
        try:
            with open(os.path.join(merged, "usr/sbin/policy-rc.d"), "w",
                      encoding="ascii") as policy:
                policy.write("#!/bin/sh\nexit 101\n")
            os.chmod(policy.name, 0o755)
            machine.in_root(merged, ["sh", "-e", "-c", script])
            os.unlink(policy.name)
        finally:
            subprocess.run(["umount", "--recursive", merged], check=False)
        shutil.rmtree(path + ".work", ignore_errors=True)
        os.rmdir(merged)
        os.rename(path + ".new", path)
    return path


def with_sources(release, backports=False):
    """A script that begins with these sources and their lists."""
    return "%sprintf '%s' > /etc/apt/sources.list\n%s update\n" % (
        QUIET, sources(release, backports).replace("\n", "\\n"), APT)


def debs(release):
    """The folder with our packages for RELEASE, of what the checkout is now."""
    root = machine.root_of(release)
    tools = made(release, BUILDERS)
    place = os.path.join(layout.cache_dir(), "debs", release)
    source = os.path.join(place, "source")
    built = os.path.join(source, "build")
    merged = os.path.join(place, "root")
    os.makedirs(merged, exist_ok=True)
    with template.locked(place, fcntl.LOCK_EX):
        shutil.rmtree(built, ignore_errors=True)
        booted.copy_sources(source)
        out = os.path.join(place, "made")
        if os.path.exists(out) and not newer(source, out):
            return out
        script = (
            'mount -t tmpfs none "$0/../root" && cd "$0/../root" && '
            'mkdir written work merged && mount -t overlay build -o '
            '"lowerdir=$2:$1,upperdir=written,workdir=work" merged && '
            'mkdir -p merged/source && mount --bind "$0" merged/source && '
            'mount --bind /proc merged/proc && mount --rbind /dev merged/dev '
            '&& cp /etc/resolv.conf merged/etc/ && exec chroot merged sh -c '
            '"cd /source && ./waf deb"')
        roots.run(["unshare", "--mount", "sh", "-c", script, source,
                             root, tools])
        shutil.rmtree(out, ignore_errors=True)
        os.makedirs(out)
        for name in os.listdir(built):
            if name.endswith(".deb"):
                shutil.copy(os.path.join(built, name), out)
    return out


def newer(source, out):
    """Was anything that is in the packages changed after they were made?"""
    made_at = os.stat(out).st_mtime
    paths = [os.path.join(source, "wscript")]
    for name in "modules", "tools", "docs":
        for folder, _, names in os.walk(os.path.join(source, name)):
            paths += [os.path.join(folder, each) for each in names]
    return any(os.stat(path).st_mtime > made_at for path in paths)
