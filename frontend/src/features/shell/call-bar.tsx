// SPDX-License-Identifier: Apache-2.0
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Action } from "@/actions/action";
import { answer, hangUp, hold, mute, refuse, transfer } from "@/actions/call";
import { shownNumber } from "@/core/number";
import { duration, secondsSince } from "@/core/time";
import type { CallView } from "@/core/wire";
import { useAction } from "@/hooks/useActions";
import { useNow } from "@/hooks/useNow";
import { useScene } from "@/hooks/useScene";
import { IconButton } from "@/ui/button";
import { cx } from "@/ui/cx";
import { MicOff, Play } from "@/ui/icons";

/** The call in hand, on every page but the desk. */
export function CallBar() {
  const { t } = useTranslation();
  const { call } = useScene();
  const now = useNow();
  if (!call) return null;
  const rings = call.state === "ringing";
  const time = rings ? null : duration(secondsSince(call.answered_at ?? call.offered_at, now));
  return (
    <section
      aria-label={t("call.current")}
      className={cx(
        "sheet mx-3 mb-2.5 flex shrink-0 items-center gap-3 px-4 py-2 md:mr-4 md:ml-1",
        rings && "border-go/50 ring-3 ring-go-wash",
      )}
    >
      <Link to="/" className="min-w-0 flex-1">
        <p className="figures truncate text-sm font-semibold">{call.peer.name || shownNumber(call.peer.number)}</p>
        <p className="figures text-xs text-ink-3">
          {t(call.held ? "call.held" : `call.state_${call.state}`)} {time}
        </p>
      </Link>
      <CallVerbs call={call} />
    </section>
  );
}

/** What may be done with a call, in a row of icons. */
export function CallVerbs({ call, wide = false }: { call: CallView; wide?: boolean }) {
  if (call.state === "ringing") {
    return (
      <>
        <Verb action={refuse} tone="stop" wide={wide} />
        <Verb action={answer} tone="go" wide={wide} />
      </>
    );
  }
  return (
    <>
      <Verb action={mute} onIcon={MicOff} wide={wide} />
      <Verb action={hold} onIcon={Play} wide={wide} />
      {!wide && <Verb action={transfer} />}
      <Verb action={hangUp} tone="stop" wide={wide} />
    </>
  );
}

interface VerbProps {
  action: Action;
  tone?: "plain" | "go" | "stop";
  onIcon?: Action["icon"];
  wide?: boolean;
}

function Verb({ action, tone = "plain", onIcon, wide = false }: VerbProps) {
  const { t } = useTranslation();
  const scene = useScene();
  const { run, keys } = useAction(action);
  const on = action.checked?.(scene) ?? false;
  return (
    <IconButton
      icon={on && onIcon ? onIcon : action.icon}
      label={t(action.label(scene))}
      keys={keys}
      tone={tone}
      onClick={run}
      className={cx(wide && "w-auto! flex-1", on && "border-warn/40! bg-warn-wash! text-warn-ink!")}
      disabled={!action.available(scene)}
      {...(action.checked ? { "aria-pressed": on } : {})}
    />
  );
}
