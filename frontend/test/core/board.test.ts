// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { type BoardAgent, type BoardChange, type BoardWhole, boardOf, changed } from "@/core/board";
import { type Message, unread, withMessage, withSeen } from "@/core/messages";

const FIGURES = { offered: 0, answered: 0, abandoned: 0, service_level: null, service_level_now: null };

const agent = (user_id: string, state: BoardAgent["state"]): BoardAgent => ({
  user_id,
  name: user_id,
  agent_number: "1",
  state,
  reason: null,
  since: "2026-11-25T08:00:00.000Z",
  wish: null,
  hindrances: [],
  call: null,
});

const WHOLE: BoardWhole = {
  seq: 4,
  at: "2026-11-25T09:00:00.000Z",
  total: FIGURES,
  queues: [],
  agents: [agent("mei", "ready"), agent("lei", "break")],
  waiting: [],
  members: { q: ["mei"] },
  promised_s: 20,
};

const change = (seq: number, more: Partial<BoardChange> = {}): BoardChange => ({
  seq,
  at: "2026-11-25T09:00:01.000Z",
  total: FIGURES,
  queues: [],
  agents: [],
  waiting: [],
  gone: { queues: [], agents: [], waiting: [] },
  ...more,
});

describe("the board", () => {
  test("takes the next change, and keeps the rows it does not touch", () => {
    const board = boardOf(WHOLE);
    const next = changed(
      board,
      change(5, { agents: [agent("mei", "talking")], gone: { queues: [], agents: ["lei"], waiting: [] } }),
    );
    expect([...(next?.agents.values() ?? [])].map((a) => [a.user_id, a.state])).toEqual([["mei", "talking"]]);
    expect(next?.queues).toBe(board.queues);
    expect(next?.members).toBe(board.members);
    expect(board.agents.get("mei")?.state).toBe("ready");
  });

  test("passes over what it has, and says so when a change is missing", () => {
    const board = boardOf(WHOLE);
    expect(changed(board, change(4))).toBe(board);
    expect(changed(board, change(3))).toBe(board);
    expect(changed(board, change(6))).toBeNull();
  });
});

const message = (id: string, more: Partial<Message> = {}): Message => ({
  id,
  way: "in",
  from: { user_id: "anna", name: "Anna" },
  to: "all",
  text: id,
  at: "2026-11-25T09:00:00.000Z",
  seen_at: null,
  ...more,
});

describe("messages", () => {
  test("heard twice are there once; one's own copy is another one", () => {
    const list = [message("a"), message("b"), message("a"), message("a", { way: "out", seen: 0, of: 3 })].reduce(
      withMessage,
      [] as Message[],
    );
    expect(list.map((m) => [m.id, m.way])).toEqual([
      ["b", "in"],
      ["a", "in"],
      ["a", "out"],
    ]);
  });

  test("wait until they are acknowledged", () => {
    const list = withSeen([message("a"), message("b")], { id: "a", way: "in", seen_at: "2026-11-25T09:01:00.000Z" });
    expect(unread(list).map((m) => m.id)).toEqual(["b"]);
    const own = withSeen([message("a"), message("a", { way: "out", seen: 0, of: 3 })], {
      id: "a",
      way: "out",
      seen: 2,
      of: 3,
    });
    expect(own.map((m) => m.seen)).toEqual([undefined, 2]);
    expect(unread(own)).toHaveLength(1);
  });
});
