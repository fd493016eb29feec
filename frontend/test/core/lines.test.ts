// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { LineState } from "@/core/line";
import { Lines } from "@/core/lines";
import type { Microphone } from "@/core/microphone";
import type { Quality } from "@/core/quality";
import type { CallView } from "@/core/wire";
import { call, talking } from "./material";
import { last, Peer, stubRtc, track } from "./peer";

let calls: CallView[];
let muted: boolean;
let states: [string, LineState | null][];
let judged: Quality[];
let mic: { track: () => Promise<MediaStreamTrack | null>; close: ReturnType<typeof vi.fn>; given: MediaStreamTrack[] };
let lines: Lines;

/** Lets every promise that can go on do so. */
const settled = async () => {
  for (let i = 0; i < 12; i++) await Promise.resolve();
};

/** What the desk says now, heard by the lines. */
async function desk(now: CallView[]): Promise<void> {
  calls = now;
  lines.follow(calls);
  await settled();
}

beforeEach(() => {
  stubRtc();
  calls = [];
  muted = false;
  states = [];
  judged = [];
  mic = {
    given: [],
    close: vi.fn(),
    track: () => {
      const t = track();
      mic.given.push(t);
      return Promise.resolve(t);
    },
  };
  lines = new Lines(mic as unknown as Microphone, {
    offer: (_leg, sdp) => Promise.resolve(`answer to ${sdp}`),
    speaker: () => null,
    wanted: (legId) => calls.find((c) => c.leg_id === legId) ?? null,
    isMuted: () => muted,
    changed: (legId, state) => states.push([legId, state]),
    judged: (_leg, q) => judged.push(q),
    blocked: () => undefined,
  });
});
afterEach(() => {
  lines.close();
  vi.unstubAllGlobals();
});

describe("the lines of a tab", () => {
  test("connect while it rings, and let nobody hear us before the answer", async () => {
    await desk([call()]);
    expect(last().remote).toBe("answer to offer 0");
    expect(mic.given[0]?.enabled).toBe(false);
    await desk([talking()]);
    expect(mic.given[0]?.enabled).toBe(true);
    expect(Peer.all).toHaveLength(1);
  });

  test("fall silent on hold and on mute", async () => {
    await desk([talking()]);
    await desk([talking({ held: true, state: "held" })]);
    expect(mic.given[0]?.enabled).toBe(false);
    await desk([talking()]);
    muted = true;
    await desk([talking()]);
    expect(mic.given[0]?.enabled).toBe(false);
  });

  test("end with the call, and the microphone with the last of them", async () => {
    await desk([talking(), call({ call_id: "call_2", leg_id: "leg_2" })]);
    await desk([talking()]);
    expect(mic.close).not.toHaveBeenCalled();
    await desk([]);
    expect(mic.close).toHaveBeenCalled();
    expect(states.at(-1)).toEqual(["leg_1", null]);
    expect(document.querySelector("audio[data-leg]")).toBeNull();
  });

  test("do not open for a call that went while the microphone was asked for", async () => {
    calls = [call()];
    lines.follow(calls);
    await desk([]);
    expect(Peer.all).toEqual([]);
    expect(mic.given[0]?.stop).toHaveBeenCalled();
    expect(mic.close).toHaveBeenCalled();
  });

  test("open once, however often the desk changes meanwhile", async () => {
    calls = [call()];
    lines.follow(calls);
    lines.follow(calls);
    await desk(calls);
    expect(Peer.all).toHaveLength(1);
  });

  test("go on without a microphone: heard but not speaking is better than no call", async () => {
    mic.track = () => Promise.resolve(null);
    await desk([talking()]);
    expect(last().remote).not.toBeNull();
  });

  test("take a new microphone and keep what each may say", async () => {
    await desk([talking()]);
    await lines.swapMicrophone();
    expect(mic.given).toHaveLength(2);
    expect(last().sender.track).toBe(mic.given[1]);
    expect(mic.given[1]?.enabled).toBe(true);
  });
});

test("the first seconds of a connection are not judged", async () => {
  await desk([talking()]);
  const report = { type: "inbound-rtp", kind: "audio", packetsReceived: 0, packetsLost: 0, jitter: 0.002 };
  Object.assign(last(), { getStats: () => Promise.resolve(new Map([["in", { ...report }]])) });
  for (let second = 1; second <= 6; second++) {
    report.packetsReceived = second * 50;
    await lines.measure();
  }
  expect(judged.map((q) => q.bars)).toEqual([4, 4]);
});
