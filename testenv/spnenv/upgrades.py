# SPDX-License-Identifier: GPL-3.0-or-later
"""testenv/upgrades: what an admin's apt does to a DC with the module enabled.

Each trial boots a DC of its own, installs our packages, enables the module and
goes through steps as an admin would. After each: does the DC answer LDAP and
Kerberos, and does what runs enforce? A row is printed for each step, as
docs/upgrade.md has them; everything that was said is in build/upgrades/.
"""

import os
import re
import time

from spnenv import booted, layers, layout, machine, roots
from spnenv.errors import EXIT_CANNOT_RUN, TestenvError, complain

USAGE = "usage: testenv/upgrades [NAME...]\n\nNAME is one of: %s"
LOGS = os.path.join(layout.CHECKOUT, "build", "upgrades")
APT = "apt-get -y -o APT::Sandbox::User=root -o Dpkg::Options::=--force-confold"
DOWNLOAD = layers.APT + " --download-only "
INSTALL = APT + " install /debs/samba-spn-policy_*.deb /debs/spn-tools_*.deb"
# What of apt's output concerns the DC.
TOLD = re.compile(r"spn_policy|spn-policy|REMOVED|kept back|^E: |Could not "
                  r"|dpkg: error|[Jj]ob for ", re.MULTILINE)
OURS = re.compile(r"spn[_-](?:policy|guard)|LDB_MODULES_PATH|Failed to start")

# One pair by its half, over LDAP; then the same SPN for somebody else.
ENFORCES = r"""
name=web$(date +%s%N)
echo locDCpass1 | kinit Administrator > /dev/null || exit 9
change() {
	printf 'dn: CN=%s,CN=Users,DC=lab,DC=example,DC=com\n%s\n%s\n' "$1" \
		'changetype: modify' "add: servicePrincipalName
servicePrincipalName: http/$name$2" | ldapmodify -Y GSSAPI -H ldap://dc1 2>&1
}
change trial1 .lab.example.com > /tmp/said || { cat /tmp/said; exit 8; }
ldapsearch -LLL -Y GSSAPI -H ldap://dc1 -b DC=lab,DC=example,DC=com \
	"(servicePrincipalName=http/$name)" cn 2> /dev/null | grep -q trial1 &&
	echo completed
change trial2 '' | grep -o 'SPN-101' | head -n 1
true
"""


def download(wanted, release, backports=False):
    """A script for a layer: apt's lists of RELEASE, and packages for later."""
    return (layers.with_sources(release, backports) +
            "".join(DOWNLOAD + line + "\n" for line in wanted))


# name: release of the machine; script of the layer; steps.
# A step that ends in "@reboot" boots the machine anew.
BACKPORTS = "install -t %s-backports %s"
SAMBA12 = "samba samba-ad-dc winbind python3-samba samba-vfs-modules"
OLDER = r"""
oldest() { apt-cache madison "$1" | awk '{print $3}' | sort -Vu | head -n 1; }
names=$(dpkg-query -W -f '${Package} ${source:Package}\n' |
	awk '$2 == "samba" {print $1}')
%s install --allow-downgrades $(for name in $names; do
	echo "$name=$(oldest $name)"; done)
""" % layers.APT

TRIALS = {
    "12-backports": ("12", download(
        [BACKPORTS % ("bookworm", SAMBA12)], "12", True),
        [APT + " " + BACKPORTS % ("bookworm", SAMBA12), "@reboot"]),
    # As if nobody had checked the ldb of the backports.
    "12-unknown": ("12", download(
        [BACKPORTS % ("bookworm", SAMBA12)], "12", True),
        [APT + " upgrade", APT + " " + BACKPORTS % ("bookworm", SAMBA12),
         "@reboot"]),
    "12-13": ("12", download(["dist-upgrade"], "13"), [
        APT + " upgrade --without-new-pkgs", APT + " full-upgrade",
        "@reboot"]),
    "12-13-rebuilt": ("12", download(["dist-upgrade"], "13"), [
        APT + " upgrade --without-new-pkgs", APT + " full-upgrade",
        APT + " install /debs13/samba-spn-policy_*.deb "
        "/debs13/spn-tools_*.deb", "@reboot"]),
    "13-backports": ("13", download(
        [BACKPORTS % ("trixie", "samba samba-ad-dc")], "13", True),
        [APT + " " + BACKPORTS % ("trixie", "samba samba-ad-dc"), "@reboot"]),
    "12-security": ("12", download([], "12") + OLDER + DOWNLOAD + "upgrade\n", [
        APT + " upgrade"]),
    "13-security": ("13", download([], "13") + OLDER + DOWNLOAD + "upgrade\n", [
        APT + " upgrade"]),
    "own": ("13", "true", [
        APT + " install /newer/samba-spn-policy_*.deb "
        "/newer/spn-tools_*.deb"]),
    "remove": ("13", "true", [
        APT + " remove samba-spn-policy", INSTALL, "@reboot"]),
    "purge": ("12", "true", [
        APT + " purge samba-spn-policy spn-tools"]),
    "samba-removed": ("13", "true", [APT + " remove samba-ad-dc"]),
}
# Trials with these words in their name: what is changed in our packages.
REPACKED = {
    # As built before the update: dpkg makes the Samba of the build the lowest.
    "security": "s/samba-libs (>> [^)]*)/samba-libs/",
    "unknown": "s/libldb2 (<< [^)]*)/libldb2 (<< 2:2.7~)/",
}


