// SPDX-License-Identifier: Apache-2.0
// Messages of supervisors to agents, today's. Pure.

export interface Message {
  id: string;
  /** `in` for who gets it, `out` for who wrote it. */
  way: "in" | "out";
  from: { user_id: string; name: string };
  /** `all`, `people`, or a queue's name. */
  to: string;
  text: string;
  at: string;
  seen_at?: string | null;
  seen?: number;
  of?: number;
}

export type MessageSeen = Pick<Message, "id" | "way" | "seen_at" | "seen" | "of">;

/** With one more, or with the same one anew. */
export function withMessage(list: readonly Message[], message: Message): Message[] {
  return [...list.filter((m) => m.id !== message.id || m.way !== message.way), message];
}

export function withSeen(list: readonly Message[], seen: MessageSeen): Message[] {
  return list.map((m) => (m.id === seen.id && m.way === seen.way ? { ...m, ...seen } : m));
}

/** Those that wait to be acknowledged, the oldest first. */
export function unread(list: readonly Message[]): Message[] {
  return list.filter((m) => m.way === "in" && !m.seen_at);
}
