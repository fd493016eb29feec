// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { type Report, sheetUrl } from "@/features/reports/api";
import { askedOf, dayAfter, fitting, goesOn, searchOf } from "@/features/reports/asked";
import { columnsOf, groupsOf, intervalName, sectionsOf, shown, sorted } from "@/features/reports/figures";

const figures = (part: Partial<Report["total"]>): Report["total"] => ({
  offered: null,
  answered: 0,
  abandoned: null,
  short_abandoned: null,
  overflowed: null,
  callbacks: null,
  turned_away: null,
  refused: null,
  refused_by: null,
  service_level: null,
  service_level_net: null,
  abandon_rate: null,
  asa_s: null,
  longest_wait_s: null,
  handled: 0,
  talk_s: null,
  hold_s: null,
  wrap_up_s: null,
  aht_s: null,
  transfers: 0,
  other_calls: 0,
  other_talk_s: null,
  rung: null,
  missed: null,
  login_s: null,
  ready_s: null,
  break_s: null,
  occupancy: null,
  breaks: null,
  asked: 0,
  marks: 0,
  mark_rate: null,
  mark_mean: null,
  mark_counts: {},
  dispositions: {},
  chats_offered: 0,
  chats_answered: 0,
  chats_abandoned: 0,
  chats_turned_away: 0,
  chat_asa_s: null,
  chat_reply_s: null,
  chats_handled: 0,
  chat_handle_s: null,
  chats_at_once: null,
  chats_most: 0,
  ...part,
});

const report = (rows: [string, Partial<Report["total"]>][]): Report => ({
  by: "queue",
  interval: null,
  since: "2026-11-23T16:00:00.000Z",
  until: "2026-11-24T16:00:00.000Z",
  first_day: "2026-11-24",
  last_day: "2026-11-24",
  zone: "Asia/Shanghai",
  answer_within_s: 20,
  short_abandon_s: 5,
  rows: rows.map(([name, part]) => ({ key: name, name, agent_number: "", figures: figures(part), codes: [] })),
  total: figures({ answered: 3 }),
  all_codes: [],
  code_words: {},
});

describe("what the address asks for", () => {
  test("nothing means today by the hour", () => {
    expect(askedOf(searchOf({}), "queue")).toEqual({ by: "queue", interval: "hour", range: "today" });
  });
  test("chosen days include the last one", () => {
    const search = searchOf({ range: "free", from: "2026-02-27", to: "2026-02-28", queue: "que_a" });
    expect(askedOf(search, "agent")).toEqual({
      by: "agent",
      interval: "hour",
      since: "2026-02-27",
      until: "2026-03-01",
      queue_id: ["que_a"],
    });
    expect(dayAfter("2026-12-31")).toBe("2027-01-01");
  });
  test("what is no word of ours, or the wrong way round, is left out", () => {
    expect(searchOf({ by: "<script>", range: "ever", from: "2026-13-45", queue: "x".repeat(4000), tab: 3 })).toEqual(
      {},
    );
    expect(askedOf(searchOf({ range: "free", from: "2026-03-02", to: "2026-03-01" }), "queue").range).toBe("today");
  });
  test("longer spans are shown in longer steps", () => {
    expect(fitting({ range: "month" })).toBe("day");
    expect(fitting({ range: "free", from: "2026-01-01", to: "2026-12-31" })).toBe("month");
  });
  test("only what goes on is asked for again", () => {
    expect(
      [{}, { range: "week" as const }, { range: "yesterday" as const }].map((s) => goesOn(s, "2026-11-25")),
    ).toEqual([true, true, false]);
  });
  test("the sheet is of the same question", () => {
    const url = sheetUrl(
      { by: "queue", interval: "day", since: "2026-01-01", until: "2026-01-02", queue_id: ["a b"] },
      "en",
    );
    expect(url).toBe(
      "/api/v1/stats.csv?by=queue&interval=day&language=en&since=2026-01-01&until=2026-01-02&queue_id=a+b",
    );
    expect(sheetUrl({ by: "agent", interval: "day" }, "zh", "codes")).toBe(
      "/api/v1/stats.csv?by=agent&interval=day&language=zh&section=codes",
    );
  });
});

describe("figures as people read them", () => {
  const name = (key: string) => (key === "meal" ? "Meal" : key || "none");
  test.each([
    ["count", 12_345, "12,345"],
    ["seconds", 23.3, "23.3 s"],
    ["seconds", 3725, "1:02:05"],
    ["share", 0.2727, "27.3%"],
    ["mark", 4, "4.00"],
    ["mean", 1.2, "1.20"],
    ["share", null, "–"],
    ["counts", { sold: 2, lost: 0 }, "sold: 2"],
    ["counts", {}, "–"],
    ["seconds_by", { meal: 600, "": 60 }, "Meal: 10:00 · none: 1:00"],
  ] as const)("%s %j is %s", (unit, value, text) => {
    expect(shown(unit, value, "en-GB", name)).toBe(text);
  });
  test("an interval is named by the company's clock, wherever the page is", () => {
    expect(intervalName("2026-11-25T09:00:00+08:00", "hour", "en-GB")).toBe("25/11 09:00");
    expect(intervalName("2026-11-01T00:00:00+08:00", "month", "en-GB")).toBe("November 2026");
  });
  test("a column that is empty throughout is left out, and a group without columns too", () => {
    const of = report([["A", { offered: 3, service_level: null }]]);
    expect(columnsOf("calls", of)).toEqual(["offered", "answered"]);
    expect(groupsOf(of)).not.toContain("agents");
  });
  test("chats and codes are shown where there are any", () => {
    const none = report([["A", { offered: 3 }]]);
    expect(sectionsOf(none)).not.toContain("chats");
    expect(sectionsOf(none)).not.toContain("codes");
    const some: Report = {
      ...none,
      total: figures({ chats_offered: 1 }),
      all_codes: [{ code: "sold", calls: 1, share: 1, talk_s: 60 }],
    };
    expect(sectionsOf(some).slice(-3)).toEqual(["chats", "outcome", "codes"]);
  });
  test("rows are sorted by a figure, what is empty last, equals by name", () => {
    const of = report([
      ["B", { asa_s: 3 }],
      ["A", { asa_s: 3 }],
      ["C", {}],
    ]);
    const names = (down: boolean) => sorted(of, { id: "asa_s", down }, "en").map((row) => row.name);
    expect(names(false)).toEqual(["C", "A", "B"]);
    expect(names(true)).toEqual(["B", "A", "C"]);
  });
});
