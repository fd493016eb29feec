// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { shownNumber } from "@/core/number";
import type { CallView } from "@/core/wire";
import { faultText, hands } from "@/hooks/useActions";
import { Avatar } from "@/ui/bits";
import { Button } from "@/ui/button";
import { User } from "@/ui/icons";
import { toast } from "@/ui/toast";

/** Calls besides the one in hand: one ringing while talking, one on hold. */
export function OtherCalls({ calls }: { calls: readonly CallView[] }) {
  const { t } = useTranslation();
  return (
    <ul aria-label={t("call.others")} className="sheet divide-y divide-line">
      {calls.map((c) => (
        <li key={c.call_id} className="flex items-center gap-3 px-4 py-2.5">
          <Avatar name={c.peer.name || c.peer.number} icon={c.peer.name ? undefined : User} />
          <div className="min-w-0 flex-1">
            <p className="figures truncate text-sm font-medium">{c.peer.name || shownNumber(c.peer.number)}</p>
            <p className="text-xs text-ink-3">{t(c.held ? "call.held" : `call.state_${c.state}`)}</p>
          </div>
          <Verbs call={c} />
        </li>
      ))}
    </ul>
  );
}

function Verbs({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const send = (command: Parameters<typeof hands.send>[0]) =>
    void hands.send(command).catch((e: unknown) => toast("fault", faultText(e)));
  const id = call.call_id;
  if (call.state === "ringing") {
    return (
      <>
        <Button size="sm" tone="stop-quiet" onClick={() => send({ type: "call.refuse", call_id: id })}>
          {t("action.refuse")}
        </Button>
        <Button size="sm" tone="go" onClick={() => send({ type: "call.answer", call_id: id })}>
          {t("action.answer")}
        </Button>
      </>
    );
  }
  return (
    <>
      {call.can.includes("hold") && (
        <Button size="sm" onClick={() => send({ type: "call.hold", call_id: id, on: !call.held })}>
          {t(call.held ? "action.resume" : "action.hold")}
        </Button>
      )}
      <Button size="sm" tone="stop-quiet" onClick={() => send({ type: "call.hang_up", call_id: id })}>
        {t("action.hang_up")}
      </Button>
    </>
  );
}
