// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { openingTime } from "@/core/opening";

const MONDAY = "2026-11-30T01:00:00.000Z";

test("an opening is said with its weekday and time, in the zone of the hours", () => {
  const en = openingTime(MONDAY, "Asia/Shanghai", "en-GB", "Asia/Shanghai");
  expect(en).toMatch(/Monday.*30 November.*09:00$/);
  const zh = openingTime(MONDAY, "Asia/Shanghai", "zh-CN", "Asia/Shanghai");
  expect(zh).toContain("11月30日");
  expect(zh).toContain("星期一");
  expect(zh).toMatch(/09:00$/);
});

test("who reads it elsewhere is told whose clock it is", () => {
  const en = openingTime(MONDAY, "Asia/Shanghai", "en-GB", "Europe/Berlin");
  expect(en).toMatch(/Monday.*09:00 (GMT\+8|CST)/);
});

test("a zone that the browser does not know is shown by its own clock", () => {
  expect(openingTime(MONDAY, "Moon/Sea", "en-GB", "Europe/Berlin")).toMatch(/Monday.*02:00$/);
});
