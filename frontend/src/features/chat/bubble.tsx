// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import type { ChatMessage } from "@/api/types";
import { clockTime } from "@/core/time";
import { languageNow, localeOf } from "@/i18n";
import { cx } from "@/ui/cx";
import { Download, StickyNote } from "@/ui/icons";

export interface BubbleProps {
  chatId: string;
  message: ChatMessage;
  before: ChatMessage | undefined;
  visitor: string;
}

const LOOKS: Record<ChatMessage["by"], string> = {
  visitor: "mr-10 self-start rounded-bl-sm bg-hover text-ink md:mr-24",
  agent: "ml-10 self-end rounded-br-sm bg-accent-wash text-ink md:ml-24",
  note: "ml-10 self-end border border-dashed border-warn/60 bg-warn-wash text-ink md:ml-24",
  system: "",
};

const SOON_MS = 180_000;

export function Bubble({ chatId, message, before, visitor }: BubbleProps) {
  const { t } = useTranslation();
  const time = clockTime(message.at, localeOf(languageNow()));
  const by = message.by === "visitor" ? visitor : (message.user?.name ?? "");
  if (message.by === "system") {
    return (
      <li className="self-center py-1 text-center text-xs text-ink-3">
        {t(`chat.system_${message.text}`, { name: message.user?.name || visitor, defaultValue: "" })}
        <span className="figures ml-1.5">{time}</span>
      </li>
    );
  }
  const goesOn =
    before?.by === message.by &&
    before.user?.user_id === message.user?.user_id &&
    Date.parse(message.at) - Date.parse(before.at) < SOON_MS;
  return (
    <li className={cx("flex flex-col", message.by === "visitor" ? "items-start" : "items-end")}>
      {!goesOn && (
        <p className="figures flex items-center gap-1.5 px-1 pt-1.5 pb-0.5 text-xs text-ink-3">
          {message.by === "note" && <StickyNote aria-hidden size={12} />}
          {message.by === "note" ? t("chat.note_by", { name: by }) : by} · {time}
        </p>
      )}
      <div
        className={cx(
          "max-w-full whitespace-pre-wrap rounded-2xl px-3 py-1.5 text-sm [overflow-wrap:anywhere]",
          LOOKS[message.by],
        )}
      >
        {message.file_id ? (
          <FileLink url={api.chatFileUrl(chatId, message.file_id)} name={message.text} />
        ) : (
          message.text
        )}
      </div>
    </li>
  );
}

const IMAGE = /\.(png|jpe?g|gif|webp)$/i;

function FileLink({ url, name }: { url: string; name: string }) {
  return (
    <a href={url} download={name} className="flex flex-col gap-1.5 underline-offset-2 hover:underline">
      {IMAGE.test(name) && <img src={url} alt={name} loading="lazy" className="max-h-60 max-w-full rounded-lg" />}
      <span className="flex items-center gap-1.5">
        <Download aria-hidden size={14} /> {name}
      </span>
    </a>
  );
}
