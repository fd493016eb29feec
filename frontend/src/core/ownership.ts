// SPDX-License-Identifier: Apache-2.0
// Which tab, of which machine, has the phone. Pure.

import { type Desk, isLive, shownCalls } from "./desk";
import type { CallView } from "./wire";

export interface Tab {
  instance: string;
  /** It holds the Web Lock of this browser. */
  leads: boolean;
  /** The legs whose sound is in this tab now. */
  legs: ReadonlySet<string>;
  /** The tab of this browser that last took the phone, if no other machine took it since. */
  lastHere: string | null;
}

/**
 * The calls whose sound belongs in this tab. An owner who is nobody takes nothing away: a server that was restarted has
 * forgotten who it was, and a talk that goes on must not be cut for that. Only another owner ends our lines.
 */
export function callsHere(desk: Desk, tab: Tab): CallView[] {
  const calls = shownCalls(desk).filter((c) => c.media === "browser" && c.state !== "ended");
  if (desk.owner === tab.instance) return calls;
  return desk.owner === null ? calls.filter((c) => tab.legs.has(c.leg_id)) : [];
}

/** Whether this tab takes the phone by itself, without anybody saying "use here". */
export function claims(desk: Desk, tab: Tab): boolean {
  if (!tab.leads || desk.link !== "up" || !desk.known || desk.owner === tab.instance) return false;
  // Its last holder was a tab of this browser, and the lock is ours now.
  if (desk.owner !== null) return desk.owner === tab.lastHere;
  // Nobody has it. A talk, though, may have its sound on another machine, which will say so itself.
  const talks = desk.calls.some((c) => c.media === "browser" && isLive(c));
  return !talks || tab.legs.size > 0 || tab.lastHere !== null;
}
