// SPDX-License-Identifier: Apache-2.0
// The shell around the desk: joins the store to the link, the microphone, the lines and the ringer.
// Media never waits for signalling: a lost link closes no line.

import { type Desk, isTalking, ringingCall, shownCalls } from "./desk";
import { type Election, elect } from "./election";
import { Line } from "./line";
import { Link } from "./link";
import { Microphone } from "./microphone";
import { type Counters, counters, judged, NO_QUALITY, sampleBetween } from "./quality";
import { useSettings } from "./settings";
import { Ringer } from "./sound";
import { dispatch, useDesk, useLive } from "./store";
import type { CallView, Command } from "./wire";

const OWNER_KEY = "headcall.owner";
const REPORT_EVERY = 5; // seconds
/** A new connection fills its jitter buffer by stretching sound: no fault, and over in this many seconds. */
const SETTLES_IN = 3;

type Sinkable = HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> };

export class Session {
  readonly instance: string;
  readonly microphone: Microphone;
  #link: Link;
  #election: Election;
  #lines = new Map<string, Line>();
  #opening = new Set<string>();
  #audio = new Map<string, Sinkable>();
  #counters = new Map<string, { now: Counters; seconds: number }>();
  #ringer = new Ringer();
  #seconds = 0;
  #stops: (() => void)[] = [];

