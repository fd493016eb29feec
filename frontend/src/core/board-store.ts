// SPDX-License-Identifier: Apache-2.0
// The board as this page has it. Read whole when a page opens it, after each connect, and whenever a change was missed.

import { create } from "zustand";
import { type Board, type BoardChange, type BoardWhole, boardOf, changed } from "./board";
import { boardFeed } from "./board-feed";
import { maybeSession } from "./session";
import { useDesk } from "./store";

interface Shown {
  board: Board | null;
  /** How much later it is here than at the server, in ms: times on the board are the server's. */
  skew: number;
}

export const useBoard = create<Shown>(() => ({ board: null, skew: 0 }));

let watchers = 0;
let stop: (() => void) | null = null;
let reading = false;

/** A page shows the board from now until it calls what this gives. */
export function watchBoard(): () => void {
  watchers += 1;
  stop ??= follow();
  return () => {
    watchers -= 1;
    if (watchers > 0) return;
    stop?.();
    stop = null;
  };
}

function follow(): () => void {
  const hear = (change: unknown) => {
    const { board } = useBoard.getState();
    if (!board) return;
    const next = changed(board, change as BoardChange);
    if (next === null) void read();
    else if (next !== board) useBoard.setState({ board: next });
  };
  boardFeed.add(hear);
  const unlink = useDesk.subscribe((desk, before) => {
    if (desk.link === "up" && desk.known && (before.link !== "up" || !before.known)) void read();
  });
  void read();
  return () => {
    boardFeed.delete(hear);
    unlink();
    useBoard.setState({ board: null });
  };
}

async function read(): Promise<void> {
  if (reading) return;
  reading = true;
  try {
    const answer = await maybeSession()?.send({ type: "board.read" });
    if (!answer) return;
    const board = boardOf(answer.board as BoardWhole);
    useBoard.setState({ board, skew: Date.now() - Date.parse(board.at) });
  } catch {
    // The link is down, and is read from again when it is up; without the right, the page says so by itself.
  } finally {
    reading = false;
  }
}
