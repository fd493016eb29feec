// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import type { CallDetail } from "@/api/types";
import { shownNumber } from "@/core/number";
import { useDesk } from "@/core/store";
import { duration, fullTime } from "@/core/time";
import { dial, faultText } from "@/hooks/useActions";
import { useScene } from "@/hooks/useScene";
import { languageNow, localeOf } from "@/i18n";
import { Avatar, Empty, Spinner } from "@/ui/bits";
import { Button, IconButton } from "@/ui/button";
import { ArrowLeft, CircleAlert, Phone, User } from "@/ui/icons";
import { Opinion } from "./opinion";
import { Player } from "./player";
import { looks, otherSide } from "./row";
import { Timeline } from "./timeline";
import { Why } from "./why";

export function Detail({ callId }: { callId: string }) {
  const { t } = useTranslation();
  const { data, error } = useQuery({
    queryKey: ["calls", "one", callId],
    queryFn: () => api.call(callId),
    refetchInterval: (q) =>
      q.state.data && (!q.state.data.ended_at || q.state.data.recordings.some((r) => r.state === "recording"))
        ? 1500
        : false,
  });
  return (
    <section aria-label={t("history.detail")} className="sheet min-h-0 flex-1 overflow-y-auto">
      {!data && !error && (
        <div className="p-6">
          <Spinner label={t("common.loading")} />
        </div>
      )}
      {error && <Empty icon={CircleAlert} title={faultText(error)} />}
      {data && <Card call={data} />}
    </section>
  );
}

function Card({ call }: { call: CallDetail }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { mine, call: current } = useScene();
  const own = useDesk((s) => s.me?.number ?? null);
  const side = otherSide(call, own);
  const number = shownNumber(side.number);
  const { icon: Icon, label, tone } = looks(call, own);
  return (
    <>
      <div className="flex items-center gap-4 px-5 pt-5">
        <IconButton
          icon={ArrowLeft}
          label={t("history.back")}
          onClick={() => void navigate({ to: "/history", search: {} })}
          className="-ml-2 lg:hidden"
        />
        <span className="max-sm:hidden">
          <Avatar name={side.name || number} size={44} icon={side.name ? undefined : User} />
        </span>
        <div className="min-w-0 flex-1">
          <h2 className="figures truncate font-semibold text-lg sm:text-xl">{side.name || number}</h2>
          <p className={`flex flex-wrap items-center gap-x-1.5 text-sm whitespace-nowrap ${tone}`}>
            <Icon aria-hidden size={14} />
            {t(label)}
            {side.name && <span className="figures text-ink-3">{number}</span>}
          </p>
        </div>
        <Button icon={Phone} disabled={!mine || current !== null} onClick={() => void dial(side.number)}>
          <span className="max-sm:sr-only">{t("history.call_back")}</span>
        </Button>
      </div>
      <div className="px-5 pt-5">
        {call.recordings.map((r) => (
          <Player key={r.recording_id} recording={r} />
        ))}
        {call.recordings.length === 0 && call.answered_at && (
          <p className="rounded-lg bg-sunken px-4 py-3 text-sm text-ink-3 ring-1 ring-line ring-inset">
            {t("player.none")}
          </p>
        )}
      </div>
      <Facts call={call} />
      <Opinion call={call} />
      <Timeline call={call} />
      <Why call={call} />
    </>
  );
}

function Facts({ call }: { call: CallDetail }) {
  const { t } = useTranslation();
  const causes = useDesk((s) => s.causes);
  const language = languageNow();
  const who = (n: string, name: string | null) => (name ? `${name} · ${shownNumber(n)}` : shownNumber(n));
  const facts: [string, string | null][] = [
    ["fact.from", who(call.from_number, call.from_name)],
    ["fact.to", who(call.to_number, call.to_name)],
    ["fact.queue", call.queue?.name || null],
    ["fact.agent", call.agent ? `${call.agent.name} · ${call.agent.agent_number}` : null],
    ["fact.started", fullTime(call.started_at, localeOf(language))],
    ["fact.waited", duration(call.wait_s)],
    ["fact.talked", call.answered_at ? duration(call.talk_s) : null],
    ["fact.ended_by", call.ended_by ? t(`ended_by.${call.ended_by}`) : null],
    ["fact.cause", causes[call.cause]?.[language] ?? null],
  ];
  return (
    <dl className="mx-5 mt-5 grid grid-cols-2 gap-x-6 gap-y-3.5 border-t border-line pt-4 sm:grid-cols-3">
      {facts.map(([key, value]) =>
        value === null ? null : (
          <div key={key} className="min-w-0">
            <dt className="text-xs text-ink-3">{t(key)}</dt>
            <dd className="figures mt-0.5 text-sm font-medium break-words">{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
