// SPDX-License-Identifier: Apache-2.0
import type { ComponentProps } from "react";
import type { LucideIcon } from "@/ui/icons";
import { Tip } from "@/ui/tooltip";

export interface RowButtonProps extends ComponentProps<"button"> {
  icon: LucideIcon;
  label: string;
}

/** A thousand of them may be on the page: a plain button with a name, and nothing around it. */
export function RowButton({ icon: Icon, label, ...rest }: RowButtonProps) {
  return (
    <Tip label={label} side="bottom">
      <button
        type="button"
        aria-label={label}
        className="inline-flex size-7 shrink-0 items-center justify-center rounded-md text-ink-2 hover:bg-hover hover:text-ink active:bg-press"
        {...rest}
      >
        <Icon aria-hidden size={15} />
      </button>
    </Tip>
  );
}
