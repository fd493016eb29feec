// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import type { QueueWhole } from "@/api/types";
import {
  changeOf,
  codeOf,
  type Draft,
  draftOf,
  faultsAt,
  faultsOf,
  moved,
  nextKey,
  pasted,
} from "@/features/admin/queue/rules";
import { isIdle, SECTIONS } from "@/features/admin/queue/sections";

const QUEUE = {
  id: "que_a",
  number: "40081234560",
  name: "A",
  version: "v",
  members: [{ user_id: "usr_mei", weight: 1 }],
  strategy: "longest-idle",
  ring_for_s: 15,
  max_wait_s: 1800,
  announce_every_s: 30,
  wrap_up_s: 10,
  miss_limit: 3,
  records: true,
  priority: 0,
  vip: { "13800138000": 3 },
  needs: [{ skill: "english", level: 2, relax_every_s: 60 }],
  sticky_days: 0,
  sticky_wait_s: 0,
  size_limit: 0,
  join: "always",
  leave: "never",
  overflow: "",
  tells_position: true,
  tells_wait: false,
  announcements: [],
  whispers: false,
  tells_agent_number: false,
  dispositions: [{ code: "sold", zh: "成交", en: "Sold" }],
  survey: false,
  callback_after_s: 0,
  callback_key: "1",
  callback_tries: 2,
  callback_retry_s: 300,
  callback_keep_s: 14400,
  callback_never: ["955"],
  callback_lost_s: 0,
  redial_keep_s: 0,
  hours_id: "",
  music: "",
  welcome: "",
  by_hand: false,
  chats_at_once: 0,
} satisfies QueueWhole;

const draft = (more: Partial<Draft> = {}): Draft => ({ ...draftOf(QUEUE), ...more });
const words = (more: Partial<Draft>) =>
  Object.fromEntries(Object.entries(faultsOf(draft(more))).map(([place, fault]) => [place, fault.word]));

describe("the rules of a queue", () => {
  test("come back as they were when nothing was written", () => {
    const { id: _id, number: _number, ...rules } = QUEUE;
    expect(changeOf(draft())).toEqual(rules);
    expect(faultsOf(draft())).toEqual({});
  });

  test("are all in the editor, but for who serves the queue", () => {
    const shown = SECTIONS.flatMap((s): string[] => [...s.rules]);
    const fixed = ["id", "number", "version", "members"];
    expect(shown.sort()).toEqual(
      Object.keys(QUEUE)
        .filter((name) => !fixed.includes(name))
        .sort(),
    );
  });

  test("that say nothing are not asked for", () => {
    expect([isIdle("sticky_wait_s", draft()), isIdle("sticky_wait_s", draft({ sticky_days: 7 }))]).toEqual([
      true,
      false,
    ]);
    expect([isIdle("callback_never", draft()), isIdle("callback_never", draft({ callback_after_s: 9 }))]).toEqual([
      true,
      false,
    ]);
    expect([isIdle("strategy", draft({ by_hand: true })), isIdle("redial_keep_s", draft())]).toEqual([true, false]);
  });
});

describe("what is wrong is said at its place", () => {
  const row = { key: 9, skill: "", level: 1, relax_every_s: 0 };

  test.each([
    [{ name: "  " }, { name: "empty" }],
    [{ max_wait_s: Number.NaN }, { max_wait_s: "range" }],
    [{ ring_for_s: 2 }, { ring_for_s: "range" }],
    [{ priority: -101 }, { priority: "range" }],
    [{ overflow: "nobody" }, { overflow: "number" }],
    [{ needs: [row] }, { "needs.0.skill": "empty" }],
    [{ needs: [{ ...row, skill: "a", level: 101 }] }, { "needs.0.level": "range" }],
    [
      {
        needs: [
          { ...row, skill: "a" },
          { ...row, skill: " a " },
        ],
      },
      { "needs.1.skill": "twice" },
    ],
    [{ vip: [{ key: 0, number: "x", priority: 200 }] }, { "vip.0.number": "number", "vip.0.priority": "range" }],
    [
      {
        vip: [
          { key: 0, number: "138 0013 8000", priority: 1 },
          { key: 1, number: "13800138000", priority: 2 },
        ],
      },
      { "vip.1.number": "twice" },
    ],
    [{ dispositions: [{ key: 0, code: "", zh: "", en: "", isNew: true }] }, { "dispositions.0.code": "empty" }],
    [
      {
        dispositions: [
          { key: 0, code: "sold", zh: "", en: "", isNew: false },
          { key: 1, code: "", zh: "", en: "Sold!", isNew: true },
        ],
      },
      { "dispositions.1.code": "twice" },
    ],
  ] as [Partial<Draft>, Record<string, string>][])("%j", (more, found) => {
    expect(words(more)).toEqual(found);
  });

  test("and so is what the server refuses", () => {
    const now = draft({ vip: [{ key: 4, number: "138 0013 8000", priority: 1 }] });
    expect(Object.keys(faultsAt(["vip.13800138000", "needs.0.level", "vip.13800138000.[key]"], now)).sort()).toEqual([
      "needs.0.level",
      "vip.0.number",
    ]);
  });
});

test("a new code is made of its words; it may be Chinese, and is at most forty characters", () => {
  expect(codeOf({ code: "", zh: "成交", en: " Sold, at once! " })).toBe("sold-at-once");
  expect(codeOf({ code: " own ", zh: "", en: "x" })).toBe("own");
  expect(codeOf({ code: "", zh: "成交", en: "" })).toBe("成交");
  expect(codeOf({ code: "", zh: "", en: "x".repeat(99) })).toHaveLength(40);
});

test("rows are moved by one, never out of the list, and new ones have a key of their own", () => {
  expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
  expect(moved(["a", "b"], 1, 1)).toEqual(["a", "b"]);
  expect([nextKey([]), nextKey([{ key: 3 }, { key: 1 }])]).toEqual([0, 4]);
});

test("a pasted list has a number on each line, perhaps a priority; what is no number is left out", () => {
  expect(pasted("138 0013 8000\r\n+49 69 123456, 5\nname\n\n955,x\n=1+1", 2)).toEqual([
    { number: "13800138000", priority: 2 },
    { number: "+4969123456", priority: 5 },
    { number: "955", priority: 2 },
  ]);
});
