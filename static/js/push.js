// Adds this browser to where the reader is told, after a click and never before; lets go of what was removed on the page.
const box = document.querySelector("[data-push]");
const can = box?.dataset.key && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function show(name, on) {
  const part = box.querySelector(`[data-push-${name}]`);
  if (part) part.hidden = !on;
}

function fail(text) {
  const line = box.querySelector("[data-push-error]");
  line.textContent = text;
  line.hidden = !text;
}

function bytes(key) {
  const text = atob(key.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
}

const known = () => localStorage.getItem("push");
const listed = () => known() && document.querySelector(`[data-endpoint="${CSS.escape(known())}"]`);

async function subscription() {
  const worker = await navigator.serviceWorker.getRegistration("/");
  return worker?.pushManager.getSubscription();
}

async function paint() {
  show("cannot", false);
  const found = await subscription();
  if (found && !listed()) {
    // It was removed here or elsewhere: the browser's own half goes too.
    await found.unsubscribe();
    localStorage.removeItem("push");
  }
  const on = Boolean(found && listed());
  show("on", on);
  show("add", !on);
}

async function add() {
  fail("");
  if ((await Notification.requestPermission()) !== "granted") return fail(box.dataset.denied);
  try {
    const worker = await navigator.serviceWorker.register(box.dataset.worker, { scope: "/", updateViaCache: "none" });
    await navigator.serviceWorker.ready;
    const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(box.dataset.key) });
    const answer = await fetch(box.dataset.add, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content },
      body: JSON.stringify(made),
    });
    const told = await answer.json();
    if (!answer.ok) {
      await made.unsubscribe();
      return fail(told.error);
    }
    localStorage.setItem("push", told.uid);
    location.reload();
  } catch {
    fail(box.dataset.failed);
  }
}

if (can) {
  box.querySelector("[data-push-add]")?.addEventListener("click", add);
  paint();
}
