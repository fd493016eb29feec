// SPDX-License-Identifier: Apache-2.0
// From counters of the browser to four bars a person believes. Pure.

export interface Sample {
  rttMs: number;
  jitterMs: number;
  /** Share of packets lost since the last sample, the worse of both directions, 0 to 1. */
  loss: number;
  /** Share of heard audio that was made up by concealment, 0 to 1. */
  concealed: number;
}

export type Bars = 0 | 1 | 2 | 3 | 4;

export interface Quality extends Sample {
  bars: Bars;
  mos: number;
  /** Samples in a row that disagree with the bars shown: more than one, or the display nervously flickers. */
  against: number;
}

export const NO_QUALITY: Quality = { rttMs: 0, jitterMs: 0, loss: 0, concealed: 0, bars: 0, mos: 0, against: 0 };

const RISE_AFTER = 3;
const FALL_AFTER = 2;

/** ITU-T G.107, simplified: delay and loss impair a G.711 call with concealment (Bpl 25.1, Ie 0). */
export function mos(s: Sample): number {
  const delay = s.rttMs / 2 + s.jitterMs * 2 + 40;
  const idd = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  const loss = Math.max(s.loss, s.concealed) * 100;
  const r = Math.min(93.2, Math.max(0, 93.2 - idd - (95 * loss) / (loss + 25.1)));
  return Math.round((1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6) * 100) / 100;
}

export function barsOf(s: Sample): Bars {
  const loss = Math.max(s.loss, s.concealed);
  if (loss > 0.1 || s.rttMs > 800) return 1;
  if (loss > 0.03 || s.rttMs > 400 || s.jitterMs > 60) return 2;
  if (loss > 0.01 || s.rttMs > 250 || s.jitterMs > 30) return 3;
  return 4;
}

/** Falls after two samples that agree, rises after three. */
export function judged(before: Quality, sample: Sample): Quality {
  const now = barsOf(sample);
  const value = { ...sample, mos: mos(sample) };
  if (before.bars === 0 || now === before.bars) return { ...value, bars: now, against: 0 };
  const against = before.against + 1;
  const enough = now > before.bars ? RISE_AFTER : FALL_AFTER;
  return against >= enough ? { ...value, bars: now, against: 0 } : { ...value, bars: before.bars, against };
}

/** Counters of one moment, as far as the browser gives them. */
export interface Counters {
  received: number;
  lost: number;
  jitterMs: number;
  rttMs: number;
  remoteLoss: number;
  samples: number;
  concealed: number;
}

interface Report {
  type: string;
  kind?: string;
  [key: string]: unknown;
}

const number = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);

export function counters(reports: Iterable<Report>): Counters {
  const c: Counters = { received: 0, lost: 0, jitterMs: 0, rttMs: 0, remoteLoss: 0, samples: 0, concealed: 0 };
  for (const r of reports) {
    if (r.type === "inbound-rtp" && r.kind === "audio") {
      c.received = number(r.packetsReceived);
      c.lost = number(r.packetsLost);
      c.jitterMs = number(r.jitter) * 1000;
      c.samples = number(r.totalSamplesReceived);
      // Silence the sender chose not to send is no fault.
      c.concealed = number(r.concealedSamples) - number(r.silentConcealedSamples);
    } else if (r.type === "remote-inbound-rtp" && r.kind === "audio") {
      c.remoteLoss = number(r.fractionLost);
      c.rttMs = Math.max(c.rttMs, number(r.roundTripTime) * 1000);
    } else if (r.type === "candidate-pair" && r.nominated === true) {
      c.rttMs = Math.max(c.rttMs, number(r.currentRoundTripTime) * 1000);
    }
  }
  return c;
}

export function sampleBetween(a: Counters, b: Counters): Sample {
  const received = Math.max(0, b.received - a.received);
  const lost = Math.max(0, b.lost - a.lost);
  const samples = Math.max(0, b.samples - a.samples);
  const concealed = Math.max(0, b.concealed - a.concealed);
  const here = received + lost > 0 ? lost / (received + lost) : 0;
  return {
    rttMs: b.rttMs,
    jitterMs: b.jitterMs,
    loss: Math.max(here, b.remoteLoss),
    concealed: samples > 0 ? concealed / samples : 0,
  };
}
