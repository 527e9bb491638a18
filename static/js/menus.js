// Opens and closes: menus close on Escape or a click elsewhere, and so do parts with data-closes on Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
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
  if (part) part.hidden = true;
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
document.addEventListener("htmx:afterSwap", (event) => event.detail.target.querySelectorAll?.("[data-asks]").forEach(ask));
document.addEventListener("toggle", (event) => event.target.querySelectorAll?.("[data-asks]").forEach(ask), true);

// A choice that acts at once: data-submit on a select or checkbox sends its form.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});
