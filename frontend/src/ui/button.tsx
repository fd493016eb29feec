// SPDX-License-Identifier: Apache-2.0
import { Button as Base } from "@base-ui/react/button";
import type { LucideIcon } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { cx } from "./cx";
import { Tip } from "./tooltip";

type Tone = "plain" | "quiet" | "accent" | "go" | "stop" | "stop-quiet";
type Size = "sm" | "md" | "lg";

const TONES: Record<Tone, string> = {
  plain: "border border-line-2 bg-raised text-ink hover:bg-hover active:bg-press",
  quiet: "text-ink-2 hover:bg-hover hover:text-ink active:bg-press",
  accent: "bg-accent text-on-accent hover:bg-accent-2",
  go: "bg-go text-white hover:bg-go-2",
  stop: "bg-stop text-white hover:bg-stop-2",
  "stop-quiet": "border border-line-2 bg-raised text-stop-ink hover:bg-stop-wash",
};

const SIZES: Record<Size, string> = {
  sm: "h-7 gap-1.5 rounded-md px-2.5 text-xs",
  md: "h-8.5 gap-2 rounded-lg px-3 text-sm",
  lg: "h-11 gap-2 rounded-xl px-5 text-base",
};

const COMMON =
  "inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap font-medium transition-colors duration-100 disabled:opacity-45 aria-pressed:bg-accent-wash aria-pressed:text-accent-ink";

export interface ButtonProps extends Omit<ComponentProps<typeof Base>, "className"> {
  tone?: Tone;
  size?: Size;
  icon?: LucideIcon | undefined;
  className?: string;
  children?: ReactNode;
}

export function Button({ tone = "plain", size = "md", icon: Icon, className, children, ...rest }: ButtonProps) {
  return (
    <Base type="button" className={cx(COMMON, TONES[tone], SIZES[size], className)} {...rest}>
      {Icon && <Icon aria-hidden size={size === "lg" ? 18 : 15} strokeWidth={2} />}
      {children}
    </Base>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, "children" | "icon"> {
  icon: LucideIcon;
  label: string;
  /** The keys that do the same, shown with the label. */
  keys?: string | undefined;
  side?: "top" | "right" | "bottom" | "left";
}

const SQUARE: Record<Size, string> = { sm: "size-7 px-0!", md: "size-8.5 px-0!", lg: "size-11 px-0!" };

export function IconButton({
  icon,
  label,
  keys,
  side = "bottom",
  size = "md",
  tone = "quiet",
  className,
  ...rest
}: IconButtonProps) {
  return (
    <Tip label={label} keys={keys} side={side}>
      <Button
        aria-label={label}
        icon={icon}
        size={size}
        tone={tone}
        className={cx(SQUARE[size], className)}
        {...rest}
      />
    </Tip>
  );
}
