// SPDX-License-Identifier: Apache-2.0
// Where the link puts what it hears of the board. The fold itself comes with the pages that show it.

type Listener = (change: unknown) => void;

export const boardFeed = new Set<Listener>();

export function feedBoard(change: unknown): void {
  for (const hear of boardFeed) hear(change);
}
