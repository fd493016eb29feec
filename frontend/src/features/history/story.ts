// SPDX-License-Identifier: Apache-2.0

import type { CallDetail } from "@/api/types";
import { shownNumber } from "@/core/number";

type Entry = CallDetail["log"][number];

export interface Line {
  seq: number;
  at: string;
  /** Seconds since the call began. */
  after: number;
  /** `story.…` of the words. */
  key: string;
  words: Record<string, string>;
  /** The id of a cause that belongs into the sentence. */
  cause?: string;
  /** Of interest to who looks for a fault, not to who wants to know what happened. */
  minor: boolean;
}

type Told = Pick<Line, "key"> & Partial<Pick<Line, "words" | "cause" | "minor">>;

interface Cast {
  /** Names by leg. */
  legs: ReadonlyMap<string, string>;
  /** Names by user. */
  users: ReadonlyMap<string, string>;
  /** Names of those rung, by round. */
  rounds: ReadonlyMap<string, string[]>;
  caller: string;
  /** The call waits for its customer instead of the customer for us. */
  isCallback: boolean;
  /** Rounds in which the customer was called back: they have sentences of their own. */
  back: ReadonlySet<string>;
}

const object = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** What happened, told as people would: who called, where it went, who talked, how it ended. Pure. */
export function storyOf(log: readonly Entry[]): Line[] {
  const cast = castOf(log);
  const lines: Line[] = [];
  const start = log[0] ? Date.parse(log[0].at) : 0;
  for (const e of log) {
    const told = (SENTENCES[e.type] ?? unknown)(e.data, cast, e.type);
    if (!told) continue;
    const before = [...lines].reverse().find((line) => !line.minor);
    if (before?.key === "story.key" && told.key === "story.key" && before.words.who === told.words?.who) {
      before.words.keys = `${before.words.keys}${told.words?.keys ?? ""}`;
      continue;
    }
    lines.push({
      seq: e.seq,
      at: e.at,
      after: (Date.parse(e.at) - start) / 1000,
      words: {},
      minor: false,
      ...told,
    });
  }
  return lines;
}

function castOf(log: readonly Entry[]): Cast {
  const legs = new Map<string, string>();
  const users = new Map<string, string>();
  const rounds = new Map<string, string[]>();
  let caller = "";
  for (const { type, data } of log) {
    const leg = object(data.leg);
    const id = text(leg.leg_id);
    if (!id) continue;
    const name = text(leg.name) || shownNumber(text(leg.number));
    legs.set(id, name);
    if (type === "call_started") caller = id;
    if (text(leg.user_id)) users.set(text(leg.user_id), name);
    const round = text(leg.ring_id);
    if (round && !(rounds.get(round) ?? []).includes(name)) rounds.set(round, [...(rounds.get(round) ?? []), name]);
  }
  const rings = log.filter((e) => e.type === "ring_started").map((e) => object(e.data.ring));
  const back = new Set(rings.filter((ring) => ring.kind === "callback").map((ring) => text(ring.ring_id)));
  return { legs, users, rounds, caller, isCallback: log.some((e) => e.type === "callback_asked"), back };
}

const who = (cast: Cast, leg: unknown): string => cast.legs.get(text(leg)) ?? "";
const rung = (cast: Cast, round: unknown): string => (cast.rounds.get(text(round)) ?? []).join(", ");

type Sentence = (data: Entry["data"], cast: Cast, type: string) => Told | null;

/** A kind of entry this page does not know: its bare name, for who looks closely. */
const unknown: Sentence = (_, __, type) => ({ key: "log.other", words: { type }, minor: true });
const aside =
  (key: string): Sentence =>
  (d, cast) => ({ key, words: { who: who(cast, d.leg_id ?? object(d.leg).leg_id) }, minor: true });
const told =
  (key: string): Sentence =>
  (d, cast) => ({ key, words: { who: who(cast, d.leg_id) } });

