// SPDX-License-Identifier: Apache-2.0
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./cx";

export type Tone = "neutral" | "go" | "stop" | "warn" | "accent" | "off";

const DOTS: Record<Tone, string> = {
  neutral: "bg-ink-3",
  go: "bg-go",
  stop: "bg-stop",
  warn: "bg-warn",
  accent: "bg-accent",
  off: "border-[1.5px] border-ink-3",
};

export function Dot({ tone, className }: { tone: Tone; className?: string }) {
  return <span aria-hidden className={cx("inline-block size-2 shrink-0 rounded-full", DOTS[tone], className)} />;
}

const BADGES: Record<Tone, string> = {
  neutral: "bg-hover text-ink-2",
  go: "bg-go-wash text-go-ink",
  stop: "bg-stop-wash text-stop-ink",
  warn: "bg-warn-wash text-warn-ink",
  accent: "bg-accent-wash text-accent-ink",
  off: "bg-hover text-ink-3",
};

export function Badge({
  tone = "neutral",
  children,
  className,
}: {
  tone?: Tone;
  children: ReactNode;
  className?: string;
}) {
  return (
    <span
      className={cx(
        "inline-flex h-5 items-center gap-1 whitespace-nowrap rounded-md px-1.5 text-xs font-medium",
        BADGES[tone],
        className,
      )}
    >
      {children}
    </span>
  );
}

// Calm pairs of wash and ink, dark enough on both themes; the name decides, so a person keeps the colour.
const FACES = [
  "bg-[#e0e6fb] text-[#2a3f9e] dark:bg-[#222c55] dark:text-[#b3c0ff]",
  "bg-[#d8efea] text-[#0b5e54] dark:bg-[#143a35] dark:text-[#86dccf]",
  "bg-[#f6e6d0] text-[#7a4408] dark:bg-[#3d2b12] dark:text-[#f0c489]",
  "bg-[#f3dfe6] text-[#86284e] dark:bg-[#41202e] dark:text-[#f3a9c3]",
  "bg-[#e6e3f5] text-[#4c3b94] dark:bg-[#2d2748] dark:text-[#c5bafa]",
  "bg-[#e2ecd6] text-[#3f5f16] dark:bg-[#27351a] dark:text-[#bcdc94]",
];

/** 李女士 is told from 王女士 by what stands before. */
const TITLED = /^(\p{Script=Han}{1,2})(?:先生|女士|小姐|太太|老师|经理)$/u;

export function initials(name: string): string {
  const plain = name.trim().replace(TITLED, "$1");
  if (!plain) return "·";
  if (/^\p{Script=Han}/u.test(plain)) return plain.length > 2 ? Array.from(plain).slice(-2).join("") : plain;
  const words = plain.split(/\s+/);
  const first = (word = "") => Array.from(word)[0] ?? ""; // not half of an emoji
  return (first(words[0]) + (words.length > 1 ? first(words.at(-1)) : "")).toUpperCase();
}

export interface AvatarProps {
  name: string;
  size?: number;
  icon?: LucideIcon | undefined;
  dot?: Tone | undefined;
}

export function Avatar({ name, size = 28, icon: Icon, dot }: AvatarProps) {
  let sum = 0;
  for (const c of name) sum = (sum * 31 + (c.codePointAt(0) ?? 0)) % 997;
  return (
    <span className="relative inline-flex shrink-0" aria-hidden>
      <span
        className={cx(
          "inline-flex items-center justify-center rounded-full font-semibold",
          Icon ? "bg-hover text-ink-2" : FACES[sum % FACES.length],
        )}
        style={{ width: size, height: size, fontSize: Math.round(size * 0.36) }}
      >
        {Icon ? <Icon size={Math.round(size * 0.46)} /> : <span data-initials={initials(name)} className="face" />}
      </span>
      {dot && (
        <Dot
          tone={dot}
          className={cx("absolute -right-0.5 -bottom-0.5 size-2.5! ring-2 ring-sheet", dot === "off" && "bg-sheet")}
        />
      )}
    </span>
  );
}

export function Empty({
  icon: Icon,
  title,
  text,
  children,
}: {
  icon: LucideIcon;
  title: string;
  text?: string;
  children?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center justify-center gap-1.5 px-6 py-10 text-center">
      <span className="mb-1.5 inline-flex size-10 items-center justify-center rounded-full bg-hover text-ink-3">
        <Icon aria-hidden size={18} />
      </span>
      <p className="text-sm font-medium text-ink-2">{title}</p>
      {text && <p className="max-w-72 text-xs text-ink-3">{text}</p>}
      {children && <div className="mt-2">{children}</div>}
    </div>
  );
}

export function PanelHead({
  title,
  children,
  count,
}: {
  title: string;
  children?: ReactNode;
  count?: number | undefined;
}) {
  return (
    <div className="flex h-11 shrink-0 items-center gap-2 px-4">
      <h2 className="min-w-0 truncate text-sm font-semibold">{title}</h2>
      {count !== undefined && <span className="figures text-xs text-ink-3">{count}</span>}
      <div className="ml-auto flex items-center gap-1">{children}</div>
    </div>
  );
}

export function Spinner({ label }: { label: string }) {
  return (
    <span role="status" className="inline-flex items-center gap-2 text-sm text-ink-3">
      <span aria-hidden className="size-4 animate-spin rounded-full border-2 border-line-2 border-t-accent" />
      {label}
    </span>
  );
}
