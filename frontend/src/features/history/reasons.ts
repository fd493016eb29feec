// SPDX-License-Identifier: Apache-2.0
import type { Considered, Offer } from "@/api/types";
import { duration } from "@/core/time";

interface Words {
  key: string;
  words: Record<string, string>;
}

const whole = (n: number): string => String(Math.round(n * 100) / 100);

/** What was compared, as a person reads it. A key this page does not know is left out. */
const SAID: Record<string, (value: number, c: Considered) => string | null> = {
  last_agent: (value) => (value === 0 ? "" : null),
  level: whole,
  seat: whole,
  idle_since: (_, c) => duration(c.idle_s),
  offered_at: (value) => (value > 0 ? new Date(value).toLocaleTimeString([], { hour12: false }) : null),
  calls: whole,
  talk_ms: (value) => duration(value / 1000),
  position: (value) => whole(value + 1),
  share: whole,
  skill: (value) => whole(-value),
};

/** The reasons for an agent's place. Without the right to see them, only how long they had been idle. */
export function chances(c: Considered, strategy: string): Words[] {
  const ranks = Object.entries(c.ranks);
  const found = ranks.flatMap(([name, value]): Words[] => {
    const said = SAID[name]?.(value, c) ?? null;
    return said === null ? [] : [{ key: `why.rank_${name}`, words: { value: said } }];
  });
  if (found.length === 0 && ranks.length === 0 && strategy === "longest-idle") {
    return [{ key: "why.rank_idle_since", words: { value: duration(c.idle_s) } }];
  }
  return found;
}

export interface Group {
  key: string;
  skill: string;
  names: string[];
  /** Of all, also those whose names were not kept. */
  count: number;
}

/** Who could not be rung, by reason; the reason with most people first. */
export function groupsOf(offer: Pick<Offer, "considered" | "left_out">): Group[] {
  const groups = new Map<string, Group>();
  for (const c of offer.considered) {
    if (!c.obstacle) continue;
    const id = `${c.obstacle} ${c.lacks}`;
    const group = groups.get(id) ?? { key: c.obstacle, skill: c.lacks, names: [], count: 0 };
    group.names.push(c.name);
    group.count += 1;
    groups.set(id, group);
  }
  for (const [key, count] of Object.entries(offer.left_out)) {
    const known = [...groups.values()].filter((g) => g.key === key);
    const missing = count - known.reduce((sum, g) => sum + g.count, 0);
    if (missing <= 0) continue;
    const first = known[0];
    if (first) first.count += missing;
    else groups.set(key, { key, skill: "", names: [], count: missing });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}
