// Copies the text of the field a button names, and says so on the button.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    document.execCommand("copy");
  }
  const said = button.querySelector("[data-said]");
  if (said) said.textContent = button.dataset.done;
});
