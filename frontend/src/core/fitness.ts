// SPDX-License-Identifier: Apache-2.0
// What keeps this page from taking a call (docs/decisions/0008). Pure: what was seen goes in, faults come out.

import type { MicState } from "./microphone";

export type Fault = "microphone" | "silent" | "path" | "frozen";

export interface Condition {
  mic: MicState;
  permission: PermissionState | "unknown";
  /** How many microphones the machine has, if it tells. */
  inputs: number | null;
  /** Seconds of a talk in a row in which the microphone delivered nothing at all. */
  silentFor: number;
  /** It was silent for too long, and not a sound has been heard from it since. */
  silent: boolean;
  path: "unknown" | "good" | "bad";
  frozen: boolean;
}

export const WELL: Condition = {
  mic: "unknown",
  permission: "unknown",
  inputs: null,
  silentFor: 0,
  silent: false,
  path: "unknown",
  frozen: false,
};

/** Who listens breathes: half a minute of nothing but zeros is a switch, a plug, or the system's own mute. */
export const SILENT_AFTER = 30;

/** One reading of a second of the talk: whether anything came from the microphone, null when nobody can say. */
export function heard(before: Condition, sounds: boolean | null): Condition {
  if (sounds === null) return before;
  if (sounds) return { ...before, silentFor: 0, silent: false };
  const silentFor = before.silentFor + 1;
  return { ...before, silentFor, silent: before.silent || silentFor >= SILENT_AFTER };
}

export function faultsOf(c: Condition): Fault[] {
  const faults: Fault[] = [];
  const noMicrophone = c.permission === "denied" || c.inputs === 0;
  if (noMicrophone || c.mic === "denied" || c.mic === "missing" || c.mic === "busy") faults.push("microphone");
  if (c.silent) faults.push("silent");
  if (c.path === "bad") faults.push("path");
  if (c.frozen) faults.push("frozen");
  return faults;
}

/** What the last try said of the microphone is history once the permission or the devices have changed for the better. */
export function changed(before: Condition, now: Pick<Condition, "permission" | "inputs">): Condition {
  const allowed = before.mic === "denied" && before.permission !== "granted" && now.permission === "granted";
  const came = (now.inputs ?? 0) > (before.inputs ?? 0);
  const mic = allowed || (came && before.mic !== "denied") ? "unknown" : before.mic;
  return { ...before, ...now, mic };
}
