// SPDX-License-Identifier: Apache-2.0
import { type CSSProperties, memo } from "react";
import { useTranslation } from "react-i18next";
import { type BoardQueue, callersOf } from "@/core/board";
import { duration, secondsSince } from "@/core/time";
import { useLimits } from "@/features/supervise/limits";
import { useServerNow } from "@/features/supervise/tick";
import { percent } from "@/features/supervise/view";
import { cx } from "@/ui/cx";
import { Check, PhoneCall, PhoneOutgoing, TriangleAlert } from "@/ui/icons";
import { isUnserved } from "./pages";

/** One queue: how many wait, how long, who is there, how well it goes. */
export const Card = memo(function Card({ queue, unit }: { queue: BoardQueue; unit: number }) {
  const { t } = useTranslation();
  const now = useServerNow();
  const limit = useLimits((s) => s.wait);
  const wait = secondsSince(queue.longest_wait_since, now);
  const callers = callersOf(queue);
  const hot = (callers > 0 && wait > limit) || isUnserved(queue);
  return (
    <article
      aria-label={queue.name}
      style={{ "--u": `${unit}px` } as CSSProperties}
      className={cx(
        "flex min-w-0 flex-col justify-between rounded-2xl border px-[calc(var(--u)*1.6)] py-[calc(var(--u)*1.1)] [contain:strict]",
        hot ? "border-stop bg-stop-wash" : "border-line bg-sheet",
      )}
    >
      <h2 className="flex items-center gap-[var(--u)] text-[length:calc(var(--u)*3.2)] leading-tight font-semibold">
        {hot && <TriangleAlert aria-hidden className="size-[calc(var(--u)*3)] shrink-0 text-stop-ink" />}
        <span className="truncate">{queue.name}</span>
      </h2>
      <p className="figures flex items-baseline justify-between gap-[var(--u)]">
        <span className="sr-only">{t("wallboard.waiting")} </span>
        <span
          className={cx(
            "text-[length:calc(var(--u)*8)] leading-none font-semibold",
            hot ? "text-stop-ink" : callers ? "text-ink" : "text-ink-3",
          )}
        >
          {callers}
        </span>
        {queue.callbacks > 0 && (
          <span className="mr-auto flex items-center gap-[calc(var(--u)*0.5)] text-[length:calc(var(--u)*3.6)] leading-none font-medium text-ink-2">
            <span aria-hidden>+{queue.callbacks}</span>
            <PhoneOutgoing aria-hidden className="size-[calc(var(--u)*3)]" />
            <span className="sr-only">{t("queue.callbacks", { count: queue.callbacks })}</span>
          </span>
        )}
        <span
          className={cx(
            "text-[length:calc(var(--u)*6)] leading-none font-semibold",
            hot ? "text-stop-ink" : "text-ink-2",
          )}
        >
          {callers ? duration(wait) : ""}
        </span>
      </p>
      <p className="figures flex items-center justify-between gap-[var(--u)] text-[length:calc(var(--u)*3.6)] leading-none font-medium">
        <span className="flex items-center gap-[calc(var(--u)*0.5)] text-go-ink">
          <Check aria-hidden className="size-[calc(var(--u)*3)]" />
          <span className="sr-only">{t("wallboard.ready")} </span>
          {queue.agents_ready}
        </span>
        <span className="flex items-center gap-[calc(var(--u)*0.5)] text-accent-ink">
          <PhoneCall aria-hidden className="size-[calc(var(--u)*3)]" />
          <span className="sr-only">{t("wallboard.busy")} </span>
          {queue.agents_busy}
        </span>
        <span
          className={cx(queue.service_level !== null && queue.service_level < 0.8 ? "text-warn-ink" : "text-ink-2")}
        >
          <span className="sr-only">{t("wallboard.today")} </span>
          {percent(queue.service_level)}
        </span>
      </p>
    </article>
  );
});
