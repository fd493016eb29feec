// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { chances, groupsOf } from "@/features/history/reasons";
import { storyOf } from "@/features/history/story";
import en from "@/i18n/more.en.json";

const at = (s: number) => new Date(Date.UTC(2026, 10, 25, 9, 0, s)).toISOString();
const log = (...events: [number, string, Record<string, unknown>][]) =>
  events.map(([s, type, data], i) => ({ seq: i + 1, at: at(s), type, data }));

const CALLER = { leg_id: "leg_c", number: "13800138000", name: "" };
const MEI = { leg_id: "leg_m", number: "83012341001", name: "陈美", user_id: "u1", ring_id: "r1" };

const DAY = log(
  [0, "call_started", { direction: "in", from_number: "13800138000", from_name: "", to_name: "热线", leg: CALLER }],
  [0, "queue_entered", { queue_name: "热线" }],
  [1, "plays", {}],
  [2, "key_pressed", { leg_id: "leg_c", digit: "1" }],
  [2, "plays", {}],
  [3, "key_pressed", { leg_id: "leg_c", digit: "2" }],
  [5, "ring_started", { ring: { ring_id: "r1", kind: "queue", user_ids: ["u1"] }, choice: {} }],
  [5, "leg_added", { leg: MEI }],
  [7, "ring_won", { ring_id: "r1", leg_id: "leg_m" }],
  [7, "queue_left", { why: "answered" }],
  [7, "bridged", { first: "leg_c", second: "leg_m" }],
  [9, "something_new", { x: 1 }],
  [65, "ended", { cause: "normal", by: "caller" }],
);

describe("the story of a call", () => {
  test("has who, where and when, and leaves out what is for the curious", () => {
    const told = storyOf(DAY).filter((line) => !line.minor);
    expect(told.map((line) => [line.after, line.key])).toEqual([
      [0, "story.started_in"],
      [0, "story.queue_entered"],
      [2, "story.key"],
      [5, "story.offered"],
      [7, "story.talk"],
      [65, "story.ended_caller"],
    ]);
    expect(told[2]?.words).toEqual({ who: "138 0013 8000", keys: "12" });
    expect(told[3]?.words).toEqual({ who: "陈美" });
    expect(told[4]?.words).toEqual({ first: "138 0013 8000", second: "陈美" });
  });

  test("of the auto attendant tells each try, and how it went on", () => {
    const told = storyOf(
      log(
        [0, "call_started", { direction: "internal", from_number: "83012342001", leg: CALLER }],
        [0, "attendant_entered", { attendant: { number: "40081234561" } }],
        [6, "extension_missed", { cause: "incomplete-number" }],
        [9, "extension_missed", { cause: "busy" }],
        [12, "attendant_left", { why: "zero" }],
        [12, "queue_entered", { queue_name: "热线" }],
        [13, "attendant_left", { why: "busy" }],
      ),
    );
    expect(told.map((line) => [line.key, line.cause])).toEqual([
      ["story.started_internal", undefined],
      ["story.attendant", undefined],
      ["story.extension_none", undefined],
      ["story.extension_missed", "busy"],
      ["story.attendant_zero", undefined],
      ["story.queue_entered", undefined],
      ["story.attendant_on", undefined],
    ]);
    const words = en.story as Record<string, string>;
    for (const { key } of told) expect(words[key.replace("story.", "")], key).toBeTruthy();
  });

  test("tells what it does not know by its name, to who looks closely", () => {
    expect(storyOf(DAY).find((line) => line.words.type === "something_new")?.minor).toBe(true);
    expect(storyOf(DAY).find((line) => line.key === "story.leg_added")?.words).toEqual({ who: "陈美" });
  });

  test("of a call-back begins with who waits for it, and tells each time it was dialled once", () => {
    const told = storyOf(
      log(
        [0, "call_started", { direction: "out", from_number: "13800138000", leg: CALLER }],
        [0, "callback_asked", { callback: { number: "13800138000" } }],
        [1, "ring_started", { ring: { ring_id: "r1", kind: "queue", user_ids: ["u1"] } }],
        [1, "leg_added", { leg: MEI }],
        [3, "ring_started", { ring: { ring_id: "r2", kind: "callback", user_ids: [] } }],
        [3, "leg_added", { leg: { ...CALLER, leg_id: "leg_d", ring_id: "r2" } }],
        [3, "callback_dialled", { attempt: 1, leg_id: "leg_d" }],
        [48, "ring_over", { ring_id: "r2", outcome: "no-answer" }],
        [48, "callback_missed", { cause: "no-answer", retry_at_ms: 5 }],
      ),
    ).filter((line) => !line.minor);
    expect(told.map((line) => line.key)).toEqual([
      "story.callback_asked",
      "story.offered",
      "story.callback_dialled",
      "story.callback_missed",
    ]);
  });

  test("never fails over data of another shape, and is empty for an empty log", () => {
    const types = DAY.map((e) => e.type);
    for (const data of [{}, { leg: null }, { leg: 3, ring: [], choice: null, who: {} }, { leg_id: 7, user_ids: "x" }])
      expect(() => storyOf(types.map((type, i) => ({ seq: i, at: at(i), type, data })))).not.toThrow();
    expect(storyOf([])).toEqual([]);
  });

  test("has words for each of its sentences", () => {
    const words = { story: en.story, log: en.log } as Record<string, Record<string, string>>;
    for (const line of storyOf(DAY)) {
      const [group = "", key = ""] = line.key.split(".");
      expect(words[group]?.[key], line.key).toBeTruthy();
    }
  });
});

describe("the reasons", () => {
  const who = (name: string, obstacle: string | null, lacks = "") => ({
    user_id: name,
    name,
    place: obstacle ? null : 1,
    obstacle,
    lacks,
    idle_s: 65,
    ranks: {},
  });

  test("those left out stand together, with the numbers of all", () => {
    const considered = [who("a", null), who("b", "break"), who("c", "skill", "english"), who("d", "break")];
    const groups = groupsOf({ considered, left_out: { break: 40, skill: 1, offline: 900 } });
    expect(groups.map((g) => [g.key, g.count, g.names])).toEqual([
      ["offline", 900, []],
      ["break", 40, ["b", "d"]],
      ["skill", 1, ["c"]],
    ]);
  });

  test("what was compared is said as a person reads it, and an unknown key not at all", () => {
    const ranks = { last_agent: 1, idle_since: 5, share: 2.3333, skill: -7, position: 0, magic: 1 };
    expect(chances({ ...who("a", null), ranks }, "weighted").map((w) => [w.key, w.words.value])).toEqual([
      ["why.rank_idle_since", "1:05"],
      ["why.rank_share", "2.33"],
      ["why.rank_skill", "7"],
      ["why.rank_position", "1"],
    ]);
    expect(chances(who("a", null), "longest-idle")).toHaveLength(1);
    expect(chances(who("a", null), "weighted")).toEqual([]);
  });
});
