# SPDX-License-Identifier: GPL-3.0-or-later
"""What it costs to put the module onto a controller: CPU time of user and system,
downloads apart. Once from the source, as it was before there were packages, and
once with the packages. Both machines begin alike, with a DC that runs.

    testenv/systemd 13 install_cost
"""

import os
import re
import resource
import shutil
import subprocess
import tempfile

from spnenv import booted, layers, layout, machine, packages
from spnenv.errors import TestenvError

# The packages cost at most so much of what the source costs.
MOST = 0.1
APT = ("DEBIAN_FRONTEND=noninteractive apt-get -qq -y "
       "-o APT::Sandbox::User=root install --no-install-recommends ")
ENABLE = ("spn-policy enable", "systemctl restart samba-ad-dc")


def children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds_of(controller, command):
    """CPU time of a command and all that it waits for."""
    before = children()
    done = controller.run(["sh", "-c", command], seconds=1200)
    if done.returncode:
        raise TestenvError("%s:\n%s" % (command, done.stdout[-2000:]))
    return children() - before


def of_samba(controller):
    said = controller.run(["systemctl", "show", "--value",
                           "--property=CPUUsageNSec", "samba-ad-dc"]).stdout
    return int(said) / 1e9


def measure(name, release, steps, layer, binds):
    """The sum, and a line for each step."""
    total = 0.0
    with machine.Machine(release, layer, binds,
                         sections=("run",)) as controller:
        controller.start()
        booted.provision(controller)
        if not booted.answers(controller):
            raise TestenvError("the controller does not answer")
        for step in [*steps, *ENABLE]:
            used = seconds_of(controller, step)
            if "restart" in step:
                used += of_samba(controller)
            print("%-8s %6.2f s  %s" % (name, used, step[:60]), flush=True)
            total += used
        if "yes" not in controller.run(
                ["sh", "-c", "spn-policy status | grep ^loads"]).stdout:
            raise TestenvError("the module does not load")
    print("%-8s %6.2f s" % (name, total), flush=True)
    return total


def names_of_depends(folder):
    """What our packages need, by the first name of each."""
    names = set()
    for deb in os.listdir(folder):
        if "dbgsym" not in deb:
            said = subprocess.run(
                ["dpkg-deb", "-f", os.path.join(folder, deb), "Depends"],
                check=True, stdout=subprocess.PIPE, text=True).stdout
            names |= {re.match(r"[\w.+-]+", each.strip())[0]
                      for each in said.split(",") if each.strip()}
    return sorted(names)


def main(release, _arguments):
    debs = layers.debs(release)
    build = [name for name, _ in packages.needed("build")] + ["git", "python3"]

    def downloaded(names):
        return [layers.made(release, layers.with_sources(release) +
                            layers.APT + " --download-only install "
                            "--no-install-recommends %s\n" % " ".join(names),
                            sections=("run",))]

    with tempfile.TemporaryDirectory(dir=layout.cache_dir()) as source:
        booted.copy_sources(source)
        # waf is downloaded, too
        shutil.copytree(os.path.join(os.path.dirname(debs), "source", ".waf"),
                        os.path.join(source, ".waf"))
        from_source = measure("source", release, [
            APT + " ".join(build), "cp -a /source /root/source",
            "cd /root/source && ./waf configure build",
            "cd /root/source && ./waf install"],
            downloaded(build), [(source, "/source")])
    from_packages = measure("packages", release, [
        APT + "/debs/samba-spn-policy_*.deb /debs/spn-tools_*.deb"],
        downloaded(names_of_depends(debs)), [(debs, "/debs")])
    part = from_packages / from_source
    print("packages cost %.1f %% of the source, at most %.0f %% is the goal"
          % (100 * part, 100 * MOST))
    return 0 if part <= MOST else 1
