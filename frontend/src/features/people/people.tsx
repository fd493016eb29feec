// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Person } from "@/api/types";
import { isTalking } from "@/core/desk";
import { dial, faultText, hands } from "@/hooks/useActions";
import { useScene } from "@/hooks/useScene";
import { Empty, PanelHead, Spinner } from "@/ui/bits";
import { IconButton } from "@/ui/button";
import { Input } from "@/ui/field";
import { Phone, PhoneForwarded, Users } from "@/ui/icons";
import { toast } from "@/ui/toast";
import { PersonRow } from "./person-row";
import { usePeople } from "./usePeople";

export function People() {
  const { t } = useTranslation();
  const [q, setQ] = useState("");
  const { people, isPending } = usePeople(q);
  return (
    <section aria-label={t("people.title")} className="sheet flex min-h-0 flex-1 flex-col">
      <PanelHead title={t("people.title")} count={people.length} />
      <div className="px-4 pb-2">
        <Input
          type="search"
          value={q}
          onChange={(e) => setQ(e.target.value)}
          placeholder={t("people.search")}
          aria-label={t("people.search")}
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-1.5 pb-2">
        {isPending && (
          <div className="p-4">
            <Spinner label={t("common.loading")} />
          </div>
        )}
        {!isPending && people.length === 0 && <Empty icon={Users} title={t("people.none")} />}
        {people.map((p) => (
          <PersonRow key={p.user_id} person={p}>
            <Reach person={p} />
          </PersonRow>
        ))}
      </div>
    </section>
  );
}

/** Call them, or give them the call in hand. */
function Reach({ person }: { person: Person }) {
  const { t } = useTranslation();
  const { desk, call, mine } = useScene();
  const { number } = person;
  if (!number || person.user_id === desk.me?.user_id) return null;
  if (call && isTalking(call) && call.can.includes("transfer")) {
    const give = () =>
      hands.send({ type: "call.transfer", call_id: call.call_id, to: number }).then(
        () => toast("done", t("transfer.done")),
        (e: unknown) => toast("fault", faultText(e)),
      );
    return (
      <IconButton
        icon={PhoneForwarded}
        size="sm"
        label={t("people.transfer", { name: person.name })}
        side="left"
        onClick={() => void give()}
      />
    );
  }
  return (
    <IconButton
      icon={Phone}
      size="sm"
      label={t("people.call", { name: person.name })}
      side="left"
      disabled={!mine || call !== null}
      onClick={() => void dial(number)}
    />
  );
}
