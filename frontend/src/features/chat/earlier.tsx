// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useDesk } from "@/core/store";
import { clockTime, shortDay } from "@/core/time";
import { languageNow, localeOf } from "@/i18n";
import { Empty, Spinner } from "@/ui/bits";
import { cx } from "@/ui/cx";
import { Input } from "@/ui/field";
import { Clock3 } from "@/ui/icons";
import { nameOf } from "./list";

/** Chats that are over: one's own, or everybody's for who may see them. */
export function Earlier({ chosen, choose }: { chosen: string | null; choose(id: string): void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const q = useDeferredValue(text.trim());
  const scope = useDesk((s) => (s.me?.rights.includes("call.history.all") ? "all" : "mine"));
  const { data, isPending } = useQuery({
    queryKey: ["chats", scope, q],
    queryFn: () => api.chats({ scope, q }),
    staleTime: 5000,
  });
  const locale = localeOf(languageNow());
  return (
    <>
      <div className="px-4 pb-2">
        <Input
          type="search"
          value={text}
          onChange={(e) => setText(e.target.value)}
          placeholder={t("chat.search")}
          aria-label={t("chat.search")}
        />
      </div>
      {isPending && (
        <div className="p-4">
          <Spinner label={t("common.loading")} />
        </div>
      )}
      {data?.chats.length === 0 && <Empty icon={Clock3} title={t("chat.none_earlier")} />}
      <ul className="min-h-0 flex-1 overflow-y-auto px-1.5 pb-2">
        {data?.chats.map((c) => (
          <li key={c.chat_id}>
            <button
              type="button"
              aria-current={c.chat_id === chosen}
              onClick={() => choose(c.chat_id)}
              className={cx(
                "flex w-full flex-col rounded-lg px-2.5 py-2 text-left hover:bg-hover",
                c.chat_id === chosen && "bg-accent-wash hover:bg-accent-wash",
              )}
            >
              <span className="flex w-full items-baseline gap-2">
                <span className="min-w-0 flex-1 truncate text-sm font-medium">{nameOf(c, t)}</span>
                <span className="figures text-xs text-ink-3">
                  {shortDay(c.entered_at, locale)} {clockTime(c.entered_at, locale)}
                </span>
              </span>
              <span className="truncate text-xs text-ink-3">
                {c.agent?.name || t("chat.unanswered")} · {c.queue.name}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
