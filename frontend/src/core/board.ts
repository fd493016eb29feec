// SPDX-License-Identifier: Apache-2.0
// The board of supervisors and of the wallboard: a fold of changes, told once a second, remembered by nobody. Pure.

import type { AgentState } from "./wire";

export interface Served {
  offered: number;
  answered: number;
  abandoned: number;
  /** 0 to 1, today; null before the first caller. */
  service_level: number | null;
  service_level_now: number | null;
}

export interface BoardQueue extends Served {
  id: string;
  name: string;
  /** Callers and places of call-backs. */
  waiting: number;
  callbacks: number;
  /** Of callers alone. */
  longest_wait_since: string | null;
  agents_ready: number;
  agents_busy: number;
  agents_break: number;
}

export type Mode = "listen" | "whisper" | "barge";

export interface BoardCall {
  call_id: string;
  number: string;
  name: string | null;
  queue: string | null;
  since: string;
  talks: boolean;
  held: boolean;
  /** How this agent takes part, who is a supervisor in it. */
  mode: Mode | null;
  supervisors: { user_id: string; name: string; mode: Mode }[];
}

export interface BoardAgent {
  user_id: string;
  name: string;
  agent_number: string;
  state: AgentState;
  reason: string | null;
  since: string;
  wish: "ready" | "break" | "offline" | null;
  /** Why no queue offers them anything, though they are at work. */
  hindrances: string[];
  call: BoardCall | null;
}

export interface Waiting {
  call_id: string;
  queue_id: string;
  number: string;
  name: string | null;
  since: string;
  priority: number;
  place: number;
  expected_s: number | null;
  rings: boolean;
  /** A place in line without a caller. */
  is_callback: boolean;
}

/** Those of a queue who hold the line themselves. */
export const callersOf = (queue: Pick<BoardQueue, "waiting" | "callbacks">): number => queue.waiting - queue.callbacks;

export interface BoardWhole {
  seq: number;
  at: string;
  total: Served;
  queues: BoardQueue[];
  agents: BoardAgent[];
  waiting: Waiting[];
  members: Record<string, string[]>;
  promised_s: number;
}

export interface BoardChange {
  seq: number;
  at: string;
  total: Served;
  queues: BoardQueue[];
  agents: BoardAgent[];
  waiting: Waiting[];
  gone: { queues: string[]; agents: string[]; waiting: string[] };
  members?: Record<string, string[]>;
}

export interface Board {
  seq: number;
  at: string;
  total: Served;
  queues: ReadonlyMap<string, BoardQueue>;
  agents: ReadonlyMap<string, BoardAgent>;
  waiting: ReadonlyMap<string, Waiting>;
  members: Readonly<Record<string, readonly string[]>>;
  promised_s: number;
}

export function boardOf(whole: BoardWhole): Board {
  return {
    ...whole,
    queues: new Map(whole.queues.map((q) => [q.id, q])),
    agents: new Map(whole.agents.map((a) => [a.user_id, a])),
    waiting: new Map(whole.waiting.map((w) => [w.call_id, w])),
  };
}

/** The board after a change; the same one if it is old; null if one before it was missed. */
export function changed(board: Board, change: BoardChange): Board | null {
  if (change.seq <= board.seq) return board;
  if (change.seq !== board.seq + 1) return null;
  return {
    seq: change.seq,
    at: change.at,
    total: change.total,
    promised_s: board.promised_s,
    members: change.members ?? board.members,
    queues: patched(board.queues, change.queues, change.gone.queues, (q) => q.id),
    agents: patched(board.agents, change.agents, change.gone.agents, (a) => a.user_id),
    waiting: patched(board.waiting, change.waiting, change.gone.waiting, (w) => w.call_id),
  };
}

function patched<T>(
  rows: ReadonlyMap<string, T>,
  put: readonly T[],
  gone: readonly string[],
  key: (row: T) => string,
): ReadonlyMap<string, T> {
  if (put.length === 0 && gone.length === 0) return rows;
  const next = new Map(rows);
  for (const row of put) next.set(key(row), row);
  for (const id of gone) next.delete(id);
  return next;
}
