// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { next } from "@/core/desk";
import { callsHere, claims, type Tab } from "@/core/ownership";
import { after, opened, talking } from "./material";

const tab = (patch: Partial<Tab> = {}): Tab => ({
  instance: "tab_1",
  leads: true,
  legs: new Set(),
  lastHere: null,
  ...patch,
});

const desk = (owner: string | null, ...calls: ReturnType<typeof talking>[]) =>
  next(after(opened({ calls, softphone: { owner_instance: owner } })), { type: "link", link: "up", at: 0 });

const speaking = tab({ legs: new Set(["leg_1"]) });

describe("the sound of a call", () => {
  test("is in the tab that has the phone, and in no other", () => {
    expect(callsHere(desk("tab_1", talking()), tab())).toHaveLength(1);
    expect(callsHere(desk("tab_2", talking()), speaking)).toEqual([]);
  });

  test("stays where it is while a restarted server does not know whose it was", () => {
    expect(callsHere(desk(null, talking()), speaking)).toHaveLength(1);
    expect(callsHere(desk(null, talking()), tab())).toEqual([]);
  });

  test("of a desk phone is in no tab, and of a call that was hung up neither", () => {
    expect(callsHere(desk("tab_1", talking({ media: "phone" })), tab())).toEqual([]);
    const ending = next(desk("tab_1", talking()), { type: "assume", callId: "call_1", patch: { state: "ended" } });
    expect(callsHere(ending, speaking)).toEqual([]);
  });
});

describe("a tab takes the phone by itself", () => {
  test("when nobody has it", () => {
    expect(claims(desk(null), tab())).toBe(true);
  });

  test("never without the lock, the link or a first snapshot", () => {
    expect(claims(desk(null), tab({ leads: false }))).toBe(false);
    expect(claims(next(desk(null), { type: "link", link: "lost", at: 1 }), tab())).toBe(false);
    expect(claims(after({ type: "link", link: "up", at: 0 }), tab())).toBe(false);
  });

  test("from a tab of this browser that is gone, not from another machine", () => {
    expect(claims(desk("tab_0"), tab({ lastHere: "tab_0" }))).toBe(true);
    expect(claims(desk("elsewhere"), tab({ lastHere: "tab_0" }))).toBe(false);
    expect(claims(desk("elsewhere"), tab())).toBe(false);
  });

  test("when it has the sound of the talk that a restarted server found, or had the phone before its reload", () => {
    expect(claims(desk(null, talking()), speaking)).toBe(true);
    expect(claims(desk(null, talking()), tab({ lastHere: "tab_1" }))).toBe(true);
  });

  test("not while another machine may have the sound of a talk", () => {
    expect(claims(desk(null, talking()), tab())).toBe(false);
    expect(claims(desk(null, talking({ media: "phone" })), tab())).toBe(true);
  });
});
