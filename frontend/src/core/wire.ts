// SPDX-License-Identifier: Apache-2.0
// What the browser and the backend say to each other over Socket.IO (docs/browser-api.md).

import type { ChatMessage, ChatView } from "@/api/types";
import type { Mode } from "./board";
import type { Message, MessageSeen } from "./messages";

export type Language = "zh" | "en";
export type AnswerOn = "browser" | "phone" | "both";
export type AgentState = "offline" | "ready" | "break" | "ringing" | "talking" | "wrap_up";
export type Direction = "in" | "out" | "internal";
export type CallPhase = "ringing" | "dialling" | "talking" | "held" | "ended";
export type Ability =
  | "answer"
  | "hang_up"
  | "hold"
  | "transfer"
  | "digits"
  | "consult"
  | "swap"
  | "complete"
  | "conference"
  | "drop"
  | "park";
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
  /** How a supervisor takes part. */
  mode?: Mode | null;
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
  /** Where the call is parked: for the parked one, and for who is rung back. */
  slot: string | null;
  /** The customer is called back once this is answered. */
  callback?: { attempt: number; tries: number } | null;
  /** How we take part in a talk of others. */
  supervise?: Mode | null;
}

/** A caller whom somebody has set down. */
export interface ParkedView {
  slot: string;
  call_id: string;
  number: string;
  name: string | null;
  queue: { id: string; name: string } | null;
  by: { user_id: string; name: string };
  since: string;
  /** Null while it rings back. */
  rings_back_at: string | null;
}

export interface QueueView {
  id: string;
  name: string;
  /** Callers and places of call-backs. */
  waiting: number;
  callbacks: number;
  longest_wait_since: string | null;
  agents_ready: number;
  agents_busy: number;
  /** Nobody is rung: whoever serves it takes whom they choose. */
  by_hand?: boolean;
}

export interface Snapshot {
  event_id: number;
  me: Me;
  agent: AgentView | null;
  calls: CallView[];
  queues: QueueView[];
  /** Of one's own and what rings; a server without chats says nothing. */
  chats?: ChatView[];
  parked?: ParkedView[];
  softphone: { owner_instance: string | null };
  fit?: { faults: string[] };
  causes: Record<string, Words>;
  messages?: Message[];
}

export type ServerEvent =
  | { id: number; type: "chat"; data: ChatView }
  | { id: number; type: "chat_message"; data: { chat_id: string; message: ChatMessage } }
  | { id: number; type: "chat_typing"; data: { chat_id: string } }
  | { id: number; type: "chat_gone"; data: { chat_id: string; cause: string } }
  | { id: number; type: "agent"; data: AgentView }
  | { id: number; type: "call"; data: CallView }
  | { id: number; type: "call_gone"; data: { call_id: string; cause: string } }
  | { id: number; type: "queue"; data: QueueView }
  | { id: number; type: "parked"; data: { calls: ParkedView[] } }
  | { id: number; type: "presence"; data: { user_id: string; state: string } }
  | { id: number; type: "message"; data: Message }
  | { id: number; type: "message_seen"; data: MessageSeen }
  | { id: number; type: "softphone"; data: { owner_instance: string | null } }
  | { id: number; type: "fit"; data: { faults: string[] } }
  | { id: number; type: "me"; data: Me };

export type Command =
  | { type: "agent.state"; state: "ready" | "break" | "offline"; reason?: string }
  | { type: "softphone.take"; instance: string }
  | { type: "softphone.fit"; instance: string; faults: string[] }
  | { type: "path.test"; sdp: string }
  | { type: "call.dial"; number: string }
  | { type: "call.answer"; call_id: string }
  | { type: "call.refuse"; call_id: string }
  | { type: "call.hang_up"; call_id: string }
  | { type: "call.hold"; call_id: string; on: boolean }
  | { type: "call.transfer"; call_id: string; to: string }
  | { type: "call.consult"; call_id: string; to: string }
  | { type: "call.swap"; call_id: string }
  | { type: "call.complete"; call_id: string }
  | { type: "call.conference"; call_id: string }
  | { type: "call.drop"; call_id: string; leg_id: string }
  | { type: "call.park"; call_id: string }
  | { type: "call.pick_up"; slot: string }
  | { type: "call.digits"; call_id: string; digits: string }
  | { type: "leg.connect"; leg_id: string; sdp: string }
  | { type: "leg.quality"; leg_id: string; rtt_ms: number; loss: number; jitter_ms: number; mos: number }
  | { type: "board.read" }
  | { type: "call.supervise"; call_id: string; mode: Mode }
  | { type: "call.take_over"; call_id: string }
  | { type: "call.end"; call_id: string }
  | { type: "agent.force"; user_id: string; state: "ready" | "break" | "offline"; reason?: string }
  | { type: "agent.message"; to: string | string[]; text: string }
  | { type: "message.seen"; id: string }
  | { type: "queue.take"; call_id: string }
  | { type: "chat.accept"; chat_id: string }
  | { type: "chat.refuse"; chat_id: string }
  | { type: "chat.say"; chat_id: string; text: string; note?: boolean }
  | { type: "chat.typing"; chat_id: string }
  | { type: "chat.read"; chat_id: string; seq: number }
  | { type: "chat.transfer"; chat_id: string; user_id?: string; queue_id?: string }
  | { type: "chat.end"; chat_id: string; disposition?: string }
  | { type: "ping" };

export interface Refusal {
  ok: false;
  cause: string;
  text?: Words;
  detail?: string;
}

export type Answer = ({ ok: true } & Record<string, unknown>) | Refusal;
