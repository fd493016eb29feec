// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { hangUp } from "@/actions/call";
import { shownNumber } from "@/core/number";
import { duration, secondsSince } from "@/core/time";
import type { CallView } from "@/core/wire";
import { useAction } from "@/hooks/useActions";
import { useNow } from "@/hooks/useNow";
import { Avatar } from "@/ui/bits";
import { Button } from "@/ui/button";
import { PhoneOff, User } from "@/ui/icons";
import { CallKeypad } from "./keypad";

export function Dialling({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const end = useAction(hangUp);
  const now = useNow();
  const number = shownNumber(call.peer.number);
  const asksForKeys = call.can.includes("digits");
  const keys = useRef<HTMLDivElement>(null);
  // Whoever has just dialled from a field goes on typing: the digits are the attendant's now, not the field's.
  useEffect(() => {
    if (asksForKeys) keys.current?.focus();
  }, [asksForKeys]);
  return (
    <div className="sheet flex flex-col items-center px-5 pt-7 pb-6 text-center">
      <Avatar name={call.peer.name || number} size={64} icon={call.peer.name ? undefined : User} />
      <p className="mt-4 text-sm font-medium text-accent-ink">{t(asksForKeys ? "call.attendant" : "call.dialling")}</p>
      <p className="figures mt-1 text-2xl font-semibold">{call.peer.name || number}</p>
      {call.peer.name && <p className="figures mt-0.5 text-base text-ink-2">{number}</p>}
      <p className="figures mt-2 text-sm text-ink-3">{duration(secondsSince(call.offered_at, now))}</p>
      {asksForKeys && (
        <div ref={keys} tabIndex={-1} className="w-full outline-none">
          <CallKeypad call={call} />
        </div>
      )}
      <Button
        tone="stop"
        size="lg"
        icon={PhoneOff}
        onClick={end.run}
        className="mt-6 min-w-44"
        aria-keyshortcuts="Alt+K"
      >
        {t("action.hang_up")}
      </Button>
    </div>
  );
}
