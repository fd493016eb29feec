// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { listened, NOT_LISTENED } from "@/core/hints";

const many = (n: number, level: number, muted: boolean, from = NOT_LISTENED) =>
  Array.from({ length: n }).reduce<typeof NOT_LISTENED>((l) => listened(l, level, muted), from);

test("half a second of speech into a muted microphone is said, and stays said until it is unmuted", () => {
  expect(many(4, 0.7, true).hint).toBeNull();
  const told = many(5, 0.7, true);
  expect(told.hint).toBe("speaking_while_muted");
  expect(many(30, 0.1, true, told).hint).toBe("speaking_while_muted");
  expect(listened(told, 0.7, false).hint).toBeNull();
});

test("a cough while muted is nobody's business", () => {
  expect(listened(many(3, 0.9, true), 0.1, true).hint).toBeNull();
});

test("eight seconds of digital silence means a dead microphone, until it is heard", () => {
  expect(many(79, 0, false).hint).toBeNull();
  const dead = many(80, 0, false);
  expect(dead.hint).toBe("no_sound");
  expect(listened(dead, 0.1, false).hint).toBeNull();
});

test("a muted microphone is not called dead", () => {
  expect(many(200, 0, true).hint).toBeNull();
});
