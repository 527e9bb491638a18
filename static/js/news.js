// Tells of a new lead: a short sound, the number in the tab's title, and a browser notification if the reader allowed it.
const title = document.title;
// Remembered for the person, not the browser; who has no switch hears nothing.
let sound = document.querySelector("[data-sound]")?.getAttribute("aria-pressed") === "true";
let audio;
let unseen = 0;

function paint() {
  for (const button of document.querySelectorAll("[data-sound]")) button.setAttribute("aria-pressed", String(sound));
  document.title = unseen ? `(${unseen}) ${title}` : title;
}

function ring() {
  audio ??= new AudioContext();
  if (audio.state !== "running") return;
  for (const [note, at] of [[660, 0], [880, 0.14]]) {
    const tone = audio.createOscillator();
    const loud = audio.createGain();
    tone.frequency.value = note;
    loud.gain.setValueAtTime(0.0001, audio.currentTime + at);
    loud.gain.exponentialRampToValueAtTime(0.18, audio.currentTime + at + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + at + 0.32);
    tone.connect(loud).connect(audio.destination);
    tone.start(audio.currentTime + at);
    tone.stop(audio.currentTime + at + 0.35);
  }
}

document.addEventListener("click", (event) => {
  // Browsers let a page sound only after the reader has touched it.
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume();
  const button = event.target.closest("[data-sound]");
  if (!button) return;
  sound = !sound;
  const headers = { "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content };
  fetch(button.dataset.sound, { method: "POST", headers, body: new URLSearchParams({ on: sound ? "1" : "0" }) });
  paint();
});

// The answer that brings the lead sends HX-Trigger: {"new-lead": {"text": "...", "n": 1}}.
document.body.addEventListener("new-lead", (event) => {
  if (sound) ring();
  const leads = document.getElementById("n-side-my-leads")?.closest("a");
  const detail = { text: event.detail.text, tone: "success", url: leads?.getAttribute("href") };
  document.body.dispatchEvent(new CustomEvent("toast", { detail }));
  if (!document.hidden) return;
  unseen += event.detail.n ?? 1;
  paint();
  // A browser that was added to where the reader is told is pushed to; twice would be too much.
  const pushed = localStorage.getItem("push");
  if (!pushed && "Notification" in window && Notification.permission === "granted") new Notification(event.detail.text, { tag: "lead" });
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  paint();
});
paint();
