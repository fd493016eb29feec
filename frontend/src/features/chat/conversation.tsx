// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import type { ChatView } from "@/api/types";
import { hasGap, joined, TYPING_MS, unread, useChats } from "@/core/chats";
import { faultText, hands } from "@/hooks/useActions";
import { useNow } from "@/hooks/useNow";
import { Avatar, Badge, Spinner } from "@/ui/bits";
import { IconButton } from "@/ui/button";
import { ArrowLeft } from "@/ui/icons";
import { Bubble } from "./bubble";
import { Composer } from "./composer";
import { nameOf } from "./list";
import { Verbs } from "./verbs";

const NOTHING: readonly never[] = [];

export interface ConversationProps {
  chatId: string;
  /** The chat while it goes on; null for one that is over. */
  live: ChatView | null;
  onBack(): void;
}

export function Conversation({ chatId, live, onBack }: ConversationProps) {
  const { t } = useTranslation();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["chat", chatId],
    queryFn: () => api.chat(chatId),
    staleTime: live ? 0 : Number.POSITIVE_INFINITY,
  });
  const since = useChats((s) => s.said[chatId] ?? NOTHING);
  const messages = useMemo(() => joined(data?.messages ?? NOTHING, since), [data, since]);
  const chat = live ?? data ?? null;
  const isBehind = live !== null && data !== undefined && hasGap(messages, live.last_seq);
  useEffect(() => {
    if (isBehind) void refetch();
  }, [isBehind, refetch]);
  useRead(live);
  const end = useBottom(messages.length);
  return (
    <section aria-label={t("chat.conversation")} className="sheet flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="flex h-14 shrink-0 items-center gap-3 border-b border-line px-3 md:px-4">
        <IconButton icon={ArrowLeft} label={t("chat.back")} onClick={onBack} className="lg:hidden" side="right" />
        {chat && (
          <>
            <Avatar name={nameOf(chat, t)} size={32} dot={chat.visitor.is_here ? "go" : "off"} />
            <div className="min-w-0 flex-1">
              <h2 className="truncate text-sm font-semibold">{nameOf(chat, t)}</h2>
              <p className="truncate text-xs text-ink-3">
                {chat.queue.name}
                {chat.visitor.contact && ` · ${chat.visitor.contact}`}
              </p>
            </div>
            {live ? <Verbs chat={live} /> : <Badge>{t("chat.over")}</Badge>}
          </>
        )}
      </header>
      <div
        ref={end}
        role="log"
        aria-label={t("chat.messages")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard.
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto px-3 py-3 md:px-4"
      >
        {isPending && <Spinner label={t("common.loading")} />}
        {error && <p className="text-sm text-stop-ink">{faultText(error)}</p>}
        <ol className="flex flex-col gap-2">
          {messages.map((m, i) => (
            <Bubble
              key={m.seq}
              chatId={chatId}
              message={m}
              before={messages[i - 1]}
              visitor={chat ? nameOf(chat, t) : ""}
            />
          ))}
        </ol>
        {live && <Typing chatId={chatId} />}
      </div>
      {live?.state === "open" && <Composer chat={live} />}
    </section>
  );
}

function Typing({ chatId }: { chatId: string }) {
  const { t } = useTranslation();
  const now = useNow();
  const at = useChats((s) => s.typing[chatId] ?? 0);
  return (
    <p role="status" className="h-6 pt-2 text-xs text-ink-3">
      {now - at < TYPING_MS ? t("chat.is_typing") : ""}
    </p>
  );
}

/** What is on the screen of somebody who looks has been read. */
function useRead(chat: ChatView | null): void {
  const id = chat?.chat_id;
  const upto = chat?.last_seq ?? 0;
  const news = chat ? unread(chat) : 0;
  useEffect(() => {
    if (!id || news === 0) return;
    const read = () => {
      if (document.visibilityState === "visible")
        void hands.send({ type: "chat.read", chat_id: id, seq: upto }).catch(() => undefined);
    };
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [id, upto, news]);
}

/** Stays at the last word, unless the person has scrolled up to read. */
function useBottom(count: number) {
  const box = useRef<HTMLDivElement>(null);
  const wasAtEnd = useRef(true);
  useEffect(() => {
    const element = box.current;
    const look = () => {
      if (element) wasAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 80;
    };
    element?.addEventListener("scroll", look, { passive: true });
    return () => element?.removeEventListener("scroll", look);
  }, []);
  // A new message is the reason to scroll.
  useLayoutEffect(() => {
    if (box.current && wasAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [count]);
  return box;
}
