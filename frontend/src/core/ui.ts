// SPDX-License-Identifier: Apache-2.0
import { create } from "zustand";

/** What is open on the page. Nothing here outlives a reload. */
export interface Ui {
  palette: boolean;
  help: boolean;
  status: boolean;
  person: boolean;
  keypad: boolean;
  /** Today's messages. */
  notices: boolean;
  /** The call being transferred. */
  transfer: string | null;
  dialText: string;
  /** Counts up when the dialler should take the focus. */
  dialFocus: number;
}

export const useUi = create<Ui>(() => ({
  palette: false,
  help: false,
  status: false,
  person: false,
  keypad: false,
  notices: false,
  transfer: null,
  dialText: "",
  dialFocus: 0,
}));
