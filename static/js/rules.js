// The rules editor: draws the open rule again where a choice changes its shape, tells how it reads while one types,
// and lets rules be dragged to another place. Everything works by buttons and forms without it.
const WAIT = 450;
let timer = 0;
let looking = null;
let opened = "";
let wasOpen = false;

let pressed = false; // a button of the form is being pressed: its own request says more than a redraw
let sent = null; // the texts of the form as they were sent
let typedOn = new Map(); // what was typed while an answer was under way, by the id of the field

const openForm = () => document.getElementById("rule-form");

document.addEventListener("pointerdown", (event) => { pressed = Boolean(event.target.closest("#rule-form button")); });
document.addEventListener("click", () => { pressed = false; });
document.addEventListener("change", (event) => {
  const form = event.target.closest("#rule-form");
  if (form && !pressed && event.target.matches("[data-redraw]")) form.querySelector("button[name=do][value=look]").click();
});

document.addEventListener("input", (event) => {
  const form = event.target.closest("#rule-form");
  if (!form || event.target.matches("[data-redraw]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => look(form), WAIT);
});

async function look(form) {
  looking?.abort();
  looking = new AbortController();
  const headers = { "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content };
  try {
    const answer = await fetch(form.dataset.look, { method: "POST", body: new FormData(form), headers, signal: looking.signal });
    if (!answer.ok) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("rule-look");
    if (found) document.getElementById("rule-look")?.replaceChildren(...found.childNodes);
  } catch (error) {
    if (error.name !== "AbortError") console.debug(error);
  }
}

// What was typed is not lost by a click elsewhere.
const isDirty = () => Boolean(openForm()?.dataset.dirty);
document.addEventListener("input", (event) => {
  const form = event.target.closest("#rule-form");
  if (form) form.dataset.dirty = "1";
});
document.addEventListener("click", (event) => {
  const away = event.target.closest("#draft a, #draft button");
  if (away?.matches("[data-leaves]")) delete openForm().dataset.dirty;
  if (!away || !isDirty() || away.closest("#rule-form, #try")) return;
  if (window.confirm(openForm().dataset.unsaved)) {
    delete openForm().dataset.dirty;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
document.addEventListener("submit", () => { if (isDirty()) delete openForm().dataset.dirty; });
window.addEventListener("beforeunload", (event) => { if (isDirty()) event.preventDefault(); });

// Where the reader was stays known when the page is drawn again.
const texts = (form) => new Map([...form.querySelectorAll("input.form-control[id]")].map((field) => [field.id, field.value]));
document.body.addEventListener("htmx:beforeRequest", () => {
  clearTimeout(timer);
  sent = openForm() && texts(openForm());
  const open = openForm()?.closest("[data-rule]");
  if (open) opened = open.dataset.rule;
});
document.body.addEventListener("htmx:beforeSwap", () => {
  wasOpen = Boolean(openForm());
  const now = openForm() && sent ? texts(openForm()) : new Map();
  typedOn = new Map([...now].filter(([id, text]) => sent.has(id) && sent.get(id) !== text));
});
document.body.addEventListener("htmx:afterSettle", () => {
  const form = openForm();
  for (const [id, text] of typedOn) {
    const field = form?.querySelector(`#${CSS.escape(id)}`);
    if (field) field.value = text;
  }
  if (typedOn.size && form) form.dataset.dirty = "1";
  typedOn = new Map();
  const lost = !document.activeElement || document.activeElement === document.body;
  const saved = document.getElementById("draft")?.dataset.saved || opened;
  const goal = form ? form.dataset.focus || ((lost || !wasOpen) && "r-name") : lost && saved && `edit-${saved}`;
  if (goal) document.getElementById(goal)?.focus();
  if (!form) opened = "";
});

document.addEventListener("click", (event) => {
  if (event.target.closest("button[aria-disabled=true]")) event.preventDefault();
}, true);

// Which lead to try: a real one or one that is typed in.
document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-try]");
  if (!chosen) return;
  const box = chosen.closest("#try");
  for (const button of box.querySelectorAll("[data-try]")) button.setAttribute("aria-pressed", String(button === chosen));
  for (const form of box.querySelectorAll("[data-tries]")) form.hidden = form.dataset.tries !== chosen.dataset.try;
});

// Days of a simulation are asked only where they are chosen.
const period = document.querySelector("[data-period]");
const fold = () => document.querySelector("[data-dates]").classList.toggle("is-folded", period.value !== "dates");
if (period) {
  period.addEventListener("change", fold);
  fold();
}

// Drag by the handle; the buttons beside each rule do the same by keyboard and by touch.
let dragged = null;

document.addEventListener("dragstart", (event) => {
  const grip = event.target.closest?.("[data-grip]");
  if (!grip) return;
  dragged = grip.closest("[data-rule]");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.rule);
  event.dataTransfer.setDragImage(dragged, 12, 12);
  dragged.classList.add("is-dragged");
});

document.addEventListener("dragover", (event) => {
  const over = dragged && event.target.closest?.("[data-rule]");
  if (!over || over === dragged) {
    if (dragged) event.preventDefault();
    return;
  }
  event.preventDefault();
  const middle = over.getBoundingClientRect().top + over.offsetHeight / 2;
  over.parentNode.insertBefore(dragged, event.clientY < middle ? over : over.nextSibling);
});

document.addEventListener("drop", (event) => {
  if (dragged) event.preventDefault();
});

document.addEventListener("dragend", () => {
  if (!dragged) return;
  dragged.classList.remove("is-dragged");
  const form = document.getElementById("rules-order");
  const keys = [...document.querySelectorAll(".rule-list > [data-rule]")].map((row) => row.dataset.rule).join(",");
  if (keys !== form.elements.keys.value) {
    form.elements.move.value = dragged.dataset.rule;
    form.elements.keys.value = keys;
    form.requestSubmit();
  }
  dragged = null;
});
