// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { Board } from "@/core/board";
import { duration, secondsSince } from "@/core/time";
import { cx } from "@/ui/cx";
import { useLimits } from "./limits";
import { useServerNow } from "./tick";
import { percent, summed } from "./view";

export function Figures({ board, queue }: { board: Board; queue: string }) {
  const { t } = useTranslation();
  const now = useServerNow();
  const limit = useLimits((s) => s.wait);
  const sum = summed(board, queue);
  const wait = secondsSince(sum.longest_wait_since, now);
  const level = (value: number | null) => (value !== null && value < 0.8 ? "text-warn-ink" : "");
  return (
    <section aria-label={t("supervise.figures")} className="sheet shrink-0 px-1">
      <dl className="grid grid-cols-3 gap-y-1 py-1 sm:grid-cols-5 xl:grid-cols-9">
        <Figure
          label={t("supervise.waiting")}
          value={sum.callers}
          beside={sum.callbacks > 0 ? t("queue.callbacks", { count: sum.callbacks }) : ""}
        />
        <Figure
          label={t("supervise.longest")}
          value={sum.callers ? duration(wait) : "–"}
          tone={sum.callers > 0 && wait > limit ? "text-stop-ink" : ""}
        />
        <Figure label={t("agent.ready")} value={sum.ready} tone="text-go-ink" />
        <Figure label={t("supervise.busy")} value={sum.busy} />
        <Figure label={t("agent.break")} value={sum.away} />
        <Figure
          label={t("supervise.level_now")}
          value={percent(sum.service_level_now)}
          tone={level(sum.service_level_now)}
        />
        <Figure label={t("supervise.level_today")} value={percent(sum.service_level)} tone={level(sum.service_level)} />
        <Figure label={t("supervise.answered")} value={`${sum.answered} / ${sum.offered}`} />
        <Figure label={t("supervise.abandoned")} value={sum.abandoned} />
      </dl>
    </section>
  );
}

interface FigureProps {
  label: string;
  value: string | number;
  tone?: string;
  /** A lesser figure that is not counted in this one. */
  beside?: string;
}

function Figure({ label, value, tone = "", beside = "" }: FigureProps) {
  return (
    <div className="flex flex-col px-3 py-1.5">
      <dt className="order-2 text-xs leading-tight text-ink-3">{label}</dt>
      <dd className={cx("figures order-1 truncate text-xl font-semibold", tone)}>
        {value}
        {beside && <span className="ml-1.5 text-xs font-medium text-ink-2">{beside}</span>}
      </dd>
    </div>
  );
}
