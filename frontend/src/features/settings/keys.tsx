// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { identity, type KeyEntry } from "@/api/identity";
import { faultText } from "@/hooks/useActions";
import { Badge } from "@/ui/bits";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { toast } from "@/ui/toast";
import { MakeKey } from "./make-key";
import { dayOf, momentOf } from "./security";
import { Group, Item } from "./settings";

/** Keys with which programs act for this person. */
export function Keys() {
  const { t } = useTranslation();
  const [making, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<KeyEntry | null>(null);
  const { data } = useQuery({ queryKey: ["my-keys"], queryFn: identity.keys });
  if (!data) return null;
  return (
    <Group title={t("keys.title")}>
      {data.keys.map((each) => (
        <Row key={each.key_id} each={each} onRevoke={() => setRevoked(each)} />
      ))}
      <Item title={t("keys.new")} text={t("keys.what")}>
        <Button onClick={() => setMaking(true)}>{t("keys.make")}</Button>
      </Item>
      {making && <MakeKey onClose={() => setMaking(false)} />}
      {revoked && <Revoke each={revoked} onClose={() => setRevoked(null)} />}
    </Group>
  );
}

function Row({ each, onRevoke }: { each: KeyEntry; onRevoke(): void }) {
  const { t } = useTranslation();
  const isOver = Date.parse(each.expires_at) <= Date.now();
  const used = each.last_used_at ? t("keys.used", { at: momentOf(each.last_used_at) }) : t("keys.unused");
  return (
    <Item title={each.name} text={`${each.prefix}… · ${t("keys.until", { day: dayOf(each.expires_at) })} · ${used}`}>
      {isOver ? (
        <Badge tone="stop">{t("keys.over")}</Badge>
      ) : (
        <Badge>{t("keys.rights", { count: each.rights.length })}</Badge>
      )}
      <Button size="sm" tone="stop-quiet" aria-label={t("keys.revoke_of", { name: each.name })} onClick={onRevoke}>
        {t("keys.revoke")}
      </Button>
    </Item>
  );
}

function Revoke({ each, onClose }: { each: KeyEntry; onClose(): void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const revoke = async () => {
    try {
      await identity.revokeKey(each.key_id);
      onClose();
    } catch (error) {
      toast("fault", faultText(error));
    }
    void client.invalidateQueries({ queryKey: ["my-keys"] });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("keys.revoke_of", { name: each.name })}
      description={t("keys.revoke_text")}
      footer={
        <Button tone="stop" onClick={() => void revoke()}>
          {t("keys.revoke")}
        </Button>
      }
    >
      {null}
    </Dialog>
  );
}
