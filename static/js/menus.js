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
  if (!part.hidden) part.querySelector("input:checked, input, select, textarea, button")?.focus();
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

// A choice that acts at once: data-submit on a select or checkbox sends its form.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});
