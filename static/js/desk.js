// To assign: tells with each decision how long somebody was active on the page, and lets Enter send the reason of a rejection.
// Keys, pointer and scrolling count; a silence counts for at most IDLE, and nothing while the page is hidden. The server
// believes it only up to the time that really went by, and counts by its own clock where nothing is told.
const IDLE = 60000;
let active = 0;
let last = performance.now();

function input() {
  const now = performance.now();
  active += Math.min(now - last, IDLE);
  last = now;
}

for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "scroll"]) {
  document.addEventListener(kind, input, { passive: true, capture: true });
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) input();
  else last = performance.now();
});

document.addEventListener("submit", (event) => {
  const field = event.target.elements[event.target.dataset.activeIn];
  if (!field) return;
  input();
  field.value = String(Math.round(active / 1000));
});

document.addEventListener("keydown", (event) => {
  const chosen = event.target.closest?.("#reject-reason");
  if (!chosen || event.key !== "Enter" || !chosen.value) return;
  event.preventDefault();
  chosen.form.requestSubmit();
});
