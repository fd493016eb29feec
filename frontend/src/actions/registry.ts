// SPDX-License-Identifier: Apache-2.0
import type { Action, Scene } from "./action";
import { breaks, logOut, offline, ready, statusMenu, useHere } from "./agent";
import {
  answer,
  complete,
  conference,
  drop,
  hangUp,
  hold,
  keypad,
  mute,
  park,
  pickUp,
  refuse,
  swap,
  transfer,
} from "./call";
import { refuseChat, takeChat } from "./chat";
import { acknowledge, notices } from "./message";
import { dialler, goCheck, goDesk, goHistory, goReports, goSettings, help, language, palette, theme } from "./page";

export const ACTIONS: readonly Action[] = [
  answer,
  refuse,
  hangUp,
  mute,
  hold,
  keypad,
  transfer,
  swap,
  complete,
  conference,
  drop,
  park,
  pickUp,
  acknowledge,
  notices,
  takeChat,
  refuseChat,
  statusMenu,
  ready,
  ...breaks,
  offline,
  palette,
  dialler,
  goDesk,
  goHistory,
  goReports,
  goSettings,
  goCheck,
  useHere,
  theme,
  language,
  help,
  logOut,
];

/** The keys of an action, as this person set them; `""` switches one off. */
export function keysOf(a: Action, own: Readonly<Record<string, string>>): string | undefined {
  return (own[a.id] ?? a.keys) || undefined;
}

export function actionFor(keys: string, scene: Scene, own: Readonly<Record<string, string>>): Action | null {
  return ACTIONS.find((a) => keysOf(a, own) === keys && a.available(scene)) ?? null;
}
