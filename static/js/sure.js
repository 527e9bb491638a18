// Asks once more before a button does what cannot be undone.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-sure]");
  if (button && !window.confirm(button.dataset.sure)) event.preventDefault();
});
