// SPDX-License-Identifier: Apache-2.0
// Push: this browser rings though its page sleeps. The service worker is public/sw.js.

import { api } from "@/api/client";

export type PushState = "unsupported" | "denied" | "off" | "on";

export async function pushState(): Promise<PushState> {
  if (!supported()) return "unsupported";
  if (Notification.permission === "denied") return "denied";
  return (await current()) ? "on" : "off";
}

/** Asks the person, then the browser, then tells the server. Throws what the browser says when it cannot. */
export async function subscribe(): Promise<PushState> {
  if (!supported()) return "unsupported";
  if ((await Notification.requestPermission()) !== "granted") return "denied";
  const worker = await navigator.serviceWorker.register("/sw.js");
  await navigator.serviceWorker.ready;
  const { public_key } = await api.pushKey();
  const before = await worker.pushManager.getSubscription();
  if (before && keyOf(before) !== public_key) await before.unsubscribe();
  const options = { userVisibleOnly: true, applicationServerKey: public_key };
  await tell(await worker.pushManager.subscribe(options));
  return "on";
}

export async function unsubscribe(): Promise<PushState> {
  const subscription = supported() ? await current() : null;
  if (subscription) {
    await api.forgetPush(subscription.endpoint).catch(() => undefined);
    await subscription.unsubscribe();
  }
  return "off";
}

/** After each log-in: a subscription ends with its session, and its address may have changed. */
export async function renew(): Promise<void> {
  if (!supported() || Notification.permission !== "granted") return;
  const subscription = await current();
  if (!subscription) return;
  const { public_key } = await api.pushKey();
  if (keyOf(subscription) === public_key) await tell(subscription);
  else await subscribe(); // the server's key is another: what is subscribed to the old one rings no more
}

function supported(): boolean {
  return window.isSecureContext && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

async function current(): Promise<PushSubscription | null> {
  const worker = await navigator.serviceWorker.getRegistration("/");
  return (await worker?.pushManager.getSubscription()) ?? null;
}

async function tell(subscription: PushSubscription): Promise<void> {
  const { endpoint = "", keys } = subscription.toJSON();
  await api.keepPush({ endpoint, keys: { p256dh: keys?.p256dh ?? "", auth: keys?.auth ?? "" } });
}

/** The server's key as the subscription holds it, in base64url. */
function keyOf(subscription: PushSubscription): string {
  const octets = new Uint8Array(subscription.options.applicationServerKey ?? new ArrayBuffer(0));
  return btoa(String.fromCharCode(...octets))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
