// SPDX-License-Identifier: Apache-2.0
// The one microphone of this page. Lines get clones of its track, so that each may be silenced by itself.

export type MicState = "unknown" | "asking" | "granted" | "denied" | "missing" | "busy";

export interface MicSettings {
  deviceId: string | null;
  echoCancellation: boolean;
  noiseSuppression: boolean;
  autoGainControl: boolean;
}

export function micFault(error: unknown): MicState {
  const name = error instanceof DOMException || error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  return "busy";
}

export class Microphone {
  #stream: MediaStream | null = null;
  #pending: Promise<MediaStream> | null = null;
  #settings: () => MicSettings;
  #changed: (state: MicState) => void;

  constructor(settings: () => MicSettings, changed: (state: MicState) => void) {
    this.#settings = settings;
    this.#changed = changed;
  }

  /** The open microphone; asks the person when it must. */
  open(): Promise<MediaStream> {
    const track = this.#stream?.getAudioTracks()[0];
    if (this.#stream && track?.readyState === "live") return Promise.resolve(this.#stream);
    this.#pending ??= this.#ask().finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }

  /** A track for one line, or null when there is no microphone: the call then goes on, heard but not speaking. */
  async track(): Promise<MediaStreamTrack | null> {
    try {
      return (await this.open()).getAudioTracks()[0]?.clone() ?? null;
    } catch {
      return null;
    }
  }

  get stream(): MediaStream | null {
    return this.#stream;
  }

  close(): void {
    for (const t of this.#stream?.getTracks() ?? []) t.stop();
    this.#stream = null;
  }

  async #ask(): Promise<MediaStream> {
    if (!navigator.mediaDevices?.getUserMedia) {
      this.#changed("missing");
      throw new DOMException("no secure context", "NotFoundError");
    }
    const { deviceId, ...processing } = this.#settings();
    this.#changed("asking");
    try {
      this.#stream = await ask(deviceId, processing);
      this.#changed("granted");
      return this.#stream;
    } catch (error) {
      this.#changed(micFault(error));
      throw error;
    }
  }
}

async function ask(deviceId: string | null, processing: MediaTrackConstraints): Promise<MediaStream> {
  const get = (audio: MediaTrackConstraints) => navigator.mediaDevices.getUserMedia({ audio });
  if (!deviceId) return get(processing);
  try {
    return await get({ ...processing, deviceId: { exact: deviceId } });
  } catch (error) {
    // The chosen headset is unplugged: any microphone is better than a silent agent.
    if (micFault(error) !== "missing") throw error;
    return get(processing);
  }
}
