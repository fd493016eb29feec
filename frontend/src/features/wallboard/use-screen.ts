// SPDX-License-Identifier: Apache-2.0
// What a page on a wall needs of the browser: its size, and that the screen stays on.

import { useEffect, useState } from "react";

export function useSize(): { width: number; height: number } {
  const [size, setSize] = useState({ width: innerWidth, height: innerHeight });
  useEffect(() => {
    const read = () => setSize({ width: innerWidth, height: innerHeight });
    addEventListener("resize", read);
    return () => removeEventListener("resize", read);
  }, []);
  return size;
}

/** Keeps the screen on while the page is in view. The browser lets go whenever it is hidden, so it is asked again. */
export function useAwake(): boolean {
  const [awake, setAwake] = useState(false);
  useEffect(() => {
    let lock: WakeLockSentinel | null = null;
    let gone = false;
    const ask = async () => {
      if (document.visibilityState !== "visible" || !navigator.wakeLock || (lock && !lock.released)) return;
      try {
        lock = await navigator.wakeLock.request("screen");
        if (gone) return void lock.release();
        setAwake(true);
        lock.addEventListener("release", () => setAwake(false));
      } catch {
        // A battery that is low, or a page that is not secure: the screen does as it is set.
      }
    };
    void ask();
    const again = () => void ask();
    document.addEventListener("visibilitychange", again);
    return () => {
      gone = true;
      document.removeEventListener("visibilitychange", again);
      void lock?.release();
    };
  }, []);
  return awake;
}

const IDLE_MS = 3000;

/** Whether somebody moves the mouse, touches or types: the buttons come out only then. */
export function useHand(): boolean {
  const [here, setHere] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const seen = () => {
      setHere(true);
      clearTimeout(timer);
      timer = setTimeout(() => setHere(false), IDLE_MS);
    };
    const kinds = ["pointermove", "pointerdown", "keydown"] as const;
    for (const kind of kinds) addEventListener(kind, seen);
    return () => {
      clearTimeout(timer);
      for (const kind of kinds) removeEventListener(kind, seen);
    };
  }, []);
  return here;
}
