// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { acknowledge } from "@/actions/message";
import { unread } from "@/core/messages";
import { useDesk } from "@/core/store";
import { clockTime } from "@/core/time";
import { useAction } from "@/hooks/useActions";
import { languageNow, localeOf } from "@/i18n";
import { Button } from "@/ui/button";
import { Megaphone } from "@/ui/icons";

/** A supervisor's message: said and shown, and the focus stays where it is. The oldest that is not acknowledged. */
export function NoticeStrip() {
  const { t } = useTranslation();
  const messages = useDesk((s) => s.messages);
  const { run, keys } = useAction(acknowledge);
  const waiting = unread(messages);
  const first = waiting[0];
  return (
    <div role="status" className="shrink-0 px-3 empty:hidden md:pr-4 md:pl-1">
      {first && (
        <div className="mb-2 flex min-h-11 items-start gap-3 rounded-xl bg-accent-wash px-3.5 py-2 text-sm text-accent-ink">
          <Megaphone aria-hidden size={16} className="mt-1 shrink-0" />
          <div className="min-w-0 flex-1">
            <p className="text-xs">
              <span className="inline-block max-w-60 truncate align-bottom font-medium">{first.from.name}</span>{" "}
              <time dateTime={first.at} className="figures">
                {clockTime(first.at, localeOf(languageNow()))}
              </time>
              {first.to === "all" && ` · ${t("notice.to_all")}`}
            </p>
            <p className="max-h-32 overflow-y-auto font-medium break-words whitespace-pre-wrap text-ink">
              {first.text}
            </p>
          </div>
          {waiting.length > 1 && (
            <span className="figures mt-1 text-xs">{t("notice.more", { count: waiting.length - 1 })}</span>
          )}
          <Button size="sm" onClick={run} aria-keyshortcuts={keys === "Alt+KeyG" ? "Alt+G" : undefined}>
            {t("notice.seen")}
          </Button>
        </div>
      )}
    </div>
  );
}
