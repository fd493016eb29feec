// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { type Board, type BoardAgent, type BoardQueue, boardOf, type Waiting } from "@/core/board";
import { limitOf } from "@/features/supervise/limits-dialog";
import { inView } from "@/features/supervise/use-window";
import {
  agentsShown,
  alarms,
  type Filter,
  isTooLong,
  LIMITS,
  percent,
  steady,
  summed,
  waitingShown,
} from "@/features/supervise/view";
import { grid, inOrder, pagesOf } from "@/features/wallboard/pages";

const NOW = Date.parse("2026-11-25T09:05:00.000Z");
const ago = (s: number) => new Date(NOW - s * 1000).toISOString();
const FIGURES = { offered: 9, answered: 7, abandoned: 1, service_level: 0.7777, service_level_now: null };

const agent = (name: string, state: BoardAgent["state"], s = 10, number = "1001"): BoardAgent => ({
  user_id: `usr_${name}`,
  name,
  agent_number: number,
  state,
  reason: null,
  since: ago(s),
  wish: null,
  hindrances: [],
  call:
    state === "talking"
      ? {
          call_id: "c",
          number: "13800138000",
          name: null,
          queue: "A",
          since: ago(s),
          talks: true,
          held: false,
          mode: null,
          supervisors: [],
        }
      : null,
});

const queue = (id: string, more: Partial<BoardQueue> = {}): BoardQueue => ({
  id,
  name: id,
  waiting: 0,
  callbacks: 0,
  longest_wait_since: null,
  agents_ready: 1,
  agents_busy: 0,
  agents_break: 0,
  ...FIGURES,
  ...more,
});

const caller = (call_id: string, queue_id: string, s: number): Waiting => ({
  call_id,
  queue_id,
  number: "13912345678",
  name: null,
  since: ago(s),
  priority: 0,
  place: 1,
  expected_s: null,
  rings: false,
  is_callback: false,
});

const board = (more: { agents?: BoardAgent[]; queues?: BoardQueue[]; waiting?: Waiting[] } = {}): Board =>
  boardOf({
    seq: 0,
    at: ago(0),
    total: FIGURES,
    queues: more.queues ?? [queue("A")],
    agents: more.agents ?? [],
    waiting: more.waiting ?? [],
    members: { A: ["usr_mei"] },
    promised_s: 20,
  });

const ALL: Filter = { text: "", queue: "", shown: "all", sort: "state" };

describe("the agents of the floor", () => {
  const floor = board({
    agents: [
      agent("mei", "ready", 5),
      agent("lei", "talking", 700),
      agent("anna", "offline"),
      agent("wei", "talking", 30),
    ],
  });
  const names = (filter: Partial<Filter>) => agentsShown(floor, { ...ALL, ...filter }).map((a) => a.name);

  test("who is in a talk first, the longest first", () => {
    expect(names({})).toEqual(["lei", "wei", "mei", "anna"]);
    expect(names({ sort: "name", shown: "in" })).toEqual(["lei", "mei", "wei"]);
    expect(names({ sort: "time", shown: "talking" })).toEqual(["lei", "wei"]);
  });

  test("are found by name, by queue, and by the number they talk with, however it is written", () => {
    expect(names({ text: " MEI " })).toEqual(["mei"]);
    expect(names({ text: "138 0013-8000" })).toEqual(["lei", "wei"]);
    expect(names({ queue: "A" })).toEqual(["mei"]);
    expect(names({ queue: "nothing" })).toEqual([]);
    expect(names({ text: "<script>" })).toEqual([]);
  });

  test("keep their places under somebody's hand; who is new comes behind", () => {
    expect(steady(["c", "a", "b"], ["a", "b", "d", "e"])).toEqual(["a", "b", "d", "e"]);
    expect(steady(["c", "a"], ["a", "b", "c"])).toEqual(["c", "a", "b"]);
    expect(steady([], ["a"])).toEqual(["a"]);
  });

  test("are marked when a state lasts", () => {
    expect(floor.agents.size).toBe(4);
    expect(isTooLong(agent("x", "talking", 601), LIMITS, NOW)).toBe(true);
    expect(isTooLong(agent("x", "talking", 600), LIMITS, NOW)).toBe(false);
    expect(isTooLong(agent("x", "ready", 86_400), LIMITS, NOW)).toBe(false);
  });

  test("count once, however many queues they serve", () => {
    const sum = summed(board({ agents: [...floor.agents.values()], queues: [queue("A"), queue("B")] }), "");
    expect([sum.ready, sum.busy, sum.away]).toEqual([1, 2, 0]);
    expect(summed(board({ queues: [queue("A", { agents_busy: 4 })] }), "A").busy).toBe(4);
  });

  test("are no call-backs: a place without a caller is told apart, and nobody's patience ends there", () => {
    const queues = [
      queue("A", { waiting: 3, callbacks: 1, agents_ready: 0 }),
      queue("B", { waiting: 1, callbacks: 1 }),
    ];
    const places = [caller("a", "A", 10), caller("b", "A", 10)];
    const back = { is_callback: true };
    const waiting = [...places, { ...caller("c", "A", 999), ...back }, { ...caller("d", "B", 999), ...back }];
    const floor = board({ queues, waiting });
    expect([summed(floor, "").callers, summed(floor, "").callbacks]).toEqual([2, 2]);
    expect([summed(floor, "A").callers, summed(floor, "B").callers]).toEqual([2, 0]);
    expect(alarms(floor, LIMITS, NOW).map((a) => [a.id, a.count])).toEqual([["nobody-A", 2]]);
    expect(inOrder(queues, 60, NOW).map((q) => q.id)).toEqual(["A", "B"]);
  });
});

