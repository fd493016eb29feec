// SPDX-License-Identifier: Apache-2.0
// Every sound the page makes by itself: the ring, key tones, the test tone. Nothing is loaded; all of it is computed.

export type Ringtone = "bell" | "soft" | "bright";

interface Note {
  at: number;
  for: number;
  hz: readonly number[];
}

/** One period of each ring, in seconds. */
const RINGS: Record<Ringtone, { every: number; notes: readonly Note[] }> = {
  bell: {
    every: 3,
    notes: [0, 0.09, 0.18, 0.27, 0.36, 0.45, 0.54, 0.63, 0.72, 0.81].map((at, i) => ({
      at,
      for: 0.09,
      hz: i % 2 ? [1046.5] : [880],
    })),
  },
  soft: {
    every: 3,
    notes: [
      { at: 0, for: 0.5, hz: [523.25] },
      { at: 0.22, for: 0.5, hz: [659.25] },
      { at: 0.44, for: 0.9, hz: [783.99] },
    ],
  },
  bright: {
    every: 2.4,
    notes: [
      { at: 0, for: 0.16, hz: [1318.5] },
      { at: 0.2, for: 0.16, hz: [1760] },
      { at: 0.5, for: 0.16, hz: [1318.5] },
      { at: 0.7, for: 0.3, hz: [1760] },
    ],
  },
};

const DTMF: Record<string, readonly [number, number]> = {
  "1": [697, 1209],
  "2": [697, 1336],
  "3": [697, 1477],
  "4": [770, 1209],
  "5": [770, 1336],
  "6": [770, 1477],
  "7": [852, 1209],
  "8": [852, 1336],
  "9": [852, 1477],
  "*": [941, 1209],
  "0": [941, 1336],
  "#": [941, 1477],
};

type Sinkable = AudioContext & { setSinkId?: (id: string) => Promise<void> };

/** A loudspeaker of our own: an AudioContext on a device. Silent until the person has touched the page once. */
export class Speaker {
  #context: Sinkable | null = null;
  #sink = "";

  get blocked(): boolean {
    return this.#context?.state === "suspended";
  }

  async ready(sink: string | null): Promise<AudioContext> {
    this.#context ??= new AudioContext({ latencyHint: "interactive" });
    const wanted = sink ?? "";
    if (wanted !== this.#sink && this.#context.setSinkId) {
      this.#sink = wanted;
      await this.#context.setSinkId(wanted).catch(() => undefined);
    }
    // `resume` stays pending for ever while the browser wants a gesture first.
    if (this.#context.state === "suspended") {
      await Promise.race([this.#context.resume(), new Promise((done) => setTimeout(done, 150))]);
    }
    return this.#context;
  }

  async chime(notes: readonly Note[], volume: number, sink: string | null): Promise<boolean> {
    const context = await this.ready(sink);
    for (const note of notes) strike(context, note, volume);
    return context.state === "running";
  }
}

function strike(context: AudioContext, note: Note, volume: number): void {
  const start = context.currentTime + 0.02 + note.at;
  const gain = context.createGain();
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(volume / note.hz.length, start + 0.012);
  gain.gain.exponentialRampToValueAtTime(0.0008, start + note.for);
  gain.connect(context.destination);
  for (const hz of note.hz) {
    const tone = context.createOscillator();
    tone.type = "sine";
    tone.frequency.value = hz;
    tone.connect(gain);
    tone.start(start);
    tone.stop(start + note.for + 0.02);
  }
}

export class Ringer {
  #speaker = new Speaker();
  #timer: ReturnType<typeof setInterval> | null = null;

  get ringing(): boolean {
    return this.#timer !== null;
  }

  /** Tells by its result whether it can be heard at all. */
  async start(tone: Ringtone, volume: number, sink: string | null): Promise<boolean> {
    this.stop();
    const { every, notes } = RINGS[tone];
    this.#timer = setInterval(() => void this.#speaker.chime(notes, volume, sink), every * 1000);
    return this.#speaker.chime(notes, volume, sink);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  once(tone: Ringtone, volume: number, sink: string | null): Promise<boolean> {
    return this.#speaker.chime(RINGS[tone].notes, volume, sink);
  }
}

const keys = new Speaker();

export function keyTone(key: string, sink: string | null): void {
  const hz = DTMF[key];
  if (hz) void keys.chime([{ at: 0, for: 0.14, hz }], 0.12, sink);
}

/** Three rising notes on the loudspeaker of the calls, for the device check. */
export function testTone(sink: string | null): Promise<boolean> {
  const notes = [392, 523.25, 659.25].map((hz, i) => ({ at: i * 0.35, for: 0.5, hz: [hz] }));
  return keys.chime(notes, 0.3, sink);
}
