// SPDX-License-Identifier: Apache-2.0
// Chats are a fold like the desk: `nextChats(chats, event)` is all that ever changes them.

import { create } from "zustand";
import type { ChatMessage, ChatView } from "@/api/types";
import type { DeskEvent } from "./desk";

export interface Chats {
  chats: readonly ChatView[];
  /** What was written while this page was open, by chat; what came before is asked for when a chat is opened. */
  said: Readonly<Record<string, readonly ChatMessage[]>>;
  /** When the visitor last wrote on something that is not sent yet, in ms. */
  typing: Readonly<Record<string, number>>;
  /** The chat that is open on the page. */
  chosen: string | null;
  drafts: Readonly<Record<string, string>>;
}

export const NO_CHATS: Chats = { chats: [], said: {}, typing: {}, chosen: null, drafts: {} };

/** How long a sign of typing holds: pages send one every 4 s. */
export const TYPING_MS = 6000;

const KEPT = 500; // messages of one chat; the conversation asks for the rest

export function nextChats(state: Chats, event: DeskEvent): Chats {
  if (event.type === "logged_out") return NO_CHATS;
  if (event.type === "snapshot") return withAll(state, event.snapshot.chats ?? []);
  if (event.type !== "server") return state;
  const { event: news, at } = event;
  switch (news.type) {
    case "chat":
      return { ...state, chats: placed(state.chats, news.data) };
    case "chat_message":
      return withMessage(state, news.data.chat_id, news.data.message);
    case "chat_typing":
      return { ...state, typing: { ...state.typing, [news.data.chat_id]: at } };
    case "chat_gone":
      return without(state, news.data.chat_id);
    default:
      return state;
  }
}

function withAll(state: Chats, chats: readonly ChatView[]): Chats {
  const there = new Set(chats.map((c) => c.chat_id));
  return {
    ...state,
    chats,
    said: Object.fromEntries(Object.entries(state.said).filter(([id]) => there.has(id))),
    chosen: state.chosen && there.has(state.chosen) ? state.chosen : null,
  };
}

function placed(chats: readonly ChatView[], chat: ChatView): ChatView[] {
  const known = chats.some((c) => c.chat_id === chat.chat_id);
  return known ? chats.map((c) => (c.chat_id === chat.chat_id ? chat : c)) : [...chats, chat];
}

function withMessage(state: Chats, id: string, message: ChatMessage): Chats {
  const before = state.said[id] ?? [];
  if (before.some((m) => m.seq === message.seq)) return state;
  const typing = message.by === "visitor" ? { ...state.typing, [id]: 0 } : state.typing;
  return { ...state, typing, said: { ...state.said, [id]: [...before, message].slice(-KEPT) } };
}

function without(state: Chats, id: string): Chats {
  const { [id]: _, ...said } = state.said;
  const { [id]: __, ...drafts } = state.drafts;
  return {
    ...state,
    said,
    drafts,
    chats: state.chats.filter((c) => c.chat_id !== id),
    chosen: state.chosen === id ? null : state.chosen,
  };
}

/** What was asked for and what came since, in order, each once. */
export function joined(asked: readonly ChatMessage[], since: readonly ChatMessage[]): ChatMessage[] {
  const bySeq = new Map([...asked, ...since].map((m) => [m.seq, m]));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** Whether something between the first and the last is missing: then the whole is asked for again. */
export function hasGap(messages: readonly ChatMessage[], lastSeq: number): boolean {
  return messages.length < lastSeq;
}

export function unread(chat: ChatView): number {
  return chat.state === "open" ? Math.max(0, chat.last_seq - chat.read_seq) : 0;
}

/** The chat that rings for this person. */
export function offeredTo(chats: readonly ChatView[], userId: string | undefined): ChatView | null {
  return chats.find((c) => c.state === "offered" && c.offered_to === userId) ?? null;
}

export const useChats = create<Chats>(() => NO_CHATS);
