// SPDX-License-Identifier: Apache-2.0
// Rings while the page sleeps. It keeps nothing and answers no requests: the page always comes from the server.

const ICON = "/icon.svg";
const SHOWN_AFTER_MS = 4000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const told = read(event.data);
  if (told) event.waitUntil(told.type === "clear" ? clear(told) : ring(told));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open());
});

// The browser's maker has changed the address: the server is told, or the next call would ring nowhere.
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew()));

function read(data) {
  try {
    const told = data.json();
    return typeof told.call_id === "string" && typeof told.title === "string" ? told : null;
  } catch {
    return null;
  }
}

/** Whoever sees the page sees it ring. */
async function isSeen() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return pages.some((page) => page.visibilityState === "visible");
}

async function ring({ call_id, title, body }) {
  if (await isSeen()) return;
  const options = { body: String(body ?? ""), tag: call_id, icon: ICON, requireInteraction: true, renotify: true };
  await self.registration.showNotification(title, options);
}

/** Answered, or over: the ring becomes a quiet word, which goes by itself. A push that shows nothing is not allowed. */
async function clear({ call_id, title }) {
  const rings = await self.registration.getNotifications({ tag: call_id });
  if (rings.length === 0) return;
  await self.registration.showNotification(title, { tag: call_id, icon: ICON, silent: true });
  await new Promise((done) => setTimeout(done, SHOWN_AFTER_MS));
  for (const note of await self.registration.getNotifications({ tag: call_id })) note.close();
}

async function open() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((one) => "focus" in one);
  await (page ? page.focus() : self.clients.openWindow("/"));
}

async function renew() {
  const { public_key: applicationServerKey } = await (await fetch("/api/v1/push")).json();
  const made = await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  const { endpoint, keys } = made.toJSON();
  await fetch("/api/v1/push/subscription", {
    method: "PUT",
    headers: { "content-type": "application/json", "X-HeadCall": "1" },
    body: JSON.stringify({ endpoint, keys }),
  });
}
