// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { refuseChat, takeChat } from "@/actions/chat";
import { shownKeys } from "@/actions/keys";
import type { ChatView } from "@/api/types";
import { duration, secondsSince, secondsUntil } from "@/core/time";
import { useAction } from "@/hooks/useActions";
import { useNow } from "@/hooks/useNow";
import { Avatar } from "@/ui/bits";
import { Button } from "@/ui/button";
import { nameOf } from "./list";

/** A chat that rings: who, for which queue, and how long there is to take it. */
export function Offer({ chat }: { chat: ChatView }) {
  const { t } = useTranslation();
  const now = useNow();
  const take = useAction(takeChat);
  const refuse = useAction(refuseChat);
  const left = Math.ceil(secondsUntil(chat.offer_expires_at, now));
  return (
    <section
      aria-label={t("chat.offered")}
      className="rounded-xl border border-go/50 bg-raised p-3 shadow-float ring-3 ring-go-wash"
    >
      <div className="flex items-center gap-3">
        <Avatar name={nameOf(chat, t)} size={34} />
        <div className="min-w-0 flex-1">
          <p className="truncate text-sm font-semibold">{nameOf(chat, t)}</p>
          <p className="figures truncate text-xs text-ink-3">
            {chat.queue.name} · {t("chat.waited", { time: duration(secondsSince(chat.entered_at, now)) })}
          </p>
        </div>
        <span className="figures text-sm text-ink-2" aria-hidden>
          {left}
        </span>
      </div>
      <div className="mt-2.5 flex gap-2">
        <Button tone="plain" size="sm" onClick={refuse.run} className="flex-1">
          {t("chat.refuse")} {refuse.keys && <Hint keys={refuse.keys} />}
        </Button>
        <Button tone="go" size="sm" onClick={take.run} className="flex-1">
          {t("chat.accept")} {take.keys && <Hint keys={take.keys} />}
        </Button>
      </div>
    </section>
  );
}

function Hint({ keys }: { keys: string }) {
  return (
    <kbd aria-hidden className="hidden font-sans text-2xs opacity-80 md:inline">
      {shownKeys(keys).join("+")}
    </kbd>
  );
}
