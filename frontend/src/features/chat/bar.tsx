// SPDX-License-Identifier: Apache-2.0
import { useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { offeredTo, useChats } from "@/core/chats";
import { useSettings } from "@/core/settings";
import { Ringer } from "@/core/sound";
import { useDesk } from "@/core/store";
import { Offer } from "./offer";

/** On every page, above it, so that nothing moves under the hand: the chat that rings, and its sound. Two soft strikes at most: somebody may be talking. */
export function ChatBar() {
  const path = useRouterState({ select: (s) => s.location.pathname });
  const chats = useChats((s) => s.chats);
  const me = useDesk((s) => s.me?.user_id);
  const rings = offeredTo(chats, me);
  const id = rings?.chat_id ?? null;
  const ringer = useRef(new Ringer());
  useEffect(() => {
    if (!id) return;
    const { ringVolume, ringer: device } = useSettings.getState();
    const strike = () => void ringer.current.once("soft", ringVolume * 0.6, device);
    strike();
    const again = setTimeout(strike, 4000);
    return () => clearTimeout(again);
  }, [id]);
  if (!rings || path === "/chats") return null;
  return (
    <div className="fixed inset-x-3 bottom-18 z-30 md:inset-x-auto md:top-15 md:right-4 md:bottom-auto md:w-96">
      <Offer chat={rings} />
    </div>
  );
}
