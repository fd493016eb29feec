// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test, vi } from "vitest";
import type { Hands } from "@/actions/action";
import {
  answer,
  complete,
  conference,
  drop,
  hangUp,
  hold,
  keypad,
  mute,
  park,
  pickUp,
  refuse,
  swap,
  transfer,
} from "@/actions/call";
import { ariaKeys, belongsToField, pressed, shownKeys } from "@/actions/keys";
import { ACTIONS, actionFor, keysOf } from "@/actions/registry";
import { useUi } from "@/core/ui";
import { sceneOf } from "@/hooks/useScene";
import first from "@/i18n/en.json";
import rest from "@/i18n/more.en.json";
import { after, call, conferring, consulting, opened, parked, said, talking } from "../core/material";

const scene = (calls: ReturnType<typeof call>[], instance = "tab_1") =>
  sceneOf(after(opened({ calls })), useUi.getState(), instance);

function hands(): Hands & { sent: unknown[] } {
  const sent: unknown[] = [];
  return {
    sent,
    send: vi.fn((c: unknown) => Promise.resolve(void sent.push(c) as never)),
    dispatch: vi.fn((e: unknown) => void sent.push(e)),
    ui: vi.fn(),
    notice: vi.fn((...what: unknown[]) => void sent.push(what)),
    go: vi.fn(),
    useHere: vi.fn(),
    logOut: vi.fn(),
    flipTheme: vi.fn(),
    flipLanguage: vi.fn(),
  };
}

