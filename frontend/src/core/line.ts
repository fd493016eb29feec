// SPDX-License-Identifier: Apache-2.0
// One leg's media: one RTCPeerConnection at a time, always offered by us. The server is ICE-lite and knows its address
// before we ask, so there is nothing to trickle: an offer without a single candidate connects in about 30 ms.

export type LineState = "connecting" | "connected" | "lost";

export interface LineWires {
  /** Carries the offer to the server and brings its answer; rejects while the link is down. */
  offer(legId: string, sdp: string): Promise<string>;
  /** The other side's sound, again after every new connection. */
  heard(legId: string, stream: MediaStream): void;
  changed(legId: string, state: LineState): void;
}

// G.711 passes through the media node untouched, Opus must be transcoded there: but Opus survives loss, and the last
// mile of an agent at home is where packets get lost.
const CODECS = ["audio/opus", "audio/pcma", "audio/pcmu", "audio/telephone-event"];

/** `disconnected` often heals by itself (a Wi-Fi roam); after two seconds we stop hoping. */
const PATIENCE_MS = 2000;
const RETRY_MS = [250, 500, 1000, 2000];

export class Line {
  readonly legId: string;
  #wires: LineWires;
  #pc: RTCPeerConnection | null = null;
  #track: MediaStreamTrack | null;
  #open = false;
  #closed = false;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(legId: string, track: MediaStreamTrack | null, wires: LineWires) {
    this.legId = legId;
    this.#track = track;
    this.#wires = wires;
    this.#obey();
  }

  /** Offers a new connection for this leg. Also after a reload, a failure, or a change of network. */
  async connect(): Promise<void> {
    if (this.#closed) return;
    this.#calm();
    this.#wires.changed(this.legId, "connecting");
    const before = this.#pc;
    const pc = this.#build();
    this.#pc = pc;
    try {
      await pc.setLocalDescription();
      const answer = await this.#wires.offer(this.legId, pc.localDescription?.sdp ?? "");
      if (this.#pc === pc) await pc.setRemoteDescription({ type: "answer", sdp: answer });
    } catch {
      // A refused or unanswered offer: the old connection, if any, may still carry the call.
      if (this.#pc === pc) {
        pc.close();
        this.#pc = before;
        this.#retry();
      }
      return;
    }
    before?.close();
  }

  /** Whether our microphone may be heard: only while talking, not held, not muted. */
  speak(on: boolean): void {
    this.#open = on;
    this.#obey();
  }

  /** Another microphone, unheard by the other side. */
  async setTrack(track: MediaStreamTrack | null): Promise<void> {
    this.#track = track;
    this.#obey();
    await this.#pc?.getSenders()[0]?.replaceTrack(track);
  }

  stats(): Promise<RTCStatsReport> | null {
    return this.#pc?.getStats() ?? null;
  }

  close(): void {
    this.#closed = true;
    this.#calm();
    this.#pc?.close();
    this.#pc = null;
    this.#track?.stop();
  }

  #build(): RTCPeerConnection {
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    const transceiver = pc.addTransceiver(this.#track ?? "audio", { direction: "sendrecv" });
    const known = RTCRtpReceiver.getCapabilities?.("audio")?.codecs ?? [];
    const wanted = CODECS.flatMap((type) => known.filter((c) => c.mimeType.toLowerCase() === type));
    if (wanted.length > 0) transceiver.setCodecPreferences?.(wanted);
    pc.ontrack = (e) => {
      if (this.#pc === pc) this.#wires.heard(this.legId, new MediaStream([e.track]));
    };
    pc.onconnectionstatechange = () => this.#watch(pc);
    return pc;
  }

  #watch(pc: RTCPeerConnection): void {
    if (this.#pc !== pc || this.#closed) return;
    switch (pc.connectionState) {
      case "connected":
        this.#failures = 0;
        this.#calm();
        this.#wires.changed(this.legId, "connected");
        break;
      case "disconnected":
        this.#wires.changed(this.legId, "lost");
        this.#later(PATIENCE_MS);
        break;
      case "failed":
        this.#wires.changed(this.legId, "lost");
        this.#retry();
        break;
    }
  }

  #retry(): void {
    const wait = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)] ?? 2000;
    this.#later(wait);
  }

  #later(ms: number): void {
    this.#calm();
    if (!this.#closed) this.#timer = setTimeout(() => void this.connect(), ms);
  }

  #calm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #obey(): void {
    if (this.#track) this.#track.enabled = this.#open;
  }
}
