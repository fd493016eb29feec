// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import type { CallRecord, Person } from "@/api/types";
import { dayOfCalls } from "@/features/desk/idle";
import { squeezed } from "@/features/desk/trace";
import { looks, otherSide } from "@/features/history/row";
import { ranked } from "@/features/people/usePeople";
import { initials } from "@/ui/bits";
import { placed } from "@/ui/tooltip";

const MINE = "83012341001";

function record(patch: Partial<CallRecord>): CallRecord {
  return {
    call_id: "call_1",
    direction: "in",
    from_number: "13800138000",
    from_name: "",
    to_number: "4008123456",
    to_name: "",
    queue: null,
    agent: null,
    started_at: new Date(2026, 10, 25, 8).toISOString(),
    answered_at: new Date(2026, 10, 25, 8, 1).toISOString(),
    ended_at: null,
    wait_s: 10,
    talk_s: 60,
    cause: "normal",
    ended_by: "caller",
    recording_id: null,
    callback: null,
    outcome: { disposition: null, words: null, note: "", by: null, at: null, mark: null },
    ...patch,
  };
}

describe("a record of a call", () => {
  test("shows the other side, whoever called", () => {
    expect(otherSide(record({}), MINE).number).toBe("13800138000");
    expect(otherSide(record({ direction: "out", from_number: MINE, to_number: "10086" }), MINE).number).toBe("10086");
    expect(otherSide(record({ direction: "internal", from_number: MINE, to_number: "2" }), MINE).number).toBe("2");
    expect(otherSide(record({ direction: "internal", from_number: "3", to_number: MINE }), MINE).number).toBe("3");
  });

  test("says missed only of calls that came in", () => {
    expect(looks(record({ answered_at: null }), MINE).label).toBe("history.missed");
    expect(looks(record({ direction: "out", answered_at: null }), MINE).label).toBe("history.out_unanswered");
    expect(looks(record({}), MINE).label).toBe("history.in");
    expect(looks(record({ answered_at: null, callback: "promised" }), MINE).label).toBe("history.promised");
  });
});

test("the day counts today's calls only", () => {
  const now = new Date(2026, 10, 25, 12);
  const yesterday = { started_at: new Date(2026, 10, 24, 12).toISOString() };
  const day = dayOfCalls([record({}), record({ talk_s: 120 }), record({ answered_at: null }), record(yesterday)], now);
  expect(day).toEqual({ answered: 2, missed: 1, talk: 180, average: 90 });
  expect(dayOfCalls([], now)).toEqual({ answered: 0, missed: 0, talk: 0, average: 0 });
});

test("peaks are squeezed without losing the loudest", () => {
  expect(squeezed([0, 1, 0, 0, 0.5, 0], 2)).toEqual([1, 0.5]);
  expect(squeezed([0.2, 0.4], 4)).toEqual([0.2, 0.2, 0.4, 0.4]);
  expect(squeezed([], 5)).toEqual([]);
  expect(squeezed([1], 0)).toEqual([]);
});

test("people who can be reached come first", () => {
  const person = (name: string, state: string): Person => ({
    user_id: name,
    name,
    number: null,
    short_number: null,
    state,
    branch: "",
  });
  const names = ranked([person("c", "offline"), person("b", "talking"), person("a", "ready"), person("d", "?")]);
  expect(names.map((p) => p.name)).toEqual(["a", "b", "c", "d"]);
});

test.each([
  ["李梅", "李梅"],
  ["欧阳雪梅", "雪梅"],
  ["Anna Schmidt", "AS"],
  ["anna", "A"],
  ["李女士", "李"],
  ["欧阳先生", "欧阳"],
  ["先生", "先生"],
  ["Li 🌙", "L🌙"],
  ["", "·"],
])("the initials of %s are %s", (name, short) => {
  expect(initials(name)).toBe(short);
});

test("a tip stays on the page", () => {
  const box = { left: 2, right: 30, top: 2, bottom: 30, width: 28, height: 28 } as DOMRect;
  expect(placed("left", box, 100, 20).left).toBe(4);
  expect(placed("top", box, 100, 20).top).toBe(4);
  expect(placed("right", box, 100, 20)).toEqual({ left: 37, top: 6 });
});
