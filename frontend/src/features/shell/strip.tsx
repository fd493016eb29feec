// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from "react";
import { cx } from "@/ui/cx";
import type { LucideIcon } from "@/ui/icons";

const TONES = {
  warn: "bg-warn-wash text-warn-ink",
  stop: "bg-stop-wash text-stop-ink",
  neutral: "bg-accent-wash text-accent-ink",
};

/** One line of what is wrong, and what to do. */
export function Strip({
  tone,
  icon: Icon,
  text,
  children,
}: {
  tone: keyof typeof TONES;
  icon: LucideIcon;
  text: string;
  children?: ReactNode;
}) {
  return (
    <div className={cx("flex min-h-10 items-center gap-3 rounded-xl px-3.5 py-1.5 text-sm font-medium", TONES[tone])}>
      <Icon aria-hidden size={16} className="shrink-0" />
      <span className="flex-1">{text}</span>
      {children}
    </div>
  );
}