describe("the registry", () => {
  test("no two actions share an id or a key", () => {
    const ids = ACTIONS.map((a) => a.id);
    const keys = ACTIONS.flatMap((a) => a.keys ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("every key but `?` has a modifier, and none is one that browsers or WeChat and QQ take", () => {
    const taken = ["Alt+KeyA", "Alt+KeyD", "Alt+KeyE", "Alt+KeyF", "Ctrl+Alt+KeyA"];
    for (const a of ACTIONS) {
      if (!a.keys) continue;
      expect(a.keys).toMatch(/^(Alt|Ctrl)\+|^Shift\+Slash$/);
      expect(taken).not.toContain(a.keys);
    }
  });

  test("every action has a name in every scene", () => {
    const calls = [call(), talking(), talking({ held: true, state: "held" }), consulting(), conferring()];
    const scenes = [scene([]), ...calls.map((c) => scene([c]))];
    const named = (key: string) =>
      key.split(".").reduce<unknown>((o, k) => (o as Record<string, unknown> | undefined)?.[k], { ...first, ...rest });
    for (const a of ACTIONS) for (const s of scenes) expect(named(a.label(s)), a.id).toBeTypeOf("string");
  });

  test("keys may be changed or switched off", () => {
    expect(keysOf(answer, { "call.answer": "Ctrl+KeyJ" })).toBe("Ctrl+KeyJ");
    expect(keysOf(answer, { "call.answer": "" })).toBeUndefined();
    expect(actionFor("Ctrl+KeyJ", scene([call()]), { "call.answer": "Ctrl+KeyJ" })).toBe(answer);
  });

  test("a key does nothing while its action is not available", () => {
    expect(actionFor("Alt+KeyM", scene([call()]), {})).toBeNull();
    expect(actionFor("Alt+KeyM", scene([talking()]), {})).toBe(mute);
  });
});

describe("what may be done when", () => {
  test("a ringing call may be answered and ended, not held or muted", () => {
    const s = scene([call()]);
    expect([answer, hangUp, hold, mute, keypad, transfer].map((a) => a.available(s))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  test("a talk may be held, muted, transferred and ended, not answered", () => {
    const s = scene([talking()]);
    expect([answer, hangUp, hold, mute, keypad, transfer].map((a) => a.available(s))).toEqual([
      false,
      true,
      true,
      true,
      true,
      true,
    ]);
  });

  test("the page answers a browser call only where the softphone is, a phone call anywhere", () => {
    expect(answer.available(scene([call()], "tab_2"))).toBe(false);
    expect(answer.available(scene([call({ media: "phone" })], "tab_2"))).toBe(true);
  });

  test("a call on a desk phone that only the phone can answer may still be refused here", () => {
    const s = scene([call({ media: "phone", can: ["hang_up"] })]);
    expect([answer, refuse, hangUp].map((a) => a.available(s))).toEqual([false, true, true]);
  });

  test("what the server does not allow is not offered", () => {
    expect(hold.available(scene([talking({ can: ["hang_up"] })]))).toBe(false);
  });
});

describe("what is done", () => {
  test("ending a ringing call refuses it, ending a talk hangs up", async () => {
    const h = hands();
    await hangUp.run(scene([call()]), h);
    await hangUp.run(scene([talking()]), h);
    expect(h.sent).toEqual([
      { type: "call.refuse", call_id: "call_1" },
      { type: "assume", callId: "call_1", patch: { state: "ended", can: [] } },
      { type: "call.hang_up", call_id: "call_1" },
    ]);
  });

  test("a hang-up nobody heard of brings the call back", async () => {
    const h = hands();
    h.send = () => Promise.reject(new Error("no reply"));
    await expect(hangUp.run(scene([talking()]), h)).rejects.toThrow("no reply");
    expect(h.sent.at(-1)).toEqual({ type: "assumption_failed", callId: "call_1" });
  });

  test("hold is shown before the server says so, and taken back if it refuses", async () => {
    const h = hands();
    h.send = () => Promise.reject(new Error("refused"));
    await expect(hold.run(scene([talking()]), h)).rejects.toThrow("refused");
    expect(h.sent).toEqual([
      { type: "assume", callId: "call_1", patch: { held: true, state: "held" } },
      { type: "assumption_failed", callId: "call_1" },
    ]);
  });

  test("mute is a matter of this page alone", () => {
    const h = hands();
    mute.run(scene([talking()]), h);
    expect(h.send).not.toHaveBeenCalled();
    expect(h.sent).toEqual([{ type: "muted", callId: "call_1", on: true }]);
  });
});

describe("keys", () => {
  const key = (patch: Partial<KeyboardEvent>) => ({
    altKey: false,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    isComposing: false,
    code: "KeyJ",
    ...patch,
  });

  test("are read by their place on the keyboard", () => {
    expect(pressed(key({ altKey: true }))).toBe("Alt+KeyJ");
    expect(pressed(key({ metaKey: true, code: "KeyK" }))).toBe("Ctrl+KeyK");
    expect(pressed(key({ shiftKey: true, code: "Slash" }))).toBe("Shift+Slash");
  });

  test("are nothing while an input method composes, or a modifier stands alone", () => {
    expect(pressed(key({ altKey: true, isComposing: true }))).toBeNull();
    expect(pressed(key({ altKey: true, code: "AltLeft" }))).toBeNull();
  });

  test("without Ctrl or Alt belong to the field that has the focus", () => {
    const field = document.createElement("input");
    expect(belongsToField("Shift+Slash", field)).toBe(true);
    expect(belongsToField("Alt+KeyJ", field)).toBe(false);
    expect(belongsToField("Shift+Slash", document.body)).toBe(false);
  });

  test("are shown and announced as people know them", () => {
    expect(shownKeys("Alt+KeyJ")).toEqual(["Alt", "J"]);
    expect(shownKeys("Shift+Slash")).toEqual(["?"]);
    expect(ariaKeys("Ctrl+KeyK")).toBe("Control+K");
  });
});

describe("a consultation", () => {
  const all = [swap, complete, conference, drop];
  const offered = (c: ReturnType<typeof call>) => all.filter((a) => a.available(scene([c])));

  test("offers what the server allows, and no more", () => {
    expect(offered(talking())).toEqual([]);
    expect(offered(consulting("ringing"))).toEqual([complete, drop]);
    expect(offered(consulting())).toEqual(all);
  });

  test("whoever is asked may do none of it", () => {
    expect(offered(consulting("talking", { can: ["hang_up"], consult: null }))).toEqual([]);
  });

  test("each says its verb; who is dropped is named by leg", async () => {
    const h = hands();
    for (const a of all) await a.run(scene([consulting()]), h);
    expect(h.sent).toEqual([
      { type: "call.swap", call_id: "call_1" },
      { type: "call.complete", call_id: "call_1" },
      { type: "call.conference", call_id: "call_1" },
      { type: "call.drop", call_id: "call_1", leg_id: "leg_3" },
    ]);
  });
});

describe("ending", () => {
  test("is called what it does: it ends, hands over, or leaves the others talking", () => {
    const named = [talking(), consulting("ringing"), consulting(), conferring()].map((c) => hangUp.label(scene([c])));
    expect(named).toEqual(["action.hang_up", "action.complete", "action.complete", "action.leave"]);
  });
});

describe("a conference", () => {
  test("may be left, held and added to; it is not transferred, parked, or sent keys", () => {
    const s = scene([conferring()]);
    const offered = [hangUp, hold, mute, transfer, park, keypad, conference, drop].filter((a) => a.available(s));
    expect(offered).toEqual([hangUp, hold, mute, transfer]);
    expect(transfer.label(s)).toBe("action.add");
  });

  test("that is full takes nobody in", () => {
    expect(transfer.available(scene([conferring({ can: ["hang_up", "hold", "drop"] })]))).toBe(false);
  });
});

describe("parking", () => {
  const shelf = (...calls: ReturnType<typeof parked>[]) => said(11, { type: "parked", data: { calls } });
  const at = (calls: ReturnType<typeof call>[], event = shelf(parked())) =>
    sceneOf(after(opened({ calls }), event), useUi.getState(), "tab_1");

  test("says in which slot", async () => {
    const h = hands();
    h.send = () => Promise.resolve({ slot: "701" });
    await park.run(scene([talking({ can: ["park"] })]), h);
    expect(h.sent).toEqual([["park.done", { slot: "701" }]]);
  });

  test("is for who may, and picking up for who has no call in hand", () => {
    expect(park.available(scene([talking()]))).toBe(false);
    expect(pickUp.available(at([]))).toBe(true);
    expect(pickUp.available(at([call()]))).toBe(false);
    expect(pickUp.available(at([], shelf()))).toBe(false);
  });

  test("gives back who has been there longest, whatever the slot", async () => {
    const h = hands();
    await pickUp.run(at([], shelf(parked({ since: "2026-11-25T02:01:00.000Z" }), parked({ slot: "702" }))), h);
    expect(h.sent).toEqual([{ type: "call.pick_up", slot: "702" }]);
  });
});
