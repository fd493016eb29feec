// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { identity, type SessionEntry } from "@/api/identity";
import { faultText } from "@/hooks/useActions";
import { Badge } from "@/ui/bits";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast";
import { deviceName } from "./device";
import { momentOf } from "./security";
import { Group, Item } from "./settings";

/** Where one is logged in. */
export function Sessions() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: ["my-sessions"], queryFn: identity.sessions });
  const sessions = data?.sessions ?? [];
  const change = async (end: () => Promise<unknown>) => {
    try {
      await end();
      toast("done", t("sessions.ended"));
    } catch (error) {
      toast("fault", faultText(error));
    }
    void client.invalidateQueries({ queryKey: ["my-sessions"] });
  };
  if (!data) return null;
  return (
    <Group title={t("sessions.title")}>
      {[...sessions].sort(currentFirst).map((each) => (
        <Row key={each.session_id} each={each} onEnd={() => void change(() => identity.endSession(each.session_id))} />
      ))}
      {sessions.length > 1 && (
        <div className="px-4 py-2.5">
          <Button size="sm" tone="stop-quiet" onClick={() => void change(identity.endOtherSessions)}>
            {t("sessions.end_others")}
          </Button>
        </div>
      )}
    </Group>
  );
}

const currentFirst = (a: SessionEntry, b: SessionEntry): number => Number(b.current) - Number(a.current);

function Row({ each, onEnd }: { each: SessionEntry; onEnd(): void }) {
  const { t } = useTranslation();
  const name = deviceName(each.device) || t("sessions.unknown");
  const facts = [each.address, t(`sessions.way_${each.way}`), t("sessions.seen", { at: momentOf(each.seen_at) })];
  return (
    <Item title={name} text={facts.filter(Boolean).join(" · ")}>
      {each.current ? (
        <Badge tone="go">{t("sessions.here")}</Badge>
      ) : (
        <Button size="sm" aria-label={t("sessions.end_of", { name })} onClick={onEnd}>
          {t("sessions.end")}
        </Button>
      )}
    </Item>
  );
}
