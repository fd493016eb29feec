// SPDX-License-Identifier: Apache-2.0
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CallDetail } from "@/api/types";
import { useDesk } from "@/core/store";
import { clockTime, duration } from "@/core/time";
import { languageNow, localeOf } from "@/i18n";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { storyOf } from "./story";

/** What happened in a call, as a story; with everything for who looks for a fault. */
export function Timeline({ call }: { call: CallDetail }) {
  const { t } = useTranslation();
  const causes = useDesk((s) => s.causes);
  const [whole, setWhole] = useState(false);
  const lines = useMemo(() => storyOf(call.log), [call.log]);
  const language = languageNow();
  const locale = localeOf(language);
  if (lines.length === 0) return null;
  const shown = whole ? lines : lines.filter((line) => !line.minor);
  const cause = (id: string | undefined) => (id ? (causes[id]?.[language] ?? id) : "");
  return (
    <section aria-label={t("history.log")} className="mx-5 mt-5 border-t border-line pt-4">
      <div className="flex items-center justify-between gap-3">
        <h3 className="text-sm font-semibold">{t("history.log")}</h3>
        {lines.some((line) => line.minor) && (
          <Button size="sm" tone="quiet" aria-pressed={whole} onClick={() => setWhole(!whole)}>
            {t("history.every_detail")}
          </Button>
        )}
      </div>
      <ol className="mt-3">
        {shown.map((line, i) => (
          <li key={line.seq} className="flex gap-3 text-sm">
            <time
              dateTime={line.at}
              title={`${clockTime(line.at, locale)}:${line.at.slice(17, 19)}`}
              className="figures w-12 shrink-0 pt-0.5 text-right text-xs text-ink-3"
            >
              {duration(line.after)}
            </time>
            <span aria-hidden className="relative flex w-2 shrink-0 justify-center">
              {i < shown.length - 1 && <span className="absolute top-3 -bottom-1 w-px bg-line" />}
              <span className={cx("mt-1.5 size-1.5 rounded-full", line.minor ? "bg-line-2" : "bg-accent")} />
            </span>
            <span className={cx("figures min-w-0 flex-1 pb-2.5 break-words", line.minor && "text-ink-3")}>
              {t(line.key, { ...line.words, cause: cause(line.cause) })}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
