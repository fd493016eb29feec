// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { dialled, looksDiallable, shownNumber } from "@/core/number";
import { useDesk } from "@/core/store";
import { useUi } from "@/core/ui";
import type { CallView } from "@/core/wire";
import { PersonRow } from "@/features/people/person-row";
import { usePeople } from "@/features/people/usePeople";
import { faultText, hands } from "@/hooks/useActions";
import { useScene } from "@/hooks/useScene";
import { Spinner } from "@/ui/bits";
import { Dialog } from "@/ui/dialog";
import { Input } from "@/ui/field";
import { PhoneForwarded } from "@/ui/icons";
import { Segments } from "@/ui/segments";
import { toast } from "@/ui/toast";

export function TransferDialog() {
  const { call, ui } = useScene();
  const callId = ui.transfer;
  // The caller may hang up while we still choose.
  const open = callId !== null && call?.call_id === callId;
  const close = () => useUi.setState({ transfer: null });
  return open ? <Choose call={call} close={close} /> : null;
}

const HOWS = ["now", "first"] as const;
type How = (typeof HOWS)[number];

function Choose({ call, close }: { call: CallView; close(): void }) {
  const { t } = useTranslation();
  const [how, setHow] = useState<How>("now");
  const mayConsult = call.can.includes("consult");
  const mayTransfer = call.can.includes("transfer");
  const asks = mayConsult && (how === "first" || !mayTransfer);
  const [q, setQ] = useState("");
  const [busy, setBusy] = useState(false);
  const me = useDesk((s) => s.me?.user_id);
  const queues = useDesk((s) => s.queues);
  const { people, isPending } = usePeople(q);
  const others = people.filter((p) => p.user_id !== me && p.number);
  const outside =
    looksDiallable(q) && !others.some((p) => p.number === dialled(q) || p.short_number === dialled(q))
      ? dialled(q)
      : null;

  const send = async (to: string) => {
    if (busy) return;
    setBusy(true);
    try {
      await hands.send({ type: asks ? "call.consult" : "call.transfer", call_id: call.call_id, to });
      // The card shows a consultation; a transfer takes the card away.
      if (!asks) toast("done", t("transfer.done"));
      close();
    } catch (error) {
      toast("fault", faultText(error));
      setBusy(false);
    }
  };
  const name = call.peer.name || shownNumber(call.peer.number);
  const first = outside ?? others[0]?.number ?? null;
  return (
    <Dialog
      open
      onClose={close}
      title={t(mayTransfer ? "transfer.title" : "conference.add")}
      description={mayTransfer ? t("transfer.text", { name }) : t("conference.add_text")}
    >
      <div className="flex flex-col items-start gap-2.5 px-5 pb-2">
        {mayConsult && mayTransfer && (
          <Segments
            label={t("consult.how")}
            value={how}
            onChange={(value) => setHow(value as How)}
            choices={HOWS.map((value) => ({ value, label: t(`consult.${value}`) }))}
          />
        )}
        <Input
          autoFocus
          value={q}
          onChange={(e) => setQ(e.target.value)}
          onKeyDown={(e) => e.key === "Enter" && !e.nativeEvent.isComposing && q && first && void send(first)}
          placeholder={t("transfer.search")}
          aria-label={t("transfer.search")}
        />
      </div>
      <div className="min-h-52 overflow-y-auto px-2.5 pb-3">
        {outside && (
          <button
            type="button"
            disabled={busy}
            onClick={() => void send(outside)}
            className="flex w-full items-center gap-3 rounded-lg px-2.5 py-2 text-left hover:bg-hover"
          >
            <span className="inline-flex size-8 items-center justify-center rounded-full bg-accent-wash text-accent-ink">
              <PhoneForwarded aria-hidden size={15} />
            </span>
            <span className="figures text-sm font-medium">
              {t(asks ? "consult.to_number" : "transfer.to_number", { number: shownNumber(outside) })}
            </span>
          </button>
        )}
        {isPending && (
          <div className="p-4">
            <Spinner label={t("common.loading")} />
          </div>
        )}
        {!isPending && others.length === 0 && !outside && (
          <p className="px-3 py-8 text-center text-sm text-ink-3">{t("people.none")}</p>
        )}
        {others.map((p) => (
          <PersonRow key={p.user_id} person={p} disabled={busy} onPick={() => p.number && void send(p.number)} />
        ))}
        {!q && !asks && queues.length > 1 && <p className="px-2.5 pt-3 pb-1 text-xs text-ink-3">{t("transfer.tip")}</p>}
      </div>
    </Dialog>
  );
}
