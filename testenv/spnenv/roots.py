# SPDX-License-Identifier: GPL-3.0-or-later
"""The base system of each release of Debian, as an archive in the cache."""

import fcntl
import os
import subprocess

from spnenv import layout, processes, releases, template
from spnenv.errors import Impossible, TestenvError

BASE_DAYS = 5
BASE_SECONDS = 1200


def run(argv, **more):
    """What it printed; if it failed, raise with what it said last."""
    try:
        done = subprocess.run(
            argv, check=False, text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, preexec_fn=processes.die_with_parent,
            **more)
    except subprocess.TimeoutExpired as error:
        raise TestenvError("%s: not done after %d seconds"
                           % (argv[0], error.timeout)) from error
    if done.returncode != 0:
        raise TestenvError("%s:\n%s" % (" ".join(argv[:2]), "\n".join(
            done.stdout.splitlines()[-12:])))
    return done.stdout


def make(release, path):
    options = ["--aptopt=" + line for line in releases.proxies()]
    try:
        run(["mmdebstrap", "--variant=apt", "--include=ca-certificates",
             *options, release.codename, path,
             *releases.sources(release, releases.own_targets())],
            timeout=BASE_SECONDS)
    except TestenvError as error:
        raise Impossible(str(error)) from error


def base(number):
    """The path of the archive of that release; it is made where it is old."""
    release = releases.find(number)
    folder = os.path.join(layout.cache_dir(), "roots")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    path = os.path.join(folder, release.number + ".tar")
    with template.locked(path, fcntl.LOCK_EX):
        if not template.valid(path, BASE_DAYS):
            make(release, path + ".new.tar")
            os.rename(path + ".new.tar", path)
    return path
