// SPDX-License-Identifier: Apache-2.0
import { shownKeys } from "@/actions/keys";
import { cx } from "./cx";

/** A shortcut as caps: `Alt+KeyJ` is shown as Alt J. */
export function Keys({ value, inverse = false }: { value: string; inverse?: boolean }) {
  return (
    <span className="inline-flex items-center gap-0.5" aria-hidden>
      {shownKeys(value).map((key) => (
        <kbd
          key={key}
          className={cx(
            "inline-flex h-4.5 min-w-4.5 items-center justify-center rounded px-1 font-sans text-2xs font-medium",
            inverse ? "bg-white/20 text-inherit dark:bg-black/15" : "border border-line-2 bg-sunken text-ink-3",
          )}
        >
          {key}
        </kbd>
      ))}
    </span>
  );
}
