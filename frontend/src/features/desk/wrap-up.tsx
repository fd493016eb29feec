// SPDX-License-Identifier: Apache-2.0
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { breaks, ready } from "@/actions/agent";
import type { Desk } from "@/core/desk";
import { shownNumber } from "@/core/number";
import { dispatch, useDesk } from "@/core/store";
import { duration, secondsSince, secondsUntil } from "@/core/time";
import { useAction } from "@/hooks/useActions";
import { useNow } from "@/hooks/useNow";
import { languageNow } from "@/i18n";
import { Avatar } from "@/ui/bits";
import { Button } from "@/ui/button";
import { Check, Coffee, User } from "@/ui/icons";

/** After a call: how it ended, and the time left before the next. */
export function WrapUp() {
  const desk = useDesk();
  const wraps = desk.agent?.state === "wrap_up";
  return (
    <div className="sheet flex flex-wrap items-center gap-5 px-5 py-5">
      {wraps && <Countdown desk={desk} />}
      <Last desk={desk} />
      <Next wraps={wraps} />
    </div>
  );
}

const ROUND = 2 * Math.PI * 30;

function Countdown({ desk }: { desk: Desk }) {
  const { t } = useTranslation();
  const now = useNow(250);
  const agent = desk.agent;
  const left = secondsUntil(agent?.wrap_up_until ?? null, now);
  const whole = agent?.wrap_up_until ? (Date.parse(agent.wrap_up_until) - Date.parse(agent.since)) / 1000 : 1;
  const share = Math.min(1, left / Math.max(1, whole));
  return (
    <div role="timer" aria-label={t("wrap.left")} className="relative size-18 shrink-0">
      <svg viewBox="0 0 68 68" className="size-full -rotate-90" aria-hidden="true">
        <circle cx="34" cy="34" r="30" fill="none" strokeWidth="5" className="stroke-hover" />
        <circle
          cx="34"
          cy="34"
          r="30"
          fill="none"
          strokeWidth="5"
          strokeLinecap="round"
          className="stroke-accent"
          strokeDasharray={ROUND}
          strokeDashoffset={ROUND * (1 - share)}
        />
      </svg>
      <span className="figures absolute inset-0 flex items-center justify-center text-lg font-semibold">
        {duration(Math.ceil(left))}
      </span>
    </div>
  );
}

function Last({ desk }: { desk: Desk }) {
  const { t } = useTranslation();
  const ended = desk.ended;
  if (!ended) return <p className="flex-1 text-base font-semibold">{t("wrap.title")}</p>;
  const { call } = ended;
  const number = shownNumber(call.peer.number);
  const slot = desk.parked.find((p) => p.call_id === call.call_id)?.slot;
  const why = desk.causes[ended.cause]?.[languageNow()];
  const talked = call.answered_at
    ? t("wrap.talked", { time: duration(secondsSince(call.answered_at, ended.at)) })
    : t("wrap.not_answered");
  return (
    <div className="flex min-w-0 flex-1 items-center gap-3">
      <Avatar name={call.peer.name || number} size={40} icon={call.peer.name ? undefined : User} />
      <div className="min-w-0">
        <p className="text-sm text-ink-3">
          {slot ? t("park.done", { slot }) : t(call.state === "ringing" ? "history.missed" : "call.ended")}
        </p>
        <p className="figures truncate text-lg font-semibold">{call.peer.name || number}</p>
        <p className="figures text-sm text-ink-3">
          {talked}
          {why && ended.cause !== "normal" && ` · ${why}`}
          {call.answered_at && (
            <Link
              to="/history"
              search={{ call: call.call_id }}
              className="ml-2 font-medium text-accent-ink underline-offset-2 hover:underline"
            >
              {t("wrap.record")}
            </Link>
          )}
        </p>
      </div>
    </div>
  );
}

function Next({ wraps }: { wraps: boolean }) {
  const { t } = useTranslation();
  const go = useAction(ready);
  const rest = useAction(breaks[0] ?? ready);
  if (!wraps) return <Button onClick={() => dispatch({ type: "dismiss_ended" })}>{t("common.done")}</Button>;
  return (
    <div className="flex gap-2 max-sm:w-full max-sm:*:flex-1">
      <Button icon={Coffee} onClick={rest.run}>
        {t("wrap.rest")}
      </Button>
      <Button tone="accent" icon={Check} onClick={go.run}>
        {t("wrap.done")}
      </Button>
    </div>
  );
}
