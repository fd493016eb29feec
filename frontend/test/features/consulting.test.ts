// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import type { Consulted } from "@/core/wire";
import { twoSides } from "@/features/desk/consulting";
import { consulting } from "../core/material";

const sides = (call: ReturnType<typeof consulting>) =>
  twoSides(call, call.consult as Consulted).map((p) => [p.leg_id, p.state]);

describe("the two sides of a consultation", () => {
  test("who waits comes first, and two ringing devices are one side", () => {
    expect(sides(consulting("ringing"))).toEqual([
      ["leg_2", "held"],
      ["leg_3", "ringing"],
    ]);
  });

  test("a supervisor who listens is neither", () => {
    const call = consulting();
    const boss = { leg_id: "leg_0", user_id: "user_9", number: "", name: "王芳", role: "supervisor" } as const;
    expect(sides({ ...call, parties: [{ ...boss, state: "talking" }, ...call.parties] })).toEqual([
      ["leg_2", "held"],
      ["leg_3", "talking"],
    ]);
  });
});
