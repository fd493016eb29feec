// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { Action } from "@/actions/action";
import { complete, conference, drop, hangUp, hold, keypad, mute, park, swap, transfer } from "@/actions/call";
import { ariaKeys } from "@/actions/keys";
import { shownNumber } from "@/core/number";
import { useLive } from "@/core/store";
import { duration, secondsSince } from "@/core/time";
import type { CallView } from "@/core/wire";
import { useAction } from "@/hooks/useActions";
import { useNow } from "@/hooks/useNow";
import { useScene } from "@/hooks/useScene";
import { Avatar, Badge } from "@/ui/bits";
import { cx } from "@/ui/cx";
import { Ear, Megaphone, MicOff, Play, Smartphone, User, UserPlus } from "@/ui/icons";
import { Keys } from "@/ui/keys";
import { Tip } from "@/ui/tooltip";
import { Conference, isConference, talkers } from "./conference";
import { Consulting } from "./consulting";
import { CallKeypad } from "./keypad";
import { LiveTrace } from "./live-trace";
import { MicHint } from "./mic-hint";
import { MiniButton } from "./mini";
import { QualityBars } from "./quality-bars";

export function Talking({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const { ui } = useScene();
  const line = useLive((s) => s.lines[call.leg_id]);
  return (
    <div className={cx("sheet px-5 pt-5 pb-4", call.held && "border-warn/50")}>
      <Who call={call} />
      {call.media === "browser" ? (
        <div className="relative mt-4 rounded-lg bg-sunken px-3 py-2 ring-1 ring-line ring-inset">
          <LiveTrace call={call} />
          {(line === "connecting" || line === "lost") && (
            <p
              role="status"
              className="absolute inset-0 flex items-center justify-center rounded-lg bg-sunken/85 text-sm font-medium text-warn-ink"
            >
              {t(line === "lost" ? "call.media_lost" : "call.media_connecting")}
            </p>
          )}
        </div>
      ) : (
        <p className="mt-4 flex items-center gap-2 rounded-lg bg-sunken px-4 py-5 text-sm text-ink-2 ring-1 ring-line ring-inset">
          <Smartphone aria-hidden size={16} />
          {t("call.on_phone_long")}
        </p>
      )}
      <Beside call={call} />
      <Facts call={call} />
      {call.media === "browser" && <MicHint call={call} />}
      {call.consult && <Consulting call={call} consulted={call.consult} />}
      {isConference(call) && <Conference call={call} />}
      {call.consult ? <ConsultControls /> : <Controls conferring={isConference(call)} />}
      {ui.keypad && <CallKeypad call={call} />}
    </div>
  );
}

function Who({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const now = useNow();
  const number = shownNumber(call.peer.number);
  return (
    <div className="flex items-start gap-4">
      <Avatar name={call.peer.name || number} size={48} icon={call.peer.name ? undefined : User} />
      <div className="min-w-0 flex-1">
        <p className="figures truncate text-lg font-semibold sm:text-xl">{call.peer.name || number}</p>
        <div className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-ink-3">
          {call.peer.name && <span className="figures">{number}</span>}
          {call.queue && <Badge tone="accent">{call.queue.name}</Badge>}
          {isConference(call) && <Badge tone="go">{t("conference.count", { count: talkers(call).length })}</Badge>}
          {call.waited_s !== null && call.queue && (
            <span className="figures">{t("call.waited", { time: duration(call.waited_s) })}</span>
          )}
          {!call.queue && <span>{t(`call.direction_${call.direction}`)}</span>}
        </div>
      </div>
      <div className="text-right">
        <p role="timer" aria-label={t("call.length")} className="figures text-2xl font-semibold">
          {duration(secondsSince(call.answered_at, now))}
        </p>
        {call.held && <p className="text-sm font-medium text-warn-ink">{t("call.held")}</p>}
        {!call.held && call.held_by_peer && (
          <p className="text-sm font-medium text-warn-ink">
            {call.slot ? t("park.you", { slot: call.slot }) : t("call.held_by_peer")}
          </p>
        )}
        {!call.held && !call.held_by_peer && call.recording && (
          <p className="inline-flex items-center gap-1.5 text-sm text-stop-ink">
            <span aria-hidden className="blink size-2 rounded-full bg-stop" />
            {t("call.recording")}
          </p>
        )}
      </div>
    </div>
  );
}

/** A supervisor who speaks to us alone, or to all: who hears them must be plain before one answers them. */
function Beside({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const there = call.parties.filter((p) => p.role === "supervisor" && p.leg_id !== call.leg_id);
  const heard = there.filter((p) => p.mode === "whisper" || (p.mode === "barge" && !isConference(call)));
  return (
    <ul aria-label={t("call.beside")} aria-live="polite" className="empty:hidden">
      {heard.map((p) => (
        <li
          key={p.leg_id}
          className="mt-2.5 flex items-center gap-2 rounded-lg bg-accent-wash px-3.5 py-2 text-sm text-accent-ink"
        >
          {p.mode === "whisper" ? <Ear aria-hidden size={16} /> : <Megaphone aria-hidden size={16} />}
          {t(p.mode === "whisper" ? "call.whispered" : "call.barged", { name: p.name })}
        </li>
      ))}
    </ul>
  );
}

function Facts({ call }: { call: CallView }) {
  const { t } = useTranslation();
  return (
    <div className="mt-2.5 flex min-h-6 flex-wrap items-center gap-x-4 gap-y-1 text-xs text-ink-3">
      {call.media === "browser" && (
        <>
          <span className="inline-flex items-center gap-1.5">
            <span aria-hidden className="h-2.5 w-0.75 rounded-full bg-theirs" />
            {t("call.theirs")}
          </span>
          <span className="inline-flex items-center gap-1.5">
            <span aria-hidden className="h-2.5 w-0.75 rounded-full bg-ours" />
            {t("call.ours")}
          </span>
        </>
      )}
      {call.digits && (
        <span className="figures">
          {t("call.digits")}{" "}
          <b className="font-semibold tracking-widest text-ink-2" data-testid="caller-keys">
            {call.digits}
          </b>
        </span>
      )}
      <span className="ml-auto flex items-center gap-1">
        <QualityBars legId={call.leg_id} />
        <MiniButton />
      </span>
    </div>
  );
}

function Controls({ conferring }: { conferring: boolean }) {
  return (
    <div className="mt-4 flex flex-wrap items-stretch gap-2">
      <Control action={mute} onIcon={MicOff} />
      <Control action={hold} onIcon={Play} />
      {!conferring && <Control action={keypad} />}
      <Control action={transfer} {...(conferring ? { icon: UserPlus } : {})} />
      {!conferring && <Control action={park} />}
      <Control action={hangUp} danger />
    </div>
  );
}

/** No "End" here, and it is said why: while one consults, hanging up completes (docs/browser-api.md). */
function ConsultControls() {
  const { t } = useTranslation();
  const scene = useScene();
  const { keys } = useAction(hangUp);
  return (
    <>
      <div className="mt-4 flex flex-wrap items-stretch gap-2">
        <Control action={mute} onIcon={MicOff} />
        {[swap, complete, conference, drop].map((a) => a.available(scene) && <Control key={a.id} action={a} />)}
      </div>
      <p className="mt-2.5 flex flex-wrap items-center gap-1.5 text-xs text-ink-3">
        {t(complete.available(scene) ? "consult.end_completes" : "consult.end_leaves")}
        {keys && (
          <span className="hidden md:inline">
            <Keys value={keys} />
          </span>
        )}
      </p>
    </>
  );
}

interface ControlProps {
  action: Action;
  icon?: Action["icon"];
  onIcon?: Action["icon"];
  danger?: boolean;
}

function Control({ action, icon = action.icon, onIcon, danger = false }: ControlProps) {
  const { t } = useTranslation();
  const scene = useScene();
  const { run, keys } = useAction(action);
  const on = action.checked?.(scene) ?? false;
  const Icon = on && onIcon ? onIcon : icon;
  const label = t(action.label(scene));
  return (
    <Tip label={label} keys={keys} side="bottom">
      <button
        type="button"
        onClick={run}
        disabled={!action.available(scene)}
        {...(action.checked ? { "aria-pressed": on } : {})}
        {...(keys ? { "aria-keyshortcuts": ariaKeys(keys) } : {})}
        className={cx(
          "flex h-15 min-w-20 flex-1 sm:min-w-16 flex-col items-center justify-center gap-1 rounded-xl text-xs font-medium transition-colors disabled:opacity-40",
          danger && "bg-stop text-white hover:bg-stop-2",
          !danger && on && "bg-warn-wash text-warn-ink ring-1 ring-warn/40 ring-inset",
          !danger && !on && "bg-sunken text-ink-2 ring-1 ring-line ring-inset hover:bg-hover hover:text-ink",
        )}
      >
        <Icon aria-hidden size={19} strokeWidth={1.9} />
        {label}
      </button>
    </Tip>
  );
}
