// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { isConference, talkers } from "@/features/desk/conference";
import { conferring, consulting, talking } from "../core/material";

describe("a conference", () => {
  test("is one when somebody may be dropped and nobody is just being asked", () => {
    expect([talking(), consulting(), conferring()].map(isConference)).toEqual([false, false, true]);
    expect(isConference(consulting("talking", { can: ["hang_up"], consult: null }))).toBe(false);
  });

  test("lists the customer first and oneself last, and nobody who only rings", () => {
    const call = conferring();
    const rings = { leg_id: "leg_9", user_id: null, number: "10086", name: null, role: "other" } as const;
    const shown = talkers({ ...call, parties: [...call.parties, { ...rings, state: "ringing" }] });
    expect(shown.map((p) => p.leg_id)).toEqual(["leg_2", "leg_3", "leg_1"]);
  });
});