const SENTENCES: Record<string, Sentence> = {
  call_started: (d, cast) => ({
    minor: cast.isCallback,
    key: `story.started_${text(d.direction) || "in"}`,
    words: {
      who: text(d.from_name) || shownNumber(text(d.from_number)),
      to: text(d.to_name) || shownNumber(text(d.to_number)),
    },
  }),
  queue_entered: (d) => ({
    key: d.rank === -1 ? "story.queue_again" : "story.queue_entered",
    words: { queue: text(d.queue_name) },
  }),
  queue_left: (d) => {
    const why = text(d.why);
    if (why === "answered" || why === "calling-back") return null;
    if (why === "abandoned" || why === "callback") return { key: `story.left_${why}` };
    return { key: "story.left", cause: why };
  },
  priority_changed: (d) => ({ key: "story.priority", words: { priority: String(d.priority) } }),
  overflowed: (d) => ({ key: "story.overflowed", words: { to: shownNumber(text(d.to_number)) }, cause: text(d.cause) }),
  ring_started: (d, cast) => {
    const ring = object(d.ring);
    if (ring.kind === "callback") return null;
    const names = list(ring.user_ids).map((u) => cast.users.get(text(u)) ?? "");
    const words = { who: names.filter(Boolean).join(", ") || rung(cast, ring.ring_id) };
    return { key: ring.kind === "queue" ? "story.offered" : "story.rung", words };
  },
  ring_over: (d, cast) => {
    const outcome = text(d.outcome);
    if (cast.back.has(text(d.ring_id)) || outcome === "rejected" || outcome === "cancelled") return null;
    return { key: "story.not_reached", words: { who: rung(cast, d.ring_id) }, cause: outcome };
  },
  ring_won: () => null,
  leg_closed: (d, cast) =>
    text(d.cause) === "rejected"
      ? { key: "story.declined", words: { who: who(cast, d.leg_id) } }
      : { key: "story.left_call", words: { who: who(cast, d.leg_id) }, cause: text(d.cause), minor: true },
  bridged: (d, cast) => ({
    key: "story.talk",
    words: { first: who(cast, d.first), second: who(cast, d.second) },
  }),
  unbridged: () => ({ key: "story.parted", minor: true }),
  held: (d, cast) => ({ key: d.on ? "story.held" : "story.resumed", words: { who: who(cast, d.leg_id) } }),
  key_pressed: (d, cast) => ({ key: "story.key", words: { who: who(cast, d.leg_id), keys: text(d.digit) } }),
  keys_sent: (d) => ({ key: "story.keys_sent", words: { keys: text(d.digits) } }),
  transfer_started: (d, cast) => ({
    key: "story.transfer",
    words: { who: who(cast, d.by_leg), to: shownNumber(text(d.to_number)) },
  }),
  transfer_failed: (d) => ({ key: "story.transfer_failed", cause: text(d.cause) }),
  consult_started: (d, cast) => ({
    key: "story.consults",
    words: { who: who(cast, d.by_leg), to: shownNumber(text(d.to_number)) },
  }),
  consult_over: (d) => ({ key: "story.consult_over", cause: text(d.cause) }),
  consult_completed: () => ({ key: "story.consult_completed" }),
  refusing: (d) => ({ key: "story.refusing", cause: text(d.cause) }),
  attendant_entered: () => ({ key: "story.attendant" }),
  extension_missed: (d) =>
    text(d.cause) === "incomplete-number"
      ? { key: "story.extension_none" }
      : { key: "story.extension_missed", cause: text(d.cause) },
  attendant_left: (d) => ({ key: text(d.why) === "zero" ? "story.attendant_zero" : "story.attendant_on" }),
  supervised: (d, cast) => ({
    key: `story.supervisor_${text(d.mode) || "listen"}`,
    words: { who: who(cast, d.leg_id) },
  }),
  took_over: told("story.took_over"),
  ended_by_supervisor: (d, cast) => ({
    key: "story.supervisor_ended",
    words: { who: cast.users.get(text(d.user_id)) ?? "" },
  }),
  survey_started: () => ({ key: "story.survey" }),
  marked: (d) => ({ key: "story.marked", words: { mark: String(d.mark) } }),
  media_lost: told("story.media_lost"),
  media_came_back: told("story.media_came_back"),
  page_gone: aside("story.page_gone"),
  page_came_back: aside("story.page_came_back"),
  recording_started: () => ({ key: "log.recording_started" }),
  recording_stopped: () => ({ key: "log.recording_stopped" }),
  recording_done: () => ({ key: "log.recording_done", minor: true }),
  recovered: () => ({ key: "log.recovered" }),
  callback_promised: (d) => ({
    key: "story.callback_promised",
    words: { to: shownNumber(text(object(d.promise).number)) },
  }),
  callback_asked: (d) => ({
    key: "story.callback_asked",
    words: { to: shownNumber(text(object(d.callback).number)) },
  }),
  callback_dialled: (d) => ({ key: "story.callback_dialled", words: { n: String(d.attempt) } }),
  callback_missed: (d) => ({ key: "story.callback_missed", cause: text(d.cause) }),
  callback_cancelled: () => ({ key: "story.callback_cancelled" }),
  ended: (d) => ({ key: `story.ended_${text(d.by) || "system"}`, cause: text(d.cause) }),
  leg_added: aside("story.leg_added"),
  leg_rang: aside("story.leg_rang"),
  leg_answered: aside("story.leg_answered"),
  media_attached: aside("story.media_attached"),
  media_forgotten: aside("story.media_forgotten"),
  plays: () => ({ key: "log.plays", minor: true }),
  intro_over: () => null,
};
