// SPDX-License-Identifier: Apache-2.0
// The shell around the desk: joins the store to the link, the election of tabs, the lines and the ringer.

import { type Desk, isTalking, ringingCall } from "./desk";
import { type Election, elect } from "./election";
import { Fit } from "./fit";
import { Lines } from "./lines";
import { Link } from "./link";
import { Microphone } from "./microphone";
import { callsHere, claims, type Tab } from "./ownership";
import type { Quality } from "./quality";
import { useSettings } from "./settings";
import { Ringer } from "./sound";
import { dispatch, useDesk, useLive } from "./store";
import type { CallView, Command } from "./wire";

const OWNER_KEY = "headcall.owner";
const REPORT_EVERY = 5; // seconds
/** By then a tab of this browser has seen what another one wrote into the storage they share. */
const STORED_WITHIN_MS = 1000;

export class Session {
  readonly instance: string;
  readonly microphone: Microphone;
  readonly lines: Lines;
  readonly fit: Fit;
  #link: Link;
  #election: Election;
  #ringer = new Ringer();
  #seconds = 0;
  #stops: (() => void)[] = [];

  constructor(instance: string, refused: () => void) {
    this.instance = instance;
    useLive.setState({ instance, lines: {}, quality: {} });
    this.microphone = new Microphone(
      () => ({ ...useSettings.getState(), deviceId: useSettings.getState().microphone }),
      (mic) => {
        useLive.setState({ mic });
        this.fit?.microphone(mic);
      },
    );
    this.#link = new Link(instance, {
      now: () => Date.now(),
      lastEventId: () => useDesk.getState().lastEventId,
      dispatch,
      refused,
    });
    this.lines = this.#makeLines();
    this.fit = this.#makeFit();
    // A wallboard hangs on a wall: it neither rings nor takes the phone from whoever is signed in on it.
    this.#election = elect(location.pathname === "/wallboard" ? "wallboard" : "softphone", (leads) => {
      useLive.setState({ leads });
      this.#claim(useDesk.getState());
    });
    this.#listenToAll();
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

  /** The person touched the page: what the browser kept silent may sound now. */
  unblock(): void {
    if (!useLive.getState().soundBlocked) return;
    useLive.setState({ soundBlocked: false });
    this.lines.play();
    this.#ring(this.#shouldRing(useDesk.getState()), true);
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.lines.close();
    this.fit.close();
    this.#ringer.stop();
    this.#election.close();
    this.#link.close();
    this.microphone.close();
  }

  #makeLines(): Lines {
    return new Lines(this.microphone, {
      offer: async (leg_id, sdp) => String((await this.send({ type: "leg.connect", leg_id, sdp })).sdp),
      speaker: () => useSettings.getState().speaker,
      wanted: (legId) => this.#calls(useDesk.getState()).find((c) => c.leg_id === legId) ?? null,
      isMuted: (callId) => useDesk.getState().muted[callId] === true,
      changed: (legId, state) =>
        useLive.setState((s) =>
          state === null
            ? { lines: omit(s.lines, legId), quality: omit(s.quality, legId) }
            : { lines: { ...s.lines, [legId]: state } },
        ),
      judged: (legId, quality) => this.#report(legId, quality),
      blocked: () => useLive.setState({ soundBlocked: true }),
    });
  }

  #makeFit(): Fit {
    const { instance } = this;
    return new Fit(this.microphone, {
      owns: () => useDesk.getState().owner === instance && useDesk.getState().link === "up",
      talking: () => this.lines.size > 0 && this.#calls(useDesk.getState()).some(isTalking),
      known: () => useDesk.getState().faults,
      offer: async (sdp) => String((await this.send({ type: "path.test", sdp })).sdp),
      tell: (faults) => this.send({ type: "softphone.fit", instance, faults }),
      mention: (faults) => this.#link.mention({ type: "softphone.fit", instance, faults }),
    });
  }

  #listenToAll(): void {
    this.#stops.push(useDesk.subscribe((desk, before) => this.#follow(desk, before)));
    this.#stops.push(
      useSettings.subscribe((now, before) => {
        if (now.speaker !== before.speaker) this.lines.sinkChanged();
        if (now.microphone !== before.microphone && this.lines.size > 0) void this.lines.swapMicrophone();
      }),
    );
    this.#listen(window, "online", () => this.lines.reconnect());
    this.#listen(window, "beforeunload", (e) => this.#guard(e));
    this.#listen(document, "pointerdown", () => this.unblock());
    this.#listen(document, "keydown", () => this.unblock());
    if (navigator.mediaDevices) this.#listen(navigator.mediaDevices, "devicechange", () => this.#unplugged());
    const ticker = setInterval(() => {
      this.#seconds += 1;
      void this.lines.measure();
      this.fit.tick();
    }, 1000);
    this.#stops.push(() => clearInterval(ticker));
  }

  #listen(target: EventTarget, type: string, run: (e: Event) => void): void {
    target.addEventListener(type, run);
    this.#stops.push(() => target.removeEventListener(type, run));
  }

  #follow(desk: Desk, before: Desk): void {
    if (
      desk.owner !== before.owner ||
      desk.link !== before.link ||
      desk.known !== before.known ||
      desk.calls !== before.calls
    ) {
      this.#claim(desk);
    }
    if (desk.owner !== before.owner || desk.link !== before.link || desk.faults !== before.faults) this.fit.follow();
    const same =
      desk.calls === before.calls &&
      desk.owner === before.owner &&
      desk.muted === before.muted &&
      desk.assumed === before.assumed;
    if (same) return;
    this.lines.follow(this.#calls(desk));
    this.#ring(this.#shouldRing(desk), false);
  }

  #tab(): Tab {
    return {
      instance: this.instance,
      leads: useLive.getState().leads,
      legs: this.lines.legs(),
      lastHere: localStorage.getItem(OWNER_KEY),
    };
  }

  #calls(desk: Desk): CallView[] {
    return callsHere(desk, this.#tab());
  }

  #shouldRing(desk: Desk): boolean {
    return ringingCall(desk)?.media === "browser" && desk.owner === this.instance && !desk.calls.some(isTalking);
  }

  #claim(desk: Desk): void {
    if (location.pathname === "/wallboard") return;
    const tab = this.#tab();
    if (desk.owner !== null && desk.owner !== this.instance && desk.owner !== tab.lastHere)
      setTimeout(() => this.#forget(), STORED_WITHIN_MS);
    if (claims(desk, tab)) void this.#take();
  }

  /** Another machine took the phone: what a tab of ours held is history. A tab beside us may have said so too late. */
  #forget(): void {
    const { owner } = useDesk.getState();
    if (owner !== null && owner !== this.instance && owner !== localStorage.getItem(OWNER_KEY))
      localStorage.removeItem(OWNER_KEY);
  }

  async #take(): Promise<void> {
    localStorage.setItem(OWNER_KEY, this.instance);
    await this.send({ type: "softphone.take", instance: this.instance }).catch(() => undefined);
  }

  #ring(on: boolean, again: boolean): void {
    if (!on) {
      this.#ringer.stop();
      return;
    }
    if (this.#ringer.ringing && !again) return;
    const { ringtone, ringVolume, ringer } = useSettings.getState();
    void this.#ringer.start(ringtone, ringVolume, ringer).then((heard) => {
      if (!heard) useLive.setState({ soundBlocked: true });
    });
  }

  #unplugged(): void {
    const track = this.microphone.stream?.getAudioTracks()[0];
    if (this.lines.size > 0 && track?.readyState !== "live") void this.lines.swapMicrophone();
  }

  /** Leaving the page would cut a talk short: the browser asks first. */
  #guard(event: Event): void {
    if (this.lines.size > 0 && this.#calls(useDesk.getState()).some(isTalking)) event.preventDefault();
  }

  #report(legId: string, quality: Quality): void {
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
