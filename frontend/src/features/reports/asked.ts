// SPDX-License-Identifier: Apache-2.0
import { type Asked, type By, type Interval, RANGES, type Range } from "./api";

/** What the address of the page says. */
export interface ReportSearch {
  tab?: "schedules";
  by?: By;
  interval?: Interval;
  range?: Range | "free";
  /** First and last day, both included. */
  from?: string;
  to?: string;
  queue?: string;
}

export const BYS = ["queue", "agent", "number", "interval"] as const satisfies readonly By[];
export const INTERVALS = ["quarter", "hour", "day", "week", "month"] as const satisfies readonly Interval[];

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;

function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((each) => each === value);
}

const day = (value: unknown): string | undefined =>
  typeof value === "string" && DAY.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;

/** Whatever stands in the address: what is no word of ours is left out. */
export function searchOf(raw: Record<string, unknown>): ReportSearch {
  const found = {
    tab: oneOf(["schedules"] as const, raw.tab),
    by: oneOf(BYS, raw.by),
    interval: oneOf(INTERVALS, raw.interval),
    range: oneOf([...RANGES, "free"] as const, raw.range),
    from: day(raw.from),
    to: day(raw.to),
    queue: typeof raw.queue === "string" && raw.queue.length <= 40 ? raw.queue : undefined,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** The day after, as a day. */
export const dayAfter = (text: string): string => new Date(Date.parse(text) + DAY_MS).toISOString().slice(0, 10);

const daysOf = (search: ReportSearch): number => {
  if (search.range === "free" && search.from && search.to)
    return (Date.parse(search.to) - Date.parse(search.from)) / DAY_MS + 1;
  const days: Record<Range, number> = { today: 1, yesterday: 1, week: 7, last_week: 7, month: 31, last_month: 31 };
  return days[(search.range ?? "today") as Range] ?? 1;
};

/** What shows a course in a few dozen steps. */
export function fitting(search: ReportSearch): Interval {
  const days = daysOf(search);
  return days <= 2 ? "hour" : days <= 62 ? "day" : days <= 200 ? "week" : "month";
}

export function askedOf(search: ReportSearch, by: By): Asked {
  const isFree = search.range === "free" && search.from && search.to && search.from <= search.to;
  const range = RANGES.find((each) => each === search.range) ?? "today";
  return {
    by,
    interval: search.interval ?? fitting(search),
    ...(isFree && search.from && search.to ? { since: search.from, until: dayAfter(search.to) } : { range }),
    ...(search.queue ? { queue_id: [search.queue] } : {}),
  };
}

/** Whether calls may still be added to it. */
export function goesOn(search: ReportSearch, today: string): boolean {
  if (search.range === "free") return (search.to ?? "") >= today;
  return !["yesterday", "last_week", "last_month"].includes(search.range ?? "today");
}
