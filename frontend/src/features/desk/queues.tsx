// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { useDesk } from "@/core/store";
import { duration, secondsSince } from "@/core/time";
import type { QueueView } from "@/core/wire";
import { useNow } from "@/hooks/useNow";
import { PanelHead } from "@/ui/bits";
import { cx } from "@/ui/cx";
import { Tip } from "@/ui/tooltip";
import { Callbacks } from "./callbacks";

export function Queues() {
  const { t } = useTranslation();
  const queues = useDesk((s) => s.queues);
  const now = useNow();
  if (queues.length === 0) return null;
  return (
    <section aria-label={t("queue.title")} className="sheet shrink-0">
      <PanelHead title={t("queue.title")}>
        <span className="text-2xs font-medium text-ink-3">{t("queue.waiting")}</span>
      </PanelHead>
      <ul className="px-2 pb-2">
        {queues.map((q) => (
          <Row key={q.id} queue={q} now={now} />
        ))}
      </ul>
    </section>
  );
}

// A caller hangs up after about a minute in most call centres: half of it is when the number should catch the eye.
const LATE_S = 30;

function Row({ queue, now }: { queue: QueueView; now: number }) {
  const { t } = useTranslation();
  const wait = secondsSince(queue.longest_wait_since, now);
  const callers = queue.waiting - queue.callbacks;
  const late = callers > 0 && wait > LATE_S;
  return (
    <li className="flex items-center gap-3 rounded-lg px-2 py-2">
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm font-medium">{queue.name}</p>
        <Agents ready={queue.agents_ready} busy={queue.agents_busy} />
      </div>
      <div className="text-right">
        <p
          className={cx(
            "figures text-xl leading-6 font-semibold",
            late ? "text-stop-ink" : callers > 0 ? "text-ink" : "text-ink-3",
          )}
        >
          {callers}
        </p>
        <p className={cx("figures text-xs", late ? "text-stop-ink" : "text-ink-3")}>
          {callers > 0 ? duration(wait) : t("queue.none")}
        </p>
        <Callbacks count={queue.callbacks} />
      </div>
    </li>
  );
}

/** A dot for each person: free, or talking. */
function Agents({ ready, busy }: { ready: number; busy: number }) {
  const { t } = useTranslation();
  const text = t("queue.agents", { ready, busy });
  if (ready + busy > 12) return <p className="text-xs text-ink-3">{text}</p>;
  const seats = [
    ...Array.from({ length: ready }, (_, i) => `ready-${i}`),
    ...Array.from({ length: busy }, (_, i) => `busy-${i}`),
  ];
  return (
    <Tip label={text} side="right">
      <p className="mt-0.5 flex w-fit items-center gap-1 text-xs text-ink-3">
        {seats.length === 0 && t("queue.nobody")}
        {seats.map((seat) => (
          <span
            key={seat}
            aria-hidden
            className={cx("h-1.5 w-3.5 rounded-full", seat.startsWith("ready") ? "bg-go" : "bg-line-2")}
          />
        ))}
        <span className="sr-only">{text}</span>
      </p>
    </Tip>
  );
}