test("of a long list twenty rows and a few around them are on the page, wherever one is in it", () => {
  expect(inView(300, 0, 20)).toEqual({ from: 0, to: 26 });
  expect(inView(300, 100, 20)).toEqual({ from: 94, to: 126 });
  expect(inView(300, 299, 20)).toEqual({ from: 274, to: 300 });
  expect(inView(5, 200, 20)).toEqual({ from: 0, to: 5 });
  expect(inView(0, 0, 20)).toEqual({ from: 0, to: 0 });
});

describe("who waits", () => {
  test("the longest first, in one queue or all", () => {
    const floor = board({ waiting: [caller("b", "B", 10), caller("a", "A", 90), caller("c", "A", 20)] });
    expect(waitingShown(floor, ALL).map((w) => w.call_id)).toEqual(["a", "c", "b"]);
    expect(waitingShown(floor, { text: "5678", queue: "B" }).map((w) => w.call_id)).toEqual(["b"]);
  });

  test("an alarm for who waits beyond the limit, and for a queue without anybody", () => {
    const queues = [
      queue("A", { waiting: 2, longest_wait_since: ago(61) }),
      queue("B", { waiting: 1, agents_ready: 0, agents_break: 3 }),
      queue("C", { agents_ready: 0 }),
    ];
    const floor = board({ queues, waiting: [caller("a", "A", 61), caller("b", "A", 60), caller("c", "B", 1)] });
    expect(alarms(floor, LIMITS, NOW).map((a) => [a.id, a.count])).toEqual([
      ["late-A", 1],
      ["nobody-B", 1],
    ]);
  });
});

test("a limit is whole seconds of a day at most; anything else leaves it as it was", () => {
  expect(["90", " 1 ", "0", "-1", "1.5", "1e9", "", "abc"].map((text) => limitOf(text, 60))).toEqual([
    90, 1, 60, 60, 60, 60, 60, 60,
  ]);
});

test("a share is whole per cent, and nothing before the first caller", () => {
  expect([percent(0.7777), percent(1), percent(null)]).toEqual(["78%", "100%", "–"]);
});

describe("the wallboard", () => {
  test("shows twelve queues on a full-HD screen, and one at least on any", () => {
    expect(grid(1920, 1080, 50)).toEqual({ columns: 3, rows: 4, scale: 1 });
    expect(grid(3840, 2160, 50)).toEqual({ columns: 3, rows: 4, scale: 1 });
    for (const [width, height] of [
      [390, 844],
      [320, 200],
      [1, 1],
    ] as const) {
      const { columns, rows } = grid(width, height, 50);
      expect(columns * rows).toBeGreaterThanOrEqual(1);
    }
    expect([pagesOf(50, 12), pagesOf(12, 12), pagesOf(0, 12)]).toEqual([5, 1, 1]);
  });

  test("draws few queues as large as they all fit, and never smaller for being fewer", () => {
    const scales = [1, 2, 3, 4, 6, 9, 12, 13].map((queues) => {
      const { columns, rows, scale } = grid(1920, 1080, queues);
      if (queues <= 12) expect(columns * rows).toBeGreaterThanOrEqual(queues);
      return scale;
    });
    expect(scales).toEqual([...scales].sort((a, b) => b - a));
    expect([scales[0], scales.at(-1)]).toEqual([2.6, 1]);
    expect(grid(390, 844, 1).columns).toBe(1);
  });

  test("brings first where somebody waits too long or for nobody", () => {
    const queues = [
      queue("calm"),
      queue("busy", { waiting: 1, longest_wait_since: ago(5) }),
      queue("late", { waiting: 1, longest_wait_since: ago(99) }),
      queue("alone", { waiting: 1, longest_wait_since: ago(1), agents_ready: 0 }),
    ];
    expect(inOrder(queues, 60, NOW).map((q) => q.id)).toEqual(["alone", "late", "busy", "calm"]);
  });
});
