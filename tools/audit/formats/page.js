/* SPDX-License-Identifier: GPL-3.0-or-later */
"use strict";
/* The plain table is the first page. Its other pages are made here, from the
   data: what is sorted and filtered are numbers, and only the rows of one page
   are ever in the document. Text goes through textContent alone. */
(function () {
  const table = document.querySelector("table");
  if (!table) return;
  const body = table.tBodies[0];
  const byId = (id) => document.getElementById(id);
  const [words, least, code] = ["words", "least", "code"].map(byId);
  const data = JSON.parse(byId("data").textContent);
  const num = data.rows;
  const cells = data.cells;
  const BEHIND = { spn: /(?<=[/.:])/, dn: /(?<=,)/, words: /(?<=[,/.@])/ };

  /* ---------------------------------------------------------------- rows */

  const runOf = new Uint32Array(num);   /* index into data.runs */
  const starts = new Uint32Array(num);  /* index into cells */
  const lower = [];                     /* what only this row says */
  const runs = data.runs.map(([, severity, message, ofAccount, isHeld,
    reason, fix, hence]) => ({ severity, message, ofAccount, isHeld,
    reason: data.texts[reason], fix: data.texts[fix],
    hence: hence === 0 ? "" : data.strings[hence - 1] }));

  /* The end of the row that starts there. */
  function endOf(run, at) {
    at += 1;                  /* SPN */
    at += 1 + cells[at];      /* holders */
    at += 1 + cells[at];      /* others */
    return at + run.reason.length - 1 + run.fix.length - 1;
  }

  let row = 0;
  let start = 0;
  data.runs.forEach(([count], r) => {
    for (const end = row + count; row < end; row++) {
      runOf[row] = r;
      starts[row] = start;
      start = endOf(runs[r], start);
    }
  });

  function dn(index) {
    const parent = data.parents[data.parentOf[index]];
    return parent === undefined ? data.names[index]
                           : data.names[index] + "," + parent;
  }

  /* A text with the strings in its gaps, which stand in cells from there. */
  function filled(text, at) {
    return text.reduce((all, piece, i) =>
      all + data.strings[cells[at + i - 1]] + piece);
  }

  function read(i) {
    const run = runs[runOf[i]];
    let at = starts[i];
    const spn = cells[at] === 0 ? "" : data.strings[cells[at] - 1];
    at++;
    const holders = cells.slice(at + 1, at + 1 + cells[at]);
    at += 1 + cells[at];
    const others = cells.slice(at + 1, at + 1 + cells[at]);
    at += 1 + cells[at];
    return { run, spn, holders, others, reason: filled(run.reason, at),
      fix: filled(run.fix, at + run.reason.length - 1) };
  }

  /* -------------------------------------------------------------- drawing */

  function add(parent, name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    parent.append(made);
    return made;
  }

  function addBreakable(parent, text, behind) {
    text.split(behind).forEach((piece, i) => {
      if (i > 0) add(parent, "wbr");
      parent.append(piece);
    });
  }

  function addSpn(parent, spn) {
    if (spn !== "") addBreakable(add(parent, "code"), spn, BEHIND.spn);
  }

  function addAccounts(cell, label, accounts) {
    for (const account of accounts) {
      const line = add(cell, "p");
      if (label) add(line, "span", "soft", label);
      addBreakable(line, dn(account), BEHIND.dn);
    }
  }

  function addCell(line, label) {
    const cell = add(line, "td");
    cell.dataset.label = label;
    return cell;
  }

  function draw(i) {
    const { run, spn, holders, others, reason, fix } = read(i);
    const [id, word] = data.messages[run.message];
    const severity = data.severities[run.severity];
    const line = document.createElement("tr");
    add(line, "td", "severity " + severity, severity);
    const codeCell = add(line, "td", "code");
    add(codeCell, "a", "", id).href = "#" + id;
    codeCell.append(" ");
    add(codeCell, "span", "soft", word);
    const subject = add(line, "td", run.ofAccount ? "account" : "spn");
    if (run.ofAccount) addBreakable(subject, dn(holders[0]), BEHIND.dn);
    else addSpn(subject, spn);
    const whose = addCell(line, run.isHeld ? "held by" : "account");
    if (run.ofAccount) addAccounts(whose, "and ", holders.slice(1));
    else addAccounts(whose, "", holders);
    if (run.ofAccount && spn !== "") {
      const holds = add(whose, "p");
      add(holds, "span", "soft", "holds ");
      addSpn(holds, spn);
    }
    addAccounts(whose, "also ", others);
    const why = addCell(line, "why");
    addBreakable(why, reason, BEHIND.words);
    if (run.hence !== "") {
      const hence = add(why, "p");
      add(hence, "span", "soft", "hence ");
      hence.append(run.hence);
    }
    addBreakable(addCell(line, "fix"), fix, BEHIND.words);
    return line;
  }

  /* -------------------------------------------------------------- sorting */

  const byCode = data.messages.map((_, m) => m).sort((a, b) =>
    data.messages[a][0] < data.messages[b][0] ? -1 : 1);
  const codeRank = [];
  byCode.forEach((m, rank) => { codeRank[m] = rank; });

  /* The number that a row is sorted by, and whether the first click has the
     smallest in front; strings and names are in order. Rows with the same
     number stay in theirs, the most urgent first. */
  const KEYS = [
    [(run) => run.severity, false],
    [(run) => codeRank[run.message], true],
    [(run, at) => run.ofAccount ? data.strings.length + 1 + cells[at + 2]
                                : cells[at], true],
    [(run, at) => cells[at + 1] === 0 ? 0 : 1 + cells[at + 2], true],
  ];

  function sorted(key, isUp) {
    const keys = new Uint32Array(num);
    let top = 0;
    for (let i = 0; i < num; i++) {
      keys[i] = key(runs[runOf[i]], starts[i]);
      if (keys[i] > top) top = keys[i];
    }
    const places = new Uint32Array(top + 2);
    for (let i = 0; i < num; i++) {
      if (!isUp) keys[i] = top - keys[i];
      places[keys[i] + 1]++;
    }
    for (let k = 0; k <= top; k++) places[k + 1] += places[k];
    const result = new Uint32Array(num);
    for (let i = 0; i < num; i++) result[places[keys[i]]++] = i;
    return result;
  }

  /* ------------------------------------------------------------ filtering */

  const common = runs.map((run) => [
    data.severities[run.severity], ...data.messages[run.message], run.hence,
    ...[run.reason, run.fix].filter((text) => text.length === 1).flat(),
  ].join("\n").toLowerCase());

  function lowerOf(i) {
    if (lower[i] === undefined) {
      const { run, spn, holders, others, reason, fix } = read(i);
      const texts = [spn, ...holders.map(dn), ...others.map(dn)];
      if (run.reason.length > 1) texts.push(reason);
      if (run.fix.length > 1) texts.push(fix);
      lower[i] = texts.join("\n").toLowerCase();
    }
    return lower[i];
  }

  /* While nobody waits, so that the first word is as quick as the next. */
  function prepare(i) {
    const end = Math.min(num, i + 2000);
    for (; i < end; i++) lowerOf(i);
    if (i < num) setTimeout(prepare, 0, i);
  }

  function fitting() {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    /* Of each run: null if none of it fits, else what its rows must have. */
    const open = runs.map((run, r) =>
      run.severity < Number(least.value) ||
      (code.value !== "" && data.messages[run.message][0] !== code.value)
        ? null : wanted.filter((word) => !common[r].includes(word)));
    return order.filter((i) => {
      const rest = open[runOf[i]];
      return rest !== null && rest.every((word) => lowerOf(i).includes(word));
    });
  }

  /* ---------------------------------------------------------------- pages */

  let order = new Uint32Array(num).map((_, i) => i);
  let view = order;
  const navs = [];

  /* What stands around the rows of the page that begins there. */
  function tell(at) {
    const end = Math.min(view.length, at + data.page);
    const last = Math.max(0, Math.ceil(view.length / data.page) - 1);
    const pages = { First: 0, Previous: at - data.page, Next: at + data.page,
      Last: last * data.page };
    for (const nav of navs) {
      nav.hidden = last === 0;
      for (const button of nav.children) {
        const to = pages[button.textContent];
        button.disabled = to === at || to < 0 || to > pages.Last;
        button.value = to;
      }
    }
    byId("shown").textContent = view.length === 0
      ? "None of " + num + " fits"
      : at + 1 + " to " + end + " of " + view.length +
        (view.length === num ? "" : " that fit, of " + num);
  }

  function show(at) {
    const page = view.subarray(at, at + data.page);
    body.replaceChildren(...Array.from(page, draw));
    tell(at);
  }

  function filter() {
    view = fitting();
    show(0);
  }

  function sort(head) {
    const [key, isFirstUp] = KEYS[head.cellIndex];
    const before = head.getAttribute("aria-sort");
    const isUp = before === null ? isFirstUp : before !== "ascending";
    for (const other of table.tHead.rows[0].cells)
      other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", isUp ? "ascending" : "descending");
    byId("findings").textContent =
      "Findings, sorted by " + head.textContent.toLowerCase();
    order = sorted(key, isUp);
    filter();
  }

  function addPages(isBelow) {
    const nav = document.createElement("nav");
    nav.setAttribute("aria-label", isBelow ? "Pages, below" : "Pages");
    for (const name of ["First", "Previous", "Next", "Last"]) {
      const button = add(nav, "button", "", name);
      button.type = "button";
      button.addEventListener("click", () => {
        show(Number(button.value));
        if (isBelow) byId("findings").scrollIntoView();
      });
    }
    if (isBelow) table.after(nav);
    else table.before(nav);
    navs.push(nav);
  }

  for (const head of Array.from(table.tHead.rows[0].cells).slice(0,
    KEYS.length)) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(head));
  }
  /* Without a script a bar leads to what its code means. */
  for (const bar of document.querySelectorAll(".bars a")) {
    bar.addEventListener("click", (event) => {
      event.preventDefault();
      code.value = bar.hash.slice(1);
      filter();
      byId("findings").scrollIntoView();
      code.focus({ preventScroll: true });
    });
  }
  words.addEventListener("input", filter);
  least.addEventListener("change", filter);
  code.addEventListener("change", filter);
  document.querySelector(".filter").hidden = false;
  if (byId("bound")) byId("bound").hidden = true;
  addPages(false);
  addPages(true);
  /* A browser keeps what was typed when a page is loaded again. */
  if (words.value !== "" || least.value !== "0" || code.value !== "") filter();
  else tell(0);
  setTimeout(prepare, 0, 0);
})();
