# SPDX-License-Identifier: GPL-3.0-or-later
"""A run's own directory: made, marked as in use, removed.

A lock file inside is held with flock as long as the run lives; a directory
whose lock is free belonged to a run that was killed hard, and the next run
removes it.
"""

import fcntl
import os
import shutil
import tempfile

from spnenv.errors import TestenvError, complain

START = "spnte-"
LOCK = "testenv.lock"   # says that the directory is one of ours
KEEP = "testenv.keep"

# samba's messaging sockets are <prefix>/<host>/private/msg.sock/<pid>, and a
# socket's path ends at 107 bytes.
LONGEST_PARENT = 50

def parent():
    path = os.path.abspath(os.environ.get("TMPDIR") or "/tmp")
    if len(path) > LONGEST_PARENT:
        raise TestenvError(
            "TMPDIR=%s is longer than %d characters, the sockets of samba "
            "would not fit: set TMPDIR to a shorter path"
            % (path, LONGEST_PARENT))
    if ":" in path:
        raise TestenvError(
            "TMPDIR=%s has a colon, and ldb takes what stands before one for "
            "a kind of database: set TMPDIR to a path without" % path)
    return path


def lock(path):
    """Lock a new directory before anybody can see a lock file in it."""
    hidden = os.path.join(path, "." + LOCK)
    held = os.open(hidden, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX)
    os.rename(hidden, os.path.join(path, LOCK))
    return held


def abandoned(path):
    """True if PATH is a run's, not to be kept, and the run is dead."""
    try:
        held = os.open(os.path.join(path, LOCK), os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return False            # not ours, not complete, or gone
    try:
        if os.fstat(held).st_uid != os.getuid():
            return False
        if os.path.exists(os.path.join(path, KEEP)):
            return False
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(held)


def sweep():
    """Remove what runs that were killed have left behind."""
    top = parent()
    for name in os.listdir(top):
        path = os.path.join(top, name)
        if name.startswith(START) and abandoned(path):
            shutil.rmtree(path, ignore_errors=True)


class RunDirectory:
    """with RunDirectory(keep) as path: ..."""

    def __init__(self, keep):
        self.keep = keep
        self.path = None
        self.held = None

    def __enter__(self):
        sweep()
        try:
            self.path = tempfile.mkdtemp(prefix=START, dir=parent())
        except OSError as error:
            raise TestenvError("no run directory: %s\nset TMPDIR to a "
                               "writable directory" % error) from error
        self.held = lock(self.path)
        if self.keep:
            with open(os.path.join(self.path, KEEP), "w", encoding="utf-8"):
                pass
        return self.path

    def __exit__(self, *_):
        if self.keep:
            complain("kept: %s (remove it yourself)" % self.path)
        else:
            shutil.rmtree(self.path, ignore_errors=True)
            if os.path.exists(self.path):
                complain("could not remove %s" % self.path)
        os.close(self.held)
