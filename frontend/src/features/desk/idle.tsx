// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ready } from "@/actions/agent";
import { api } from "@/api/client";
import type { CallRecord } from "@/api/types";
import { useSettings } from "@/core/settings";
import { useDesk } from "@/core/store";
import { dayOf, duration } from "@/core/time";
import { useAction } from "@/hooks/useActions";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Headphones, Power } from "@/ui/icons";

/** No call in hand: the state in large, and the day so far. */
export function Idle() {
  const { t } = useTranslation();
  const desk = useDesk();
  const go = useAction(ready);
  const agent = desk.agent;
  const isReady = agent?.state === "ready";
  const paused = agent?.reason ? t([`reason.${agent.reason}`, "idle.break"]) : t("idle.break");
  const title = !agent
    ? t("idle.person")
    : isReady
      ? t("idle.ready")
      : agent.state === "break"
        ? paused
        : t("idle.offline");
  const text = !agent ? t("idle.person_text") : isReady ? t("idle.ready_text") : t("idle.away_text");
  return (
    <div className="sheet overflow-hidden">
      <div className="flex flex-wrap items-center gap-x-6 gap-y-3 px-5 pt-5 pb-5">
        <div className="min-w-56 flex-1">
          <p className="text-xl font-semibold">{title}</p>
          <p className="mt-1 text-sm text-ink-3">{text}</p>
        </div>
        {agent && !isReady && (
          <Button tone="accent" size="lg" icon={Power} onClick={go.run}>
            {t("idle.go")}
          </Button>
        )}
        {(isReady || !agent) && <Breathing alive={isReady} />}
      </div>
      <FirstTime />
      <Today />
    </div>
  );
}

/** Nobody has tested this machine's sound yet. */
function FirstTime() {
  const { t } = useTranslation();
  const checkedAt = useSettings((s) => s.checkedAt);
  if (checkedAt !== null) return null;
  return (
    <div className="mx-5 mb-5 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg bg-accent-wash px-3.5 py-2.5">
      <Headphones aria-hidden size={16} className="text-accent-ink" />
      <p className="min-w-48 flex-1 text-sm text-accent-ink">{t("idle.check")}</p>
      <Link to="/check" className="text-sm font-medium text-accent-ink underline underline-offset-2">
        {t("settings.check")}
      </Link>
    </div>
  );
}

const STILL = [3, 6, 10, 5, 14, 8, 18, 11, 22, 14, 9, 16, 7, 12, 5, 8, 3];

/** The mark of the house, at rest. */
function Breathing({ alive }: { alive: boolean }) {
  return (
    <svg width="140" height="52" viewBox="0 0 140 52" aria-hidden="true" className="hidden shrink-0 sm:block">
      {STILL.map((h, i) => {
        const x = 4 + i * 8;
        return (
          // A fixed drawing
          <g
            key={i}
            className={cx(alive && "motion-safe:animate-[blink_3.2s_ease-in-out_infinite]")}
            style={{ animationDelay: `${i * 90}ms` }}
          >
            <rect x={x} y={25 - h} width="3" height={h} rx="1.5" className={alive ? "fill-theirs" : "fill-line-2"} />
            <rect x={x} y={28} width="3" height={h * 0.7} rx="1.5" className={alive ? "fill-ours" : "fill-line-2"} />
          </g>
        );
      })}
    </svg>
  );
}

export interface Day {
  answered: number;
  missed: number;
  talk: number;
  average: number;
}

export function dayOfCalls(calls: readonly CallRecord[], now: Date): Day {
  const today = calls.filter((c) => dayOf(c.started_at, now) === "today");
  const answered = today.filter((c) => c.answered_at !== null);
  const talk = answered.reduce((sum, c) => sum + c.talk_s, 0);
  const missed = today.filter((c) => c.answered_at === null && c.direction !== "out").length;
  return { answered: answered.length, missed, talk, average: answered.length ? talk / answered.length : 0 };
}

function Today() {
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: ["calls", "today"],
    queryFn: () => api.calls({ scope: "mine", limit: 200 }),
    refetchInterval: 60_000,
  });
  const day = dayOfCalls(data?.calls ?? [], new Date());
  const facts: [string, string][] = [
    ["today.answered", String(day.answered)],
    ["today.missed", String(day.missed)],
    ["today.talk", duration(day.talk)],
    ["today.average", duration(day.average)],
  ];
  return (
    <dl aria-label={t("today.title")} className="grid grid-cols-2 gap-px border-t border-line bg-line sm:grid-cols-4">
      {facts.map(([key, value]) => (
        <div key={key} className="flex flex-col-reverse bg-sheet px-5 py-3">
          <dt className="text-xs text-ink-3">{t(key)}</dt>
          <dd className="figures text-lg font-semibold">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
