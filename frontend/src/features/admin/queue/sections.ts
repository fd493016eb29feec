// SPDX-License-Identifier: Apache-2.0
import type { Draft } from "./rules";

/** The rules as people think of them, each section with a sentence that says what happens. */
export const SECTIONS = [
  {
    id: "asked",
    rules: ["name", "by_hand", "strategy", "ring_for_s", "miss_limit", "chats_at_once"],
  },
  { id: "skills", rules: ["needs"] },
  { id: "order", rules: ["priority", "vip"] },
  { id: "sticky", rules: ["sticky_days", "sticky_wait_s"] },
  { id: "waits", rules: ["join", "size_limit", "leave", "max_wait_s", "overflow"] },
  {
    id: "hears",
    rules: [
      "welcome",
      "music",
      "announce_every_s",
      "tells_position",
      "tells_wait",
      "announcements",
      "tells_agent_number",
      "whispers",
    ],
  },
  { id: "hours", rules: ["hours_id"] },
  {
    id: "callback",
    rules: [
      "callback_after_s",
      "callback_key",
      "callback_lost_s",
      "callback_tries",
      "callback_retry_s",
      "callback_keep_s",
      "callback_never",
      "redial_keep_s",
    ],
  },
  { id: "after", rules: ["wrap_up_s", "records", "survey", "dispositions"] },
] as const satisfies readonly { id: string; rules: readonly (keyof Draft)[] }[];

export type RuleName = (typeof SECTIONS)[number]["rules"][number];

const CALLBACK: readonly RuleName[] = ["callback_tries", "callback_retry_s", "callback_keep_s", "callback_never"];

/** Whether a rule says nothing while another is as it is. */
export function isIdle(rule: RuleName, draft: Draft): boolean {
  if (rule === "sticky_wait_s") return draft.sticky_days === 0;
  if (rule === "strategy" || rule === "miss_limit") return draft.by_hand === true;
  if (rule === "callback_key") return draft.callback_after_s === 0;
  return CALLBACK.includes(rule) && draft.callback_after_s === 0 && !draft.callback_lost_s;
}
