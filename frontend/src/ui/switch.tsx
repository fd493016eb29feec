// SPDX-License-Identifier: Apache-2.0
import { Switch as BaseSwitch } from "@base-ui/react/switch";

export interface SwitchProps {
  checked: boolean;
  onChange(on: boolean): void;
  label: string;
  disabled?: boolean;
}

export function Switch({ checked, onChange, label, disabled = false }: SwitchProps) {
  return (
    <BaseSwitch.Root
      checked={checked}
      disabled={disabled}
      onCheckedChange={onChange}
      aria-label={label}
      className="flex h-6 w-10 shrink-0 items-center rounded-full border border-transparent bg-ink-3 p-0.5 transition-colors data-[checked]:bg-accent data-[disabled]:opacity-50"
    >
      <BaseSwitch.Thumb className="size-4.5 rounded-full bg-white shadow transition-transform data-[checked]:translate-x-4" />
    </BaseSwitch.Root>
  );
}
