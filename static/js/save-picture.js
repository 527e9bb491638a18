// "Save picture": what is drawn, its words and bars, in the colours on the page, as one SVG file; without this no button.
const SVG = "http://www.w3.org/2000/svg";
const KEPT = [
  "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity", "paint-order",
  "font-family", "font-size", "font-weight", "text-anchor", "vector-effect",
];
const MARGIN = 16;
const HEAD = 32;

function make(name, attributes, text = "") {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text) node.textContent = text;
  return node;
}

// A drawing with all that style sheets say of it written into it; what they hide is left out.
function coloured(from) {
  const style = getComputedStyle(from);
  if (style.display === "none" || style.visibility === "hidden") return null;
  const copy = from.cloneNode(false);
  copy.removeAttribute("class");
  for (const name of KEPT) copy.setAttribute(name, style.getPropertyValue(name));
  for (const child of from.childNodes) {
    const kept = child.nodeType === Node.ELEMENT_NODE ? coloured(child) : child.cloneNode(false);
    if (kept) copy.append(kept);
  }
  return copy;
}

// The lines a text stands on: words by the height they stand at.
function* linesOf(node) {
  let line = null;
  for (const word of node.data.matchAll(/\S+/g)) {
    const range = document.createRange();
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    const box = range.getBoundingClientRect();
    if (!box.width) continue;
    if (line && Math.abs(line.box.top - box.top) < 3) {
      line.text += ` ${word[0]}`;
      continue;
    }
    if (line) yield line;
    line = { text: word[0], box };
  }
  if (line) yield line;
}

function unseen(element) {
  return element.closest(".sr, [hidden]") || getComputedStyle(element).visibility === "hidden" || !element.getClientRects().length;
}

function* partsOf(look, left, top) {
  const walker = document.createTreeWalker(look, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement.closest("svg") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.nodeType === Node.TEXT_NODE) {
      const style = getComputedStyle(node.parentElement);
      if (unseen(node.parentElement) || style.fontSize === "0px") continue;
      for (const { text, box } of linesOf(node)) {
        const place = { x: box.left - left, y: box.top - top + box.height * 0.78, fill: style.color };
        const font = { "font-family": style.fontFamily, "font-size": style.fontSize, "font-weight": style.fontWeight };
        yield make("text", { ...place, ...font }, text);
      }
    } else if (!unseen(node)) {
      const box = node.getBoundingClientRect();
      const style = getComputedStyle(node);
      const place = { x: box.left - left, y: box.top - top, width: box.width, height: box.height };
      if (node.localName === "svg") {
        const copy = coloured(node);
        if (!copy) continue;
        for (const [key, value] of Object.entries({ ...place, overflow: style.overflow })) copy.setAttribute(key, value);
        yield copy;
      } else if (style.backgroundColor !== "rgba(0, 0, 0, 0)" || style.boxShadow.includes("inset")) {
        const ring = style.boxShadow.includes("inset") ? { stroke: style.boxShadow.match(/^.+?\)/)[0], "stroke-width": 2 } : {};
        yield make("rect", { ...place, rx: parseFloat(style.borderRadius) || 0, fill: style.backgroundColor, ...ring });
      }
    }
  }
}

function drawn(figure, title) {
  const look = figure.querySelector(".picture-look");
  const box = look.getBoundingClientRect();
  const [width, height] = [box.width + 2 * MARGIN, box.height + 2 * MARGIN + HEAD];
  const style = getComputedStyle(document.body);
  const file = make("svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` });
  file.append(make("title", {}, title));
  file.append(make("rect", { width, height, fill: style.backgroundColor }));
  const font = { "font-family": style.fontFamily, "font-size": "16px", "font-weight": 600 };
  file.append(make("text", { x: MARGIN, y: MARGIN + 14, fill: style.color, ...font }, title));
  file.append(...partsOf(look, box.left - MARGIN, box.top - MARGIN - HEAD));
  return file;
}

for (const button of document.querySelectorAll("[data-save-picture]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const figure = button.closest("[data-picture]");
    const title = figure.querySelector(".picture-table caption").textContent;
    const text = new XMLSerializer().serializeToString(drawn(figure, title));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    link.download = `${figure.id}.svg`;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}
