// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { answer, refuse } from "@/actions/call";
import { shownNumber } from "@/core/number";
import { duration, secondsSince, secondsUntil } from "@/core/time";
import type { CallView } from "@/core/wire";
import { useAction } from "@/hooks/useActions";
import { useNow } from "@/hooks/useNow";
import { useScene } from "@/hooks/useScene";
import { Avatar, Badge } from "@/ui/bits";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Phone, PhoneX, Smartphone, User } from "@/ui/icons";
import { Keys } from "@/ui/keys";

export function Ringing({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const now = useNow(250);
  const number = shownNumber(call.peer.number);
  const waited = (call.waited_s ?? 0) + secondsSince(call.offered_at, now);
  return (
    <div
      role="alertdialog"
      aria-label={t("ring.title")}
      aria-describedby="ring-who"
      className="sheet relative overflow-hidden border-go/50 px-5 pt-7 pb-6 ring-3 ring-go-wash"
    >
      <Expiry call={call} now={now} />
      <div id="ring-who" className="flex flex-col items-center text-center">
        <span className="pulse-ring rounded-full">
          <Avatar name={call.peer.name || number} size={64} icon={call.peer.name ? undefined : User} />
        </span>
        <p className="mt-5 text-sm font-medium text-go-ink">
          {call.slot
            ? t("park.ring", { slot: call.slot })
            : t(call.callback ? "ring.callback" : call.direction === "internal" ? "ring.internal" : "ring.title")}
        </p>
        <p className="figures mt-1 text-2xl font-semibold">{call.peer.name || number}</p>
        {call.peer.name && <p className="figures mt-0.5 text-base text-ink-2">{number}</p>}
        <div className="mt-3 flex flex-wrap items-center justify-center gap-1.5">
          {call.queue && <Badge tone="accent">{call.queue.name}</Badge>}
          {call.queue && !call.slot && <Badge>{t("call.waited", { time: duration(waited) })}</Badge>}
          {call.callback && call.callback.attempt > 1 && (
            <Badge tone="warn">{t("ring.attempt", { n: call.callback.attempt, of: call.callback.tries })}</Badge>
          )}
          {call.media === "phone" && (
            <Badge>
              <Smartphone aria-hidden size={12} />
              {t("call.on_phone")}
            </Badge>
          )}
        </div>
      </div>
      <Choice call={call} />
    </div>
  );
}

function Choice({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const yes = useAction(answer);
  const no = useAction(refuse);
  const { mine } = useScene();
  const here = call.can.includes("answer");
  const notHere = here && call.media === "browser" && !mine;
  return (
    <>
      <div className={cx("mx-auto mt-6 grid gap-2.5", here ? "max-w-96 grid-cols-2" : "max-w-48")}>
        <Button tone="stop-quiet" size="lg" icon={PhoneX} onClick={no.run}>
          {t("action.refuse")}
        </Button>
        {here && (
          <Button tone="go" size="lg" icon={Phone} onClick={yes.run} disabled={notHere} aria-keyshortcuts="Alt+J">
            {t("action.answer")}
            {yes.keys && (
              <span className="hidden opacity-90 md:inline">
                <Keys value={yes.keys} inverse />
              </span>
            )}
          </Button>
        )}
      </div>
      {notHere && <p className="mt-3 text-center text-xs text-ink-3">{t("ring.not_here")}</p>}
      {!here && <p className="mt-3 text-center text-sm text-ink-2">{t("ring.on_phone")}</p>}
    </>
  );
}

/** How much of the time to answer is left. */
function Expiry({ call, now }: { call: CallView; now: number }) {
  if (!call.offer_expires_at) return null;
  const whole = (Date.parse(call.offer_expires_at) - Date.parse(call.offered_at)) / 1000;
  const share = Math.min(1, secondsUntil(call.offer_expires_at, now) / Math.max(1, whole));
  return (
    <div aria-hidden className="absolute inset-x-0 top-0 h-1 bg-go-wash">
      <div className="h-full bg-go transition-[width] duration-250 ease-linear" style={{ width: `${share * 100}%` }} />
    </div>
  );
}
