// SPDX-License-Identifier: Apache-2.0
// A queue's rules while they are edited: as rows one can write into, what is wrong with them, and back. Pure.

import type { QueueChange, QueueWhole } from "@/api/types";
import { dialled, looksDiallable } from "@/core/number";

/** A row keeps its key wherever it is moved. */
export interface VipRow {
  key: number;
  number: string;
  priority: number;
}

export interface NeedRow {
  key: number;
  skill: string;
  level: number;
  relax_every_s: number;
}

export interface CodeRow {
  key: number;
  code: string;
  zh: string;
  en: string;
  /** Its code may still be chosen: no call has it yet. */
  isNew: boolean;
}

export type Draft = Omit<QueueWhole, "vip" | "needs" | "dispositions"> & {
  vip: VipRow[];
  needs: NeedRow[];
  dispositions: CodeRow[];
};

export function draftOf(queue: QueueWhole): Draft {
  return {
    ...queue,
    vip: Object.entries(queue.vip ?? {}).map(([number, priority], key) => ({ key, number, priority })),
    needs: (queue.needs ?? []).map((n, key) => ({ key, level: 1, relax_every_s: 0, ...n })),
    dispositions: (queue.dispositions ?? []).map((d, key) => ({ key, zh: "", en: "", ...d, isNew: false })),
  };
}

/** What the server takes. */
export function changeOf(draft: Draft): QueueChange {
  const { id: _id, number: _number, vip, needs, dispositions, ...rules } = draft;
  return {
    ...rules,
    name: rules.name.trim(),
    overflow: dialled(rules.overflow ?? ""),
    vip: Object.fromEntries(vip.map((row) => [dialled(row.number), row.priority])),
    needs: needs.map(({ skill, level, relax_every_s }) => ({ skill: skill.trim(), level, relax_every_s })),
    dispositions: dispositions.map((row) => ({ code: codeOf(row), zh: row.zh.trim(), en: row.en.trim() })),
  };
}

/** The code of a new row that was given none, from its words: reports and files show it. */
export function codeOf(row: Pick<CodeRow, "code" | "zh" | "en">): string {
  const fromWords = row.en
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  return (row.code.trim() || fromWords || row.zh.trim()).slice(0, 40);
}

export const nextKey = (rows: readonly { key: number }[]): number => Math.max(-1, ...rows.map((r) => r.key)) + 1;

/** The row one place up or down; the same rows where there is no such place. */
export function moved<T>(rows: readonly T[], at: number, by: -1 | 1): T[] {
  const next = [...rows];
  const [row, other] = [next[at], next[at + by]];
  if (row === undefined || other === undefined) return next;
  next[at] = other;
  next[at + by] = row;
  return next;
}

/** Least and most of each number, as the server has them. */
export const LIMITS: Readonly<Record<string, readonly [number, number]>> = {
  ring_for_s: [3, 300],
  miss_limit: [0, 100],
  chats_at_once: [0, 20],
  priority: [-100, 100],
  sticky_days: [0, 3650],
  sticky_wait_s: [0, 86_400],
  max_wait_s: [1, 86_400],
  size_limit: [0, 5000],
  announce_every_s: [0, 86_400],
  callback_after_s: [0, 86_400],
  callback_tries: [1, 5],
  callback_retry_s: [30, 86_400],
  callback_keep_s: [60, 604_800],
  callback_lost_s: [0, 86_400],
  redial_keep_s: [0, 86_400],
  wrap_up_s: [0, 86_400],
};

export const LEVEL = [0, 100] as const;
export const RELAX = [0, 86_400] as const;
export const PRIORITY = [-100, 100] as const;

/** What is wrong with a field, as a key of the words `admin.fault_…` and what fills them. */
export interface Fault {
  word: "range" | "empty" | "number" | "digits" | "twice" | "server";
  min?: number;
  max?: number;
}

/** By place, as in `needs.1.level`. */
export type Faults = Readonly<Record<string, Fault>>;

export function faultsOf(draft: Draft): Faults {
  const found: Record<string, Fault> = {};
  const outside = (place: string, value: unknown, [min, max]: readonly [number, number]) => {
    if (!Number.isInteger(value) || Number(value) < min || Number(value) > max)
      found[place] = { word: "range", min, max };
  };
  for (const [name, limits] of Object.entries(LIMITS)) outside(name, draft[name as keyof Draft], limits);
  if (!draft.name.trim()) found.name = { word: "empty" };
  if (draft.overflow?.trim() && !looksDiallable(draft.overflow)) found.overflow = { word: "number" };
  draft.vip.forEach((row, n) => {
    if (!looksDiallable(row.number)) found[`vip.${n}.number`] = { word: "number" };
    outside(`vip.${n}.priority`, row.priority, PRIORITY);
  });
  draft.needs.forEach((row, n) => {
    if (!row.skill.trim()) found[`needs.${n}.skill`] = { word: "empty" };
    outside(`needs.${n}.level`, row.level, LEVEL);
    outside(`needs.${n}.relax_every_s`, row.relax_every_s, RELAX);
  });
  draft.dispositions.forEach((row, n) => {
    if (!codeOf(row)) found[`dispositions.${n}.code`] = { word: "empty" };
  });
  const twice = (rule: string, field: string, words: string[]) => {
    const seen = new Set<string>();
    words.forEach((word, n) => {
      if (word && seen.has(word)) found[`${rule}.${n}.${field}`] = { word: "twice" };
      seen.add(word);
    });
  };
  twice(
    "vip",
    "number",
    draft.vip.map((r) => dialled(r.number)),
  );
  twice(
    "needs",
    "skill",
    draft.needs.map((r) => r.skill.trim()),
  );
  twice("dispositions", "code", draft.dispositions.map(codeOf));
  return found;
}

/** What the server has refused, at the places of the draft. Its list of VIP callers goes by number. */
export function faultsAt(fields: readonly string[], draft: Draft): Faults {
  const place = (field: string): string => {
    const [rule = "", ...rest] = field.replace(/\.\[key\]$/, "").split(".");
    if (rule !== "vip" || rest.length === 0) return [rule, ...rest].join(".");
    const number = rest.join(".");
    return `vip.${draft.vip.findIndex((row) => dialled(row.number) === number)}.number`;
  };
  return Object.fromEntries(fields.map((field) => [place(field), { word: "server" } as const]));
}

/** Numbers as they are pasted: one on each line, perhaps with a priority behind it. */
export function pasted(text: string, priority: number): Omit<VipRow, "key">[] {
  return text.split(/[\r\n;]+/).flatMap((line) => {
    const [number = "", own = ""] = line.trim().split(/\s*[,\t，]\s*/);
    if (!looksDiallable(number)) return [];
    return [{ number: dialled(number), priority: /^-?\d+$/.test(own) ? Number(own) : priority }];
  });
}

/** A word of the rule whose fault it is: `needs` of `needs.1.level`. */
export const ruleOf = (place: string): string => place.split(".")[0] ?? place;
