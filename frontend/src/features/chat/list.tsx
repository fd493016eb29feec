// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { ChatView } from "@/api/types";
import { TYPING_MS, unread, useChats } from "@/core/chats";
import { useDesk } from "@/core/store";
import { duration, secondsSince } from "@/core/time";
import { useNow } from "@/hooks/useNow";
import { Avatar, Badge, Empty } from "@/ui/bits";
import { cx } from "@/ui/cx";
import { MessageSquare } from "@/ui/icons";
import { Offer } from "./offer";

/** What rings first, then one's own, the oldest first. */
export function ChatList() {
  const { t } = useTranslation();
  const { chats, chosen } = useChats();
  const me = useDesk((s) => s.me?.user_id);
  const rings = chats.filter((c) => c.state === "offered" && c.offered_to === me);
  const mine = chats.filter((c) => c.agent?.user_id === me && c.state !== "ended");
  if (rings.length + mine.length === 0) {
    return <Empty icon={MessageSquare} title={t("chat.none")} text={t("chat.none_text")} />;
  }
  return (
    <ul className="min-h-0 flex-1 overflow-y-auto px-1.5 pb-2">
      {rings.map((c) => (
        <li key={c.chat_id} className="px-1 pb-2">
          <Offer chat={c} />
        </li>
      ))}
      {mine.map((c) => (
        <li key={c.chat_id}>
          <Row chat={c} isChosen={c.chat_id === chosen} />
        </li>
      ))}
    </ul>
  );
}

function Row({ chat, isChosen }: { chat: ChatView; isChosen: boolean }) {
  const { t } = useTranslation();
  const now = useNow();
  const last = useChats((s) => s.said[chat.chat_id]?.at(-1));
  const typing = useChats((s) => s.typing[chat.chat_id] ?? 0);
  const news = isChosen ? 0 : unread(chat);
  const line =
    now - typing < TYPING_MS
      ? t("chat.is_typing")
      : last && last.by !== "system"
        ? last.text
        : t(chat.state === "offered" ? "chat.passing_on" : "chat.with_you");
  return (
    <button
      type="button"
      aria-current={isChosen}
      onClick={() => useChats.setState({ chosen: chat.chat_id })}
      className={cx(
        "flex w-full items-center gap-3 rounded-lg px-2.5 py-2 text-left hover:bg-hover",
        isChosen && "bg-accent-wash hover:bg-accent-wash",
      )}
    >
      <Avatar name={nameOf(chat, t)} size={34} dot={chat.visitor.is_here ? "go" : "off"} />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-2">
          <span className={cx("min-w-0 flex-1 truncate text-sm", news ? "font-semibold" : "font-medium")}>
            {nameOf(chat, t)}
          </span>
          <span className="figures text-xs text-ink-3">{duration(secondsSince(chat.entered_at, now))}</span>
        </span>
        <span className="flex items-center gap-2">
          <span className="min-w-0 flex-1 truncate text-xs text-ink-3">{line}</span>
          {news > 0 && <Badge tone="accent">{t("chat.unread", { count: news })}</Badge>}
        </span>
      </span>
    </button>
  );
}

export function nameOf(chat: ChatView, t: (key: string) => string): string {
  return chat.visitor.name.trim() || t("chat.visitor");
}
