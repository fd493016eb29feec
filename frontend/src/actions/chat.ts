// SPDX-License-Identifier: Apache-2.0
import { offeredTo, unread, useChats } from "@/core/chats";
import { MessageSquare, X } from "@/ui/icons";
import { action, type Scene } from "./action";

const offered = ({ desk }: Scene) => offeredTo(useChats.getState().chats, desk.me?.user_id);

/** Takes the chat that rings; without one, goes to the next that has something unread. */
export const takeChat = action({
  id: "chat.take",
  section: "call",
  label: (scene) => (offered(scene) ? "chat.accept" : "nav.chats"),
  icon: MessageSquare,
  keys: "Alt+KeyU",
  available: ({ desk }) => desk.me?.agent != null,
  async run(scene, hands) {
    const { chats, chosen } = useChats.getState();
    const rings = offered(scene);
    if (rings) await hands.send({ type: "chat.accept", chat_id: rings.chat_id });
    const next = rings ?? chats.find((c) => unread(c) > 0 && c.chat_id !== chosen) ?? chats.find((c) => unread(c) > 0);
    if (next) useChats.setState({ chosen: next.chat_id });
    hands.go("/chats");
  },
});

export const refuseChat = action({
  id: "chat.refuse",
  section: "call",
  label: () => "chat.refuse",
  icon: X,
  keys: "Alt+KeyI",
  available: (scene) => offered(scene) !== null,
  async run(scene, hands) {
    const rings = offered(scene);
    if (rings) await hands.send({ type: "chat.refuse", chat_id: rings.chat_id });
  },
});
