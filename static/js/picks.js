// Rows chosen in a list: how many, and all of the page by the box in the head; without this the boxes and their form work alone.
const boxes = () => [...document.querySelectorAll("[data-row-key=x]")];
const all = document.querySelector("[data-pick-all]");

function tell() {
  const chosen = boxes().filter((box) => box.checked).length;
  const says = document.querySelector("[data-picked]");
  if (says) says.textContent = chosen === 1 ? says.dataset.one : says.dataset.many.replace("{n}", chosen);
  if (!all) return;
  all.checked = chosen > 0 && chosen === boxes().length;
  all.indeterminate = chosen > 0 && !all.checked;
}

if (all) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    tell();
  });
}
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-row-key=x]")) tell();
});
window.addEventListener("pageshow", tell);
