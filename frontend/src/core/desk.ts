// SPDX-License-Identifier: Apache-2.0
// The desk is a fold: `next(desk, event)` is all that ever changes it. No DOM, no socket, no clock.

import { type Message, withMessage, withSeen } from "./messages";
import type { AgentView, CallView, Me, ParkedView, QueueView, ServerEvent, Snapshot, Words } from "./wire";

export type LinkState = "connecting" | "up" | "lost" | "refused";

/** How the last call of this desk ended: kept so that the card can say it, until the next call or a dismissal. */
export interface Ended {
  call: CallView;
  cause: string;
  at: number;
}

export interface Desk {
  link: LinkState;
  /** When the link was lost, in ms; the banner waits a moment before it speaks. */
  lostAt: number | null;
  /** False until the first snapshot: nothing below is true before that. */
  known: boolean;
  lastEventId: number | null;
  me: Me | null;
  agent: AgentView | null;
  calls: readonly CallView[];
  queues: readonly QueueView[];
  parked: readonly ParkedView[];
  owner: string | null;
  /** What keeps the tab with the phone from taking calls, as the server knows it. */
  faults: readonly string[];
  presence: Readonly<Record<string, string>>;
  causes: Readonly<Record<string, Words>>;
  /** What we told the server and already show; thrown away when it answers. */
  assumed: Readonly<Record<string, Partial<CallView>>>;
  muted: Readonly<Record<string, boolean>>;
  ended: Ended | null;
  messages: readonly Message[];
}

export type DeskEvent =
  | { type: "link"; link: LinkState; at: number }
  | { type: "snapshot"; snapshot: Snapshot; at: number }
  | { type: "server"; event: ServerEvent; at: number }
  | { type: "assume"; callId: string; patch: Partial<CallView> }
  | { type: "assumption_failed"; callId: string }
  | { type: "assume_agent"; agent: AgentView }
  | { type: "muted"; callId: string; on: boolean }
  | { type: "me"; me: Me }
  | { type: "dismiss_ended" }
  | { type: "logged_out" };

export const EMPTY_DESK: Desk = {
  link: "connecting",
  lostAt: null,
  known: false,
  lastEventId: null,
  me: null,
  agent: null,
  calls: [],
  queues: [],
  parked: [],
  owner: null,
  faults: [],
  presence: {},
  causes: {},
  assumed: {},
  muted: {},
  ended: null,
  messages: [],
};

export function next(desk: Desk, event: DeskEvent): Desk {
  switch (event.type) {
    case "link":
      return withLink(desk, event.link, event.at);
    case "snapshot":
      return withSnapshot(desk, event.snapshot, event.at);
    case "server":
      return withServerEvent(desk, event.event, event.at);
    case "assume":
      return {
        ...desk,
        assumed: { ...desk.assumed, [event.callId]: { ...desk.assumed[event.callId], ...event.patch } },
      };
    case "assumption_failed":
      return { ...desk, assumed: without(desk.assumed, event.callId) };
    case "assume_agent":
      return { ...desk, agent: event.agent };
    case "muted":
      return { ...desk, muted: { ...desk.muted, [event.callId]: event.on } };
    case "me":
      return { ...desk, me: event.me };
    case "dismiss_ended":
      return { ...desk, ended: null };
    case "logged_out":
      return { ...EMPTY_DESK };
  }
}

function withLink(desk: Desk, link: LinkState, at: number): Desk {
  const lostAt = link === "up" ? null : (desk.lostAt ?? at);
  return { ...desk, link, lostAt };
}

function withSnapshot(desk: Desk, s: Snapshot, at: number): Desk {
  const gone = desk.calls.find((old) => isLive(old) && !s.calls.some((c) => c.call_id === old.call_id));
  const alive = s.calls.filter((c) => c.state !== "ended");
  return {
    ...desk,
    known: true,
    lastEventId: s.event_id,
    me: s.me,
    agent: s.agent,
    calls: alive,
    queues: s.queues,
    parked: s.parked ?? [],
    owner: s.softphone.owner_instance,
    faults: s.fit?.faults ?? [],
    causes: s.causes,
    messages: s.messages ?? [],
    assumed: keep(onlyEnding(desk.assumed), alive),
    muted: keep(desk.muted, alive),
    ended: alive.length > 0 ? null : gone ? { call: gone, cause: "", at } : desk.ended,
  };
}

