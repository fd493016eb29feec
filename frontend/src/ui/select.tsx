// SPDX-License-Identifier: Apache-2.0
import { Select as BaseSelect } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";
import { cx } from "./cx";

export interface Choice {
  value: string;
  label: string;
}

export interface SelectProps {
  value: string;
  choices: readonly Choice[];
  onChange(value: string): void;
  label: string;
  id?: string;
  className?: string;
}

export function Select({ value, choices, onChange, label, id, className }: SelectProps) {
  return (
    <BaseSelect.Root value={value} onValueChange={(v) => typeof v === "string" && onChange(v)} items={choices}>
      <BaseSelect.Trigger
        id={id}
        aria-label={label}
        className={cx(
          "flex h-9 w-full min-w-0 items-center justify-between gap-2 rounded-lg border border-line-2 bg-raised px-3 text-left text-sm hover:bg-hover",
          className,
        )}
      >
        <BaseSelect.Value className="truncate" />
        <ChevronsUpDown aria-hidden size={14} className="shrink-0 text-ink-3" />
      </BaseSelect.Trigger>
      <BaseSelect.Portal>
        <BaseSelect.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50 outline-none">
          <BaseSelect.Popup className="popup max-h-72 min-w-(--anchor-width) max-w-[90vw] overflow-auto rounded-xl border border-line bg-raised p-1 shadow-float outline-none">
            {choices.map((c) => (
              <BaseSelect.Item
                key={c.value}
                value={c.value}
                className="flex min-h-8 cursor-default select-none items-center justify-between gap-3 rounded-lg px-2.5 text-sm outline-none data-[highlighted]:bg-hover"
              >
                <BaseSelect.ItemText className="truncate">{c.label}</BaseSelect.ItemText>
                <BaseSelect.ItemIndicator>
                  <Check aria-hidden size={15} className="text-accent-ink" />
                </BaseSelect.ItemIndicator>
              </BaseSelect.Item>
            ))}
          </BaseSelect.Popup>
        </BaseSelect.Positioner>
      </BaseSelect.Portal>
    </BaseSelect.Root>
  );
}