class Trial:
    """One machine and what happened on it."""

    def __init__(self, name, controller):
        self.name = name
        self.controller = controller
        self.log = open(os.path.join(LOGS, name + ".log"), "w",
                        encoding="utf-8")
        self.problems = []

    def say(self, text):
        self.log.write(text + "\n")
        self.log.flush()

    def run(self, command, seconds=1800):
        done = self.controller.run(
            ["env", "DEBIAN_FRONTEND=noninteractive", "sh", "-c", command],
            seconds=seconds)
        self.say("$ %s\n%s[status %d]" % (command, done.stdout,
                                          done.returncode))
        return done

    def state(self):
        """What the DC does: (up, enforces), in words."""
        up = booted.answers(self.controller, 30)
        said = self.run(ENFORCES).stdout.split() if up else []
        both = ["completed", "SPN-101"]
        enforces = ("yes" if said == both else
                    "no" if not set(said) & set(both) else " ".join(said))
        self.run("spn-policy status || true; ldbsearch -H "
                 "/var/lib/samba/private/sam.ldb -s base -b @MODULES @LIST; "
                 "systemctl --no-pager status samba-ad-dc; "
                 "dpkg -l 'samba*' '*ldb*' 'spn*'")
        return "yes" if up else "NO", enforces if up else "-"

    def step(self, command):
        begin = self.controller.run(["date", "+%Y-%m-%d %H:%M:%S"]
                                    ).stdout.strip()
        time.sleep(1)
        status, said = "", ""
        if command == "@reboot":
            self.controller.stop()
            self.controller.start()
        else:
            done = self.run(command)
            status, said = str(done.returncode), done.stdout
        up, enforces = self.state()
        journal = self.run("journalctl --no-pager -o cat --since '%s' "
                           "-u samba-ad-dc" % begin).stdout
        self.print_row(command, status, up, enforces, told(said, TOLD),
                       told(journal, OURS))

    def print_row(self, command, status, up, enforces, apt, journal):
        shown = command.replace(APT, "apt-get").replace("@", "")
        print("| %s | `%s` | %s | %s | %s | %s | %s |" % (
            self.name, shown, status, up, enforces, "; ".join(apt) or "-",
            "; ".join(journal) or "-"), flush=True)
        if up != "yes" and "remove samba" not in command:
            self.problems.append(shown)


def told(text, wanted):
    """The lines that matter, each once, short."""
    found = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not wanted.search(line):
            continue
        if "REMOVED" in line or "kept back" in line:
            listed = []
            for more in lines[number + 1:]:
                if not more.startswith("  "):
                    break
                listed += more.split()
            ours = [name for name in listed if "spn" in name]
            samba = [name for name in listed if "samba" in name and
                     "spn" not in name]
            line = "%s %d packages%s%s" % (
                line.strip(), len(listed), ", ours: " * bool(ours) +
                " ".join(ours), ", Samba's: " * bool(samba) + " ".join(samba))
        line = re.sub(r"\s+", " ", line).strip()[:160]
        if line not in found and not line.startswith(
                ("Get:", "Selecting", "Preparing", "Unpacking", "Setting up",
                 "Note,", "Removing", "Purging")) and "/debs" not in line:
            found.append(line)
    return found[:6]


def repacked(folder, name, change):
    """Our packages with their control file changed by a script of sed."""
    out = "%s-%s" % (folder, name)
    roots.run(["sh", "-ec", r"""
rm -rf "$1" && mkdir "$1"
for deb in "$0"/samba-spn-policy_*.deb "$0"/spn-tools_*.deb; do
	dpkg-deb -R "$deb" "$1/tree"
	sed -i "$2" "$1/tree/DEBIAN/control"
	dpkg-deb --root-owner-group -b "$1/tree" "$1/$(basename "$deb")"
	rm -r "$1/tree"
done""", folder, out, change])
    return out


def try_one(name):
    release, script, steps = TRIALS[name]
    here = layers.debs(release)
    for word, change in REPACKED.items():
        if word in name:
            here = repacked(here, word, change)
    binds = [(here, "/debs")]
    if name == "own":
        binds.append((repacked(here, "newer", "s/^Version: /&9/"), "/newer"))
    if name == "12-13-rebuilt":
        binds.append((layers.debs("13"), "/debs13"))
    layer = [layers.made(release, script)] if script != "true" else []
    with machine.Machine(release, layer, binds) as controller:
        controller.start()
        booted.provision(controller)
        trial = Trial(name, controller)
        trial.run("for n in 1 2; do samba-tool user create trial$n "
                  "locDCpass$n; done")
        for command in (INSTALL, "spn-policy enable",
                        "systemctl restart samba-ad-dc"):
            if trial.run(command).returncode:
                raise TestenvError("%s: %s failed, see %s" % (
                    name, command, trial.log.name))
        if trial.state() != ("yes", "yes"):
            raise TestenvError("%s: not enforcing before, see %s" % (
                name, trial.log.name))
        for command in steps:
            trial.step(command)
        return trial.problems


def run(argv):
    names = argv or list(TRIALS)
    if not set(names) <= set(TRIALS):
        complain(USAGE % " ".join(TRIALS))
        return EXIT_CANNOT_RUN
    os.makedirs(LOGS, exist_ok=True)
    problems = []
    try:
        machine.enter()
        print("| trial | what ran | status | DC up | enforcing | what apt "
              "said | what the journal said |\n|---|---|---|---|---|---|---|",
              flush=True)
        for name in names:
            problems += try_one(name)
    except TestenvError as error:
        complain(str(error))
        return EXIT_CANNOT_RUN
    return 1 if problems else 0
