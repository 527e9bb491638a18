// Holds back a refresh of a part (data-refresh) while the reader is at work in it: typing, or with a line or menu open, or leads chosen.
function isBusy(part) {
  const focus = document.activeElement;
  const typing = part.contains(focus) && focus.matches("input, textarea, select");
  return typing || Boolean(part.querySelector("[data-closes]:not([hidden]), details.menu[open], [data-row-key=x]:checked"));
}

document.body.addEventListener("htmx:beforeRequest", (event) => {
  const part = event.detail.elt;
  if (part.hasAttribute("data-refresh") && event.detail.requestConfig.verb === "get" && isBusy(part)) event.preventDefault();
});
