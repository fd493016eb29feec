// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { hangUp, mute } from "@/actions/call";
import type { Mode } from "@/core/board";
import { shownNumber } from "@/core/number";
import { useDesk, useLive } from "@/core/store";
import { duration, secondsSince } from "@/core/time";
import type { CallView, Party } from "@/core/wire";
import { useAction } from "@/hooks/useActions";
import { useNow } from "@/hooks/useNow";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Ear, LogOut, type LucideIcon, MessageSquare, Mic, MicOff, PhoneOff, UserCheck, Users } from "@/ui/icons";
import { order, supervise, takeOver } from "./acts";

const LOOKS: Record<Mode, { icon: LucideIcon; box: string; pill: string }> = {
  listen: { icon: Ear, box: "border-line-2", pill: "bg-hover text-ink" },
  whisper: { icon: MessageSquare, box: "border-warn ring-3 ring-warn-wash", pill: "bg-warn-wash text-warn-ink" },
  barge: { icon: Users, box: "border-stop ring-3 ring-stop-wash", pill: "bg-stop text-white" },
};

/** Beside somebody else's talk: who hears us stands larger than anything else, on every page. */
export function SuperviseBar({ call, mode }: { call: CallView; mode: Mode }) {
  const { t } = useTranslation();
  const now = useNow();
  const agent = call.parties.find((p) => p.role === "agent");
  const customer = call.parties.find((p) => p.role === "caller" || p.role === "other");
  const line = useLive((s) => s.lines[call.leg_id]);
  const leave = useAction(hangUp);
  return (
    <section
      aria-label={t("supervise.beside")}
      className={cx(
        "mx-3 mb-2.5 flex shrink-0 flex-wrap items-center gap-x-5 gap-y-2 rounded-sheet border-2 bg-sheet px-4 py-2.5 md:mr-4 md:ml-1",
        LOOKS[mode].box,
      )}
    >
      <HeardBy call={call} mode={mode} agent={agent} />
      <div className="min-w-0">
        <p className="truncate text-sm font-semibold">
          {nameOf(agent)} <span className="text-ink-3">↔</span> {nameOf(customer)}
        </p>
        <p className="figures text-xs text-ink-3">
          {line === "connected" || line === undefined
            ? duration(secondsSince(call.answered_at ?? call.offered_at, now))
            : t(line === "lost" ? "call.media_lost" : "call.media_connecting")}
        </p>
      </div>
      <fieldset aria-label={t("supervise.how")} className="flex gap-1">
        {(["listen", "whisper", "barge"] as const).map((each) => (
          <Button
            key={each}
            icon={LOOKS[each].icon}
            aria-pressed={each === mode}
            onClick={() => each !== mode && void supervise(call, each)}
          >
            {t(`supervise.${each}`)}
          </Button>
        ))}
      </fieldset>
      <div className="ml-auto flex flex-wrap gap-1">
        {mode !== "listen" && <MuteButton />}
        <Sure icon={UserCheck} label={t("supervise.take_over")} onSure={() => void takeOver(call)} />
        <Sure
          icon={PhoneOff}
          label={t("supervise.end")}
          onSure={() => void order({ type: "call.end", call_id: call.call_id })}
        />
        <Button tone="accent" icon={LogOut} onClick={leave.run} aria-keyshortcuts="Alt+K">
          {t("supervise.leave")}
        </Button>
      </div>
    </section>
  );
}

const nameOf = (party: Party | undefined): string => (party ? party.name || shownNumber(party.number) : "–");

function HeardBy({ call, mode, agent }: { call: CallView; mode: Mode; agent: Party | undefined }) {
  const { t } = useTranslation();
  const muted = useDesk((s) => s.muted[call.call_id] === true);
  const mic = useLive((s) => s.mic);
  const silent = mode === "listen" || muted || mic === "denied" || mic === "missing" || mic === "busy";
  const who = silent
    ? t("supervise.nobody")
    : mode === "whisper"
      ? t("supervise.only", { name: nameOf(agent) })
      : t("supervise.both");
  const Icon = silent ? MicOff : Mic;
  return (
    <p
      role="status"
      data-testid="heard-by"
      className={cx("flex min-w-0 items-center gap-2.5 rounded-lg px-3 py-1.5", LOOKS[silent ? "listen" : mode].pill)}
    >
      <Icon aria-hidden size={22} className="shrink-0" />
      <span className="flex min-w-0 flex-col">
        <span className="text-xs">{t("supervise.heard_by")}</span>
        <span className="truncate text-lg font-semibold">{who}</span>
      </span>
    </p>
  );
}

function MuteButton() {
  const { t } = useTranslation();
  const { run } = useAction(mute);
  const muted = useDesk((s) => Object.values(s.muted).some(Boolean));
  return (
    <Button icon={muted ? MicOff : Mic} aria-pressed={muted} aria-keyshortcuts="Alt+M" onClick={run}>
      {t(muted ? "action.unmute" : "action.mute")}
    </Button>
  );
}

const SURE_FOR_MS = 4000;

/** What cannot be undone asks for a second press, in the same place. */
function Sure({ icon, label, onSure }: { icon: LucideIcon; label: string; onSure(): void }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    if (!asked) return;
    const timer = setTimeout(() => setAsked(false), SURE_FOR_MS);
    return () => clearTimeout(timer);
  }, [asked]);
  const press = () => {
    setAsked(!asked);
    if (asked) onSure();
  };
  return (
    <Button tone={asked ? "stop" : "stop-quiet"} icon={icon} onClick={press}>
      {asked ? t("supervise.sure", { what: label }) : label}
    </Button>
  );
}
