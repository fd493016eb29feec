// SPDX-License-Identifier: Apache-2.0
import { duration } from "@/core/time";
import type { By, Definition, Figures, Report, ReportRow } from "./api";

export type FigureId = keyof Figures & string;

/** The columns as people look for them. */
export const GROUPS = {
  calls: [
    "offered",
    "answered",
    "abandoned",
    "short_abandoned",
    "overflowed",
    "callbacks",
    "turned_away",
    "refused",
    "refused_by",
    "service_level",
    "service_level_net",
    "abandon_rate",
    "asa_s",
    "longest_wait_s",
  ],
  handling: [
    "answered",
    "handled",
    "talk_s",
    "hold_s",
    "wrap_up_s",
    "aht_s",
    "transfers",
    "other_calls",
    "other_talk_s",
  ],
  agents: ["rung", "missed", "login_s", "ready_s", "break_s", "occupancy", "breaks"],
  chats: [
    "chats_offered",
    "chats_answered",
    "chats_abandoned",
    "chats_turned_away",
    "chat_asa_s",
    "chat_reply_s",
    "chats_handled",
    "chat_handle_s",
    "chats_at_once",
    "chats_most",
  ],
  outcome: ["asked", "marks", "mark_rate", "mark_mean", "mark_counts"],
} as const satisfies Record<string, readonly FigureId[]>;

export type Group = keyof typeof GROUPS;

/** A column that is empty throughout says nothing. */
export function columnsOf(group: Group, report: Report): FigureId[] {
  const all = [report.total, ...report.rows.map((row) => row.figures)];
  return GROUPS[group].filter((id) => all.some((figures) => figures[id] !== null));
}

/** Of a company that takes no chats, nothing is said of them. */
const isEmpty = (group: Group, report: Report): boolean =>
  group === "chats" && !report.total.chats_offered && !report.total.chats_handled;

export const groupsOf = (report: Report): Group[] =>
  (Object.keys(GROUPS) as Group[]).filter((group) => columnsOf(group, report).length > 1 && !isEmpty(group, report));

/** What the table may show: figures in groups, and the wrap-up codes line by line. */
export type Section = Group | "codes";

export const sectionsOf = (report: Report): Section[] => [
  ...groupsOf(report),
  ...(report.all_codes.length > 0 ? (["codes"] as const) : []),
];

export const firstGroup = (by: By): Group => (by === "agent" ? "handling" : "calls");

export type Words = (key: string) => string;

/** A figure as people read it. What has no value is a dash. `name`: of each part, where a figure has parts. */
export function shown(unit: Definition["unit"], value: Figures[FigureId], locale: string, name: Words): string {
  if (value === null) return "–";
  if (typeof value === "object") {
    const parts = Object.entries(value).filter(([, n]) => n > 0);
    const text = (n: number) => (unit === "seconds_by" ? duration(n) : String(n));
    return parts.map(([key, n]) => `${name(key)}: ${text(n)}`).join(" · ") || "–";
  }
  switch (unit) {
    case "seconds":
      return value < 60 ? `${value.toLocaleString(locale, { maximumFractionDigits: 1 })} s` : duration(value);
    case "share":
      return value.toLocaleString(locale, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
    case "mark":
    case "mean":
      return value.toLocaleString(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    default:
      return value.toLocaleString(locale);
  }
}

/** `2026-11-25T09:00:00+08:00` as the company's clock shows it; the page's own time zone does not matter. */
export function intervalName(key: string, interval: Report["interval"], locale: string, isNarrow = false): string {
  const [day = "", time = ""] = key.split("T");
  const date = new Date(`${day}T00:00:00Z`);
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options }).format(date);
  switch (interval) {
    case "quarter":
    case "hour":
      return `${format({ month: "2-digit", day: "2-digit" })} ${time.slice(0, 5)}`;
    case "month":
      return format({ year: "numeric", month: "long" });
    default:
      return format({ month: "2-digit", day: "2-digit", ...(isNarrow ? {} : { weekday: "short" }) });
  }
}

export interface Order {
  id: FigureId | "name";
  down: boolean;
}

const weight = (row: ReportRow, id: FigureId): number => {
  const value = row.figures[id];
  if (value === null) return Number.NEGATIVE_INFINITY;
  return typeof value === "number" ? value : Object.values(value).reduce((sum, n) => sum + n, 0);
};

/** Rows in the order wished for; equals by their name. Intervals by name are in the order of time already. */
export function sorted(report: Report, order: Order, locale: string): ReportRow[] {
  const words = new Intl.Collator(locale, { numeric: true });
  const byName = (a: ReportRow, b: ReportRow) =>
    report.by === "interval" ? a.key.localeCompare(b.key) : words.compare(a.name, b.name);
  const { id, down } = order;
  const rows = [...report.rows].sort((a, b) =>
    id === "name" ? byName(a, b) : weight(a, id) - weight(b, id) || byName(a, b),
  );
  return down ? rows.reverse() : rows;
}
