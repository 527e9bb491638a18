// One-key shortcuts: a visible element with data-key="p" is clicked (a field is focused) when p is pressed.
function isTyping(target) {
  return target.isContentEditable || (target.matches?.("input, textarea, select") && !["checkbox", "radio", "button"].includes(target.type));
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const key = event.key.toLowerCase();
  const found = [...document.querySelectorAll("[data-key]")].find((node) => node.dataset.key === key && node.checkVisibility());
  if (!found || found.disabled) return;
  event.preventDefault();
  if (found.matches("input, select, textarea")) found.focus();
  else found.click();
});
