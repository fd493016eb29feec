// SPDX-License-Identifier: Apache-2.0
import { useMutation, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import type { CallDetail, Considered, Offer, ReplayWish } from "@/api/types";
import { useDesk } from "@/core/store";
import { STRATEGIES } from "@/core/strategies";
import { duration } from "@/core/time";
import { faultText } from "@/hooks/useActions";
import { languageNow } from "@/i18n";
import { Badge, type Tone } from "@/ui/bits";
import { Select } from "@/ui/select";
import { chances, groupsOf } from "./reasons";

const TONES: Record<Offer["outcome"], Tone> = {
  ringing: "accent",
  answered: "go",
  refused: "warn",
  missed: "warn",
  cancelled: "neutral",
  failed: "stop",
};

/** Why the call went where it went: each offer of a queue, with its reasons. */
export function Why({ call }: { call: CallDetail }) {
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: ["calls", "offers", call.call_id, call.log.length],
    queryFn: () => api.offers(call.call_id),
    enabled: call.queue !== null,
    placeholderData: (before) => before,
  });
  const offers = data?.offers ?? [];
  if (offers.length === 0) return null;
  return (
    <section aria-label={t("why.title")} className="mx-5 mt-3 mb-5 border-t border-line pt-4">
      <h3 className="text-sm font-semibold">{t("why.title")}</h3>
      <ol className="mt-2 space-y-2">
        {offers.map((offer) => (
          <li key={offer.n}>
            <OfferCard callId={call.call_id} offer={offer} open={offer === offers.at(-1)} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function OfferCard({ callId, offer, open }: { callId: string; offer: Offer; open: boolean }) {
  const { t } = useTranslation();
  const manages = useDesk((s) => s.me?.rights.includes("queue.manage") ?? false);
  const causes = useDesk((s) => s.causes);
  const names = (people: { name: string }[]) => people.map((p) => p.name).join(t("why.comma"));
  const said = t(`why.outcome_${offer.outcome}`, { cause: causes[offer.cause]?.[languageNow()] ?? "" });
  return (
    <details open={open} className="group rounded-xl bg-sunken ring-1 ring-line ring-inset">
      <summary className="flex min-h-11 cursor-pointer flex-wrap items-center gap-x-2.5 gap-y-1 rounded-xl px-3.5 py-2 text-sm">
        <span className="figures text-ink-3">{offer.n}</span>
        <span className="min-w-0 font-medium break-words">
          {offer.answered_by?.name ?? (names(offer.rung) || t("why.nobody"))}
        </span>
        <Badge tone={TONES[offer.outcome]}>{said}</Badge>
        {offer.after_s !== null && (
          <span className="figures ml-auto text-xs text-ink-3">{t("why.rang", { time: duration(offer.after_s) })}</span>
        )}
      </summary>
      <div className="space-y-3 px-3.5 pb-3.5 text-sm">
        <p className="text-ink-2">
          {t("why.decided", { waited: duration(offer.waited_s), strategy: t(`why.strategy_${offer.strategy}`) })}{" "}
          {Object.keys(offer.needs).length > 0 && t("why.needs", { skills: skillsOf(offer.needs) })}{" "}
          {offer.line > 0 && t("why.line", { n: offer.line })}
        </p>
        <Ranking considered={offer.considered} strategy={offer.strategy} />
        <LeftOut offer={offer} />
        {manages && offer.can_replay && <Replay callId={callId} offer={offer} />}
      </div>
    </details>
  );
}

const skillsOf = (needs: Readonly<Record<string, number>>): string =>
  Object.entries(needs)
    .map(([skill, level]) => `${skill} ≥ ${level}`)
    .join(", ");

function Ranking({ considered, strategy }: { considered: readonly Considered[]; strategy: string }) {
  const { t } = useTranslation();
  const eligible = considered.filter((c) => c.place !== null);
  if (eligible.length === 0) return <p className="text-ink-3">{t("why.none_eligible")}</p>;
  return (
    <ol aria-label={t("why.eligible")} className="divide-y divide-line rounded-lg bg-sheet ring-1 ring-line">
      {eligible.map((c) => (
        <li key={c.user_id} className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 px-3 py-1.5">
          <span className="figures w-4 text-xs text-ink-3">{c.place}</span>
          <span className="min-w-24 flex-1 font-medium break-words">{c.name}</span>
          <span className="figures text-xs text-ink-3">
            {chances(c, strategy)
              .map(({ key, words }) => t(key, words))
              .join(" · ")}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Those who could not be rung, together by reason: three lines say more than sixty. */
function LeftOut({ offer }: { offer: Offer }) {
  const { t } = useTranslation();
  const groups = groupsOf(offer);
  if (groups.length === 0) return null;
  return (
    <dl aria-label={t("why.left_out")} className="space-y-1">
      {groups.map((g) => (
        <div key={g.key + g.skill} className="flex flex-wrap gap-x-2">
          <dt className="text-ink-3">
            {t(`why.obstacle_${g.key}`, { skill: g.skill })} <span className="figures">({g.count})</span>
          </dt>
          <dd className="min-w-0 break-words text-ink-2">
            {g.names.join(t("why.comma"))}
            {g.count > g.names.length && " …"}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Replay({ callId, offer }: { callId: string; offer: Offer }) {
  const { t } = useTranslation();
  const box = useId();
  const [strategy, setStrategy] = useState<string>(offer.strategy);
  const [anySkill, setAnySkill] = useState(false);
  const { mutate, data, error } = useMutation({ mutationFn: (wish: ReplayWish) => api.replay(callId, offer.n, wish) });
  const ask = (name: string, without: boolean) => {
    setStrategy(name);
    setAnySkill(without);
    mutate({ strategy: name as NonNullable<ReplayWish["strategy"]>, ...(without ? { needs: [] } : {}) });
  };
  const choices = STRATEGIES.map((value) => ({ value, label: t(`why.strategy_${value}`) }));
  const rung = data?.rung.map((p) => p.name).join(t("why.comma"));
  return (
    <div className="border-t border-line pt-3">
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-ink-2">{t("why.what_if")}</span>
        <Select
          label={t("why.what_if_label")}
          value={strategy}
          choices={choices}
          onChange={(name) => ask(name, anySkill)}
          className="w-44!"
        />
        {Object.keys(offer.needs).length > 0 && (
          <label htmlFor={box} className="inline-flex items-center gap-2 text-ink-2">
            <input id={box} type="checkbox" checked={anySkill} onChange={(e) => ask(strategy, e.target.checked)} />
            {t("why.any_skill")}
          </label>
        )}
      </div>
      <p role="status" className="my-2 min-h-5 text-ink-2">
        {error && faultText(error)}
        {data && (
          <>
            {rung ? t("why.then", { names: rung }) : t("why.then_nobody")}{" "}
            <Badge tone={data.is_same ? "neutral" : "accent"}>{t(data.is_same ? "why.same" : "why.different")}</Badge>
            {!data.is_whole && <span className="ml-2 text-xs text-ink-3">{t("why.not_whole")}</span>}
          </>
        )}
      </p>
      {data && data.considered.length > 0 && (
        <Ranking considered={data.considered.slice(0, 5)} strategy={data.strategy} />
      )}
    </div>
  );
}
