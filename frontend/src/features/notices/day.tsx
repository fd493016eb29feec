// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { useDesk } from "@/core/store";
import { clockTime } from "@/core/time";
import { useUi } from "@/core/ui";
import { languageNow, localeOf } from "@/i18n";
import { Empty } from "@/ui/bits";
import { Dialog } from "@/ui/dialog";
import { CheckCheck, Megaphone } from "@/ui/icons";

/** Today's messages, the newest first. */
export function NoticesOfTheDay() {
  const { t } = useTranslation();
  const list = useDesk((s) => s.messages)
    .filter((m) => m.way === "in")
    .reverse();
  return (
    <Dialog open onClose={() => useUi.setState({ notices: false })} title={t("notice.today")}>
      <div className="min-h-0 overflow-y-auto px-5 pb-5">
        {list.length === 0 && <Empty icon={Megaphone} title={t("notice.none")} />}
        <ul className="divide-y divide-line">
          {list.map((m) => (
            <li key={m.id} className="py-2.5">
              <p className="flex items-center gap-2 text-xs text-ink-3">
                <span className="min-w-0 truncate font-medium text-ink-2">{m.from.name}</span>
                <time dateTime={m.at} className="figures">
                  {clockTime(m.at, localeOf(languageNow()))}
                </time>
                {m.seen_at && (
                  <span className="ml-auto inline-flex shrink-0 items-center gap-1">
                    <CheckCheck aria-hidden size={13} />
                    {t("notice.seen_at", { time: clockTime(m.seen_at, localeOf(languageNow())) })}
                  </span>
                )}
              </p>
              <p className="mt-0.5 text-sm break-words whitespace-pre-wrap">{m.text}</p>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
