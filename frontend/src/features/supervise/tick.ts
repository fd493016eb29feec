// SPDX-License-Identifier: Apache-2.0
// One clock for all timers of a page: three hundred rows do not need three hundred.

import { useSyncExternalStore } from "react";
import { useBoard } from "@/core/board-store";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;
let now = Date.now();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

/** The server's time now, again every second. */
export function useServerNow(): number {
  const here = useSyncExternalStore(subscribe, () => now);
  return here - useBoard((s) => s.skew);
}
