// Pointing at a picture (or arrow keys on it) reads the nearest row of the table behind it; without this the table is there.
const SVG = "http://www.w3.org/2000/svg";

function rowsOf(figure) {
  const heads = [...figure.querySelectorAll("thead th")].map((head) => head.textContent.trim());
  return [...figure.querySelectorAll("tbody tr[data-at]")].map((row) => ({
    at: Number(row.dataset.at),
    cells: [...row.cells].map((cell, n) => [heads[n], cell.textContent.trim()]),
  }));
}

function words(out, row) {
  const first = document.createElement("b");
  first.textContent = row.cells[0][1];
  out.replaceChildren(first, ...row.cells.slice(1).map(([head, text]) => {
    const [part, value] = [document.createElement("span"), document.createElement("strong")];
    value.textContent = text;
    part.append(`${head} `, value);
    return part;
  }));
  out.classList.toggle("readout-left", row.at > 50);
}

function readable(chart) {
  const figure = chart.closest("[data-picture]");
  const out = document.createElement("p");
  out.className = "readout";
  out.setAttribute("aria-live", "polite");
  const svg = chart.querySelector("svg");
  const lines = svg.querySelector(".chart-lines");
  const rows = rowsOf(figure);
  if (!rows.length) return;
  let now = rows.length - 1;
  const line = document.createElementNS(SVG, "line");
  line.setAttribute("class", "reading");
  line.setAttribute("y1", lines.getAttribute("y"));
  line.setAttribute("y2", Number(lines.getAttribute("y")) + Number(lines.getAttribute("height")));
  line.setAttribute("visibility", "hidden");
  svg.insertBefore(line, lines);

  function show(n) {
    now = Math.max(0, Math.min(rows.length - 1, n));
    for (const end of ["x1", "x2"]) line.setAttribute(end, `${rows[now].at}%`);
    line.setAttribute("visibility", "visible");
    words(out, rows[now]);
  }

  chart.tabIndex = 0;
  chart.setAttribute("role", "group");
  chart.setAttribute("aria-label", svg.getAttribute("aria-label"));
  chart.classList.add("is-readable");
  chart.append(out);
  chart.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const at = (100 * (event.clientX - box.left)) / box.width;
    show(rows.reduce((best, row, n) => (Math.abs(row.at - at) < Math.abs(rows[best].at - at) ? n : best), 0));
  });
  chart.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(to);
  });
  chart.addEventListener("focus", () => show(now));
  for (const leaving of ["blur", "pointerleave"]) {
    chart.addEventListener(leaving, () => {
      if (leaving === "pointerleave" && document.activeElement === chart) return;
      line.setAttribute("visibility", "hidden");
      out.replaceChildren();
    });
  }
}

for (const chart of document.querySelectorAll("[data-readable]")) readable(chart);
