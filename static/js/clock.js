// Keeps clocks and ages running: <time data-clock datetime=due> counts to its instant, <time data-age> tells the distance.
const words = { s: "s", min: "min", h: "h", day: "day", days: "days", ...document.body.dataset.units && JSON.parse(document.body.dataset.units) };
// The server's clock counts, not this machine's.
const skew = document.body.dataset.now ? Date.parse(document.body.dataset.now) - Date.now() : 0;

function inWords(seconds) {
  if (seconds < 60) return `${seconds} ${words.s}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} ${words.min}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} ${words.h} ${String(minutes % 60).padStart(2, "0")} ${words.min}` : `${hours} ${words.h}`;
  const days = Math.floor(hours / 24);
  return `${days} ${days === 1 ? words.day : words.days}`;
}

function asDigits(seconds) {
  return seconds < 3600 ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : inWords(seconds);
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function tickClock(clock, now) {
  const due = clock.querySelector("time[data-clock]");
  if (!due) return;
  const left = Math.trunc((Date.parse(due.dateTime) - now) / 1000);
  const over = Date.parse(due.dateTime) < now;
  write(due, asDigits(Math.abs(left)));
  write(clock.querySelector("[data-clock-word]"), over ? clock.dataset.over : clock.dataset.left);
  write(clock.querySelector("[data-clock-note]"), over ? clock.dataset.noteOver : clock.dataset.noteLeft);
  clock.classList.toggle("clock-late", over);
  clock.closest(".row-lead")?.classList.toggle("row-late", over);
  const bar = clock.querySelector("[data-clock-bar]");
  const allowed = Number(clock.dataset.allowed);
  if (!bar || !allowed) return;
  bar.setAttribute("width", `${over ? 100 : Math.max(0, Math.min(100, 100 * (1 - left / allowed)))}%`);
  bar.setAttribute("class", over ? "n-late" : left <= Math.min(300, allowed / 3) ? "n-due" : "n-pri");
}

function tick() {
  const now = Date.now() + skew;
  for (const clock of document.querySelectorAll("[data-clock-box]")) tickClock(clock, now);
  for (const node of document.querySelectorAll("time[data-age]")) {
    write(node, inWords(Math.abs(Math.trunc((now - Date.parse(node.dateTime)) / 1000))));
  }
}

if (!document.body.hasAttribute("data-still")) setInterval(tick, 1000);
