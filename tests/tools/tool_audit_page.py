#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTML report in a real browser: it is clicked, typed into, printed, measured.

	tool_audit_page.py figures ACCOUNTS ...
	tool_audit_page.py pictures FOLDER

By hand: what pages of directories of those sizes cost, beside one of 1,000 accounts;
and the pictures of docs/screenshots.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import browser
import hostile
from hostile import SPN, computer, configuration, user

TOOL = os.path.join(os.environ.get("SPN_POLICY_BUILD", "bin"), "programs",
                    "spn-audit")
FEW, MANY = 1000, 10000
# How much longer the page of many may take than that of 1,000 accounts.
LOAD, USE = 8, 3
LARGEST = 6 * 1000 * 1000
PAGE = 100
# Where a machine is busy with something else.
ATTEMPTS = 3
EVIL = "</script><img src=x onerror=alert(1)>"
HEADING = "document.getElementById('findings').textContent"
SHOWN = "document.getElementById('shown').textContent"
ROWS = "Array.from(document.querySelectorAll('tbody tr'))"
# The milliseconds of something, with the layout that it wants.
TIMES = """(() => { const times = [];
  for (const act of [%s]) {
    const start = performance.now();
    act();
    document.body.offsetHeight;
    times.push(performance.now() - start);
  }
  return times; })()"""
SORTS = ", ".join("() => document.querySelectorAll('th button')[%d].click()"
                  % column for column in (2, 0, 3, 1, 2, 3))
FILTERS = ", ".join(
    "() => { const w = document.getElementById('words'); w.value = '%s';"
    " w.dispatchEvent(new Event('input')); }" % word
    # each of them fills a page
    for word in ("svc", "", "SPN-701 http/", "crack", "svc example", "info"))
LOADED = """(() => {
  const [all] = performance.getEntriesByType('navigation');
  const [paint] = performance.getEntriesByName('first-contentful-paint');
  return [all.loadEventEnd, paint ? paint.startTime : null]; })()"""


def account(number):
    """Of five one is a service, of these every 50th lacks a half, and of computers
    some hold what another one has, too."""
    name = "%s%d.example.com"
    if number % 5 == 2:
        pair = ["http/svc%d" % number, "http/" + name % ("svc", number)]
        return user(number, tag="svc",
                    **{SPN: pair[:1 if number % 250 == 247 else 2]})
    if number % 5 == 4:
        return user(number, tag="user")
    spns = ["%s/%s" % (each, host) for each in ("HOST", "TERMSRV")
            for host in ("pc%d" % number, name % ("pc", number))]
    if number % 250 == 246:
        spns.append("TERMSRV/pc%d" % (number - 1))
    return computer(number, tag="pc", dNSHostName=name % ("pc", number),
                    **{SPN: spns})


def export(num):
    return configuration() + "".join(map(account, range(num)))


def evil():
    """Whoever may make accounts chose these names."""
    dn = "CN=%s,CN=Users,DC=example,DC=com" % (
        EVIL.replace("<", "\\3C").replace(">", "\\3E").replace("=", "\\3D"))
    text = configuration() + "".join(
        user(number, tag="user", **{SPN: ["http/" + EVIL, "http/x y", "{spn}/'"]})
        for number in range(2))
    return text + user(9, tag="z").replace(
        "CN=z9,CN=Users,DC=example,DC=com", dn).rstrip() + (
            "\n%s: http/%s\n\n" % (SPN, EVIL))


