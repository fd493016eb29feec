// SPDX-License-Identifier: Apache-2.0
import { Menu as Base } from "@base-ui/react/menu";
import { Check, type LucideIcon } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { Keys } from "./keys";

export interface MenuProps {
  trigger: ReactElement;
  children: ReactNode;
  align?: "start" | "center" | "end";
  side?: "top" | "right" | "bottom" | "left";
  open?: boolean;
  onOpenChange?(open: boolean): void;
}

export function Menu({ trigger, children, align = "start", side = "bottom", open, onOpenChange }: MenuProps) {
  const control = open === undefined ? {} : { open };
  return (
    <Base.Root {...control} {...(onOpenChange ? { onOpenChange } : {})}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner side={side} align={align} sideOffset={6} className="z-50 outline-none">
          <Base.Popup className="popup min-w-52 rounded-xl border border-line bg-raised p-1 shadow-float outline-none">
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export interface MenuItemProps {
  icon?: LucideIcon;
  lead?: ReactNode;
  label: string;
  hint?: string;
  keys?: string | undefined;
  checked?: boolean;
  onSelect(): void;
}

export function MenuItem({ icon: Icon, lead, label, hint, keys, checked = false, onSelect }: MenuItemProps) {
  return (
    <Base.Item
      onClick={onSelect}
      className="flex min-h-8 cursor-default select-none items-center gap-2.5 rounded-lg px-2.5 py-1 text-sm outline-none data-[highlighted]:bg-hover"
    >
      {lead}
      {Icon && <Icon aria-hidden size={15} className="text-ink-3" />}
      <span className="flex-1">
        {label}
        {hint && <span className="ml-2 text-xs text-ink-3">{hint}</span>}
      </span>
      {checked && <Check aria-hidden size={15} className="text-accent-ink" />}
      {keys && <Keys value={keys} />}
    </Base.Item>
  );
}

export function MenuHeading({ children }: { children: ReactNode }) {
  return <div className="px-2.5 pt-2 pb-1 text-xs font-medium text-ink-3">{children}</div>;
}

export function MenuRule() {
  return <Base.Separator className="mx-1 my-1 h-px bg-line" />;
}
