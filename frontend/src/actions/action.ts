// SPDX-License-Identifier: Apache-2.0
// Whatever a person can do is one object. Buttons, shortcuts, the palette and the help page all read the same list.

import type { LucideIcon } from "lucide-react";
import type { Desk, DeskEvent } from "@/core/desk";
import type { Ui } from "@/core/ui";
import type { CallView, Command } from "@/core/wire";

/** What an action may look at. */
export interface Scene {
  desk: Desk;
  call: CallView | null;
  ringing: CallView | null;
  /** The softphone is in this tab. */
  mine: boolean;
  ui: Ui;
}

/** What an action may do. */
export interface Hands {
  send(command: Command): Promise<Record<string, unknown>>;
  dispatch(event: DeskEvent): void;
  ui(patch: Partial<Ui>): void;
  /** Says in a short notice what came of it: a key of the i18n files, and what fills its holes. */
  notice(key: string, values: Record<string, string>): void;
  go(path: string): void;
  useHere(): Promise<void>;
  logOut(): Promise<void>;
  flipTheme(): void;
  flipLanguage(): void;
}

export type Section = "call" | "agent" | "page";

export interface Action {
  id: string;
  section: Section;
  /** A key of the i18n files; may depend on what is checked. */
  label(scene: Scene): string;
  icon: LucideIcon;
  keys?: string;
  /** Said in a short notice when done by keyboard. */
  said?(scene: Scene): string;
  available(scene: Scene): boolean;
  checked?(scene: Scene): boolean;
  run(scene: Scene, hands: Hands): void | Promise<void>;
}

export const action = (a: Action): Action => a;
