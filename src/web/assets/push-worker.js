// Shows the messages of this node that the browser is handed, and opens what they are about. It looks at nothing else: pages
// are read as if it were not there.

self.addEventListener("push", (event) => {
  const { title, body, lang, dir, path } = event.data.json();
  // One message stands at a time, however many come while nobody looks.
  const shown = { body, lang, dir, tag: "notices", renotify: true, data: { path } };
  event.waitUntil(self.registration.showNotification(title, shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data.path, self.location.origin);
  if (url.origin === self.location.origin) event.waitUntil(self.clients.openWindow(url.href));
});
