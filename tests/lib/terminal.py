# SPDX-License-Identifier: GPL-3.0-or-later
"""A program at a terminal of its own, as a person would use it."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios

PATIENCE = 600


def run(command, columns, where, environment):
    """(exit status, what the terminal got, what the pipes got) of a program of
    which the streams named in where are a terminal so wide."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ,
                struct.pack("HHHH", 24, columns, 0, 0))
    streams = {each: slave if each in where else subprocess.PIPE
               for each in ("stdout", "stderr")}
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment,
                          **streams) as process:
        os.close(slave)
        shown = b""
        while True:
            try:
                data = os.read(master, 65536)
            except OSError:     # nobody has the other end any more
                data = b""
            if not data:
                break
            shown += data
        piped = b"".join(stream.read() for stream in (
            process.stdout, process.stderr) if stream is not None)
        status = process.wait(timeout=60)
    os.close(master)
    return status, shown.decode(), piped.decode()


class Terminal:
    def __init__(self, command):
        self.said = ""
        self.rest = ""      # since the last answer
        self.status = None
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.execvp(command[0], command)

    def read(self):
        """False at the end."""
        if not select.select([self.file], [], [], PATIENCE)[0]:
            raise AssertionError("nothing came any more:\n" + self.said)
        try:
            data = os.read(self.file, 65536)
        except OSError:     # the end of a terminal
            data = b""
        text = data.decode("utf-8", "replace").replace("\r\n", "\n")
        self.said += text
        self.rest += text
        return data != b""

    def wait(self, pattern):
        """What it said since the last answer, up to that."""
        while not re.search(pattern, self.rest):
            if not self.read():
                raise AssertionError("%s: not in\n%s" % (pattern, self.said))
        return self.rest

    def type(self, text, end="\n"):
        self.rest = ""
        os.write(self.file, (text + end).encode())

    def kill(self, number):
        os.kill(self.pid, number)

    def end(self):
        """The exit status; what it says until then is in .said."""
        while self.read():
            pass
        return self.reap()

    def reap(self):
        if self.status is None:
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status

    def close(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            self.reap()
        os.close(self.file)
