// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { shownNumber } from "@/core/number";
import type { CallView, Party } from "@/core/wire";
import { faultText, hands } from "@/hooks/useActions";
import { Avatar, Badge } from "@/ui/bits";
import { IconButton } from "@/ui/button";
import { User, UserMinus } from "@/ui/icons";
import { toast } from "@/ui/toast";

/** Whether more than two talk: then anybody of ours may drop one, and nobody is just being asked. */
export function isConference(call: CallView): boolean {
  return call.can.includes("drop") && call.consult === null;
}

/** Who talks, the customer first, oneself last. Who is still being rung is not there yet. */
export function talkers(call: CallView): Party[] {
  const there = call.parties.filter((p) => p.state !== "ringing");
  return [...there.filter((p) => p.leg_id !== call.leg_id), ...there.filter((p) => p.leg_id === call.leg_id)];
}

export function Conference({ call }: { call: CallView }) {
  const { t } = useTranslation();
  return (
    <ul
      aria-label={t("consult.parties")}
      aria-live="polite"
      className="mt-3 divide-y divide-line rounded-lg ring-1 ring-line ring-inset"
    >
      {talkers(call).map((party) => (
        <Row key={party.leg_id} call={call} party={party} />
      ))}
    </ul>
  );
}

function Row({ call, party }: { call: CallView; party: Party }) {
  const { t } = useTranslation();
  const name = party.name || shownNumber(party.number);
  const mine = party.leg_id === call.leg_id;
  const drop = () =>
    void hands
      .send({ type: "call.drop", call_id: call.call_id, leg_id: party.leg_id })
      .catch((e: unknown) => toast("fault", faultText(e)));
  return (
    <li className="flex min-h-13 items-center gap-3 px-3 py-2">
      <Avatar name={name} size={32} icon={party.name ? undefined : User} />
      <span className="min-w-0 flex-1">
        <span className="figures block truncate text-sm font-medium">{name}</span>
        <span className="figures block truncate text-xs text-ink-3">
          {t(mine ? "conference.me" : `conference.role_${party.role}`)}
          {party.name && party.number && ` · ${shownNumber(party.number)}`}
        </span>
      </span>
      {party.state === "held" && <Badge tone="warn">{t("conference.away")}</Badge>}
      {!mine && party.role !== "supervisor" && (
        <IconButton icon={UserMinus} size="sm" label={t("conference.drop", { name })} onClick={drop} />
      )}
    </li>
  );
}
