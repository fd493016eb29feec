// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { Board } from "@/core/board";
import { duration, secondsSince } from "@/core/time";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Clock3, TriangleAlert } from "@/ui/icons";
import { useLimits } from "./limits";
import { useServerNow } from "./tick";
import { type Alarm, alarms } from "./view";

/** More at once are a number: the list below says the rest. */
const MOST = 3;

export function Alarms({ board, onQueue }: { board: Board; onQueue(queue: string): void }) {
  const { t } = useTranslation();
  const now = useServerNow();
  const limits = useLimits();
  const all = alarms(board, limits, now).sort(
    (a, b) => Number(b.kind === "nobody") - Number(a.kind === "nobody") || b.count - a.count,
  );
  return (
    <>
      <ul aria-label={t("supervise.alarms")} className="flex shrink-0 gap-2 empty:hidden max-md:flex-col md:flex-wrap">
        {all.slice(0, MOST).map((alarm) => (
          <One key={alarm.id} alarm={alarm} now={now} onQueue={onQueue} />
        ))}
        {all.length > MOST && (
          <li className="flex shrink-0 items-center text-sm text-ink-2">
            {t("supervise.more_alarms", { count: all.length - MOST })}
          </li>
        )}
      </ul>
      {/* Said when an alarm begins or ends, not each second. */}
      <p aria-live="polite" className="sr-only">
        {all.map((a) => t(`supervise.alarm_${a.kind}`, { queue: a.queue.name, count: a.count })).join("; ")}
      </p>
    </>
  );
}

function One({ alarm, now, onQueue }: { alarm: Alarm; now: number; onQueue(queue: string): void }) {
  const { t } = useTranslation();
  const nobody = alarm.kind === "nobody";
  const Icon = nobody ? TriangleAlert : Clock3;
  return (
    <li
      className={cx(
        "flex min-h-10 min-w-0 items-center gap-2.5 rounded-xl py-1.5 pr-2 pl-3.5 text-sm font-medium",
        nobody ? "bg-stop-wash text-stop-ink" : "bg-warn-wash text-warn-ink",
      )}
    >
      <Icon aria-hidden size={16} className="shrink-0" />
      <span className="min-w-0 max-md:flex-1 md:max-w-96 md:truncate">
        {t(`supervise.alarm_${alarm.kind}`, { queue: alarm.queue.name, count: alarm.count })}
      </span>
      <span className="figures">{duration(secondsSince(alarm.queue.longest_wait_since, now))}</span>
      <Button size="sm" onClick={() => onQueue(alarm.queue.id)}>
        {t("supervise.look")}
      </Button>
    </li>
  );
}
