// Shows short notes: those the page came with, those an answer sends as the event `toast`, and failed requests.
const box = document.getElementById("toasts");
const FADE_AFTER = 7000;

function leaveLater(note) {
  if (note.dataset.tone === "late") return;
  let timer = setTimeout(() => note.remove(), FADE_AFTER);
  note.addEventListener("pointerenter", () => clearTimeout(timer));
  note.addEventListener("pointerleave", () => { timer = setTimeout(() => note.remove(), FADE_AFTER); });
}

function toast({ text, tone = "info", url = "" }) {
  const note = document.getElementById(`toast-${tone}`)?.content.firstElementChild.cloneNode(true)
    ?? document.getElementById("toast-info").content.firstElementChild.cloneNode(true);
  const line = note.querySelector("p");
  if (url && url.startsWith("/")) {
    const link = document.createElement("a");
    link.href = url;
    link.textContent = text;
    line.append(link);
  } else {
    line.textContent = text;
  }
  box.append(note);
  settle();
}

box.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".note-up").remove());
document.body.addEventListener("toast", (event) => toast(event.detail));
document.body.addEventListener("htmx:sendError", () => toast({ text: box.dataset.offline, tone: "late" }));
document.body.addEventListener("htmx:responseError", (event) => {
  // A poll that fails will come again; only an act of the reader is worth a word.
  if (event.detail.requestConfig?.verb === "get" && event.detail.elt.hasAttribute("data-poll")) return;
  const status = event.detail.xhr.status;
  toast({ text: status === 503 || status === 429 ? box.dataset.busy : box.dataset.failed, tone: "late" });
});

// Notes that came with a page or a fragment, each once.
function settle() {
  for (const note of box.querySelectorAll(".note-up:not([data-settled])")) {
    note.dataset.settled = "";
    leaveLater(note);
  }
}
document.body.addEventListener("htmx:oobAfterSwap", settle);
settle();
