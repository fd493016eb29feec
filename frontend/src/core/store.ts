// SPDX-License-Identifier: Apache-2.0
// The two stores the page draws from: the desk (a fold of what the server says) and what this machine knows by itself.

import { create } from "zustand";
import { nextChats, useChats } from "./chats";
import { type Desk, type DeskEvent, EMPTY_DESK, next } from "./desk";
import type { LineState } from "./line";
import type { MicState } from "./microphone";
import type { Quality } from "./quality";

export const useDesk = create<Desk>(() => EMPTY_DESK);

export function dispatch(event: DeskEvent): void {
  useDesk.setState((desk) => next(desk, event), true);
  useChats.setState((chats) => nextChats(chats, event), true);
}

export interface Live {
  /** This tab holds the browser's softphone lock. */
  leads: boolean;
  instance: string;
  mic: MicState;
  /** The browser wants a click before it lets anything be heard. */
  soundBlocked: boolean;
  lines: Record<string, LineState>;
  quality: Record<string, Quality>;
}

export const useLive = create<Live>(() => ({
  leads: false,
  instance: "",
  mic: "unknown",
  soundBlocked: false,
  lines: {},
  quality: {},
}));
