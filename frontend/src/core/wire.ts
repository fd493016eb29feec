// SPDX-License-Identifier: Apache-2.0
// What the browser and the backend say to each other over Socket.IO (docs/browser-api.md).

export type Language = "zh" | "en";
export type AnswerOn = "browser" | "phone" | "both";
export type AgentState = "offline" | "ready" | "break" | "ringing" | "talking" | "wrap_up";
export type Direction = "in" | "out" | "internal";
export type CallPhase = "ringing" | "dialling" | "talking" | "held" | "ended";
export type Ability = "answer" | "hang_up" | "hold" | "transfer" | "digits" | "consult" | "swap" | "complete";
export type Words = Record<Language, string>;

export interface Me {
  user_id: string;
  login: string;
  name: string;
  roles: string[];
  rights: string[];
  number: string | null;
  agent: { agent_id: string; agent_number: string; queues: { id: string; name: string }[] } | null;
  language: Language;
  answer_on: AnswerOn;
}

export interface AgentView {
  state: AgentState;
  reason: string | null;
  since: string;
  wrap_up_until: string | null;
  missed: number;
}

/** One of those in a call; who is held hears music. */
export interface Party {
  leg_id: string;
  user_id: string | null;
  number: string;
  name: string | null;
  role: "caller" | "agent" | "other" | "supervisor";
  state: "talking" | "held" | "ringing";
}

/** Whom we ask before a transfer. */
export interface Consulted {
  leg_id: string;
  number: string;
  name: string | null;
  state: "ringing" | "talking";
}

export interface CallView {
  call_id: string;
  leg_id: string;
  direction: Direction;
  state: CallPhase;
  media: "browser" | "phone";
  peer: { number: string; name: string | null };
  queue: { id: string; name: string } | null;
  offered_at: string;
  answered_at: string | null;
  waited_s: number | null;
  offer_expires_at: string | null;
  recording: boolean;
  held: boolean;
  held_by_peer: boolean;
  digits: string;
  can: Ability[];
  parties: Party[];
  consult: Consulted | null;
}

export interface QueueView {
  id: string;
  name: string;
  waiting: number;
  longest_wait_since: string | null;
  agents_ready: number;
  agents_busy: number;
}

export interface Snapshot {
  event_id: number;
  me: Me;
  agent: AgentView | null;
  calls: CallView[];
  queues: QueueView[];
  softphone: { owner_instance: string | null };
  causes: Record<string, Words>;
}

export type ServerEvent =
  | { id: number; type: "agent"; data: AgentView }
  | { id: number; type: "call"; data: CallView }
  | { id: number; type: "call_gone"; data: { call_id: string; cause: string } }
  | { id: number; type: "queue"; data: QueueView }
  | { id: number; type: "presence"; data: { user_id: string; state: string } }
  | { id: number; type: "softphone"; data: { owner_instance: string | null } }
  | { id: number; type: "me"; data: Me };

export type Command =
  | { type: "agent.state"; state: "ready" | "break" | "offline"; reason?: string }
  | { type: "softphone.take"; instance: string }
  | { type: "call.dial"; number: string }
  | { type: "call.answer"; call_id: string }
  | { type: "call.refuse"; call_id: string }
  | { type: "call.hang_up"; call_id: string }
  | { type: "call.hold"; call_id: string; on: boolean }
  | { type: "call.transfer"; call_id: string; to: string }
  | { type: "call.consult"; call_id: string; to: string }
  | { type: "call.swap"; call_id: string }
  | { type: "call.complete"; call_id: string }
  | { type: "call.drop"; call_id: string; leg_id: string }
  | { type: "call.digits"; call_id: string; digits: string }
  | { type: "leg.connect"; leg_id: string; sdp: string }
  | { type: "leg.quality"; leg_id: string; rtt_ms: number; loss: number; jitter_ms: number; mos: number }
  | { type: "ping" };

export interface Refusal {
  ok: false;
  cause: string;
  text?: Words;
  detail?: string;
}

export type Answer = ({ ok: true } & Record<string, unknown>) | Refusal;
