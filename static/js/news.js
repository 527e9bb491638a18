// Tells of a new lead: a short sound, the number in the tab's title, and a browser notification if the reader allowed it.
const title = document.title;
let sound = localStorage.getItem("sound") !== "off";
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
  if (!event.target.closest("[data-sound]")) return;
  sound = !sound;
  localStorage.setItem("sound", sound ? "on" : "off");
  if (sound && "Notification" in window && Notification.permission === "default") Notification.requestPermission();
  paint();
});

// The answer that brings the lead sends HX-Trigger: {"new-lead": {"text": "...", "n": 1}}.
document.body.addEventListener("new-lead", (event) => {
  if (sound) ring();
  const leads = document.getElementById("n-side-my-leads")?.closest("a");
  const detail = { text: event.detail.text, tone: "success", url: leads?.getAttribute("href") };
  document.body.dispatchEvent(new CustomEvent("toast", { detail }));
  document.body.dispatchEvent(new CustomEvent("leads-changed"));
  if (!document.hidden) return;
  unseen += event.detail.n ?? 1;
  paint();
  if ("Notification" in window && Notification.permission === "granted") new Notification(event.detail.text, { tag: "lead" });
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  paint();
});
paint();
