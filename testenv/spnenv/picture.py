# SPDX-License-Identifier: GPL-3.0-or-later
"""testenv/picture FILE.png: a terminal in which these commands were typed, as root
on the first of two controllers with the module. What they print is what is seen.
"""

import html
import os
import shutil
import subprocess
import tempfile

from spnenv import layout, processes
from spnenv.errors import EXIT_CANNOT_RUN, TestenvError, complain

USAGE = "usage: testenv/picture FILE.png"
PROMPT = "root@addc:~# "
BEFORE = ("for name in svc-a svc-b; do samba-tool user create $name "
          "--random-password; done")
COMMANDS = ("setspn -S http/shop svc-a", "setspn -S http/shop svc-b",
            "spn-policy status --all")
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
</style><pre>%s</pre>
"""


def typed():
    """[(command, what it printed)]; the last of them has status 0."""
    printed = []
    with tempfile.TemporaryDirectory(prefix="spn-picture-") as folder:
        lines = ["set -u", "{ %s; } > /dev/null || exit" % BEFORE]
        lines += ["%s > %s/%d 2>&1" % (command, folder, number)
                  for number, command in enumerate(COMMANDS)]
        done = subprocess.run(
            [os.path.join(layout.TESTENV, "run"), "ad_dc_pair:local", "--",
             "sh", "-c", "\n".join(lines)], stdin=subprocess.DEVNULL,
            timeout=SECONDS, check=False)
        if done.returncode != 0:
            raise TestenvError("the commands did not run")
        for number, command in enumerate(COMMANDS):
            with open(os.path.join(folder, str(number)),
                      encoding="utf-8") as stream:
                printed.append((command, stream.read()))
    return printed


def wrapped(text):
    """Its lines, as a terminal breaks them."""
    for line in text.expandtabs().splitlines():
        yield line[:COLUMNS]
        for at in range(COLUMNS, len(line), COLUMNS):
            yield line[at:at + COLUMNS]


def as_page(printed):
    """(HTML, number of lines)"""
    lines = []
    for command, text in printed:
        lines.append("<i>%s</i><b>%s</b>" % (PROMPT, html.escape(command)))
        lines += map(html.escape, wrapped(text.rstrip("\n")))
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
    if len(argv) != 1 or not argv[0].endswith(".png"):
        complain(USAGE)
        return EXIT_CANNOT_RUN
    if not all(map(shutil.which, PROGRAMS)):
        complain("as root: apt-get install --no-install-recommends %s "
                 "fonts-dejavu-core" % " ".join(PROGRAMS))
        return EXIT_CANNOT_RUN
    try:
        draw(*as_page(typed()), argv[0])
    except (OSError, TestenvError, subprocess.SubprocessError) as error:
        complain(str(error))
        return EXIT_CANNOT_RUN
    return 0
