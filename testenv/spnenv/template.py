# SPDX-License-Identifier: GPL-3.0-or-later
"""Provisioned databases, kept: 7 seconds become a fraction of one.

A template is a directory, named by a digest of everything that went into it.
It appears by a rename, complete or not at all. One lock file per name: shared
to copy, exclusive to build or remove.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import time

from spnenv import config, join, layout, provision, table
from spnenv.errors import TestenvError

# Passwords end after 42 days, and clocks go on.
DAYS_VALID = 14


def samba_identity():
    """Version and build: a rebuilt package keeps its version string."""
    path = shutil.which("samba", path=layout.SYSTEM_PATH)
    if path is None:
        raise TestenvError("no samba on %s" % layout.SYSTEM_PATH)
    version = subprocess.run([path, "--version"], stdout=subprocess.PIPE,
                             text=True, check=True).stdout.strip()
    stat = os.stat(path)
    return [version, stat.st_size, int(stat.st_mtime)]


def key(dcs, backend_store):
    recipe = []
    for module in (provision, config, table, join):
        with open(module.__file__, encoding="utf-8") as source:
            recipe.append(source.read())
    inputs = [samba_identity(), repr(dcs), backend_store, recipe]
    digest = hashlib.sha256(json.dumps(inputs).encode()).hexdigest()
    hosts = "-".join(dc.host for dc in dcs)
    return "%s-%s-%s" % (hosts, backend_store, digest[:16])


@contextlib.contextmanager
def locked(path, how):
    held = os.open(path + ".lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC,
                   0o600)
    try:
        fcntl.flock(held, how)
        yield
    finally:
        os.close(held)


def valid(path, days=DAYS_VALID):
    try:
        age = time.time() - os.stat(path).st_mtime
    except FileNotFoundError:
        return False
    return 0 <= age < days * 86400


def copy(source, target):
    done = subprocess.run(["cp", "-a", "--reflink=auto", "--sparse=auto",
                           source + "/.", target], check=False,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise TestenvError("copy of %s: %s" % (source, done.stderr.strip()))


def save(controllers, path):
    """Keep the state of CONTROLLERS as PATH; the caller holds the lock."""
    half = path + ".half"
    shutil.rmtree(half, ignore_errors=True)
    os.mkdir(half, 0o700)
    for dc, dirs in ((c.dc, c.dirs) for c in controllers):
        for name in dirs.STATE:
            target = os.path.join(half, dc.host, name)
            os.makedirs(target)
            copy(dirs.path(name), target)
            shutil.copystat(dirs.path(name), target)
    shutil.rmtree(path, ignore_errors=True)
    os.rename(half, path)
    os.utime(path)


def remove_old(top):
    """Drop templates nobody can use any more, unless somebody is."""
    for name in os.listdir(top):
        path = os.path.join(top, name)
        if not os.path.isdir(path) or valid(path):
            continue
        with contextlib.suppress(BlockingIOError), \
                locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB):
            if not valid(path):
                shutil.rmtree(path, ignore_errors=True)


def restore(controllers, path):
    for controller in controllers:
        copy(os.path.join(path, controller.dc.host), controller.dirs.top)


def fill(controllers, backend_store, build):
    """Give CONTROLLERS their state: a copy, or what build() makes there."""
    top = layout.cache_dir()
    try:
        os.makedirs(top, mode=0o700, exist_ok=True)
        path = os.path.join(top, key(
            [controller.dc for controller in controllers], backend_store))
        with locked(path, fcntl.LOCK_SH):
            if valid(path):
                restore(controllers, path)
                return
    except OSError as error:
        raise TestenvError("cache %s: %s\nset SPN_TESTENV_CACHE to a writable "
                           "directory" % (top, error)) from error
    with locked(path, fcntl.LOCK_EX):
        if valid(path):         # another run was faster
            restore(controllers, path)
            return
        build()
        save(controllers, path)
    remove_old(top)
