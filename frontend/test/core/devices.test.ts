// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, test, vi } from "vitest";
import { elect, instanceOf } from "@/core/election";
import { loudness } from "@/core/level";
import { Microphone, type MicState, micFault } from "@/core/microphone";

const fault = (name: string) => new DOMException("", name);
const OPEN = { deviceId: null, echoCancellation: true, noiseSuppression: true, autoGainControl: true };

afterEach(() => vi.unstubAllGlobals());

describe("the microphone", () => {
  test.each([
    ["NotAllowedError", "denied"],
    ["NotFoundError", "missing"],
    ["OverconstrainedError", "missing"],
    ["NotReadableError", "busy"],
  ])("%s means it is %s", (name, state) => {
    expect(micFault(fault(name))).toBe(state);
  });

  test("an unplugged headset falls back to any microphone", async () => {
    const asked: MediaStreamConstraints[] = [];
    const live = { readyState: "live", clone: () => live };
    const getUserMedia = (c: MediaStreamConstraints) => {
      asked.push(c);
      if (asked.length === 1) return Promise.reject(fault("OverconstrainedError"));
      return Promise.resolve({ getAudioTracks: () => [live], getTracks: () => [live] });
    };
    vi.stubGlobal("navigator", { mediaDevices: { getUserMedia } });
    const states: MicState[] = [];
    const mic = new Microphone(
      () => ({ ...OPEN, deviceId: "gone" }),
      (s) => states.push(s),
    );
    expect(await mic.track()).toBe(live);
    expect(asked).toHaveLength(2);
    expect(states).toEqual(["asking", "granted"]);
  });

  test("without permission the line gets no track, and the page is told", async () => {
    vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: () => Promise.reject(fault("NotAllowedError")) } });
    const states: MicState[] = [];
    const mic = new Microphone(
      () => OPEN,
      (s) => states.push(s),
    );
    expect(await mic.track()).toBeNull();
    expect(states.at(-1)).toBe("denied");
  });

  test("on a page without a secure context it is missing, not an exception", async () => {
    vi.stubGlobal("navigator", {});
    const mic = new Microphone(
      () => OPEN,
      () => undefined,
    );
    expect(await mic.track()).toBeNull();
  });
});

/** As much of Web Locks as an election needs. */
class Locks {
  #holder: { reject(e: Error): void } | null = null;
  #queue: (() => void)[] = [];

  request(_name: string, options: { steal?: boolean; signal?: AbortSignal }, work: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = () => {
        const me = { reject };
        this.#holder = me;
        void work().then(() => {
          resolve();
          if (this.#holder !== me) return;
          this.#holder = null;
          this.#queue.shift()?.();
        });
      };
      options.signal?.addEventListener("abort", () => {
        this.#queue = this.#queue.filter((s) => s !== start);
        reject(new Error("aborted"));
      });
      const old = this.#holder;
      if (old && !options.steal) return void this.#queue.push(start);
      start();
      old?.reject(new Error("stolen"));
    });
  }
}

/** Lets every promise that can go on do so. */
const settled = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

describe("the election of tabs", () => {
  test("the first leads, the second waits, takes over when asked, and the first waits in turn", async () => {
    vi.stubGlobal("navigator", { locks: new Locks() });
    const seen = { a: false, b: false };
    const a = elect("softphone", (leads) => (seen.a = leads));
    const b = elect("softphone", (leads) => (seen.b = leads));
    expect(seen).toEqual({ a: true, b: false });
    b.take();
    await settled();
    expect(seen).toEqual({ a: false, b: true });
    b.close();
    await settled();
    expect(seen.a).toBe(true);
    a.close();
  });

  test("without Web Locks every tab leads", () => {
    vi.stubGlobal("navigator", {});
    let leads = false;
    elect("softphone", (on) => {
      leads = on;
    });
    expect(leads).toBe(true);
  });

  test("a reloaded tab keeps its id, a duplicated one gets its own", () => {
    let n = 0;
    const fresh = () => `tab_${++n}`;
    sessionStorage.clear();
    expect(instanceOf(sessionStorage, false, fresh)).toBe("tab_1");
    expect(instanceOf(sessionStorage, true, fresh)).toBe("tab_1");
    expect(instanceOf(sessionStorage, false, fresh)).toBe("tab_2");
  });
});

test("the meter spans silence to full scale", () => {
  expect(loudness(0)).toBe(0);
  expect(loudness(1)).toBe(1);
  expect(loudness(0.03)).toBeGreaterThan(0.4);
});
