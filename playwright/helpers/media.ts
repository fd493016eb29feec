// SPDX-License-Identifier: Apache-2.0
// Every actor speaks a tone of their own, and what a page hears is measured in the page.

import { type BrowserContext, expect, type Page } from "@playwright/test";

interface Mic {
  hz: number;
  gain: number;
  set(hz: number, gain?: number): void;
}

declare global {
  interface Window {
    mic: Mic;
    /** How many the page has made since it was loaded. */
    connections: number;
    ears: Map<string, Ear>;
  }
}

interface Ear {
  analyser: AnalyserNode;
  context: AudioContext;
  /** The longest time without sound since `longest` was last set to 0, in ms. */
  longest: number;
}

/** Gives every page of a context its own microphone: a tone whose pitch and level the test controls. */
export async function voice(context: BrowserContext, hz: number): Promise<void> {
  await context.addInitScript((pitch: number) => {
    if (!navigator.mediaDevices) return; // about:blank
    window.connections = 0;
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
      }
      override addTransceiver(kind: MediaStreamTrack | string, init?: RTCRtpTransceiverInit): RTCRtpTransceiver {
        if (init?.direction !== "recvonly") window.connections++; // not those that only try the path
        return super.addTransceiver(kind, init);
      }
    };
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    const level = audio.createGain();
    tone.frequency.value = pitch;
    level.gain.value = 0.35;
    tone.connect(level);
    tone.start();
    window.mic = {
      hz: pitch,
      gain: 0.35,
      set(to, gain = 0.35) {
        tone.frequency.setValueAtTime(to, audio.currentTime);
        level.gain.setValueAtTime(gain, audio.currentTime);
      },
    };
    navigator.mediaDevices.getUserMedia = async () => {
      await audio.resume();
      const out = audio.createMediaStreamDestination();
      level.connect(out);
      return out.stream;
    };
  }, hz);
}

const CALL = "audio[data-leg]";

export interface Heard {
  hz: number | null;
  rms: number;
}

/** What the call of this page sounds like now: its strongest pitch, or null for silence. */
export function hear(page: Page, selector = CALL): Promise<Heard> {
  return page.evaluate(async (css) => {
    const element = document.querySelector<HTMLAudioElement>(css);
    const stream = element?.srcObject;
    if (!(stream instanceof MediaStream) || stream.getAudioTracks().length === 0) return { hz: null, rms: 0 };
    window.ears ??= new Map();
    let ear = window.ears.get(stream.id);
    if (!ear) {
      const context = new AudioContext();
      await context.resume();
      const analyser = context.createAnalyser();
      analyser.fftSize = 8192;
      analyser.smoothingTimeConstant = 0;
      context.createMediaStreamSource(stream).connect(analyser);
      ear = { analyser, context, longest: 0 };
      window.ears.set(stream.id, ear);
      await new Promise((done) => setTimeout(done, 250));
    }
    const { analyser, context } = ear;
    const wave = new Float32Array(analyser.fftSize);
    const lines = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatTimeDomainData(wave);
    analyser.getFloatFrequencyData(lines);
    const rms = Math.sqrt(wave.reduce((sum, x) => sum + x * x, 0) / wave.length);
    let top = 2;
    for (let i = 3; i < lines.length; i++) if ((lines[i] ?? -200) > (lines[top] ?? -200)) top = i;
    return { hz: rms < 0.003 ? null : (top * context.sampleRate) / analyser.fftSize, rms };
  }, selector);
}

/** How strong one pitch is in what the page hears now, in dB of full scale: for a voice among others. */
export async function strength(page: Page, hz: number): Promise<number> {
  await hear(page); // opens the ear
  return page.evaluate(
    ([css, wanted]) => {
      const stream = document.querySelector<HTMLAudioElement>(css)?.srcObject;
      const ear = stream instanceof MediaStream ? window.ears.get(stream.id) : undefined;
      if (!ear) return -200;
      const lines = new Float32Array(ear.analyser.frequencyBinCount);
      ear.analyser.getFloatFrequencyData(lines);
      const middle = Math.round((wanted * ear.analyser.fftSize) / ear.context.sampleRate);
      return Math.max(...lines.slice(middle - 2, middle + 3));
    },
    [CALL, hz] as const,
  );
}

/** Far above what is left of a voice that is not there, far below one that is. */
export const THERE_DB = -45;

/** All of these pitches are in what the page hears, together, and none of those. */
export async function expectVoices(page: Page, there: number[], absent: number[] = []): Promise<void> {
  await expect
    .poll(
      async () => {
        const heard = [];
        for (const hz of [...there, ...absent]) if ((await strength(page, hz)) > THERE_DB) heard.push(hz);
        return heard;
      },
      { message: `hears ${there}, and not ${absent}`, timeout: 10_000, intervals: [100] },
    )
    .toEqual(there);
}

export async function expectTone(page: Page, hz: number, timeout = 8000): Promise<void> {
  let last: Heard | null = null;
  await expect
    .poll(
      async () => {
        last = await hear(page);
        return last.hz === null ? Number.POSITIVE_INFINITY : Math.abs(last.hz - hz);
      },
      { message: `hears ${hz} Hz, last ${JSON.stringify(last)}`, timeout, intervals: [100] },
    )
    .toBeLessThan(15);
}

