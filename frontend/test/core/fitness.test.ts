// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Fit, type FitWires } from "@/core/fit";
import { changed, type Fault, faultsOf, heard, SILENT_AFTER, WELL } from "@/core/fitness";
import { Microphone } from "@/core/microphone";
import { after, opened, said } from "./material";

describe("what keeps a page from taking a call", () => {
  it("is nothing before anything was seen", () => {
    expect(faultsOf(WELL)).toEqual([]);
  });

  it.each([
    [{ permission: "denied" as const }, ["microphone"]],
    [{ inputs: 0 }, ["microphone"]],
    [{ mic: "busy" as const }, ["microphone"]],
    [{ mic: "asking" as const, permission: "prompt" as const }, []],
    [{ path: "bad" as const, frozen: true }, ["path", "frozen"]],
  ])("%o is %o", (seen, faults) => {
    expect(faultsOf({ ...WELL, ...seen })).toEqual(faults);
  });

  it("is a microphone that delivers nothing for half a minute, until a sound is heard", () => {
    let now = WELL;
    for (let second = 1; second < SILENT_AFTER; second++) now = heard(now, false);
    expect(faultsOf(now)).toEqual([]);
    expect(faultsOf(heard(heard(now, true), false)), "a sound begins the half minute anew").toEqual([]);
    expect(faultsOf(heard(now, null)), "who cannot say, says nothing").toEqual([]);
    now = heard(now, false);
    expect(faultsOf(now)).toEqual(["silent"]);
    expect(faultsOf({ ...now, silentFor: 0 }), "the end of the talk mends nothing").toEqual(["silent"]);
    expect(faultsOf(heard(now, true))).toEqual([]);
  });

  it("is forgotten when the permission is given or a device comes", () => {
    const denied = { ...WELL, mic: "denied" as const, permission: "denied" as const, inputs: 1 };
    expect(faultsOf(changed(denied, { permission: "granted", inputs: 1 }))).toEqual([]);
    expect(faultsOf(changed(denied, { permission: "denied", inputs: 2 }))).toEqual(["microphone"]);
    const missing = { ...WELL, mic: "missing" as const, inputs: 0 };
    expect(faultsOf(changed(missing, { permission: "granted", inputs: 1 }))).toEqual([]);
  });
});

describe("the desk", () => {
  it("knows what the server believes of the tab with the phone", () => {
    const desk = after(opened({ fit: { faults: ["path"] } }));
    expect(desk.faults).toEqual(["path"]);
    expect(after(opened(), said(11, { type: "fit", data: { faults: ["silent"] } })).faults).toEqual(["silent"]);
    expect(after(opened()).faults, "an older server says nothing").toEqual([]);
  });
});

describe("the watch", () => {
  let told: Fault[][] = [];
  let mentioned: Fault[][] = [];
  let known: readonly string[] = [];
  let owns = true;
  let fit: Fit;

  beforeEach(() => {
    told = [];
    mentioned = [];
    known = [];
    owns = true;
    const wires: FitWires = {
      owns: () => owns,
      talking: () => false,
      known: () => known,
      offer: () => Promise.reject(new Error("nobody answers")),
      tell: async (faults) => {
        told.push(faults);
        known = faults;
      },
      mention: (faults) => mentioned.push(faults),
    };
    const settings = { deviceId: null, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    fit = new Fit(
      new Microphone(
        () => settings,
        () => undefined,
      ),
      wires,
    );
  });
  afterEach(() => fit.close());

  it("tells what changed, and once", async () => {
    fit.microphone("denied");
    fit.tick();
    fit.tick();
    await vi.waitFor(() => expect(told).toEqual([["microphone"]]));
    fit.microphone("granted");
    await vi.waitFor(() => {
      fit.tick();
      expect(told).toEqual([["microphone"], []]);
    });
  });

  it("tells a server that has forgotten, and takes back what is not so", async () => {
    fit.microphone("busy");
    await vi.waitFor(() => expect(told).toHaveLength(1));
    known = [];
    await vi.waitFor(() => {
      fit.tick();
      expect(told).toEqual([["microphone"], ["microphone"]]);
    });
  });

  it("says nothing in a tab that is not the telephone", () => {
    owns = false;
    fit.microphone("denied");
    document.dispatchEvent(new Event("freeze"));
    expect([told, mentioned]).toEqual([[], []]);
  });

  it("has one moment before the browser stops it", async () => {
    document.dispatchEvent(new Event("freeze"));
    expect(mentioned).toEqual([["frozen"]]);
    known = ["frozen"];
    document.dispatchEvent(new Event("resume"));
    await vi.waitFor(() => expect(told).toEqual([[]]));
  });
});
