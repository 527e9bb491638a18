// Opens and closes: menus close on Escape or a click elsewhere; a button with data-toggle shows and hides its part.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const button = event.target.closest("[data-toggle]");
  const part = button && document.getElementById(button.dataset.toggle);
  if (!part) return;
  part.hidden = !part.hidden;
  button.setAttribute("aria-expanded", String(!part.hidden));
  button.closest("details.menu")?.removeAttribute("open");
  if (!part.hidden) (part.querySelector("input:checked") ?? part.querySelector("input:not([type=hidden]), select, textarea, button"))?.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
    return;
  }
  const part = event.target.closest?.("[data-closes]");
  if (!part) return;
  part.hidden = true;
  const button = document.querySelector(`[data-toggle="${part.id}"]`);
  button?.setAttribute("aria-expanded", "false");
  button?.focus();
});

// What only a phone folds: data-fold opens and closes by a class, so that a wide page always shows it.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fold]");
  if (!button) return;
  const open = document.getElementById(button.dataset.fold).classList.toggle("is-open");
  button.setAttribute("aria-expanded", String(open));
});

// A stage that needs more than its name: data-needs of the chosen option shows the field of that name, hides the others.
function ask(select) {
  if (![...select.options].some((option) => option.dataset.needs)) return;
  for (const part of select.form.querySelectorAll("[data-asked]")) {
    part.hidden = part.dataset.asked !== select.selectedOptions[0]?.dataset.needs;
    part.querySelector("input").required = !part.hidden && part.dataset.asked === "reason";
  }
}
document.addEventListener("change", (event) => { if (event.target.matches("[data-asks]")) ask(event.target); });
document.addEventListener("toggle", (event) => event.target.querySelectorAll?.("[data-asks]").forEach(ask), true);

// A choice that acts at once: data-submit on a select or checkbox sends its form.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});
