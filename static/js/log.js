// The log form: a link with data-logs opens it in its place (a tel: or mailto: link goes on besides); parts that the chosen
// kind does not ask are hidden.
function show(form) {
  const kind = form.querySelector("[name=kind]:checked")?.value;
  for (const part of form.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(kind);
}

function ask(select) {
  for (const part of select.form.querySelectorAll("[data-due-for]")) {
    part.hidden = part.dataset.dueFor === "any" ? !select.value : part.dataset.dueFor !== select.value;
  }
}

function settle(root) {
  for (const form of root.querySelectorAll("[data-logform]")) show(form);
  for (const select of root.querySelectorAll("[data-due]")) ask(select);
}

// The link by which people open the form; those of shortcuts and of numbers stay as they are.
function opener(box) {
  return document.querySelector(`[data-into="${box.id}"][aria-expanded]`);
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("[data-logs]");
  const box = link && document.getElementById(link.dataset.into);
  if (!box || event.ctrlKey || event.metaKey) return;
  if (link.protocol.startsWith("http")) event.preventDefault();
  const url = link.dataset.logs;
  if (!box.hidden && box.dataset.url === url) {
    box.hidden = true;
    opener(box)?.setAttribute("aria-expanded", "false");
    return;
  }
  await window.htmx.ajax("GET", url, { target: box, swap: "innerHTML" });
  box.dataset.url = url;
  box.hidden = false;
  opener(box)?.setAttribute("aria-expanded", "true");
  settle(box);
  const first = url.includes("due=") ? "[data-due]" : url.includes("kind=note") ? "textarea" : "[data-for]:not([hidden]) input:checked, textarea";
  box.querySelector(first)?.focus();
});

document.addEventListener("keydown", (event) => {
  const box = event.key === "Escape" && event.target.closest?.(".logbox");
  if (!box) return;
  opener(box)?.setAttribute("aria-expanded", "false");
  opener(box)?.focus();
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (event.target.name === "kind" && form?.matches("[data-logform]")) show(form);
  if (event.target.matches("[data-due]")) ask(event.target);
});
document.body.addEventListener("htmx:afterSwap", (event) => settle(event.detail.target));
settle(document);
