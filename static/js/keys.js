// One-key shortcuts: a visible element with data-key="p" is clicked (a field is focused, a choice made) when p is pressed; in a list, j and k
// move from row to row, and data-row-key acts on the row that has the focus; g and a letter go to a page; never while typing.
const GO_WITHIN = 1500;
let going = 0;

function isTyping(target) {
  return target.isContentEditable || (target.matches?.("input, textarea, select") && !["checkbox", "radio", "button"].includes(target.type));
}

function act(node, event) {
  event.preventDefault();
  if (node.matches("input[type=radio]")) node.checked = true;
  if (node.matches("input:not([type=checkbox]), select, textarea")) node.focus();
  else node.click();
}

function move(by, event) {
  const rows = [...document.querySelectorAll("[data-row]")].filter((row) => row.checkVisibility());
  if (!rows.length) return false;
  const at = rows.indexOf(document.activeElement?.closest("[data-row]"));
  const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))];
  event.preventDefault();
  next.querySelector("[data-row-link]")?.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function ofRow(key, event) {
  const row = document.activeElement?.closest?.("[data-row]") ?? null;
  if (!row) return false;
  const menu = key === "s" && row.querySelector("details.menu");
  const found = menu || (key === "o" ? row.querySelector("[data-row-link]") : row.querySelector(`[data-row-key="${CSS.escape(key)}"]`));
  if (!found) return false;
  if (menu) stage(menu, event);
  else act(found, event);
  return true;
}

function stage(menu, event) {
  event.preventDefault();
  menu.open = true;
  menu.querySelector("[name=stage]")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (going && Date.now() - going < GO_WITHIN) {
    going = 0;
    const goal = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
    if (goal) act(goal, event);
    return;
  }
  if (key === "g" && document.querySelector("[data-go]")) {
    going = Date.now();
    return;
  }
  if ((key === "j" && move(1, event)) || (key === "k" && move(-1, event)) || ofRow(key, event)) return;
  const found = [...document.querySelectorAll("[data-key]")].find((node) => node.dataset.key === key && node.checkVisibility());
  if (found && !found.disabled) act(found, event);
  else if (key === "s") {
    const menu = document.querySelector(".lead-acts details.menu");
    if (menu) stage(menu, event);
  }
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
});
