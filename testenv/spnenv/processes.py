# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes: how they are started so that none survives, how they are ended."""

import ctypes
import os
import signal
import subprocess
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
LIBC = ctypes.CDLL(None, use_errno=True)


def adopt_orphans():
    """Whoever loses its parent below us becomes our child."""
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def start(argv, **kwargs):
    return subprocess.Popen(argv, preexec_fn=die_with_parent, **kwargs)


def parents():
    """Every process's parent, by process id."""
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % name, encoding="ascii",
                      errors="replace") as stat:
                # pid (name) state ppid: the name may hold anything
                found[int(name)] = int(stat.read().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue            # gone meanwhile
    return found


def descendants():
    """Process ids of all that was started below this process."""
    children = {}
    for pid, parent in parents().items():
        children.setdefault(parent, []).append(pid)
    found, todo = [], [os.getpid()]
    while todo:
        below = children.get(todo.pop(), [])
        found.extend(below)
        todo.extend(below)
    return found


def reap():
    """Collect the ended ones; False when there is no child left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def end_all(asked, patience):
    """End every descendant: those in ASKED get PATIENCE seconds to do it."""
    for process in asked:
        if process.stdin:
            process.stdin.close()
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + patience
    while any(p.poll() is None for p in asked) and time.monotonic() < deadline:
        time.sleep(0.01)
    while reap():
        for pid in descendants():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.01)


def wait_for(command, watched, on_end):
    """COMMAND's exit status as a shell gives it; collects orphans meanwhile.

    on_end(process) is called for one of WATCHED that ends before COMMAND.
    """
    while True:
        pid = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT).si_pid
        if pid == command.pid:
            return shell_status(command.wait())
        for process in watched:
            if process.pid == pid:
                process.wait()
                on_end(process)
                break
        else:
            os.waitpid(pid, 0)


def shell_status(returncode):
    return 128 - returncode if returncode < 0 else returncode


def tail(path, lines=30):
    """The last LINES of a log, for a message."""
    try:
        with open(path, encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-lines:])
    except OSError as error:
        return "(%s)\n" % error
