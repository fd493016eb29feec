// SPDX-License-Identifier: Apache-2.0
// The Socket.IO link: one per tab. It resumes from the last event, and never believes a socket that only looks open.

import { io, type Socket } from "socket.io-client";
import { feedBoard } from "./board-feed";
import type { DeskEvent } from "./desk";
import type { Answer, Command, Refusal, ServerEvent, Snapshot } from "./wire";

export class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.cause);
    this.refusal = refusal;
  }
}

export interface LinkWires {
  now(): number;
  lastEventId(): number | null;
  dispatch(event: DeskEvent): void;
  /** The server would not have us: is there still a session? */
  refused(): void;
}

const PING_EVERY_MS = 5000;
const PING_TIMEOUT_MS = 4000;
/** After a change of network: the old way is most likely dead, and nobody will say so. */
const DOUBT_TIMEOUT_MS = 1500;
const ATTEMPT_TIMEOUT_MS = 4000;
const ACK_TIMEOUT_MS = 8000;
/** A server that restarts is back within this; a call is ended late rather than not at all. */
const END_TIMEOUT_MS = 30_000;

export class Link {
  #socket: Socket;
  #wires: LinkWires;
  #pinger: ReturnType<typeof setInterval>;
  #wake = () => this.#knock();

  constructor(instance: string, wires: LinkWires) {
    this.#wires = wires;
    this.#socket = io({
      path: "/socket.io",
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      reconnectionDelay: 300,
      reconnectionDelayMax: 3000,
      // An attempt into a network that swallows everything must not outlast the fault: the default is 20 s.
      timeout: ATTEMPT_TIMEOUT_MS,
      auth: (send) => send({ last_event_id: wires.lastEventId(), instance, device: "browser" }),
    });
    this.#socket.on("connect", () => this.#say("up"));
    this.#socket.on("disconnect", () => this.#say("lost"));
    this.#socket.on("connect_error", () => {
      this.#say("lost");
      if (!this.#socket.active) wires.refused();
    });
    this.#socket.on("snapshot", (snapshot: Snapshot) =>
      wires.dispatch({ type: "snapshot", snapshot, at: wires.now() }),
    );
    this.#socket.on("event", (event: ServerEvent) => wires.dispatch({ type: "server", event, at: wires.now() }));
    this.#socket.on("board", feedBoard);
    this.#pinger = setInterval(() => void this.#ping(), PING_EVERY_MS);
    addEventListener("online", this.#wake);
    network()?.addEventListener("change", this.#wake);
    document.addEventListener("visibilitychange", this.#wake);
  }

  get up(): boolean {
    return this.#socket.connected;
  }

  /** Sends one command and brings its answer. Throws `Refused`; while the link is down, at once. */
  async send(command: Command): Promise<Record<string, unknown>> {
    // Ending a call is worth saying late: Socket.IO keeps it until the link is back. Nothing else is.
    if (!this.#socket.connected && command.type !== "call.hang_up")
      throw new Refused({ ok: false, cause: "not-connected" });
    let answer: Answer;
    try {
      const patience = command.type === "call.hang_up" ? END_TIMEOUT_MS : ACK_TIMEOUT_MS;
      answer = await this.#socket.timeout(patience).emitWithAck("do", command);
    } catch {
      throw new Refused({ ok: false, cause: "no-reply" });
    }
    if (!answer.ok) throw new Refused(answer as Refusal);
    return answer;
  }

  /** Figures nobody will miss. */
  mention(command: Command): void {
    if (this.#socket.connected) this.#socket.volatile.emit("do", command);
  }

  again(): void {
    this.#socket.connect();
  }

  close(): void {
    clearInterval(this.#pinger);
    removeEventListener("online", this.#wake);
    network()?.removeEventListener("change", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
    this.#socket.removeAllListeners();
    this.#socket.disconnect();
  }

  #say(link: "up" | "lost"): void {
    this.#wires.dispatch({ type: "link", link, at: this.#wires.now() });
  }

  async #ping(patience = PING_TIMEOUT_MS): Promise<void> {
    if (!this.#socket.connected) return;
    try {
      await this.#socket.timeout(patience).emitWithAck("do", { type: "ping" });
    } catch {
      // A network that vanished tells nobody; TCP would wait for minutes.
      this.#socket.io.engine?.close();
    }
  }

  #knock(): void {
    if (this.#socket.connected) void this.#ping(DOUBT_TIMEOUT_MS);
    else if (document.visibilityState === "visible") this.#socket.connect();
  }
}

/** Network Information API: Chromium tells of Wi-Fi to mobile; the others say `online` at most. */
function network(): EventTarget | undefined {
  return (navigator as Navigator & { connection?: EventTarget }).connection;
}
