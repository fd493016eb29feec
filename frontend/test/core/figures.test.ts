// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { dialled, looksDiallable, shownNumber } from "@/core/number";
import { barsOf, counters, judged, mos, NO_QUALITY, type Sample, sampleBetween } from "@/core/quality";
import { dayOf, duration, secondsSince, secondsUntil } from "@/core/time";

describe("numbers", () => {
  test.each([
    ["4008123456", "4008-123456"],
    ["40081234560", "4008-123456-0"],
    ["83012341001", "8301234-1001"],
    ["13800138000", "138 0013 8000"],
    ["+8613800138000", "138 0013 8000"],
    ["02161234567", "021 6123 4567"],
    ["075588886666", "0755 8888 6666"],
    ["+4969123456", "+49 6912 3456"],
    ["+442071234567", "+44 207 123 4567"],
    ["+12025550123", "+1 202 555 0123"],
    ["+35312345678", "+353 1234 5678"],
    ["+1234", "+1234"],
    ["1001", "1001"],
    ["", ""],
    ["anonymous", "anonymous"],
  ])("%s is written %s", (plain, written) => {
    expect(shownNumber(plain)).toBe(written);
  });

  test("with and without separators is the same number", () => {
    expect(dialled(" 8301234-1001 ")).toBe("83012341001");
    expect(dialled("+86 (755) 8888-6666")).toBe("+8675588886666");
  });

  test("a name is not a number", () => {
    expect(looksDiallable("李梅")).toBe(false);
    expect(looksDiallable("anna1")).toBe(false);
    expect(looksDiallable("1001")).toBe(true);
    expect(looksDiallable("1")).toBe(false);
  });
});

describe("times", () => {
  test.each([
    [0, "0:00"],
    [65.9, "1:05"],
    [3665, "1:01:05"],
    [-3, "0:00"],
  ])("%s s is %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  test("a clock ahead of ours never shows a negative time", () => {
    expect(secondsSince("2026-11-25T02:00:10.000Z", Date.parse("2026-11-25T02:00:00.000Z"))).toBe(0);
    expect(secondsUntil("2026-11-25T02:00:00.000Z", Date.parse("2026-11-25T02:00:10.000Z"))).toBe(0);
    expect(secondsSince(null, 5)).toBe(0);
  });

  test("days are those of the person's own calendar", () => {
    const now = new Date(2026, 10, 25, 9, 0);
    expect(dayOf(new Date(2026, 10, 25, 0, 1).toISOString(), now)).toBe("today");
    expect(dayOf(new Date(2026, 10, 24, 23, 59).toISOString(), now)).toBe("yesterday");
    expect(dayOf(new Date(2026, 10, 23, 23, 59).toISOString(), now)).toBe("older");
  });
});

describe("quality", () => {
  const good: Sample = { rttMs: 20, jitterMs: 3, loss: 0, concealed: 0 };

  test("a clean call has four bars and a score above 4.3", () => {
    expect(barsOf(good)).toBe(4);
    expect(mos(good)).toBeGreaterThan(4.3);
  });

  test.each([
    [{ loss: 0.02 }, 3],
    [{ loss: 0.05 }, 2],
    [{ loss: 0.2 }, 1],
    [{ concealed: 0.05 }, 2],
    [{ rttMs: 300 }, 3],
    [{ jitterMs: 80 }, 2],
  ])("%o has %i bars", (patch, bars) => {
    expect(barsOf({ ...good, ...patch })).toBe(bars);
  });

  test("more loss never sounds better", () => {
    const scores = [0, 0.01, 0.03, 0.1, 0.3, 1].map((loss) => mos({ ...good, loss }));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores.at(-1)).toBeGreaterThanOrEqual(1);
  });

  test("bars fall after two bad samples and rise after three good ones", () => {
    const bad = { ...good, loss: 0.2 };
    let q = judged(NO_QUALITY, good);
    const bars = [bad, bad, good, good, bad, good, good, good].map((s) => {
      q = judged(q, s);
      return q.bars;
    });
    expect(bars).toEqual([4, 1, 1, 1, 1, 1, 1, 4]);
  });

  test("counters become a sample of what happened between them", () => {
    const at = (packetsReceived: number, packetsLost: number) => [
      {
        type: "inbound-rtp",
        kind: "audio",
        packetsReceived,
        packetsLost,
        jitter: 0.004,
        totalSamplesReceived: packetsReceived * 960,
        concealedSamples: packetsLost * 960,
        silentConcealedSamples: 0,
      },
      { type: "remote-inbound-rtp", kind: "audio", fractionLost: 0.01, roundTripTime: 0.03 },
    ];
    const s = sampleBetween(counters(at(100, 0)), counters(at(190, 10)));
    expect(s).toMatchObject({ rttMs: 30, jitterMs: 4, loss: 0.1 });
    expect(s.concealed).toBeCloseTo(0.111, 2);
  });

  test("figures that are not there count as nothing", () => {
    const none = counters([{ type: "inbound-rtp", kind: "audio", jitter: Number.NaN }]);
    expect(sampleBetween(none, none)).toEqual({ rttMs: 0, jitterMs: 0, loss: 0, concealed: 0 });
  });
});
