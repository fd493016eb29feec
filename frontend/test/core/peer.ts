// SPDX-License-Identifier: Apache-2.0
import { vi } from "vitest";

/** A peer connection that only remembers what it was asked, and fails on demand. */
export class Peer {
  static all: Peer[] = [];
  connectionState = "new";
  localDescription: { sdp: string } | null = null;
  remote: string | null = null;
  closed = false;
  ontrack: ((e: { track: object }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  sender = {
    track: null as unknown,
    replaceTrack: async (t: unknown) => {
      this.sender.track = t;
    },
  };
  codecs: { mimeType: string }[] = [];

  constructor() {
    Peer.all.push(this);
  }
  addTransceiver(track: unknown) {
    this.sender.track = track;
    return { setCodecPreferences: (c: { mimeType: string }[]) => (this.codecs = c) };
  }
  getSenders() {
    return [this.sender];
  }
  setLocalDescription() {
    this.localDescription = { sdp: `offer ${Peer.all.indexOf(this)}` };
    return Promise.resolve();
  }
  setRemoteDescription({ sdp }: { sdp: string }) {
    this.remote = sdp;
    return Promise.resolve();
  }
  close() {
    this.closed = true;
  }
  become(state: string) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

export const last = (): Peer => Peer.all.at(-1) as Peer;

export const track = (): MediaStreamTrack => ({ enabled: true, stop: vi.fn() }) as unknown as MediaStreamTrack;

/** Puts the stand-ins where the browser has the real ones. */
export function stubRtc(): void {
  Peer.all = [];
  const known = ["audio/PCMU", "audio/opus", "audio/red", "audio/PCMA", "audio/telephone-event"];
  vi.stubGlobal("RTCPeerConnection", Peer);
  vi.stubGlobal("RTCRtpReceiver", { getCapabilities: () => ({ codecs: known.map((mimeType) => ({ mimeType })) }) });
}
