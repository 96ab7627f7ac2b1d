# SPDX-License-Identifier: GPL-3.0-or-later
"""spn-audit for those who watch a domain: as a monitoring plugin, and its
numbers for Prometheus.

The form is that of the Monitoring Plugins Development Guidelines: one line,
"SERVICE STATE - text | label=value[unit];warn;crit;min", and an exit status
that says the same as the word. Needs no directory.
"""

import json
import os
import re
import shutil
import subprocess
import unittest

from hostile import SPN, configuration, user
import tool_all_dcs
import tool_audit_input as base
from tool_audit_input import TOOL

STATES = ["OK", "WARNING", "CRITICAL", "UNKNOWN"]
TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
ALERTS = os.path.join(TOP, "docs", "examples", "spn-audit-alerts.yml")
DASHBOARD = os.path.join(TOP, "docs", "examples", "spn-audit-dashboard.json")
# Comes with Debian's package prometheus; without it less is checked.
PROMTOOL = shutil.which("promtool")

LINE = re.compile(r"SPN (\w+) - ([^|\n]+?)(?: \| ([^|\n]+))?\n")
NUMBER = re.compile(r"([a-z_]+)=(\d+(?:\.\d+)?)(s?);(\d*);(\d*);0")
# Where Debian's monitoring-plugins-basic is installed.
NEGATE = "/usr/lib/nagios/plugins/negate"

GOOD = configuration() + user(9, **{SPN: "foo/quiet.example.com",
                                    "userAccountControl": 512})
WARNING = GOOD + user(1, **{SPN: ["foo/a.example.com", "foo/b"]})
ERROR = WARNING + user(2, **{SPN: "foo/b"})


class Monitoring(base.Input):
    def run_plugin(self, *args, **how):
        return subprocess.run(
            [TOOL, "--configfile=/dev/null", "--format=nagios", *args],
            check=False, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
            **{"stdout": subprocess.PIPE, **how})

    def parse(self, done):
        """(text, {label: value}) of a line that is as it has to be."""
        found = LINE.fullmatch(done.stdout.decode())
        self.assertTrue(found, done.stdout)
        self.assertEqual(STATES[done.returncode], found[1], done.stdout)
        numbers = {}
        for word in (found[3] or "").split():
            number = NUMBER.fullmatch(word)
            self.assertTrue(number, word)
            numbers[number[1]] = float(number[2])
        return found[2], numbers

    def report(self, export, *args):
        return self.parse(self.audit(export, "--format=nagios", *args))


