// SPDX-License-Identifier: Apache-2.0
// What this person chose on this machine. Kept in the browser; nothing of it is secret.

import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { Ringtone } from "./sound";

export type Theme = "system" | "light" | "dark";

export interface Settings {
  theme: Theme;
  /** null: the browser's language. */
  language: "zh" | "en" | null;
  microphone: string | null;
  speaker: string | null;
  ringer: string | null;
  ringtone: Ringtone;
  ringVolume: number;
  echoCancellation: boolean;
  noiseSuppression: boolean;
  autoGainControl: boolean;
  notifications: boolean;
  shortcuts: boolean;
  keys: Record<string, string>;
  checkedAt: number | null;
  /** Widths of the outer panes of the desk, in pixels. */
  left: number;
  right: number;
  login: string;
}

export const useSettings = create<Settings>()(
  persist(
    (): Settings => ({
      theme: "system",
      language: null,
      microphone: null,
      speaker: null,
      ringer: null,
      ringtone: "soft",
      ringVolume: 0.6,
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
      notifications: true,
      shortcuts: true,
      keys: {},
      checkedAt: null,
      left: 288,
      right: 288,
      login: "",
    }),
    { name: "headcall.settings", version: 1 },
  ),
);

export function choose(patch: Partial<Settings>): void {
  useSettings.setState(patch);
}
