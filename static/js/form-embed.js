// On another site: draws a form of ours into the element that names it, sends it, and shows the answer in its place.

(() => {
  const tracked = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id", "gclid", "gbraid", "wbraid", "fbclid", "msclkid", "li_fat_id", "ttclid"];

  // Addresses go without query and fragment: what is personal in them is nobody's business.
  const plain = (url) => String(url || "").split(/[?#]/, 1)[0];

  function cameFrom() {
    const query = new URLSearchParams(location.search);
    const from = { fl_referrer: plain(document.referrer), fl_page: plain(location.href) };
    for (const name of tracked) if (query.get(name)) from[name] = query.get(name).slice(0, 500);
    return from;
  }

  function dress(style) {
    if (!style || document.querySelector(`link[href="${CSS.escape(style)}"]`)) return;
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: style }));
  }

  function show(box, answer) {
    dress(answer.style);
    box.innerHTML = answer.html;
    const form = box.querySelector("[data-fl-form]");
    if (!form) return;
    for (const [name, value] of Object.entries(cameFrom())) {
      let field = form.querySelector(`input[type="hidden"][name="${name}"]`);
      if (!field) {
        field = Object.assign(document.createElement("input"), { type: "hidden", name });
        form.append(field);
      }
      field.value = value;
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(box, form);
    });
  }

  async function send(box, form) {
    const button = form.querySelector("button[type=submit]");
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    try {
      const response = await fetch(box.dataset.fairleadForm, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "omit" });
      const answer = await response.json();
      if (answer.go) return location.assign(answer.go);
      if (!answer.html) throw new Error("no answer to show");
      show(box, answer);
      box.querySelector("[data-fl-focus]")?.focus();
    } catch {
      // Not to be reached by script: the form can still be sent as forms always were.
      form.action = box.dataset.fairleadForm.replace(/part\/$/, "");
      form.submit();
    }
  }

  async function draw(box) {
    if (box.dataset.fairleadDrawn) return;
    box.dataset.fairleadDrawn = "yes";
    try {
      const response = await fetch(box.dataset.fairleadForm, { credentials: "omit" });
      if (response.ok || response.status === 410) show(box, await response.json());
    } catch {
      // The link to the form's own page stays.
    }
  }

  const all = () => document.querySelectorAll("[data-fairlead-form]").forEach(draw);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all);
  else all();
})();
