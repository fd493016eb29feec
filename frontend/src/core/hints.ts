// SPDX-License-Identifier: Apache-2.0
// What the microphone's level says about the person. Pure: levels in, a hint out.

export type Hint = "speaking_while_muted" | "no_sound" | null;

export interface Listening {
  /** Loud readings in a row while muted. */
  loud: number;
  /** Readings without any sound since the talk began. */
  quiet: number;
  hint: Hint;
}

export const NOT_LISTENED: Listening = { loud: 0, quiet: 0, hint: null };

/** Readings come ten times a second. Half a second of speech while muted is meant for the caller. */
const SPEECH = 0.5;
const LOUD_FOR = 5;
/** Even a quiet room has a level; eight seconds of digital silence is an unplugged or switched-off headset. */
const DEAD = 0.02;
const QUIET_FOR = 80;

export function listened(before: Listening, level: number, muted: boolean): Listening {
  const loud = muted && level > SPEECH ? before.loud + 1 : 0;
  const quiet = level > DEAD ? 0 : before.quiet + 1;
  const hint = hinted(before.hint, { loud, quiet, muted, level });
  return { loud, quiet, hint };
}

function hinted(hint: Hint, now: { loud: number; quiet: number; muted: boolean; level: number }): Hint {
  if (now.loud >= LOUD_FOR) return "speaking_while_muted";
  if (!now.muted && now.quiet >= QUIET_FOR) return "no_sound";
  if (hint === "speaking_while_muted" && now.muted) return hint;
  if (hint === "no_sound" && now.level <= DEAD) return hint;
  return null;
}
