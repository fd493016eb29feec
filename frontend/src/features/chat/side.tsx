// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { ChatView } from "@/api/types";
import { duration, secondsSince } from "@/core/time";
import { useNow } from "@/hooks/useNow";
import { Avatar, PanelHead } from "@/ui/bits";
import { nameOf } from "./list";

/** Who it is, by their own word. Nothing of it is a link: a stranger wrote it. */
export function Side({ chat }: { chat: ChatView }) {
  const { t } = useTranslation();
  const now = useNow();
  const { visitor } = chat;
  const rows: [string, string][] = [
    [t("chat.contact"), visitor.contact],
    [t("chat.page"), visitor.page],
    [t("chat.language"), t(`chat.language_${visitor.language}`)],
    [t("chat.queue"), chat.queue.name],
    [t("chat.runs"), duration(secondsSince(chat.entered_at, now))],
    [t("chat.presence"), t(visitor.is_here ? "chat.here" : "chat.away")],
  ];
  return (
    <>
      <PanelHead title={t("chat.about")} />
      <div className="flex flex-col items-center gap-2 px-4 pb-4">
        <Avatar name={nameOf(chat, t)} size={56} dot={visitor.is_here ? "go" : "off"} />
        <p className="max-w-full text-center text-base font-semibold [overflow-wrap:anywhere]">{nameOf(chat, t)}</p>
      </div>
      <dl className="flex flex-col gap-3 px-4 pb-4 text-sm">
        {rows
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt className="text-xs text-ink-3">{name}</dt>
              <dd className="figures [overflow-wrap:anywhere]">{value}</dd>
            </div>
          ))}
      </dl>
    </>
  );
}
