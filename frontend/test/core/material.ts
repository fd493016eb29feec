// SPDX-License-Identifier: Apache-2.0
import { type Desk, type DeskEvent, EMPTY_DESK, next } from "@/core/desk";
import type { CallView, Me, ParkedView, ServerEvent, Snapshot } from "@/core/wire";

export const ME: Me = {
  user_id: "user_1",
  login: "mei",
  name: "李梅",
  roles: ["agent"],
  rights: [],
  number: "83012341001",
  agent: { agent_id: "agent_1", agent_number: "1001", queues: [] },
  language: "zh",
  answer_on: "browser",
};

export function call(patch: Partial<CallView> = {}): CallView {
  return {
    call_id: "call_1",
    leg_id: "leg_1",
    direction: "in",
    state: "ringing",
    media: "browser",
    peer: { number: "13800138000", name: null },
    queue: { id: "queue_1", name: "客户服务" },
    offered_at: "2026-11-25T02:00:00.000Z",
    answered_at: null,
    waited_s: 12,
    offer_expires_at: "2026-11-25T02:00:20.000Z",
    recording: false,
    held: false,
    held_by_peer: false,
    digits: "",
    can: ["answer", "hang_up"],
    parties: [],
    consult: null,
    slot: null,
    ...patch,
  };
}

export const talking = (patch: Partial<CallView> = {}): CallView =>
  call({
    state: "talking",
    answered_at: "2026-11-25T02:00:08.000Z",
    can: ["hang_up", "hold", "transfer", "digits"],
    ...patch,
  });

/** We ask Zhang Lei, who rings on two devices or talks, while the customer hears music. */
export const consulting = (state: "ringing" | "talking" = "talking", patch: Partial<CallView> = {}): CallView => {
  const lei = { number: "83012341002", name: "张磊", state };
  return talking({
    can: state === "talking" ? ["hang_up", "complete", "swap", "conference", "drop"] : ["hang_up", "complete", "drop"],
    consult: { leg_id: "leg_3", ...lei },
    parties: [
      { leg_id: "leg_4", user_id: "user_2", role: "other", ...lei, state: "ringing" },
      { leg_id: "leg_1", user_id: "user_1", number: "83012341001", name: "李梅", role: "agent", state: "talking" },
      { leg_id: "leg_2", user_id: null, number: "13800138000", name: null, role: "caller", state: "held" },
      { leg_id: "leg_3", user_id: "user_2", role: "other", ...lei },
    ],
    ...patch,
  });
};

/** Zhang Lei has been brought in; the order is the server's. */
export const conferring = (patch: Partial<CallView> = {}): CallView => {
  const { parties } = consulting();
  const [, mei, customer, lei] = parties.map((p) => ({ ...p, state: "talking" as const }));
  if (!mei || !customer || !lei) throw new Error("three parties");
  return talking({ can: ["hang_up", "hold", "consult", "drop"], parties: [customer, mei, lei], ...patch });
};

export const parked = (patch: Partial<ParkedView> = {}): ParkedView => ({
  slot: "701",
  call_id: "call_7",
  number: "13800138000",
  name: null,
  queue: null,
  by: { user_id: "user_2", name: "张磊" },
  since: "2026-11-25T02:00:00.000Z",
  rings_back_at: "2026-11-25T02:02:00.000Z",
  ...patch,
});

export function snapshot(patch: Partial<Snapshot> = {}): Snapshot {
  return {
    event_id: 10,
    me: ME,
    agent: { state: "ready", reason: null, since: "2026-11-25T01:59:00.000Z", wrap_up_until: null, missed: 0 },
    calls: [],
    queues: [],
    softphone: { owner_instance: "tab_1" },
    causes: { "no-answer": { zh: "无人接听", en: "No answer" } },
    ...patch,
  };
}

/** A desk after these events, `EMPTY_DESK` first. */
export const after = (...events: DeskEvent[]): Desk => events.reduce(next, EMPTY_DESK);

export const opened = (patch: Partial<Snapshot> = {}): DeskEvent => ({
  type: "snapshot",
  snapshot: snapshot(patch),
  at: 0,
});

type Said = ServerEvent extends infer E ? (E extends { id: number } ? Omit<E, "id"> : never) : never;

export const said = (id: number, event: Said, at = 0): DeskEvent => ({
  type: "server",
  event: { id, ...event } as ServerEvent,
  at,
});
