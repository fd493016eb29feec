// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Line, type LineState } from "@/core/line";
import { last, stubRtc, track } from "./peer";

let offers: string[];
let states: LineState[];
let refuse: boolean;

const made = (mic: MediaStreamTrack | null = track()) =>
  new Line("leg_1", mic, {
    offer: (_leg, sdp) => {
      offers.push(sdp);
      return refuse ? Promise.reject(new Error("link is down")) : Promise.resolve(`answer to ${sdp}`);
    },
    heard: () => undefined,
    changed: (_leg, state) => states.push(state),
  });

beforeEach(() => {
  vi.useFakeTimers();
  offers = [];
  states = [];
  refuse = false;
  stubRtc();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a line", () => {
  test("offers Opus first, then G.711, and nothing else but keys", async () => {
    await made().connect();
    expect(last().codecs.map((c) => c.mimeType)).toEqual([
      "audio/opus",
      "audio/PCMA",
      "audio/PCMU",
      "audio/telephone-event",
    ]);
    expect(last().remote).toBe("answer to offer 0");
  });

  test("has a silent microphone until it may speak", () => {
    const mic = track();
    const line = made(mic);
    expect(mic.enabled).toBe(false);
    line.speak(true);
    expect(mic.enabled).toBe(true);
    line.speak(false);
    expect(mic.enabled).toBe(false);
  });

  test("gives a new microphone the state of the old one", async () => {
    const line = made();
    await line.connect();
    line.speak(true);
    const other = track();
    other.enabled = false;
    await line.setTrack(other);
    expect(other.enabled).toBe(true);
    expect(last().sender.track).toBe(other);
  });

  test("offers again when its connection failed, and closes the old one only then", async () => {
    const line = made();
    await line.connect();
    const first = last();
    first.become("connected");
    first.become("failed");
    expect(first.closed).toBe(false);
    await vi.advanceTimersByTimeAsync(300);
    expect(offers).toHaveLength(2);
    expect(first.closed).toBe(true);
    expect(states).toContain("lost");
  });

  test("lets a short disconnection heal by itself", async () => {
    await made().connect();
    last().become("connected");
    last().become("disconnected");
    await vi.advanceTimersByTimeAsync(1500);
    last().become("connected");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(offers).toHaveLength(1);
    expect(states.at(-1)).toBe("connected");
  });

  test("offers again when a disconnection lasts", async () => {
    await made().connect();
    last().become("connected");
    last().become("disconnected");
    await vi.advanceTimersByTimeAsync(2100);
    expect(offers).toHaveLength(2);
  });

  test("keeps trying while the link is down, and keeps the sound it has", async () => {
    const line = made();
    await line.connect();
    const first = last();
    first.become("connected");
    refuse = true;
    await line.connect();
    expect(first.closed).toBe(false);
    await vi.advanceTimersByTimeAsync(5000);
    refuse = false;
    await vi.advanceTimersByTimeAsync(2100);
    expect(first.closed).toBe(true);
    expect(last().remote).not.toBeNull();
  });

  test("that was closed never offers again", async () => {
    const mic = track();
    const line = made(mic);
    await line.connect();
    last().become("failed");
    line.close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(offers).toHaveLength(1);
    expect(last().closed).toBe(true);
    expect(mic.stop).toHaveBeenCalled();
  });
});
