// SPDX-License-Identifier: Apache-2.0
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { shownNumber } from "@/core/number";
import { useSettings } from "@/core/settings";
import type { CallView } from "@/core/wire";
import { useScene } from "@/hooks/useScene";

const CALM = "/icon.svg";
const LOUD =
  "data:image/svg+xml," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#12763f"/><path d="M11 8c-1.500 1-2.500 2.500-2 4.500 1.500 5.500 5 9 10.500 10.500 2 .5 3.500-.5 4.500-2l-4-3-2 1.500c-2-1-3.500-2.500-4.500-4.500L15 13z" fill="#fff"/></svg>',
  );

type Badged = Navigator & { setAppBadge?: (n: number) => Promise<void>; clearAppBadge?: () => Promise<void> };

/** Makes a ringing page seen from behind other windows: title, favicon, badge, notification. */
export function Alerts() {
  const { ringing, mine, call } = useScene();
  const rings = ringing && (mine || ringing.media === "phone") ? ringing : null;
  useFlash(rings);
  useNotice(rings);
  const talking = call !== null && call.state !== "ringing";
  useEffect(() => {
    if (!rings) document.title = talking && call ? `● ${nameOf(call)} · HeadCall` : "HeadCall";
  }, [rings, talking, call]);
  return null;
}

const nameOf = (call: CallView): string => call.peer.name || shownNumber(call.peer.number);

function useFlash(ringing: CallView | null): void {
  const { t } = useTranslation();
  const name = ringing ? nameOf(ringing) : null;
  useEffect(() => {
    if (!name) return;
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    const badged = navigator as Badged;
    let on = false;
    const flash = () => {
      on = !on;
      document.title = on ? `☎ ${name}` : t("ring.title");
      if (icon) icon.href = on ? LOUD : CALM;
    };
    flash();
    const timer = setInterval(flash, 900);
    void badged.setAppBadge?.(1).catch(() => undefined);
    return () => {
      clearInterval(timer);
      document.title = "HeadCall";
      if (icon) icon.href = CALM;
      void badged.clearAppBadge?.().catch(() => undefined);
    };
  }, [name, t]);
}

function useNotice(ringing: CallView | null): void {
  const { t } = useTranslation();
  const wanted = useSettings((s) => s.notifications);
  const id = ringing?.call_id ?? null;
  const name = ringing ? nameOf(ringing) : "";
  const queue = ringing?.queue?.name || "";
  useEffect(() => {
    if (!id || !wanted || !("Notification" in window) || Notification.permission !== "granted") return;
    const shown = notify(t("ring.notice", { name }), { body: queue, tag: id, requireInteraction: true, icon: CALM });
    return () => void shown.then((close) => close());
  }, [id, wanted, name, queue, t]);
}

/** By the service worker where there is one: then a push of the same call is the same notification. Gives what closes it. */
async function notify(title: string, options: NotificationOptions & { tag: string }): Promise<() => void> {
  const worker = await navigator.serviceWorker?.getRegistration("/").catch(() => undefined);
  if (worker) {
    await worker.showNotification(title, options).catch(() => undefined);
    return () =>
      void worker.getNotifications({ tag: options.tag }).then((notes) => {
        for (const note of notes) note.close();
      });
  }
  try {
    const note = new Notification(title, options);
    note.onclick = () => {
      window.focus();
      note.close();
    };
    return () => note.close();
  } catch {
    return () => undefined; // Chrome on Android, without a service worker: title and ring must do
  }
}
