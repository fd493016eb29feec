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
  close(): void;
}

const FLOOR_DB = -60;

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
    close() {
      source.disconnect();
    },
  };
}
