// SPDX-License-Identifier: Apache-2.0
// What the supervisor's page shows of the board: found, sorted, marked. Pure.

import { type Board, type BoardAgent, type BoardQueue, callersOf, type Served, type Waiting } from "@/core/board";
import { dialled } from "@/core/number";
import { secondsSince } from "@/core/time";
import type { AgentState } from "@/core/wire";

/** From when on something has lasted too long, in seconds. */
export interface Limits {
  wait: number;
  talking: number;
  wrap_up: number;
  break: number;
  ringing: number;
}

/** A caller hangs up after about a minute in most call centres; the others are what supervisors ask about. */
export const LIMITS: Limits = { wait: 60, talking: 600, wrap_up: 120, break: 1800, ringing: 30 };

export type Sort = "state" | "name" | "time";
export type Shown = "all" | "in" | AgentState;

export interface Filter {
  text: string;
  queue: string;
  shown: Shown;
  sort: Sort;
}

/** Who needs an eye first. */
const ORDER: Record<AgentState, number> = { ringing: 0, talking: 1, wrap_up: 2, ready: 3, break: 4, offline: 5 };

export function isTooLong(agent: Pick<BoardAgent, "state" | "since">, limits: Limits, now: number): boolean {
  const limit = agent.state in limits ? limits[agent.state as keyof Limits] : null;
  return limit !== null && secondsSince(agent.since, now) > limit;
}

export function agentsShown(board: Board, filter: Filter): BoardAgent[] {
  const members = filter.queue ? new Set(board.members[filter.queue] ?? []) : null;
  const found = [...board.agents.values()].filter(
    (a) => (members?.has(a.user_id) ?? true) && isShown(a.state, filter.shown) && says(agentText(a), filter.text),
  );
  return found.sort(COMPARE[filter.sort]);
}

function isShown(state: AgentState, shown: Shown): boolean {
  return shown === "all" || (shown === "in" ? state !== "offline" : state === shown);
}

/** Made once: a collator costs more than the sorting of a whole floor. */
const { compare } = new Intl.Collator("zh");
const byTime = (a: BoardAgent, b: BoardAgent) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0);
const byName = (a: BoardAgent, b: BoardAgent) => compare(a.name, b.name) || compare(a.user_id, b.user_id);

const COMPARE: Record<Sort, (a: BoardAgent, b: BoardAgent) => number> = {
  state: (a, b) => ORDER[a.state] - ORDER[b.state] || byTime(a, b) || byName(a, b),
  time: (a, b) => byTime(a, b) || byName(a, b),
  name: byName,
};

const agentText = (a: BoardAgent) => `${a.name} ${a.agent_number} ${a.call?.name ?? ""} ${a.call?.number ?? ""}`;

/** Whether a row says what is looked for; numbers are found however they are written. */
function says(text: string, wanted: string): boolean {
  const plain = wanted.trim().toLowerCase();
  if (!plain) return true;
  const digits = dialled(plain);
  return text.toLowerCase().includes(plain) || (digits.length >= 3 && dialled(text).includes(digits));
}

/** Who waits, the longest first. */
export function waitingShown(board: Board, filter: Pick<Filter, "text" | "queue">): Waiting[] {
  return [...board.waiting.values()]
    .filter((w) => (!filter.queue || w.queue_id === filter.queue) && says(`${w.name ?? ""} ${w.number}`, filter.text))
    .sort((a, b) => a.since.localeCompare(b.since) || a.call_id.localeCompare(b.call_id));
}

/** The order as it was, without who is gone and with who is new behind: rows do not jump under somebody's hand. */
export function steady(before: readonly string[], fresh: readonly string[]): string[] {
  const here = new Set(fresh);
  const kept = before.filter((id) => here.has(id));
  const known = new Set(kept);
  return [...kept, ...fresh.filter((id) => !known.has(id))];
}

export interface Sum extends Served {
  callers: number;
  callbacks: number;
  longest_wait_since: string | null;
  ready: number;
  busy: number;
  away: number;
}

/** The figures of one queue, or of all. An agent who serves several queues counts once. */
export function summed(board: Board, queue: string): Sum {
  const one = queue ? board.queues.get(queue) : undefined;
  if (one)
    return { ...one, callers: callersOf(one), ready: one.agents_ready, busy: one.agents_busy, away: one.agents_break };
  const states = [...board.agents.values()].map((a) => a.state);
  const count = (...wanted: AgentState[]) => states.filter((s) => wanted.includes(s)).length;
  const callbacks = [...board.queues.values()].reduce((sum, q) => sum + q.callbacks, 0);
  const since = [...board.queues.values()].flatMap((q) => q.longest_wait_since ?? []).sort();
  return {
    ...board.total,
    callers: board.waiting.size - callbacks,
    callbacks,
    longest_wait_since: since[0] ?? null,
    ready: count("ready"),
    busy: count("ringing", "talking", "wrap_up"),
    away: count("break"),
  };
}

export interface Alarm {
  id: string;
  kind: "late" | "nobody";
  queue: BoardQueue;
  /** How many wait too long. */
  count: number;
}

/** What must not wait for the supervisor to look: callers beyond the limit, and queues in which nobody can answer. */
export function alarms(board: Board, limits: Limits, now: number): Alarm[] {
  return [...board.queues.values()].flatMap((queue): Alarm[] => {
    if (callersOf(queue) === 0) return [];
    const lines = [...board.waiting.values()].filter((w) => w.queue_id === queue.id && !w.is_callback);
    const count = lines.filter((w) => secondsSince(w.since, now) > limits.wait).length;
    const found: Alarm[] = [];
    if (count > 0) found.push({ id: `late-${queue.id}`, kind: "late", queue, count });
    if (queue.agents_ready + queue.agents_busy === 0)
      found.push({ id: `nobody-${queue.id}`, kind: "nobody", queue, count: callersOf(queue) });
    return found;
  });
}

export const percent = (level: number | null): string => (level === null ? "–" : `${Math.round(level * 100)}%`);
