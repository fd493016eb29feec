// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import type { ChatMessage, ChatView } from "@/api/types";
import { hasGap, joined, NO_CHATS, nextChats, offeredTo, unread } from "@/core/chats";
import type { ServerEvent } from "@/core/wire";
import { filledIn, matching } from "@/features/chat/canned";

const chat = (patch: Partial<ChatView> = {}): ChatView => ({
  chat_id: "chat_1",
  state: "open",
  queue: { id: "que_1", name: "400" },
  visitor: { name: "李女士", contact: "", page: "", language: "zh", is_here: true },
  agent: { user_id: "usr_mei", name: "Mei" },
  offered_to: null,
  offer_expires_at: null,
  entered_at: "2026-11-25T08:00:00.000Z",
  opened_at: null,
  ended_at: null,
  ended_by: null,
  cause: "",
  disposition: "",
  last_seq: 3,
  read_seq: 1,
  ...patch,
});

const message = (seq: number, by: ChatMessage["by"] = "visitor"): ChatMessage => ({
  seq,
  at: "2026-11-25T08:00:01.000Z",
  by,
  text: `message ${seq}`,
  user: null,
  file_id: null,
});

const told = (event: object, at = 5) => ({ type: "server" as const, event: { id: 1, ...event } as ServerEvent, at });

describe("chats", () => {
  test("a message is kept once, and ends the typing it came from", () => {
    const typing = nextChats(NO_CHATS, told({ type: "chat_typing", data: { chat_id: "chat_1" } }, 99));
    expect(typing.typing.chat_1).toBe(99);
    const said = told({ type: "chat_message", data: { chat_id: "chat_1", message: message(2) } });
    const twice = nextChats(nextChats(typing, said), said);
    expect(twice.said.chat_1).toHaveLength(1);
    expect(twice.typing.chat_1).toBe(0);
  });

  test("a chat that goes takes its draft and its place on the page with it", () => {
    const there = {
      ...nextChats(NO_CHATS, told({ type: "chat", data: chat() })),
      chosen: "chat_1",
      drafts: { chat_1: "x" },
    };
    const gone = nextChats(there, told({ type: "chat_gone", data: { chat_id: "chat_1", cause: "normal" } }));
    expect(gone).toEqual({ ...NO_CHATS, chosen: null });
  });

  test("what was asked for and what came since are one line without holes or doubles", () => {
    const all = joined([message(1), message(2)], [message(2), message(3)]);
    expect(all.map((m) => m.seq)).toEqual([1, 2, 3]);
    expect(hasGap(all, 3)).toBe(false);
    expect(hasGap(joined([message(1)], [message(3)]), 3)).toBe(true);
  });

  test("unread counts in open chats only, and an offer rings for one", () => {
    expect(unread(chat())).toBe(2);
    const rings = chat({ state: "offered", offered_to: "usr_lei" });
    expect(unread(rings)).toBe(0);
    expect(offeredTo([chat(), rings], "usr_lei")).toBe(rings);
    expect(offeredTo([rings], "usr_mei")).toBeNull();
  });

  test("a log-out leaves nothing behind", () => {
    const there = nextChats(NO_CHATS, told({ type: "chat", data: chat() }));
    expect(nextChats(there, { type: "logged_out" })).toEqual(NO_CHATS);
  });
});

describe("replies that are kept ready", () => {
  const reply = (shortcut: string, language: "zh" | "en", text = "") => ({
    reply_id: shortcut,
    shortcut,
    language,
    text,
  });

  test("the shortcut that begins so comes first, then the visitor's language", () => {
    const replies = [reply("shell", "zh"), reply("hello", "en"), reply("he", "zh"), reply("other", "zh")];
    expect(matching(replies, "he", "zh").map((r) => r.shortcut)).toEqual(["he", "hello", "other", "shell"]);
  });

  test("names are put in, other braces stay", () => {
    expect(filledIn("{visitor}: {agent} {x} {visitor}", { visitor: "$&", agent: "Mei" })).toBe("$&: Mei {x} $&");
  });
});
