// Shows what is pushed to this browser, and opens its page on a click. It keeps nothing, and answers no request.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let told = {};
  try {
    told = event.data?.json() ?? {};
  } catch {
    // What cannot be read is still worth a look at the page.
  }
  const words = { body: told.body || "", tag: told.tag || "lead", data: { url: told.url || "/" }, icon: "/static/img/favicon.svg" };
  event.waitUntil(self.registration.showNotification(told.title || "Fairlead", words));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const wanted = new URL(event.notification.data.url, self.location.origin);
  // A message leads to our own pages, or home.
  const url = wanted.origin === self.location.origin ? wanted.href : self.location.origin;
  event.waitUntil((async () => {
    for (const page of await self.clients.matchAll({ type: "window" })) {
      if (page.url === url) return page.focus();
    }
    return self.clients.openWindow(url);
  })());
});