class Plugin(Monitoring):
    def test_states(self):
        for export, args, status, counts in (
                (GOOD, ["--only=SPN-101"], 0, (0, 0)),
                (WARNING, ["--only=SPN-701", "--rule=SPN-701=info"], 0,
                 (0, 0)),
                (WARNING, ["--only=SPN-701", "--rule=SPN-701=warning"], 1,
                 (0, 2)),
                (WARNING, ["--only=SPN-701", "--rule=SPN-701=error"], 2,
                 (2, 0)),
                (ERROR, ["--only=SPN-101"], 2, (1, 0)),
                # the threshold of other formats has no say in it
                (WARNING, ["--only=SPN-701", "--rule=SPN-701=info",
                           "--min-severity=info"], 0, (0, 0))):
            with self.subTest(args=args):
                done = self.audit(export, "--format=nagios", *args)
                _, numbers = self.parse(done)
                self.assertEqual((status, b""),
                                 (done.returncode, done.stderr))
                self.assertEqual(counts, (numbers["errors"],
                                          numbers["warnings"]))

    def test_text(self):
        text, numbers = self.report(ERROR, "--only=SPN-101,SPN-701",
                                    "--rule=SPN-701=warning")
        self.assertEqual("example.com: 1 error (SPN-101), "
                         "3 warnings (SPN-701), 0 info", text)
        self.assertEqual((1, 3, 0, 3, 4, 0), tuple(
            numbers[name] for name in ("errors", "warnings", "info",
                                       "accounts", "spns", "incomplete")))
        self.assertGreater(numbers["time"], 0)
        self.assertNotIn("dcs", numbers, "nobody was asked")
        text, _ = self.report(ERROR, "--account=x1")
        self.assertIn("; only findings of account x1", text)

    def test_many_codes(self):
        """The line stays short, whatever is wrong."""
        codes = subprocess.run(
            [TOOL, "--configfile=/dev/null", "--list-rules"], check=True,
            stdout=subprocess.PIPE, text=True).stdout
        codes = re.findall(r"SPN-\d+", codes)
        export = GOOD + "".join(
            user(number, **{SPN: ["foo/b", "foo/a b", "http/x", "x",
                                  "http/web.example.com:0", "a/b/c/d",
                                  "HOST/gone"], "userAccountControl": 514,
                            "userPrincipalName": "x@y"})
            for number in range(1, 4))
        text, _ = self.report(export, *("--rule=%s=error" % code
                                        for code in codes))
        self.assertRegex(text, r"errors \((SPN-\d+, ){5}\.\.\.\)")

    def test_baseline(self):
        path = self.path("baseline")
        self.audit(ERROR, "--write-baseline=" + path)
        _, numbers = self.report(ERROR, "--baseline=" + path)
        self.assertEqual(0, numbers["errors"] + numbers["warnings"])
        self.assertGreater(numbers["accepted"], 0)

    def test_hostile(self):
        """A | in the name of a domain begins no numbers."""
        export = ERROR.replace("dnsRoot: example", "dnsRoot: a|errors=0")
        export = export.replace("DC=example,", "DC=a|errors\\3D0,")
        text, numbers = self.report(export, "--account=x1")
        self.assertIn("a/errors=0", text)
        self.assertIn("errors", numbers)


