# SPDX-License-Identifier: GPL-3.0-or-later
"""Chromium without a screen, told what to do through a pair of pipes (its option
--remote-debugging-pipe, which opens no port): pages, keys, clicks, pictures. What a
page complains of, and what it asks the network for, is noted.

https://chromedevtools.github.io/devtools-protocol/ says what can be told.
"""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import time

PROGRAM = shutil.which("chromium")
PATIENCE = 120
OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
           "--disable-dev-shm-usage", "--disable-background-networking",
           "--disable-component-update", "--disable-extensions",
           "--hide-scrollbars", "--remote-debugging-pipe")
KEYS = {"Tab": 9, "Enter": 13, "Space": 32}
TEXTS = {"Enter": "\r", "Space": " "}
MOUSE = {"button": "left", "clickCount": 1}
# Where Chromium reads and where it writes.
READS, WRITES = 3, 4


def _far(descriptor):
    """The same one, away from the two numbers that Chromium wants."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return moved


class Browser:
    """One page of it."""

    def __init__(self, folder):
        theirs, self.to = map(_far, os.pipe())
        self.back, answers = map(_far, os.pipe())
        self.process = subprocess.Popen(
            [PROGRAM, *OPTIONS, "--user-data-dir="
             + os.path.join(folder, "profile"), "about:blank"],
            env=dict(os.environ, HOME=folder), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=lambda: (os.dup2(theirs, READS),
                                os.dup2(answers, WRITES)),
            pass_fds=(READS, WRITES))
        os.close(theirs)
        os.close(answers)
        self.number = 0
        self.rest = b""
        self.session = None
        self.events = []
        try:
            target = self.tell("Target.createTarget", url="about:blank")
            self.session = self.tell(
                "Target.attachToTarget", flatten=True,
                targetId=target["targetId"])["sessionId"]
            for domain in "Page", "Runtime", "Log", "Network":
                self.tell(domain + ".enable")
        except BaseException:
            self.close()
            raise

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.to)
        os.close(self.back)

    def _next(self, end):
        """The next message."""
        while b"\0" not in self.rest:
            ready, _, _ = select.select([self.back], [], [],
                                        max(0, end - time.monotonic()))
            data = os.read(self.back, 1 << 20) if ready else b""
            if not data:
                raise TimeoutError("Chromium does not answer")
            self.rest += data
        message, _, self.rest = self.rest.partition(b"\0")
        return json.loads(message)

    def tell(self, method, **params):
        """What it answers."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + PATIENCE
        while True:
            answer = self._next(end)
            if answer.get("id") == self.number:
                break
            self.events.append(answer)
        if "error" in answer:
            raise RuntimeError("%s: %s" % (method, answer["error"]))
        return answer["result"]

    def go(self, path):
        """Opens a file, and returns when it is loaded."""
        self.events.clear()
        self.tell("Page.navigate", url="file://" + path)
        end = time.monotonic() + PATIENCE
        while not self.happened("Page.loadEventFired"):
            self.events.append(self._next(end))

    def happened(self, method):
        return [event["params"] for event in self.events
                if event.get("method") == method]

    def complaints(self):
        """What its console shows, and what a script did not catch."""
        return [self.happened(method) for method in (
            "Log.entryAdded", "Runtime.consoleAPICalled",
            "Runtime.exceptionThrown") if self.happened(method)]

    def requests(self):
        return [event["request"]["url"]
                for event in self.happened("Network.requestWillBeSent")]

    def ask(self, expression):
        """Its value, as JSON has it; a promise is waited for."""
        answer = self.tell("Runtime.evaluate", expression=expression,
                           returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError("%s: %s" % (expression,
                                           answer["exceptionDetails"]))
        return answer["result"].get("value")

    def click(self, selector, number=0):
        """With the mouse, in the middle of it."""
        x, y = self.ask(
            "(() => { const found = document.querySelectorAll(%s)[%d];"
            " found.scrollIntoView({block: 'center'});"
            " const box = found.getBoundingClientRect();"
            " return [box.x + box.width / 2, box.y + box.height / 2]; })()"
            % (json.dumps(selector), number))
        for kind in "mousePressed", "mouseReleased":
            self.tell("Input.dispatchMouseEvent", type=kind, x=x, y=y, **MOUSE)

    def press(self, name, times=1):
        for _ in range(times):
            key = {"key": " " if name == "Space" else name, "code": name,
                   "windowsVirtualKeyCode": KEYS[name]}
            if name in TEXTS:
                key["text"] = TEXTS[name]
            self.tell("Input.dispatchKeyEvent", type="keyDown", **key)
            self.tell("Input.dispatchKeyEvent", type="keyUp", **key)

    def write(self, text):
        """Into what has the focus."""
        self.tell("Input.insertText", text=text)

    def shape(self, width, height, is_phone=False):
        self.tell("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=1, mobile=is_phone)

    def media(self, kind="", scheme="light"):
        self.tell("Emulation.setEmulatedMedia", media=kind, features=[
            {"name": "prefers-color-scheme", "value": scheme}])

    def scripts(self, are_on):
        self.tell("Emulation.setScriptExecutionDisabled", value=not are_on)

    def picture(self, path):
        with open(path, "wb") as out:
            out.write(base64.b64decode(
                self.tell("Page.captureScreenshot")["data"]))

    def printed(self):
        """The PDF."""
        return base64.b64decode(self.tell("Page.printToPDF")["data"])
