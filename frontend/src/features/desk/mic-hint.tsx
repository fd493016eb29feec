// SPDX-License-Identifier: Apache-2.0
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { mute } from "@/actions/call";
import { type Hint, listened, NOT_LISTENED } from "@/core/hints";
import { type LevelMeter, meter } from "@/core/level";
import { maybeSession } from "@/core/session";
import { useDesk } from "@/core/store";
import type { CallView } from "@/core/wire";
import { useAction } from "@/hooks/useActions";
import { Button } from "@/ui/button";
import { MicOff } from "@/ui/icons";

/** Tells who talks into a muted or dead microphone, before the caller has to. */
export function MicHint({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const hint = useHint(call);
  const { run } = useAction(mute);
  if (!hint) return null;
  return (
    <div
      role="status"
      className="mt-3 flex flex-wrap items-center gap-3 rounded-lg bg-warn-wash px-3.5 py-2 text-sm text-warn-ink"
    >
      <MicOff aria-hidden size={15} />
      <span className="min-w-40 flex-1">{t(`hint.${hint}`)}</span>
      {hint === "speaking_while_muted" ? (
        <Button size="sm" onClick={run}>
          {t("action.unmute")}
        </Button>
      ) : (
        <Link to="/settings" className="font-medium underline underline-offset-2">
          {t("hint.change_device")}
        </Link>
      )}
    </div>
  );
}

function useHint({ call_id: callId, held }: CallView): Hint {
  const [hint, setHint] = useState<Hint>(null);
  useEffect(() => {
    if (held) return;
    let gauge: LevelMeter | null = null;
    let stream: MediaStream | null = null;
    let heard = NOT_LISTENED;
    const timer = setInterval(() => {
      const now = maybeSession()?.microphone.stream ?? null;
      if (now !== stream) {
        gauge?.close();
        stream = now;
        gauge = now ? meter(now) : null;
        heard = NOT_LISTENED;
      }
      if (!gauge) return;
      heard = listened(heard, gauge.read(), useDesk.getState().muted[callId] === true);
      setHint(heard.hint);
    }, 100);
    return () => {
      clearInterval(timer);
      gauge?.close();
      setHint(null);
    };
  }, [callId, held]);
  return hint;
}
