// SPDX-License-Identifier: Apache-2.0
import type { AgentState, Direction, Me, Words } from "@/core/wire";

export interface Person {
  user_id: string;
  name: string;
  number: string | null;
  short_number: string | null;
  state: string;
  branch: string | null;
}

export interface CallRecord {
  call_id: string;
  direction: Direction;
  from_number: string;
  from_name: string | null;
  to_number: string;
  to_name: string | null;
  queue: { id: string; name: string } | null;
  agent: { user_id: string; name: string; agent_number: string } | null;
  started_at: string;
  answered_at: string | null;
  ended_at: string | null;
  wait_s: number;
  talk_s: number;
  cause: string;
  ended_by: "caller" | "agent" | "system" | null;
  recording_id: string | null;
}

export interface Recording {
  recording_id: string;
  call_id: string;
  started_at: string;
  duration_s: number;
  octets: number;
  channels: number;
  state: "recording" | "done";
}

export interface CallDetail extends CallRecord {
  log: { seq: number; at: string; type: string; data: Record<string, unknown> }[];
  recordings: Recording[];
}

export interface QueueState {
  id: string;
  name: string;
  number: string;
  waiting: number;
  longest_wait_s: number;
  agents_ready: number;
  agents_busy: number;
  agents_total: number;
}

export interface Peaks {
  per_second: number;
  channels: number[][];
}

export interface SimulatedCall {
  simulated_id: string;
  number: string;
  state: "dialling" | "ringing" | "talking" | "ended";
  sip_status: number;
  started_at_ms: number;
  answered_at_ms: number | null;
  ended_at_ms: number | null;
  heard_dbov: number;
  packets_received: number;
  longest_gap_ms: number;
}

export interface SimulatedOrder {
  number: string;
  caller_number?: string;
  say?: string;
  keys?: string;
  language?: "zh" | "en";
  tone_hz?: number;
  hang_up_after_s?: number;
}

export interface Fault {
  cause: string;
  text?: Words;
  detail?: string;
}

export type { AgentState, Me };
