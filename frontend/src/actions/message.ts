// SPDX-License-Identifier: Apache-2.0
import { unread } from "@/core/messages";
import { CheckCheck, Megaphone } from "@/ui/icons";
import { action } from "./action";

export const acknowledge = action({
  id: "message.seen",
  section: "agent",
  label: () => "notice.seen_long",
  icon: CheckCheck,
  keys: "Alt+KeyG",
  available: ({ desk }) => unread(desk.messages).length > 0,
  async run({ desk }, hands) {
    const first = unread(desk.messages)[0];
    if (first) await hands.send({ type: "message.seen", id: first.id });
  },
});

export const notices = action({
  id: "message.today",
  section: "agent",
  label: () => "notice.today",
  icon: Megaphone,
  available: ({ desk }) => desk.messages.some((m) => m.way === "in"),
  run: (_scene, hands) => hands.ui({ notices: true }),
});
