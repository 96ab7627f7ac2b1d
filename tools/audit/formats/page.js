/* SPDX-License-Identifier: GPL-3.0-or-later */
"use strict";
(function () {
  const table = document.querySelector("table");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const words = document.getElementById("words");
  const least = document.getElementById("least");
  const shown = document.getElementById("shown");
  document.querySelector(".filter").hidden = false;

  function filter() {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let num = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = Number(row.dataset.rank) < Number(least.value) ||
        !wanted.every((word) => text.includes(word));
      num += row.hidden ? 0 : 1;
    }
    shown.textContent = num + " of " + rows.length;
  }

  function key(row, column) {
    const cell = row.cells[column];
    return cell.dataset.rank || cell.textContent;
  }

  function sort(head) {
    const column = head.cellIndex;
    const up = head.getAttribute("aria-sort") !== "ascending";
    const order = new Intl.Collator("en", { numeric: true });
    for (const other of table.tHead.rows[0].cells)
      other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    rows.sort((a, b) =>
      (up ? 1 : -1) * order.compare(key(a, column), key(b, column)));
    body.append(...rows);
  }

  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(head));
  }
  words.addEventListener("input", filter);
  least.addEventListener("change", filter);
  filter();
})();
