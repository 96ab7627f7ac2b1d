# SPDX-License-Identifier: GPL-3.0-or-later
"""testenv/picture [SCENE] FILE.png: a terminal in which the commands of a scene were
typed, as root on a controller. What they print is what is seen, colours too.
"""

import html
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass

from spnenv import layout, processes
from spnenv.errors import EXIT_CANNOT_RUN, TestenvError, complain

PROMPT = "root@addc:~# "
SPN_ADD = "samba-tool spn add http/%s.addom.samba.example.com %s"
DNS_ADD = ("samba-tool dns add $SERVER addom.samba.example.com %s A 10.53.0.9 "
           "-U$USERNAME%%$PASSWORD")


@dataclass(frozen=True)
class Scene:
    """Commands, and what was done before, unseen."""

    environment: str
    before: tuple
    commands: tuple
    unseen: str = ""    # what a file needs to be as a terminal


SCENES = {
    # The first of two controllers with the module.
    "module": Scene("ad_dc_pair:local", (
        "for name in svc-a svc-b",
        "do samba-tool user create $name --random-password", "done"), (
            "setspn -S http/shop svc-a", "setspn -S http/shop svc-b",
            "spn-policy status --all")),
    "audit": Scene("ad_dc_stock:local", (
        "for name in svc-web svc-app svc-old",
        "do samba-tool user create $name --random-password", "done",
        "samba-tool computer create web01 "
        "--service-principal-name=HOST/web01 --service-principal-name="
        "HOST/web01.addom.samba.example.com",
        SPN_ADD % ("web01", "svc-web"), SPN_ADD % ("app", "svc-app"),
        DNS_ADD % "web01", DNS_ADD % "app",
        "samba-tool spn add http://portal svc-old"), (
            "spn-audit --min-severity=error",), "--color=always"),
}
USAGE = "usage: testenv/picture [%s] FILE.png" % "|".join(SCENES)
SECONDS = 300
# Characters; pixels of the page; pixels of the picture for one of the page.
COLUMNS = 104
WIDTH, LINE, EDGE, SCALE = 984, 20, 20, 1.25
MOST_BYTES = 120 * 1024
PROGRAMS = ("chromium", "pngquant")
PAGE = """<!DOCTYPE html><meta charset="utf-8"><style>
body { margin: 0; background: #14181d; color: #d7dce2; }
pre { margin: 0; padding: %dpx; tab-size: 8;
      font: 15px/%dpx "DejaVu Sans Mono", monospace; }
b { color: #ffffff; } i { color: #7fd38b; font-style: normal; }
.s1 { font-weight: bold; color: #ffffff; } .s2 { opacity: 0.6; }
.s31 { font-weight: bold; color: #ff7b72; } .s32 { color: #7fd38b; }
.s33 { color: #e3b341; } .s36 { color: #79c0ff; }
</style><pre>%s</pre>
"""


def typed(scene):
    """[(command, what it printed)]"""
    printed = []
    with tempfile.TemporaryDirectory(prefix="spn-picture-") as folder:
        lines = ["set -u", "{ %s; } > /dev/null 2>&1 || exit" % "; ".join(
            scene.before)]
        lines += ["%s %s > %s/%d 2>&1" % (command, scene.unseen, folder, number)
                  for number, command in enumerate(scene.commands)]
        lines += [":"]      # an audit that finds something ends with 1
        done = subprocess.run(
            [os.path.join(layout.TESTENV, "run"), scene.environment, "--",
             "sh", "-c", "\n".join(lines)], stdin=subprocess.DEVNULL,
            timeout=SECONDS, check=False)
        if done.returncode != 0:
            raise TestenvError("the commands did not run")
        for number, command in enumerate(scene.commands):
            with open(os.path.join(folder, str(number)),
                      encoding="utf-8") as stream:
                printed.append((command, stream.read()))
    return printed


def wrapped(text):
    """Its lines, as a terminal breaks them. One with colours has its width."""
    for line in text.expandtabs().splitlines():
        if "\x1b" in line:
            yield line
            continue
        yield line[:COLUMNS]
        for at in range(COLUMNS, len(line), COLUMNS):
            yield line[at:at + COLUMNS]


def as_html(line):
    """With the colours as spans; each ends before the line does."""
    line = re.sub(r"\x1b\[(?:1;)?([1-9]\d*)m", r'<span class="s\1">',
                  html.escape(line, quote=False))
    return re.sub(r"\x1b\[0?m", "</span>", line)


def as_page(printed):
    """(HTML, number of lines)"""
    lines = []
    for command, text in printed:
        lines.append("<i>%s</i><b>%s</b>" % (PROMPT, html.escape(command)))
        lines += map(as_html, wrapped(text.rstrip("\n")))
        lines.append("")
    return PAGE % (EDGE, LINE, "\n".join(lines)), len(lines) - 1


def run(argv):
    subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=SECONDS, check=True,
                   preexec_fn=processes.die_with_parent)


def draw(page, num_lines, path):
    with tempfile.TemporaryDirectory(prefix="spn-picture-") as folder:
        source, made, small = (os.path.join(folder, name) for name in (
            "page.html", "made.png", "small.png"))
        with open(source, "w", encoding="utf-8") as out:
            out.write(page)
        run(["chromium", "--headless", "--no-sandbox", "--disable-gpu",
             "--disable-lcd-text", "--hide-scrollbars",
             "--force-device-scale-factor=%s" % SCALE,
             "--user-data-dir=" + os.path.join(folder, "profile"),
             "--window-size=%d,%d" % (WIDTH, num_lines * LINE + 2 * EDGE),
             "--screenshot=" + made, "file://" + source])
        run(["pngquant", "--output", small, "32", made])
        if os.path.getsize(small) > MOST_BYTES:
            raise TestenvError("the picture has %d bytes, at most %d are good "
                               "for a page" % (os.path.getsize(small),
                                               MOST_BYTES))
        shutil.copyfile(small, path)


def main(argv):
    name, path = ["module", *argv][-2:] if argv else ("", "")
    if name not in SCENES or len(argv) > 2 or not path.endswith(".png"):
        complain(USAGE)
        return EXIT_CANNOT_RUN
    if not all(map(shutil.which, PROGRAMS)):
        complain("as root: apt-get install --no-install-recommends %s "
                 "fonts-dejavu-core" % " ".join(PROGRAMS))
        return EXIT_CANNOT_RUN
    try:
        draw(*as_page(typed(SCENES[name])), path)
    except (OSError, TestenvError, subprocess.SubprocessError) as error:
        complain(str(error))
        return EXIT_CANNOT_RUN
    return 0