def report(text, *args):
    """What it prints."""
    done = subprocess.run(
        [TOOL, "--configfile=/dev/null", "--from-ldif=-", *args], input=text,
        text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 1:
        raise RuntimeError(done.stderr)
    return done.stdout


def make(path, text):
    """A page, and where it is."""
    report(text, "--format=html", "--output=" + path)
    return path


def measure(page, path):
    """{what: [milliseconds]}"""
    found = {"load": [], "paint": []}
    for _ in range(3):
        page.go(path)
        load, paint = page.ask(LOADED)
        found["load"].append(load)
        found["paint"].append(paint or load)
    found["filter"] = page.ask(TIMES % FILTERS)
    page.go(path)
    found["sort"] = page.ask(TIMES % SORTS)
    return found


def ratios(few, many):
    """The machine may be busy, so the quickest of each counts."""
    return {what: min(many[what]) / min(few[what]) for what in few}


@unittest.skipIf(browser.PROGRAM is None, "no chromium")
class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="spn-page-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.page = browser.Browser(cls.folder)
        cls.addClassCleanup(cls.page.close)
        cls.few = make(os.path.join(cls.folder, "few.html"), export(FEW))

    def setUp(self):
        self.page.media()
        self.page.scripts(True)
        self.page.shape(1280, 800)
        self.page.go(self.few)

    def tearDown(self):
        """Whatever was done: the page has said nothing, and asked nobody."""
        self.assertEqual([], self.page.complaints())
        self.assertEqual([], [url for url in self.page.requests()
                              if not url.startswith("file://")])
        self.assertGreaterEqual(1, len(self.page.requests()))

    def cells(self, column):
        return self.page.ask(ROWS + ".map((row) => row.cells[%d].textContent)"
                             % column)

    def rows(self):
        return self.page.ask(ROWS + ".map((row) => row.outerHTML)")

    def has_focus(self, selector):
        return self.page.ask("document.activeElement.matches(%s)"
                             % json.dumps(selector))

    def test_script_and_program_draw_alike(self):
        plain = self.rows()
        self.assertEqual(PAGE, len(plain))
        self.page.click("nav button", 2)
        self.assertFalse(plain == self.rows())
        self.page.click("nav button", 0)
        self.assertEqual(plain, self.rows())

    def test_every_row(self):
        """What the script draws of all pages is what the report in JSON says."""
        shapes = {name: shape for group, _ in hostile.GROUPS.values()
                  for name, shape in group.items()}
        text = hostile.export(shapes, 20)
        path = os.path.join(self.folder, "every.html")
        self.page.go(make(path, text))
        drawn = self.page.ask("""(() => { const all = [];
          const next = document.querySelectorAll("nav button")[2];
          for (;;) {
            for (const row of document.querySelectorAll("tbody tr"))
              all.push(Array.from(row.cells, (cell) => cell.textContent));
            if (next.disabled) return all;
            next.click();
          } })()""")
        findings = json.loads(report(text, "--format=json"))["findings"]
        self.assertLess(3 * PAGE, len(findings))
        self.assertLess(10, len({each["code"] for each in findings}))
        hence = [", ".join(dict.fromkeys(
            one["code"] for one in each["consequences"])) for each in findings]
        self.assertLess(1, len(set(hence)))
        self.assertEqual(
            [[each["severity"], "%(code)s %(id)s" % each,
              each["reason"] + ("hence " + codes) * bool(codes), each["cure"]]
             for each, codes in zip(findings, hence)],
            [row[:2] + row[4:] for row in drawn])
        for row, each in zip(drawn, findings):
            for account in each["holders"] + each["others"]:
                self.assertIn(account["dn"], row[2] + " " + row[3])
            self.assertIn(each["spn"] or "", row[2] + " " + row[3])

    def test_sort(self):
        heads = "th button"
        self.assertEqual(4, self.page.ask(
            "document.querySelectorAll('%s').length" % heads))
        self.assertEqual("Findings, most urgent first", self.page.ask(HEADING))
        self.page.click(heads, 0)
        self.assertEqual("Findings, sorted by severity", self.page.ask(HEADING))
        severities = self.cells(0)
        self.assertEqual("error", severities[0])
        self.page.click(heads, 0)
        self.assertEqual("info", self.cells(0)[0])
        self.page.click(heads, 1)
        codes = self.cells(1)
        self.assertEqual(sorted(codes), codes)
        self.page.click(heads, 2)
        subjects = [each for each in self.cells(2) if each[:5] == "http/"]
        self.assertEqual(["http/svc247", "http/svc497"], subjects[:2])
        self.page.click(heads, 3)
        self.page.click(heads, 3)
        self.assertNotIn("urgent", self.page.ask(HEADING))
        self.assertEqual("http/svc997",
                         self.cells(2)[0])
        self.assertEqual([None, None, None, "descending", None, None],
                         self.page.ask("Array.from(document.querySelectorAll("
                                       "'th'), (head) => head.getAttribute("
                                       "'aria-sort'))"))

    def test_filter(self):
        self.page.click("#words")
        self.page.write("SVC247 full")
        self.assertEqual(1, len(self.rows()))
        self.assertIn("http/svc247", self.cells(2)[0])
        self.assertRegex(self.page.ask(SHOWN), r"^1 to 1 of 1 that fit, of ")
        self.page.write(" nonsense")
        self.assertEqual([], self.rows())
        self.assertRegex(self.page.ask(SHOWN), r"^None of ")

    def test_filter_of_severity_and_code(self):
        num = self.page.ask("Number(document.querySelector('.sums b')"
                            ".textContent)")
        self.page.ask("document.getElementById('least').value = '2'; document."
                      "getElementById('least').dispatchEvent("
                      "new Event('change'))")
        self.assertEqual({"error"}, set(self.cells(0)))
        self.assertIn(" of %d that fit" % num, self.page.ask(SHOWN))

    def test_bar(self):
        """A bar shows the findings of its code; a code leads to what it means."""
        code = self.page.ask("document.querySelectorAll('.bars a')[1].hash")
        self.page.click(".bars a", 1)
        self.assertEqual({code[1:]}, {cell[:7] for cell in self.cells(1)})
        self.assertTrue(self.has_focus("#code"))
        self.page.click("td.code a")
        self.assertEqual(code, self.page.ask("location.hash"))
        self.assertTrue(self.page.ask("document.querySelector(location.hash)"
                                      ".matches('dt')"))
        box = self.page.ask("document.querySelector(location.hash)"
                            ".getBoundingClientRect().top")
        self.assertLess(box, 800)

    def test_pages(self):
        first = self.rows()
        self.page.click("nav button", 3)
        self.assertRegex(self.page.ask(SHOWN), r"^[2-9]01 to (\d+) of \1$")
        self.assertTrue(self.page.ask(
            "document.querySelectorAll('nav button')[2].disabled"))
        self.page.click("nav:last-of-type button", 1)
        self.page.click("nav button", 0)
        self.assertEqual(first, self.rows())

    def test_keyboard(self):
        """Everything is reached with Tab, and heads are pressed as buttons are."""
        self.page.press("Tab", 40)
        self.assertNotEqual("BODY", self.page.ask(
            "document.activeElement.tagName"))
        self.page.ask("document.getElementById('code').focus()")
        while not self.has_focus("th button"):
            self.page.press("Tab")
            self.assertTrue(self.has_focus("#code, nav button, th button"))
        self.page.press("Enter")
        self.assertEqual("descending", self.page.ask(
            "document.querySelector('th').getAttribute('aria-sort')"))
        self.page.press("Space")
        self.assertEqual("info", self.cells(0)[0])
        self.page.press("Tab")
        self.page.press("Enter")
        self.assertEqual(sorted(self.cells(1)), self.cells(1))
        self.assertNotEqual("none", self.page.ask(
            "getComputedStyle(document.activeElement).outlineStyle"))

    def test_dark(self):
        ground = "getComputedStyle(document.body).backgroundColor"
        self.assertEqual("rgb(255, 255, 255)", self.page.ask(ground))
        self.page.media(scheme="dark")
        self.assertEqual("rgb(20, 22, 26)", self.page.ask(ground))
        self.assertEqual("rgb(230, 232, 236)", self.page.ask(
            "getComputedStyle(document.body).color"))

    def test_print(self):
        self.page.media("print", "dark")
        seen = "getComputedStyle(document.querySelector('%s')).display"
        for selector in ".filter", "nav":
            self.assertEqual("none", self.page.ask(seen % selector))
        for selector in ".sums", ".bars", "table", "#shown":
            self.assertNotEqual("none", self.page.ask(seen % selector))
        self.page.media()
        self.assertEqual(b"%PDF", self.page.printed()[:4])

    def test_phone(self):
        """Nothing is moved sideways to be read."""
        self.page.shape(360, 740, is_phone=True)
        self.page.go(self.few)
        sizes = "[%s.scrollWidth, %s.clientWidth]" % (
            ("document.documentElement",) * 2)
        wide, there = self.page.ask(sizes)
        self.assertLessEqual(wide, there)
        self.assertEqual(360, there)

    def test_without_script(self):
        self.page.scripts(False)
        self.page.go(self.few)
        self.page.scripts(True)
        bound = self.page.ask("document.getElementById('bound')")
        self.assertIsNotNone(bound)
        self.assertRegex(
            self.page.ask("document.getElementById('bound').textContent"),
            r"^Only the first 100 of \d+ findings")
        self.assertNotEqual("none", self.page.ask(
            "getComputedStyle(document.getElementById('bound')).display"))
        self.assertEqual(PAGE, len(self.rows()))
        self.assertTrue(self.page.ask(
            "document.querySelector('.filter').hidden"))

    def test_hostile_names(self):
        self.page.go(make(os.path.join(self.folder, "evil.html"), evil()))
        plain = self.rows()
        self.page.click("th button", 0)
        self.assertEqual(sorted(plain), sorted(self.rows()))
        self.assertIn("http/" + EVIL, self.cells(2))
        self.assertEqual(0, self.page.ask(
            "document.querySelectorAll('img').length"))
        self.assertEqual(2, self.page.ask("document.scripts.length"))
        self.page.click("#words")
        self.page.write(EVIL.split()[0])
        self.assertNotEqual([], self.rows())

    def test_base(self):
        """Links lead into the page, whatever has got into it."""
        self.page.ask("document.head.appendChild(Object.assign("
                      "document.createElement('base'),"
                      "{href: 'http://elsewhere.example/'})).tagName")
        self.assertEqual(self.page.ask("location.href"),
                         self.page.ask("document.baseURI"))
        complaint, = self.page.complaints()
        self.assertIn("base-uri", str(complaint))
        self.page.go(self.few)

    def test_many(self):
        """The page of more accounts takes no longer where it must not."""
        many = make(os.path.join(self.folder, "many.html"), export(MANY))
        self.assertLess(os.path.getsize(many), LARGEST * MANY / 100000)
        limits = {"load": LOAD, "paint": LOAD, "sort": USE, "filter": USE}
        few, more = {}, {}
        for _ in range(ATTEMPTS):
            for found, path in (few, self.few), (more, many):
                for what, times in measure(self.page, path).items():
                    found.setdefault(what, []).extend(times)
            found = ratios(few, more)
            if all(found[what] < limits[what] for what in limits):
                break
        print(found, flush=True)
        for what, limit in limits.items():
            with self.subTest(what):
                self.assertLess(found[what], limit)


def with_page(act):
    with tempfile.TemporaryDirectory(prefix="spn-page-") as folder:
        page = browser.Browser(folder)
        try:
            page.shape(1280, 800)
            act(page, lambda num: make(
                os.path.join(folder, "%d.html" % num), export(num)))
        finally:
            page.close()


def figures(page, page_of, sizes):
    few = measure(page, page_of(FEW))
    for num in sizes:
        path = page_of(num)
        many = measure(page, path)
        print("%d accounts: %d bytes" % (num, os.path.getsize(path)))
        for what, ratio in ratios(few, many).items():
            print("  %-7s %8.1f ms %8.1f ms of %d accounts, ratio %.2f" % (
                what, min(many[what]), min(few[what]), FEW, ratio))


def earlier(folder):
    """Reports of eight days; with most of them less is wrong."""
    for day, num in enumerate((14, 15, 15, 13, 13, 11, 12, 11)):
        text = export(num * 1000)
        found = json.loads(report(text, "--format=json"))
        found["meta"]["time"] = "2026-11-%02dT04:00:00Z" % (day + 20)
        del found["findings"]
        with open(os.path.join(folder, "%d.json" % day), "w",
                  encoding="ascii") as out:
            json.dump(found, out)
    return "--trend=" + os.path.join(folder, "*.json")


def small(path):
    """With few colours it is a quarter."""
    subprocess.run(["pngquant", "--force", "--output", path, "64", path],
                   check=True)


def pictures(page, folder):
    with tempfile.TemporaryDirectory(prefix="spn-page-") as own:
        path = os.path.join(own, "page.html")
        for name, numbers, more, phone, scheme in (
                ("10", range(240, 250), (), False, "light"),
                ("desktop-light", range(MANY), (earlier(own),), False,
                 "light"),
                ("100000-dark", range(100000), (), False, "dark"),
                ("phone-dark", range(1000), (), True, "dark")):
            report(configuration() + "".join(map(account, numbers)),
                   "--format=html", "--output=" + path, *more)
            page.shape(*(360, 740) if phone else (1280, 860), is_phone=phone)
            page.media(scheme=scheme)
            page.go(path)
            if phone:
                page.ask("window.scrollTo(0, document.getElementById("
                         "'findings').offsetTop + 40)")
            out = os.path.join(folder, "audit-%s.png" % name)
            page.picture(out)
            small(out)


def main(argv):
    if len(argv) > 1 and argv[0] == "figures":
        with_page(lambda page, page_of: figures(page, page_of,
                                                map(int, argv[1:])))
    elif len(argv) == 2 and argv[0] == "pictures":
        with_page(lambda page, page_of: pictures(page, argv[1]))
    else:
        unittest.main()


if __name__ == "__main__":
    main(sys.argv[1:])
