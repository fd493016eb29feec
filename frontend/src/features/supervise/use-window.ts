// SPDX-License-Identifier: Apache-2.0
// A list of three hundred shows twenty: only those in view, and a few around them, are on the page.

import { type RefObject, useEffect, useRef, useState } from "react";

/** Rows above and below that are there already when somebody scrolls, or goes down by key. */
const AROUND = 6;

export interface Window {
  box: RefObject<HTMLDivElement | null>;
  from: number;
  to: number;
}

export function inView(count: number, top: number, rows: number): { from: number; to: number } {
  const first = Math.max(0, Math.min(top, count - rows));
  return { from: Math.max(0, first - AROUND), to: Math.min(count, first + rows + AROUND) };
}

/** `height` of a row, all alike, in px; `box` is what scrolls. */
export function useWindow(count: number, height: number): Window {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, rows: 20 });
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const read = () => {
      const top = Math.floor(element.scrollTop / height);
      const rows = Math.ceil(element.clientHeight / height) + 1;
      setView((was) => (was.top === top && was.rows === rows ? was : { top, rows }));
    };
    const size = new ResizeObserver(read);
    size.observe(element);
    element.addEventListener("scroll", read, { passive: true });
    return () => {
      size.disconnect();
      element.removeEventListener("scroll", read);
    };
  }, [height]);
  return { box, ...inView(count, view.top, view.rows) };
}

/** Whether the page is as wide as Tailwind's `md`. */
export function useWide(): boolean {
  const [wide, setWide] = useState(() => matchMedia("(min-width: 48rem)").matches);
  useEffect(() => {
    const query = matchMedia("(min-width: 48rem)");
    const read = () => setWide(query.matches);
    query.addEventListener("change", read);
    return () => query.removeEventListener("change", read);
  }, []);
  return wide;
}
