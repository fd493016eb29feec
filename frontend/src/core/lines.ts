// SPDX-License-Identifier: Apache-2.0
// The sound of all calls of this tab: a line and a loudspeaker for each leg, and their quality.
// Media never waits for signalling: a lost link closes no line.

import { isTalking } from "./desk";
import { Line, type LineState } from "./line";
import type { Microphone } from "./microphone";
import { type Counters, counters, judged, NO_QUALITY, type Quality, sampleBetween } from "./quality";
import type { CallView } from "./wire";

export interface LinesWires {
  offer(legId: string, sdp: string): Promise<string>;
  /** The loudspeaker of the calls, as chosen; null is the system's. */
  speaker(): string | null;
  /** Whether a leg is still wanted, asked after the microphone took its time to open. */
  wanted(legId: string): CallView | null;
  isMuted(callId: string): boolean;
  changed(legId: string, state: LineState | null): void;
  judged(legId: string, quality: Quality): void;
  blocked(): void;
}

type Sinkable = HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> };

interface Held {
  line: Line;
  audio: Sinkable;
  counted: { now: Counters; seconds: number } | null;
  quality: Quality;
}

/** A new connection fills its jitter buffer by stretching sound: no fault, and over in this many seconds. */
const SETTLES_IN = 3;

export class Lines {
  #held = new Map<string, Held>();
  #opening = new Set<string>();
  #microphone: Microphone;
  #wires: LinesWires;

  constructor(microphone: Microphone, wires: LinesWires) {
    this.#microphone = microphone;
    this.#wires = wires;
  }

  get size(): number {
    return this.#held.size;
  }

  /** The legs whose sound is here, or is just being opened. */
  legs(): ReadonlySet<string> {
    return new Set([...this.#held.keys(), ...this.#opening]);
  }

  /** Brings the lines into agreement with the calls that have their sound in this tab. */
  follow(calls: readonly CallView[]): void {
    for (const legId of [...this.#held.keys()]) {
      if (!calls.some((c) => c.leg_id === legId)) this.#drop(legId);
    }
    for (const call of calls) {
      const held = this.#held.get(call.leg_id);
      if (held) this.#voice(held.line, call);
      else void this.#open(call.leg_id);
    }
  }

  /** The other side of a call, for the trace and the meters. */
  remote(legId: string): MediaStream | null {
    const stream = this.#held.get(legId)?.audio.srcObject;
    return stream instanceof MediaStream ? stream : null;
  }

  /** The network changed under us: every line offers anew. */
  reconnect(): void {
    for (const { line } of this.#held.values()) void line.connect();
  }

  play(): void {
    for (const { audio } of this.#held.values()) this.#play(audio);
  }

  sinkChanged(): void {
    for (const { audio } of this.#held.values()) this.#sink(audio);
  }

  /** Another microphone for all lines. Whether they may speak is theirs to know. */
  async swapMicrophone(): Promise<void> {
    this.#microphone.close();
    for (const { line } of this.#held.values()) await line.setTrack(await this.#microphone.track());
  }

  /** Reads the counters of every line; once a second. */
  async measure(): Promise<void> {
    for (const [legId, held] of this.#held) {
      const report = await held.line.stats()?.catch(() => null);
      if (report && this.#held.get(legId) === held) this.#count(legId, held, counters(report.values()));
    }
  }

  close(): void {
    for (const legId of [...this.#held.keys()]) this.#drop(legId);
  }

  #count(legId: string, held: Held, now: Counters): void {
    const before = held.counted;
    // A new connection counts from zero again: nothing to compare with.
    const goesOn = before !== null && now.received > before.now.received;
    const seconds = goesOn ? before.seconds + 1 : 0;
    held.counted = { now, seconds };
    if (!goesOn || seconds <= SETTLES_IN) return;
    held.quality = judged(held.quality, sampleBetween(before.now, now));
    this.#wires.judged(legId, held.quality);
  }

  #voice(line: Line, call: CallView): void {
    // Who only listens is mixed into nothing at the server; their microphone is closed here as well.
    const heard = isTalking(call) && !call.held && call.supervise !== "listen";
    line.speak(heard && !this.#wires.isMuted(call.call_id));
  }

  async #open(legId: string): Promise<void> {
    if (this.#opening.has(legId)) return;
    this.#opening.add(legId);
    const track = await this.#microphone.track();
    this.#opening.delete(legId);
    const call = this.#wires.wanted(legId);
    if (!call) {
      track?.stop();
      this.#rest();
      return;
    }
    const audio = this.#speakerOf(legId);
    const line = new Line(legId, track, {
      offer: this.#wires.offer,
      changed: this.#wires.changed,
      heard: (_leg, stream) => {
        audio.srcObject = stream;
        this.#play(audio);
      },
    });
    this.#held.set(legId, { line, audio, counted: null, quality: NO_QUALITY });
    this.#voice(line, call);
    void line.connect();
  }

  #drop(legId: string): void {
    const held = this.#held.get(legId);
    if (!held) return;
    this.#held.delete(legId);
    held.line.close();
    held.audio.srcObject = null;
    held.audio.remove();
    this.#wires.changed(legId, null);
    this.#rest();
  }

  /** An open microphone lights the browser's mark: nobody should be listened to who is in no call. */
  #rest(): void {
    if (this.#held.size === 0 && this.#opening.size === 0) this.#microphone.close();
  }

  #speakerOf(legId: string): Sinkable {
    const audio = document.createElement("audio") as Sinkable;
    audio.autoplay = true;
    audio.dataset.leg = legId;
    document.body.append(audio);
    this.#sink(audio);
    return audio;
  }

  #sink(audio: Sinkable): void {
    void audio.setSinkId?.(this.#wires.speaker() ?? "").catch(() => undefined);
  }

  #play(audio: HTMLAudioElement): void {
    if (!audio.srcObject) return;
    audio.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "NotAllowedError") this.#wires.blocked();
    });
  }
}
