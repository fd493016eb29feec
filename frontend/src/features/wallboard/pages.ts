// SPDX-License-Identifier: Apache-2.0
// Which queues the big screen shows when. Pure.

import { type BoardQueue, callersOf } from "@/core/board";
import { secondsSince } from "@/core/time";

const LARGEST = 2.6;
const STEP = 0.1;

export interface Grid {
  columns: number;
  rows: number;
  /** How many times larger than the smallest a card is drawn. */
  scale: number;
}

/**
 * Cards of a screen: what is left of 1920×1080 beside the large figures, with letters that can be read from 8 m.
 * Few queues get large cards, as large as they all fit; many get pages of the smallest.
 */
export function grid(width: number, height: number, queues: number): Grid {
  const unit = unitOf(width, height);
  const tall = isTall(width, height);
  const fit = (scale: number): Grid => ({
    columns: Math.max(1, Math.floor((width - (tall ? 4 : 58) * unit) / (33 * unit * scale))),
    rows: Math.max(1, Math.floor((height - (tall ? 66 : 8) * unit) / (19.5 * unit * scale))),
    scale,
  });
  for (let scale = LARGEST; scale > 1; scale = Math.round((scale - STEP) * 10) / 10) {
    const one = fit(scale);
    if (one.columns * one.rows >= queues && 33 * unit * scale <= width) return one;
  }
  return fit(1);
}

/** A hundredth of a 16:9 screen's height, more or less: all sizes are multiples, so that it looks alike on each. */
export const unitOf = (width: number, height: number): number =>
  Math.max(3.6, Math.min(width / 160, height / 90) * 0.9);

export const isTall = (width: number, height: number): boolean => width < height * 1.1;

/** Queues in which somebody waits too long come first, then those in which somebody waits, then by name. */
export function inOrder(queues: Iterable<BoardQueue>, limit: number, now: number): BoardQueue[] {
  const rank = (q: BoardQueue) =>
    callersOf(q) === 0 ? 2 : secondsSince(q.longest_wait_since, now) > limit || isUnserved(q) ? 0 : 1;
  return [...queues].sort(
    (a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, "zh") || a.id.localeCompare(b.id),
  );
}

export const isUnserved = (q: BoardQueue): boolean => callersOf(q) > 0 && q.agents_ready + q.agents_busy === 0;

export function pagesOf(count: number, size: number): number {
  return Math.max(1, Math.ceil(count / size));
}
