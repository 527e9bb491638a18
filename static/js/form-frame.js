// On another site: gives frames with forms of ours the height they need, and tells them where the visitor came from.

(() => {
  if (window.fairleadFrames) return;
  window.fairleadFrames = true;
  const tracked = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id", "gclid", "gbraid", "wbraid", "fbclid", "msclkid", "li_fat_id", "ttclid"];
  const plain = (url) => String(url || "").split(/[?#]/, 1)[0];

  function cameFrom() {
    const query = new URLSearchParams(location.search);
    const from = { fl_referrer: plain(document.referrer), fl_page: plain(location.href) };
    for (const name of tracked) if (query.get(name)) from[name] = query.get(name).slice(0, 500);
    return from;
  }

  const frames = () => [...document.querySelectorAll("iframe[data-fairlead-frame]")];
  const introduce = (frame) => {
    const { origin, protocol } = new URL(frame.src);
    if (protocol.startsWith("http")) frame.contentWindow?.postMessage({ fairlead: "from", from: cameFrom() }, origin);
  };

  window.addEventListener("message", (event) => {
    const frame = frames().find((one) => one.contentWindow === event.source);
    if (!frame || event.origin !== new URL(frame.src).origin) return;
    const { fairlead, height, go } = event.data || {};
    if (fairlead === "height" && Number.isFinite(height)) frame.height = String(Math.min(Math.max(height, 80), 20000));
    if (fairlead === "ready") {
      if (typeof go === "string" && go.startsWith("https://")) location.assign(go);
      else introduce(frame);
    }
  });
  frames().forEach(introduce);
})();
