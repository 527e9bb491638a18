// Inside a form's own page: moves to what needs a look; in a frame tells its height and learns where the visitor came from.

document.querySelector("[data-fl-focus]")?.focus();

if (window.parent !== window) {
  const tell = () => parent.postMessage({ fairlead: "height", height: Math.ceil(document.documentElement.getBoundingClientRect().height) }, "*");
  new ResizeObserver(tell).observe(document.documentElement);
  tell();
  // The frame's own policy says who may show it, so whoever is the parent may know this.
  parent.postMessage({ fairlead: "ready", go: document.body.dataset.go || "" }, "*");
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.data?.fairlead !== "from") return;
    const form = document.querySelector("[data-fl-form]");
    if (!form) return;
    for (const [name, value] of Object.entries(event.data.from || {})) {
      if (!/^(fl_referrer|fl_page|utm_[a-z]+|gclid|gbraid|wbraid|fbclid|msclkid|li_fat_id|ttclid)$/.test(name)) continue;
      let field = form.querySelector(`input[type="hidden"][name="${name}"]`);
      if (!field) {
        field = Object.assign(document.createElement("input"), { type: "hidden", name });
        form.append(field);
      }
      field.value = String(value).slice(0, 500);
    }
  });
}
