// SPDX-License-Identifier: Apache-2.0
// Watches over what a call needs: the microphone, the way of the sound, the browser's patience with this tab.

import { type Condition, changed, type Fault, faultsOf, heard, WELL } from "./fitness";
import { type LevelMeter, meter } from "./level";
import type { Microphone, MicState } from "./microphone";
import { tryPath } from "./path";

export interface FitWires {
  /** This tab is the telephone, and the link is up. */
  owns(): boolean;
  /** Somebody talks through this tab. */
  talking(): boolean;
  /** What the server believes of us. */
  known(): readonly string[];
  offer(sdp: string): Promise<string>;
  tell(faults: Fault[]): Promise<unknown>;
  /** At once, and without an answer: the browser is about to stop us. */
  mention(faults: Fault[]): void;
}

const TRY_AGAIN_S = 15;
const TEST_MS = 3000;
const READ_EVERY_MS = 100;

export class Fit {
  #condition: Condition = WELL;
  #microphone: Microphone;
  #wires: FitWires;
  #gauge: { stream: MediaStream; meter: LevelMeter } | null = null;
  #telling = false;
  #trying = false;
  #seconds = 0;
  #stops: (() => void)[] = [];

  constructor(microphone: Microphone, wires: FitWires) {
    this.#microphone = microphone;
    this.#wires = wires;
    this.#listen(document, "freeze", () => this.#sleeps(true));
    this.#listen(document, "resume", () => this.#sleeps(false));
    this.#listen(window, "online", () => void this.tryPath());
    if (navigator.mediaDevices) this.#listen(navigator.mediaDevices, "devicechange", () => void this.#look(true));
    void this.#permission();
    void this.#look(false);
  }

  /** This tab has become the telephone, or the link is back: the server may believe something else of us. */
  follow(): void {
    if (this.#wires.owns() && this.#condition.path === "unknown") void this.tryPath();
    this.#publish();
  }

  microphone(mic: MicState): void {
    this.#change({ ...this.#condition, mic });
  }

  /** Once a second. */
  tick(): void {
    this.#seconds += 1;
    if (this.#wires.talking()) this.#change(heard(this.#condition, this.#sounds()));
    else if (this.#condition.silentFor > 0) this.#change({ ...this.#condition, silentFor: 0 });
    if (this.#condition.path === "bad" && this.#seconds % TRY_AGAIN_S === 0) void this.tryPath();
    this.#publish();
  }

  /** "Test": everything that can be tried without a call. Three seconds in which to say a word. */
  async test(): Promise<void> {
    await Promise.all([this.tryPath(), this.#tryMicrophone()]);
  }

  async tryPath(): Promise<void> {
    if (this.#trying || !this.#wires.owns()) return;
    this.#trying = true;
    const connects = await tryPath((sdp) => this.#wires.offer(sdp));
    this.#trying = false;
    if (connects !== null) this.#change({ ...this.#condition, path: connects ? "good" : "bad" });
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#gauge?.meter.close();
  }

  async #tryMicrophone(): Promise<void> {
    try {
      await this.#microphone.open(); // its state comes by `microphone`
    } catch {
      return;
    }
    for (let at = 0; at < TEST_MS && this.#condition.silent; at += READ_EVERY_MS) {
      await new Promise((done) => setTimeout(done, READ_EVERY_MS));
      if (this.#sounds()) this.#change(heard(this.#condition, true));
    }
    if (!this.#wires.talking()) this.#microphone.close();
  }

  /** Whether the open microphone delivers anything: noise is enough. Null when there is none, or sound is stopped. */
  #sounds(): boolean | null {
    const stream = this.#microphone.stream;
    const track = stream?.getAudioTracks()[0];
    if (!stream || track?.readyState !== "live") return null;
    if (track.muted) return false;
    if (this.#gauge?.stream !== stream) {
      this.#gauge?.meter.close();
      this.#gauge = { stream, meter: meter(stream) };
      return null; // it has read nothing yet
    }
    return this.#gauge.meter.sounds();
  }

  #sleeps(frozen: boolean): void {
    this.#condition = { ...this.#condition, frozen };
    if (frozen && this.#wires.owns()) this.#wires.mention(faultsOf(this.#condition));
    else this.#publish();
  }

  async #permission(): Promise<void> {
    try {
      const status = await navigator.permissions.query({ name: "microphone" as PermissionName });
      const note = () => this.#change(changed(this.#condition, { ...this.#condition, permission: status.state }));
      note();
      this.#listen(status, "change", note);
    } catch {
      // Firefox does not tell; the first try to open it will.
    }
  }

  async #look(again: boolean): Promise<void> {
    const devices = await navigator.mediaDevices?.enumerateDevices().catch(() => null);
    const inputs = devices?.filter((d) => d.kind === "audioinput").length ?? null;
    this.#change(changed(this.#condition, { ...this.#condition, inputs }));
    // Another headset was plugged in: perhaps that is the cure.
    if (again && this.#condition.silent && this.#wires.owns()) await this.#tryMicrophone();
  }

  #change(condition: Condition): void {
    this.#condition = condition;
    this.#publish();
  }

  /** Until the server says of us what we say: then there is nothing to tell. */
  #publish(): void {
    const faults = faultsOf(this.#condition);
    const same = [...faults].sort().join() === [...this.#wires.known()].sort().join();
    if (same || this.#telling || !this.#wires.owns()) return;
    this.#telling = true;
    void this.#wires
      .tell(faults)
      .catch(() => undefined)
      .finally(() => {
        this.#telling = false;
      });
  }

  #listen(target: EventTarget, type: string, run: () => void): void {
    target.addEventListener(type, run);
    this.#stops.push(() => target.removeEventListener(type, run));
  }
}