/** Each of these pitches is heard, and none of those. A pitch is heard when it stands 20 dB over what is beside it. */
export async function expectTones(page: Page, there: number[], absent: number[] = [], timeout = 8000): Promise<void> {
  const wanted = there.map((hz) => [hz, true] as const).concat(absent.map((hz) => [hz, false] as const) as never);
  await hear(page); // makes the ear
  await expect
    .poll(() => page.evaluate(pitchesHeard, [CALL, [...there, ...absent]] as const), {
      message: `hears ${there.join(" and ")} Hz, not ${absent.join(", ")}`,
      timeout,
      intervals: [100],
    })
    .toEqual(Object.fromEntries(wanted));
}

/** Runs in the page. */
function pitchesHeard([css, pitches]: readonly [string, readonly number[]]): Record<number, boolean> {
  const stream = document.querySelector<HTMLAudioElement>(css)?.srcObject;
  const ear = stream instanceof MediaStream ? window.ears?.get(stream.id) : undefined;
  if (!ear) return {};
  const { analyser, context } = ear;
  const lines = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(lines);
  const loudest = (from: number, to: number) => {
    const bin = (hz: number) => Math.round((hz * analyser.fftSize) / context.sampleRate);
    return Math.max(...lines.slice(bin(from), bin(to) + 1));
  };
  return Object.fromEntries(
    pitches.map((hz) => {
      const beside = Math.max(loudest(hz - 90, hz - 60), loudest(hz + 60, hz + 90));
      const level = loudest(hz - 12, hz + 12);
      return [hz, level > -70 && level > beside + 20];
    }),
  );
}

export async function expectSilence(page: Page, timeout = 8000): Promise<void> {
  await expect
    .poll(async () => (await hear(page)).rms, { message: "hears silence", timeout, intervals: [100] })
    .toBeLessThan(0.01);
}

/**
 * Watches the call's sound for stretches without it, from the first sound on: the watcher needs a moment to hear any. Blocks of 5.3 ms at 48 kHz are read by a processor of
 * our own in the audio thread, so that a busy page cannot miss one.
 */
export async function watchGaps(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(async (css) => {
    const stream = document.querySelector<HTMLAudioElement>(css)?.srcObject;
    if (!(stream instanceof MediaStream)) throw new Error("no call to watch");
    const code = `registerProcessor("gaps", class extends AudioWorkletProcessor {
      constructor() { super(); this.heard = false; this.quiet = 0; this.longest = 0; this.port.onmessage = () => this.port.postMessage(this.longest * 1000 / sampleRate); }
      process([input]) {
        const samples = input[0] ?? [];
        let top = 0; for (const s of samples) top = Math.max(top, Math.abs(s));
        if (top >= 0.004) { this.heard = true; this.quiet = 0; } else if (this.heard) this.quiet += 128;
        this.longest = Math.max(this.longest, this.quiet);
        return true;
      }
    })`;
    const context = new AudioContext();
    await context.resume();
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
    const node = new AudioWorkletNode(context, "gaps");
    context.createMediaStreamSource(stream).connect(node);
    (window as unknown as { gaps: AudioWorkletNode }).gaps = node;
  }, CALL);
  return () =>
    page.evaluate(() => {
      const { gaps } = window as unknown as { gaps: AudioWorkletNode };
      return new Promise<number>((done) => {
        gaps.port.onmessage = (e) => done(e.data as number);
        gaps.port.postMessage("how long");
      });
    });
}

/** The id of the newest finished recording this person may see. */
export async function lastRecording(page: Page): Promise<string> {
  let id: string | null = null;
  await expect
    .poll(
      async () => {
        const { calls } = (await (await page.request.get("/api/v1/calls?limit=1")).json()) as {
          calls: { ended_at: string | null; recording_id: string | null }[];
        };
        id = calls[0]?.ended_at ? calls[0].recording_id : null;
        return id;
      },
      { message: "the last call has a recording" },
    )
    .not.toBeNull();
  return id ?? "";
}

export interface Channel {
  /** Of what is heard: silence does not lower it. */
  hz: number;
  /** The longest silence, in ms. */
  longest: number;
  /** All silence together, in s. */
  missing: number;
}

/** What a recording holds, channel by channel. Without its first and last three seconds, or between two moments, in
 * seconds. */
export function recorded(page: Page, recordingId: string, from = 3, to = -3): Promise<Channel[]> {
  return page.evaluate(
    async ([id, first, last]) => {
      const octets = await (await fetch(`/api/v1/recordings/${id}/audio`)).arrayBuffer();
      const audio = await new AudioContext().decodeAudioData(octets);
      return Array.from({ length: audio.numberOfChannels }, (_, n) => {
        const samples = audio.getChannelData(n).slice(first * audio.sampleRate, last * audio.sampleRate);
        let crossings = 0;
        let above = false;
        let quiet = 0;
        let longest = 0;
        let silent = 0;
        const shortest = audio.sampleRate / 250; // 4 ms: no wave of a tone is near zero for so long
        for (let i = 1; i < samples.length; i++) {
          const now = samples[i] ?? 0;
          // Far from zero, so that noise between the waves does not count as waves.
          if (!above && now > 0.05) crossings++;
          if (Math.abs(now) > 0.05) above = now > 0;
          quiet = Math.abs(now) < 0.01 ? quiet + 1 : 0;
          longest = Math.max(longest, quiet);
          if (quiet > shortest) silent++;
        }
        const heard = samples.length - silent;
        return {
          hz: heard ? (crossings * audio.sampleRate) / heard : 0,
          longest: (longest * 1000) / audio.sampleRate,
          missing: silent / audio.sampleRate,
        };
      });
    },
    [recordingId, from, to] as const,
  );
}
