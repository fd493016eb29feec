// SPDX-License-Identifier: Apache-2.0
// How loud a stream is now, for meters and the live trace.

let shared: AudioContext | null = null;

function context(): AudioContext {
  shared ??= new AudioContext();
  if (shared.state === "suspended") void shared.resume();
  return shared;
}

export interface LevelMeter {
  /** 0 (silence) to 1 (full scale), on a curve that follows hearing. */
  read(): number;
  /** Whether anything came at all, be it noise; null while the browser lets no sound pass. */
  sounds(): boolean | null;
  close(): void;
}

const FLOOR_DB = -60;
/** One step of 16 bits: what is below is nothing. */
const NOTHING = 1 / 32768;

export function loudness(rms: number): number {
  const db = 20 * Math.log10(Math.max(rms, 1e-6));
  return Math.min(1, Math.max(0, 1 - db / FLOOR_DB));
}

export function meter(stream: MediaStream): LevelMeter {
  const ac = context();
  const source = ac.createMediaStreamSource(stream);
  const analyser = ac.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    read() {
      analyser.getFloatTimeDomainData(samples);
      let sum = 0;
      for (const s of samples) sum += s * s;
      return loudness(Math.sqrt(sum / samples.length));
    },
    sounds() {
      if (ac.state !== "running") return null;
      analyser.getFloatTimeDomainData(samples);
      return samples.some((s) => Math.abs(s) >= NOTHING);
    },
    close() {
      source.disconnect();
    },
  };
}
