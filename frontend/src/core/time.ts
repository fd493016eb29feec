// SPDX-License-Identifier: Apache-2.0

/** 65 → `1:05`, 3665 → `1:01:05`. Never negative: clocks of two machines differ. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const h = Math.floor(s / 3600);
  const rest = `${h ? two(Math.floor((s % 3600) / 60)) : Math.floor(s / 60)}:${two(s % 60)}`;
  return h ? `${h}:${rest}` : rest;
}

export function secondsSince(iso: string | null, now: number): number {
  return iso ? Math.max(0, (now - Date.parse(iso)) / 1000) : 0;
}

export function secondsUntil(iso: string | null, now: number): number {
  return iso ? Math.max(0, (Date.parse(iso) - now) / 1000) : 0;
}

/** `today`, `yesterday` or an older day: what a list of calls is grouped by. */
export function dayOf(iso: string, now: Date): "today" | "yesterday" | "older" {
  const start = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const at = Date.parse(iso);
  if (at >= start) return "today";
  return at >= start - 86_400_000 ? "yesterday" : "older";
}

export function clockTime(iso: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hour12: false }).format(new Date(iso));
}

export function fullTime(iso: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
  }).format(new Date(iso));
}

export function shortDay(iso: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { month: "2-digit", day: "2-digit" }).format(new Date(iso));
}

export function longDay(iso: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { month: "long", day: "numeric", weekday: "short" }).format(new Date(iso));
}