  constructor(instance: string, refused: () => void) {
    this.instance = instance;
    useLive.setState({ instance, lines: {}, quality: {} });
    this.microphone = new Microphone(
      () => ({ ...useSettings.getState(), deviceId: useSettings.getState().microphone }),
      (mic) => useLive.setState({ mic }),
    );
    this.#link = new Link(instance, {
      now: () => Date.now(),
      lastEventId: () => useDesk.getState().lastEventId,
      dispatch,
      refused,
    });
    this.#election = elect("softphone", (leads) => {
      useLive.setState({ leads });
      this.#claim(useDesk.getState());
    });
    this.#stops.push(useDesk.subscribe((desk, before) => this.#follow(desk, before)));
    this.#stops.push(
      useSettings.subscribe((now, before) =>
        this.#devices(now.microphone !== before.microphone, now.speaker !== before.speaker),
      ),
    );
    this.#listen(window, "online", () => this.#reconnect());
    this.#listen(window, "beforeunload", (e) => this.#guard(e));
    this.#listen(document, "pointerdown", () => void this.unblock());
    this.#listen(document, "keydown", () => void this.unblock());
    if (navigator.mediaDevices) this.#listen(navigator.mediaDevices, "devicechange", () => this.#unplugged());
    const ticker = setInterval(() => void this.#measure(), 1000);
    this.#stops.push(() => clearInterval(ticker));
  }

  send(command: Command): Promise<Record<string, unknown>> {
    return this.#link.send(command);
  }

  /** Tries the socket again, after the session proved to be still good. */
  again(): void {
    this.#link.again();
  }

  /** "Use here": takes the phone from any other tab or machine. */
  async useHere(): Promise<void> {
    this.#election.take();
    await this.#take();
  }

  /** The other side of a call, for the trace and the meters. */
  remote(legId: string): MediaStream | null {
    const stream = this.#audio.get(legId)?.srcObject;
    return stream instanceof MediaStream ? stream : null;
  }

  async unblock(): Promise<void> {
    if (!useLive.getState().soundBlocked) return;
    useLive.setState({ soundBlocked: false });
    for (const audio of this.#audio.values()) this.#play(audio);
    const ring = ringingCall(useDesk.getState());
    if (ring) this.#ring(true);
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    for (const legId of [...this.#lines.keys()]) this.#drop(legId);
    this.#ringer.stop();
    this.#election.close();
    this.#link.close();
    this.microphone.close();
  }

  #listen<K extends string>(target: EventTarget, type: K, run: (e: Event) => void): void {
    target.addEventListener(type, run);
    this.#stops.push(() => target.removeEventListener(type, run));
  }

  #follow(desk: Desk, before: Desk): void {
    if (desk.owner !== before.owner || desk.link !== before.link || desk.known !== before.known) this.#claim(desk);
    if (
      desk.calls !== before.calls ||
      desk.owner !== before.owner ||
      desk.muted !== before.muted ||
      desk.assumed !== before.assumed
    ) {
      this.#lay(desk);
      const ring = ringingCall(desk);
      this.#ring(ring !== null && ring.media === "browser" && this.#owns(desk) && !desk.calls.some(isTalking));
    }
  }

  #owns(desk: Desk): boolean {
    return desk.owner === this.instance;
  }

  /** Takes the softphone when nobody has it, or when its last holder was a tab of this browser whose lock is now ours. */
  #claim(desk: Desk): void {
    if (!useLive.getState().leads || desk.link !== "up" || !desk.known || this.#owns(desk)) return;
    if (desk.owner === null || desk.owner === localStorage.getItem(OWNER_KEY)) void this.#take();
  }

  async #take(): Promise<void> {
    localStorage.setItem(OWNER_KEY, this.instance);
    await this.send({ type: "softphone.take", instance: this.instance }).catch(() => undefined);
  }

  /** Brings the lines into agreement with the calls. */
  #lay(desk: Desk): void {
    const calls = this.#owns(desk) ? shownCalls(desk).filter((c) => c.media === "browser" && c.state !== "ended") : [];
    for (const legId of [...this.#lines.keys()]) {
      if (!calls.some((c) => c.leg_id === legId)) this.#drop(legId);
    }
    for (const call of calls) {
      const line = this.#lines.get(call.leg_id);
      if (line) this.#voice(line, call, desk);
      else void this.#open(call.leg_id);
    }
  }

  #voice(line: Line, call: CallView, desk: Desk): void {
    line.speak(isTalking(call) && !call.held && !desk.muted[call.call_id]);
  }

  async #open(legId: string): Promise<void> {
    if (this.#opening.has(legId)) return;
    this.#opening.add(legId);
    const track = await this.microphone.track();
    this.#opening.delete(legId);
    const call = useDesk.getState().calls.find((c) => c.leg_id === legId);
    if (!call || !this.#owns(useDesk.getState())) {
      track?.stop();
      if (this.#lines.size === 0) this.microphone.close();
      return;
    }
    const line = new Line(legId, track, {
      offer: async (leg, sdp) => String((await this.send({ type: "leg.connect", leg_id: leg, sdp })).sdp),
      heard: (leg, stream) => this.#hear(leg, stream),
      changed: (leg, state) => useLive.setState((s) => ({ lines: { ...s.lines, [leg]: state } })),
    });
    this.#lines.set(legId, line);
    this.#voice(line, call, useDesk.getState());
    void line.connect();
  }

  #drop(legId: string): void {
    this.#lines.get(legId)?.close();
    this.#lines.delete(legId);
    this.#counters.delete(legId);
    const audio = this.#audio.get(legId);
    if (audio) {
      audio.srcObject = null;
      audio.remove();
      this.#audio.delete(legId);
    }
    useLive.setState((s) => ({ lines: omit(s.lines, legId), quality: omit(s.quality, legId) }));
    if (this.#lines.size === 0) this.microphone.close();
  }

  #hear(legId: string, stream: MediaStream): void {
    const audio = this.#audio.get(legId) ?? (document.createElement("audio") as Sinkable);
    audio.autoplay = true;
    audio.dataset.leg = legId;
    audio.srcObject = stream;
    if (!audio.isConnected) document.body.append(audio);
    this.#audio.set(legId, audio);
    void audio.setSinkId?.(useSettings.getState().speaker ?? "").catch(() => undefined);
    this.#play(audio);
  }

  #play(audio: HTMLAudioElement): void {
    audio.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "NotAllowedError") useLive.setState({ soundBlocked: true });
    });
  }

  #ring(on: boolean): void {
    if (!on) {
      this.#ringer.stop();
      return;
    }
    if (this.#ringer.ringing && !useLive.getState().soundBlocked) return;
    const { ringtone, ringVolume, ringer } = useSettings.getState();
    void this.#ringer.start(ringtone, ringVolume, ringer).then((heard) => {
      if (!heard) useLive.setState({ soundBlocked: true });
    });
  }

  #devices(mic: boolean, speaker: boolean): void {
    if (speaker) {
      for (const audio of this.#audio.values())
        void audio.setSinkId?.(useSettings.getState().speaker ?? "").catch(() => undefined);
    }
    if (mic) void this.#swap();
  }

  async #swap(): Promise<void> {
    this.microphone.close();
    for (const line of this.#lines.values()) await line.setTrack(await this.microphone.track());
    this.#lay(useDesk.getState());
  }

  #unplugged(): void {
    const track = this.microphone.stream?.getAudioTracks()[0];
    if (this.#lines.size > 0 && track?.readyState !== "live") void this.#swap();
  }

  #reconnect(): void {
    for (const line of this.#lines.values()) void line.connect();
  }

  #guard(event: Event): void {
    if (this.#lines.size > 0 && useDesk.getState().calls.some((c) => c.media === "browser" && isTalking(c)))
      event.preventDefault();
  }

  async #measure(): Promise<void> {
    this.#seconds += 1;
    for (const [legId, line] of this.#lines) {
      const report = await line.stats()?.catch(() => null);
      if (!report) continue;
      const now = counters(report.values());
      const before = this.#counters.get(legId);
      // A new connection counts from zero again: nothing to compare with.
      const goesOn = before !== undefined && now.received > before.now.received;
      const seconds = goesOn ? before.seconds + 1 : 0;
      this.#counters.set(legId, { now, seconds });
      if (goesOn && seconds > SETTLES_IN) this.#judge(legId, before.now, now);
    }
  }

  #judge(legId: string, before: Counters, now: Counters): void {
    const quality = judged(useLive.getState().quality[legId] ?? NO_QUALITY, sampleBetween(before, now));
    useLive.setState((s) => ({ quality: { ...s.quality, [legId]: quality } }));
    if (this.#seconds % REPORT_EVERY !== 0) return;
    this.#link.mention({
      type: "leg.quality",
      leg_id: legId,
      rtt_ms: Math.round(quality.rttMs),
      loss: quality.loss,
      jitter_ms: Math.round(quality.jitterMs),
      mos: quality.mos,
    });
  }
}

function omit<T>(map: Record<string, T>, key: string): Record<string, T> {
  const { [key]: _, ...rest } = map;
  return rest;
}

let session: Session | null = null;

export function startSession(instance: string, refused: () => void): Session {
  session?.stop();
  session = new Session(instance, refused);
  return session;
}

export function stopSession(): void {
  session?.stop();
  session = null;
}

/** The running session. Whoever asks before log-in has a bug. */
export function theSession(): Session {
  if (!session) throw new Error("no session");
  return session;
}

export function maybeSession(): Session | null {
  return session;
}
