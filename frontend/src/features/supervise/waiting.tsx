// SPDX-License-Identifier: Apache-2.0
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import type { Board, Waiting } from "@/core/board";
import { shownNumber } from "@/core/number";
import { duration, secondsSince } from "@/core/time";
import { Callbacks } from "@/features/desk/callbacks";
import { faultText } from "@/hooks/useActions";
import { Badge, Empty, PanelHead } from "@/ui/bits";
import { IconButton } from "@/ui/button";
import { cx } from "@/ui/cx";
import { BellRing, CheckCheck, Clock3, Minus, Plus } from "@/ui/icons";
import { toast } from "@/ui/toast";
import { Gap } from "./gap";
import { useLimits } from "./limits";
import { useServerNow } from "./tick";
import { useWindow } from "./use-window";
import { type Filter, waitingShown } from "./view";

const ROW_PX = 56;

/** Who waits, the longest first: the order of service is the place beside the name. */
export function WaitingList({ board, filter }: { board: Board; filter: Filter }) {
  const { t } = useTranslation();
  const list = waitingShown(board, filter);
  const { box, from, to } = useWindow(list.length, ROW_PX);
  const callbacks = list.filter((w) => w.is_callback).length;
  return (
    <section
      aria-label={t("supervise.waiting")}
      className="sheet flex max-h-[45vh] min-h-0 shrink-0 flex-col lg:max-h-none lg:w-100"
    >
      <PanelHead title={t("supervise.waiting")} count={list.length - callbacks}>
        <Callbacks count={callbacks} />
      </PanelHead>
      <div ref={box} className="min-h-0 flex-1 overflow-y-auto px-2 pb-2">
        {list.length === 0 && <Empty icon={CheckCheck} title={t("supervise.nobody_waits")} />}
        <ol>
          <Gap rows={from} height={ROW_PX} />
          {list.slice(from, to).map((w) => (
            <Row key={w.call_id} caller={w} queue={board.queues.get(w.queue_id)?.name ?? ""} />
          ))}
          <Gap rows={list.length - to} height={ROW_PX} />
        </ol>
      </div>
    </section>
  );
}

const LOWEST = -100;
const HIGHEST = 100;

const Row = memo(function Row({ caller, queue }: { caller: Waiting; queue: string }) {
  const { t } = useTranslation();
  const name = caller.name || shownNumber(caller.number) || t("supervise.unknown");
  const change = async (by: number) => {
    try {
      await api.setPriority(caller.call_id, caller.priority + by);
    } catch (error) {
      toast("fault", faultText(error));
    }
  };
  return (
    <li style={{ height: ROW_PX }} className="flex items-center gap-2.5 overflow-hidden border-b border-line px-2">
      <span
        className="figures inline-flex size-7 shrink-0 items-center justify-center rounded-full bg-hover text-xs font-semibold text-ink-2"
        title={t("supervise.place", { place: caller.place })}
      >
        <span className="sr-only">{t("supervise.place", { place: caller.place })}</span>
        <span aria-hidden>{caller.place}</span>
      </span>
      <div className="min-w-0 flex-1">
        <p className="figures truncate text-sm font-medium">{name}</p>
        <p className="flex min-w-0 items-center gap-1.5 text-xs text-ink-3">
          <span className="truncate">{queue}</span>
          {caller.is_callback && <Badge>{t("operator.callback")}</Badge>}
          {caller.rings && (
            <Badge tone="accent">
              <BellRing aria-hidden size={12} />
              {t("agent.ringing")}
            </Badge>
          )}
        </p>
      </div>
      <Waited since={caller.since} expected={caller.expected_s} holds={!caller.is_callback} />
      <div className="flex shrink-0 items-center">
        <IconButton
          size="sm"
          icon={Minus}
          label={t("supervise.lower", { name })}
          disabled={caller.priority <= LOWEST}
          onClick={() => void change(-1)}
        />
        <span className="figures w-6 text-center text-sm" title={t("supervise.priority")}>
          <span className="sr-only">{t("supervise.priority")} </span>
          {caller.priority}
        </span>
        <IconButton
          size="sm"
          icon={Plus}
          label={t("supervise.raise", { name })}
          disabled={caller.priority >= HIGHEST}
          onClick={() => void change(1)}
        />
      </div>
    </li>
  );
});

/** `holds`: somebody holds the line. Nobody's patience ends where a call-back has a place. */
function Waited({ since, expected, holds }: { since: string; expected: number | null; holds: boolean }) {
  const { t } = useTranslation();
  const now = useServerNow();
  const limit = useLimits((s) => s.wait);
  const waited = secondsSince(since, now);
  const late = holds && waited > limit;
  return (
    <div className="shrink-0 text-right">
      <p
        className={cx(
          "figures flex items-center justify-end gap-1 text-base font-semibold",
          late ? "text-stop-ink" : "text-ink",
        )}
      >
        {late && <Clock3 aria-hidden size={14} />}
        {late && <span className="sr-only">{t("supervise.too_long")}</span>}
        {duration(waited)}
      </p>
      <p className="figures text-xs text-ink-3">
        {expected === null ? t("supervise.no_forecast") : t("supervise.forecast", { time: duration(expected) })}
      </p>
    </div>
  );
}