class Unknown(Monitoring):
    """Whatever keeps it from running: 3, and why, on standard output; and what
    others write to standard error stays there."""

    def unknown(self, *args, words, **how):
        done = self.run_plugin(*args, **how)
        self.assertEqual(3, done.returncode, (args, done))
        text, numbers = self.parse(done)
        self.assertEqual({}, numbers)
        for word in words:
            self.assertIn(word, text)
            self.assertIn(word, done.stderr.decode())
        self.assertNotIn("spn-audit: ", text)

    def test_reasons(self):
        for args, word in (
                (["--from-ldif=/nowhere|x"], "No such file"),
                (["-H", "/nowhere/sam.ldb"], "cannot open"),
                (["--xyz"], "--xyz"),
                (["--stale-days=x"], "--stale-days"),
                (["--output=x"], "--output"),
                (["--watch"], "--watch"),
                (["--list-rules"], "--list-rules"),
                (["--explain=SPN-101"], "--explain"),
                # Samba's own, which end the process where they stand
                (["--use-kerberos=maybe"], "kerberos"),
                (["--configfile=/nowhere"], "configfile")):
            with self.subTest(args=args):
                self.unknown(*args, words=[word])

    def test_spellings(self):
        """As popt reads them."""
        for args in (["--format", "nagios", "--xyz"],
                     ["--format=text", "--format=NAGIOS", "--xyz"],
                     ["-vH", "/nowhere", "--format=nagios"],
                     ["-H=/nowhere", "--format=nagios"],
                     ["--watch", "--format=nagios"]):
            done = subprocess.run([TOOL, *args], check=False,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
            self.assertEqual(3, done.returncode, args)
            self.parse(done)
        for args in (["--format=nagios", "--format=text", "--xyz"],
                     ["--account", "--format=nagios", "--xyz"],
                     ["--", "--format=nagios"]):
            done = subprocess.run([TOOL, *args], check=False,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
            self.assertEqual((2, b""), (done.returncode, done.stdout), args)

    def test_no_output(self):
        """Nobody can be told, but it was not OK."""
        export = self.write("export", GOOD)
        with open("/dev/full", "wb") as full:
            done = self.run_plugin("--from-ldif=" + export, stdout=full)
        self.assertEqual(3, done.returncode)

    def test_help(self):
        for option in "--help", "--version":
            done = self.run_plugin(option)
            self.assertEqual(0, done.returncode)
            self.assertNotIn(b"UNKNOWN", done.stdout)

    @unittest.skipUnless(os.path.exists(NEGATE) or shutil.which("negate"),
                         "monitoring-plugins-basic is not installed")
    def test_negate(self):
        """Debian's plugin that runs others: text and status come through."""
        export = self.write("export", ERROR)
        for args, status in (("--only=SPN-101", 0), ("--xyz", 3)):
            done = subprocess.run(
                [shutil.which("negate") or NEGATE, TOOL,
                 "--configfile=/dev/null", "--format=nagios",
                 "--from-ldif=" + export, args],
                check=False, stdout=subprocess.PIPE, text=True)
            self.assertEqual(status, done.returncode, done.stdout)
            self.assertRegex(done.stdout, "^SPN (CRITICAL|UNKNOWN) - ")


class Numbers(Monitoring):
    def metrics(self, export, *args):
        """{"name{labels}": value}"""
        done = self.audit(export, "--format=prometheus", *args)
        return {name: float(value) for name, value in re.findall(
            r"(?m)^([a-z_]+(?:\{.*\})?) (\S+)$", done.stdout.decode())}

    def promtool(self, *args, **how):
        done = subprocess.run([PROMTOOL, *args], check=False, text=True,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, **how)
        self.assertEqual(0, done.returncode, done.stdout)
        return done.stdout


class Prometheus(Numbers):
    """What is written, and the alerts of docs/examples about it."""

    def test_duration(self):
        seconds = self.metrics(ERROR)["spn_audit_duration_seconds"]
        self.assertTrue(0 < seconds < 60, seconds)

    def test_names(self):
        """Every number that an alert speaks of is one that is written; those
        of controllers only where they were asked."""
        with open(ALERTS, encoding="utf-8") as stream:
            spoken_of = set(re.findall(r"\bspn_audit_[a-z_]+", stream.read()))
        written = {name.partition("{")[0] for name in self.metrics(ERROR)}
        self.assertEqual({"spn_audit_dcs_letting_in"}, spoken_of - written)
        self.assertGreater(len(spoken_of), 4)

    @unittest.skipUnless(PROMTOOL, "promtool is not installed")
    def test_lint(self):
        report = self.audit(ERROR, "--format=prometheus").stdout.decode()
        self.assertEqual("", self.promtool("check", "metrics", input=report))
        self.assertIn("SUCCESS", self.promtool("check", "rules", ALERTS))

    def fires(self, metrics, minutes, alerts):
        """Just these alerts, so many minutes after the first numbers."""
        with open(ALERTS, encoding="utf-8") as stream:
            names = re.findall(r"- alert: (\w+)", stream.read())
        self.assertLessEqual(set(alerts), set(names))
        test = {
            "rule_files": [ALERTS], "evaluation_interval": "1m",
            "tests": [{
                "interval": "1m",
                "input_series": [
                    {"series": name, "values": "%s+0x%d" % (value, minutes)}
                    for name, value in metrics.items()],
                "promql_expr_test": [{
                    "expr": 'count by (alertname) '
                            '(ALERTS{alertstate="firing"})',
                    "eval_time": "%dm" % minutes,
                    "exp_samples": [
                        {"labels": '{alertname="%s"}' % name, "value": 1}
                        for name in alerts]}]}]}
        self.promtool("test", "rules", self.write("test.yml",
                                                  json.dumps(test)))

    @unittest.skipUnless(PROMTOOL, "promtool is not installed")
    def test_alerts(self):
        """The clock of such a test starts at 1970."""
        good = self.metrics(GOOD, "--only=SPN-101")
        good["spn_audit_last_run_timestamp_seconds"] = 0
        bad = self.metrics(ERROR, "--only=SPN-101")
        bad["spn_audit_last_run_timestamp_seconds"] = 0
        self.fires(good, 1, [])
        self.fires(bad, 1, ["SpnErrors"])
        self.fires(good, 179, [])
        self.fires(good, 181, ["SpnAuditOld"])
        self.fires({}, 119, [])
        self.fires({}, 121, ["SpnAuditMissing"])
        for name, value, minutes, alert in (
                ("spn_audit_incomplete", 1, 0, "SpnAuditIncomplete"),
                ("spn_audit_duration_seconds", 601, 180, "SpnAuditSlow"),
                ("spn_audit_dcs_letting_in", 1, 120, "SpnPolicyNotInForce")):
            with self.subTest(name=name):
                later = 10800 * (minutes > 150)     # or it is old by then
                self.fires({**good, name: value,
                            "spn_audit_last_run_timestamp_seconds": later},
                           minutes + 1, [alert])
                self.fires({**good, name: 0,
                            "spn_audit_last_run_timestamp_seconds": later},
                           minutes + 1, [])


class Dashboard(Numbers):
    """The dashboard for Grafana: Prometheus understands each query of it, and
    answers with something where spn-audit has written its numbers. No Grafana
    runs here; what was wrong when it was looked at in Grafana's own parts has
    a test each."""
    # Those of a run with --check-dcs, and which colour tells what.
    STATES = {"enforce": "green", "audit": "yellow", "off": "red",
              "idle": "red", "absent": "red", "unclear": "orange",
              "unreachable": "purple"}
    OF_DCS = {"spn_audit_dcs_letting_in": 0,
              **{'spn_audit_dcs{state="%s"}' % state: int(state == "enforce")
                 for state in STATES}}

    def setUp(self):
        super().setUp()
        with open(DASHBOARD, encoding="utf-8") as stream:
            self.dashboard = json.load(stream)

    def queries(self):
        """(title of the panel, query, legend), variables filled in."""
        for panel in self.dashboard["panels"]:
            for target in panel["targets"]:
                yield (panel["title"],
                       target["expr"].replace("$instance", ".*").replace(
                           "$__range", "1h"),
                       target["legendFormat"])

    def query(self, title):
        query, = (query for each, query, _ in self.queries() if each == title)
        return query

    def panel(self, title):
        panel, = (each for each in self.dashboard["panels"]
                  if each["title"] == title)
        return panel

    def ask(self, series, *questions):
        """series: {name: values}; questions: (query, minutes, answer)."""
        test = {"evaluation_interval": "1m", "tests": [{
            "interval": "1m",
            "input_series": [
                {"series": self.of_instance(name), "values": values}
                for name, values in series.items()],
            "promql_expr_test": [
                {"expr": query, "eval_time": "%dm" % minutes,
                 "exp_samples": [{"labels": "{}", "value": answer}]}
                for query, minutes, answer in questions]}]}
        self.promtool("test", "rules",
                      self.write("test.yml", json.dumps(test)))

    def test_names(self):
        written = {name.partition("{")[0] for name in
                   {**self.metrics(ERROR), **self.OF_DCS}}
        for title, query, _ in self.queries():
            names = re.findall(r"\bspn_audit_[a-z_]+", query)
            self.assertTrue(names, title)
            self.assertLessEqual(set(names), written, title)
        # and nothing that is written is left out, but what it is
        spoken_of = set(re.findall(r"\bspn_audit_[a-z_]+",
                                   json.dumps(self.dashboard["panels"])))
        self.assertEqual({"spn_audit_info"}, written - spoken_of)

    def test_layout(self):
        """No panel covers another, and each has a number of its own."""
        cells = set()
        numbers = [panel["id"] for panel in self.dashboard["panels"]]
        self.assertEqual(len(set(numbers)), len(numbers))
        for panel in self.dashboard["panels"]:
            at = panel["gridPos"]
            self.assertLessEqual(at["x"] + at["w"], 24, panel["title"])
            for x in range(at["x"], at["x"] + at["w"]):
                for y in range(at["y"], at["y"] + at["h"]):
                    self.assertNotIn((x, y), cells, panel["title"])
                    cells.add((x, y))

    def test_variables(self):
        """Only those that it has or Grafana, and labels only that a query
        leaves."""
        has = {each["name"] for each in self.dashboard["templating"]["list"]}
        has.add("__range")
        used = set(re.findall(r"\$\{?(\w+)", json.dumps(
            self.dashboard["panels"])))
        self.assertEqual(has, used)
        for title, query, legend in self.queries():
            grouped = re.search(r"by \(([^)]*)\)", query)
            for label in re.findall(r"\{\{(\w+)\}\}", legend):
                if grouped:
                    self.assertIn(label, grouped[1].split(", "), title)
                else:
                    self.assertIn(label, ("instance", "state"), title)

    def test_now(self):
        """What is true now is not read out of a series over the time range:
        Grafana lets that end at a whole step, half an hour for seven days, and
        shows the last number of who has gone. An age was wrong by a step."""
        for panel in self.dashboard["panels"]:
            is_now = panel["type"] in ("stat", "table")
            for target in panel["targets"]:
                self.assertEqual((is_now, not is_now), (
                    target["instant"], target["range"]), panel["title"])
            if panel["type"] == "stat":     # one number makes no curve
                self.assertEqual("none", panel["options"]["graphMode"])

    @unittest.skipUnless(PROMTOOL, "promtool is not installed")
    def test_gone(self):
        """Of a machine that is fetched from no more the age stays, and grows."""
        self.ask({"spn_audit_last_run_timestamp_seconds": "0 0 stale"},
                 ("sum(%s)" % self.query("Age of the last audit"), 20, 1200))

    def test_units(self):
        """All digits: "short" makes 1 K of 1,297 accounts, and of 1,400."""
        for panel in self.dashboard["panels"]:
            self.assertIn(panel["fieldConfig"]["defaults"]["unit"],
                          ("locale", "s"), panel["title"])

    def test_colours(self):
        """Green is good, and what is not good is not green."""
        self.assertEqual(tool_all_dcs.STATES, list(self.STATES))
        for title, colours in (
                ("Domain controllers", self.STATES),
                ("Findings", {"error": "red", "warning": "yellow",
                              "info": "blue"})):
            overrides = self.panel(title)["fieldConfig"]["overrides"]
            for name, colour in colours.items():
                found = [
                    prop["value"]["fixedColor"] for each in overrides
                    if re.match(each["matcher"]["options"], name + " dc1:9100")
                    for prop in each["properties"] if prop["id"] == "color"]
                self.assertEqual([colour], found, (title, name))

    def test_table(self):
        """Errors come first, and the number is not the column that is out of
        sight; whatever names a column names one that is there."""
        table = self.panel("What was found")
        change, = table["transformations"]
        renamed = change["options"]["renameByName"]
        place = change["options"]["indexByName"]
        columns = [renamed.get(name, name)
                   for name in sorted(place, key=place.get)]
        self.assertEqual(["severity", "Findings"], columns[:2])
        labels = re.search(r"by \(([^)]*)\)", table["targets"][0]["expr"])[1]
        self.assertEqual({*labels.split(", "), "Findings"}, set(columns))
        self.assertEqual([("severity", False), ("Findings", True)], [
            (each["displayName"], each["desc"])
            for each in table["options"]["sortBy"]])
        for each in table["fieldConfig"]["overrides"]:
            self.assertIn(each["matcher"]["options"], columns)

    @unittest.skipUnless(PROMTOOL, "promtool is not installed")
    def test_queries(self):
        """... each has an answer, as after a scrape of node_exporter."""
        metrics = {**self.metrics(ERROR), **self.OF_DCS}
        self.ask({name: str(value) for name, value in metrics.items()},
                 *(("count(%s) > bool 0" % query, 0, 1)
                   for _, query, _ in self.queries()))

    @unittest.skipUnless(PROMTOOL, "promtool is not installed")
    def test_short(self):
        """What lasted for one audit is a line that goes up and comes down: a
        point with nothing beside it is not drawn. What never was has none."""
        for title, name in (
                ("Errors by code",
                 'spn_audit_findings{severity="error",code="SPN-00%d"}'),
                ("Domain controllers", 'spn_audit_dcs{state="%d"}')):
            query = self.query(title)
            self.ask({name % most: "0 %d 0 0" % most for most in (0, 1)},
                     ("count(%s)" % query, 3, 1), ("sum(%s)" % query, 3, 0))

    def of_instance(self, name):
        name, _, labels = name.partition("{")
        return '%s{instance="dc1:9100"%s' % (
            name, "," + labels if labels else "}")


JOURNALD = "/lib/systemd/systemd-journald"
# In a /run of its own. journald wants the machine's number and control groups; a
# machine that has not booted may have neither. The arguments are a program.
WITH_JOURNAL = """
mount -t tmpfs none /etc && echo 0123456789abcdef0123456789abcdef >/etc/machine-id
[ -d /sys/fs/cgroup ] || { mount -t tmpfs none /sys && mkdir -p /sys/fs/cgroup; }
mountpoint -q /sys/fs/cgroup || mount -t cgroup2 none /sys/fs/cgroup
mount -t tmpfs none /run && mkdir -p /run/systemd/journal /run/log/journal
%s 2>/dev/null & journald=$!
n=0
while [ ! -S /run/systemd/journal/stdout ] && [ $n -lt 200 ]; do
    n=$((n + 1)); sleep 0.05
done
systemd-cat -t spn-audit "$@"
n=0
while [ $n -lt 200 ]; do
    journalctl --no-pager -D /run/log/journal -t spn-audit -o json \\
        >"$OUT" 2>/dev/null
    grep -q '"the end"' "$OUT" && break
    n=$((n + 1)); sleep 0.05
done
%s
kill $journald; wait $journald
"""


def can_log():
    return (os.geteuid() == 0 and os.path.exists(JOURNALD)
            and all(shutil.which(each) for each in ("unshare", "jq"))
            and subprocess.run(["unshare", "-m", "true"], check=False,
                               stderr=subprocess.DEVNULL).returncode == 0)


@unittest.skipUnless(can_log(), "needs root, a mount namespace and journald")
class Journal(Monitoring):
    """What docs/logging.md says of the fields, with a journald of our own."""

    def log(self, text):
        """Messages of a program that prints that, and what the command of the
        page prints."""
        with open(os.path.join(TOP, "docs", "logging.md"),
                  encoding="utf-8") as stream:
            command, = re.findall(r"(?m)^journalctl (-t spn-audit.*)$",
                                  stream.read())
        script = WITH_JOURNAL % (
            JOURNALD, "journalctl --no-pager -D /run/log/journal " + command)
        done = subprocess.run(
            ["unshare", "-m", "sh", "-c", script, "sh", "cat",
             self.write("text", text + "the end\n")],
            check=False, env=dict(os.environ, OUT=self.path("out")),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        with open(self.path("out"), encoding="utf-8") as stream:
            return ([json.loads(line) for line in stream],
                    done.stdout.decode())

    def test_fields(self):
        def line(event, severity, more=""):
            return json.dumps({"time": "2026-01-01T00:00:00Z", "event": event,
                               "finding": {"code": "SPN-" + severity,
                                           "severity": severity,
                                           "reason": more}}) + "\n"

        found, printed = self.log(
            line("new", "error") + "spn-audit: connected again\n"
            + line("new", "warning") + line("cured", "error")
            + line("new", "error", "x" * 60000))
        self.assertEqual("SPN-error\n", printed)
        messages = [each["MESSAGE"] for each in found]
        self.assertEqual("spn-audit: connected again", messages[1])
        self.assertEqual(7, len(messages))      # of the last one two pieces
        for each in found:
            self.assertEqual(("6", "spn-audit", "0"), (
                each["PRIORITY"], each["SYSLOG_IDENTIFIER"], each["_UID"]))


if __name__ == "__main__":
    unittest.main()
