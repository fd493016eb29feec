// SPDX-License-Identifier: Apache-2.0
import { useId } from "react";
import { cx } from "./cx";
import type { Choice } from "./select";

export interface SegmentsProps {
  value: string;
  choices: readonly Choice[];
  onChange(value: string): void;
  label: string;
}

/** A few choices side by side, all in view. */
export function Segments({ value, choices, onChange, label }: SegmentsProps) {
  const name = useId();
  return (
    <div
      role="radiogroup"
      aria-label={label}
      className="inline-flex flex-wrap rounded-lg border border-line bg-sunken p-0.5"
    >
      {choices.map((c) => (
        <label
          key={c.value}
          className={cx(
            "relative flex h-7 cursor-pointer items-center rounded-md px-3 text-xs font-medium has-focus-visible:outline-2 has-focus-visible:outline-accent-ink",
            c.value === value ? "bg-raised text-ink shadow-sm ring-1 ring-line" : "text-ink-2 hover:text-ink",
          )}
        >
          <input
            type="radio"
            name={name}
            className="absolute inset-0 cursor-pointer opacity-0"
            checked={c.value === value}
            onChange={() => onChange(c.value)}
          />
          {c.label}
        </label>
      ))}
    </div>
  );
}