function withServerEvent(desk: Desk, event: ServerEvent, at: number): Desk {
  // A replay after a resume may overlap what we have: an id we passed changes nothing.
  if (desk.lastEventId !== null && event.id <= desk.lastEventId) return desk;
  const seen = { ...desk, lastEventId: event.id };
  switch (event.type) {
    case "agent":
      return withAgent(seen, event.data);
    case "call":
      return withCall(seen, event.data, at);
    case "call_gone":
      return withoutCall(seen, event.data.call_id, event.data.cause, at);
    case "queue":
      return { ...seen, queues: replace(seen.queues, event.data, (q) => q.id) };
    case "parked":
      return { ...seen, parked: event.data.calls };
    case "presence":
      return { ...seen, presence: { ...seen.presence, [event.data.user_id]: event.data.state } };
    case "message":
      return { ...seen, messages: withMessage(seen.messages, event.data) };
    case "message_seen":
      return { ...seen, messages: withSeen(seen.messages, event.data) };
    case "softphone":
      return { ...seen, owner: event.data.owner_instance };
    case "fit":
      return { ...seen, faults: event.data.faults };
    case "me":
      return { ...seen, me: event.data };
    default:
      return seen; // a newer server may say words we do not know yet
  }
}

/** The card of the last call goes with the wrap-up it belongs to. */
function withAgent(desk: Desk, agent: AgentView): Desk {
  const wrapped = desk.agent?.state === "wrap_up" && agent.state !== "wrap_up";
  return { ...desk, agent, ended: wrapped ? null : desk.ended };
}

function withCall(desk: Desk, call: CallView, at: number): Desk {
  if (call.state === "ended") return withoutCall(desk, call.call_id, "", at, call);
  return {
    ...desk,
    calls: replace(desk.calls, call, (c) => c.call_id),
    assumed: isEnding(desk.assumed[call.call_id]) ? desk.assumed : without(desk.assumed, call.call_id),
    ended: desk.ended && isLive(call) ? null : desk.ended,
  };
}

function withoutCall(desk: Desk, callId: string, cause: string, at: number, last?: CallView): Desk {
  const call = last ?? desk.calls.find((c) => c.call_id === callId);
  if (!call) {
    // `ended` came first, the cause after it.
    const late = desk.ended?.call.call_id === callId && desk.ended.cause === "" ? { ...desk.ended, cause } : desk.ended;
    return late === desk.ended ? desk : { ...desk, ended: late };
  }
  const calls = desk.calls.filter((c) => c.call_id !== callId);
  return {
    ...desk,
    calls,
    assumed: without(desk.assumed, callId),
    muted: without(desk.muted, callId),
    ended: calls.length > 0 ? desk.ended : { call, cause, at },
  };
}

/** We hung up and wait for the server to say so: nothing it says of the call before that brings the call back. */
function isEnding(assumed: Partial<CallView> | undefined): boolean {
  return assumed?.state === "ended";
}

function onlyEnding(assumed: Desk["assumed"]): Desk["assumed"] {
  return Object.fromEntries(Object.entries(assumed).filter(([, patch]) => isEnding(patch)));
}

export function isLive(call: CallView): boolean {
  return call.state === "talking" || call.state === "held" || call.state === "dialling";
}

export function isTalking(call: CallView): boolean {
  return call.state === "talking" || call.state === "held";
}

/** The calls as the person should see them: what the server said, with what we assume on top. */
export function shownCalls(desk: Desk): CallView[] {
  return desk.calls.map((c) => (desk.assumed[c.call_id] ? { ...c, ...desk.assumed[c.call_id] } : c));
}

const ORDER: Record<CallView["state"], number> = { talking: 0, dialling: 1, held: 2, ringing: 3, ended: 4 };

/** The call the keys and the big card speak of: a live one before a ringing one, the older first. */
export function currentCall(desk: Desk): CallView | null {
  const calls = shownCalls(desk).sort(
    (a, b) => ORDER[a.state] - ORDER[b.state] || a.offered_at.localeCompare(b.offered_at),
  );
  return calls[0] ?? null;
}

/** The call that rings for this person: in a browser, or on their desk phone. A call-back goes out, and is offered. */
export function ringingCall(desk: Desk): CallView | null {
  return desk.calls.find((c) => c.state === "ringing" && (c.direction !== "out" || c.callback)) ?? null;
}

function replace<T>(list: readonly T[], item: T, key: (t: T) => string): T[] {
  return list.some((x) => key(x) === key(item)) ? list.map((x) => (key(x) === key(item) ? item : x)) : [...list, item];
}

function without<T>(map: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  if (!(key in map)) return map;
  const { [key]: _, ...rest } = map;
  return rest;
}

function keep<T>(map: Readonly<Record<string, T>>, calls: readonly CallView[]): Record<string, T> {
  return Object.fromEntries(Object.entries(map).filter(([id]) => calls.some((c) => c.call_id === id)));
}
