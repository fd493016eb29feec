// SPDX-License-Identifier: Apache-2.0
import type { KeyboardEvent, PointerEvent } from "react";
import { cx } from "./cx";

export interface SplitterProps {
  label: string;
  /** The width of the pane, in pixels. */
  value: number;
  min: number;
  max: number;
  onChange(width: number): void;
  /** On which edge of its pane it sits; on the left one, moving left makes the pane wider. */
  edge: "left" | "right";
}

const STEP = 16;

/** The gap between two panes, to be dragged, or moved by the arrow keys. */
export function Splitter({ label, value, min, max, onChange, edge }: SplitterProps) {
  const set = (width: number) => onChange(Math.round(Math.min(max, Math.max(min, width))));
  const sign = edge === "right" ? 1 : -1;
  const drag = (e: PointerEvent<HTMLElement>) => {
    if (!e.currentTarget.hasPointerCapture(e.pointerId)) return;
    const pane = e.currentTarget.parentElement?.getBoundingClientRect();
    if (pane) set(edge === "right" ? e.clientX - pane.left - 5 : pane.right - e.clientX - 5);
  };
  const onKey = (e: KeyboardEvent) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[e.key];
    const limit = { Home: min, End: max }[e.key];
    if (step === undefined && limit === undefined) return;
    e.preventDefault();
    set(limit ?? value + sign * (step ?? 0));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: <hr> cannot be focused and moved
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      onPointerDown={(e) => e.currentTarget.setPointerCapture(e.pointerId)}
      onPointerMove={drag}
      onKeyDown={onKey}
      className={cx(
        "absolute inset-y-0 z-10 w-2.5 cursor-col-resize touch-none rounded-full outline-none after:absolute after:inset-y-6 after:left-1/2 after:w-0.5 after:-translate-x-1/2 after:rounded-full hover:after:bg-line-2 focus-visible:after:bg-accent-ink active:after:bg-accent-ink",
        edge === "right" ? "-right-2.5" : "-left-2.5",
      )}
    />
  );
}
