// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import type { CallDetail } from "@/api/types";
import { useDesk } from "@/core/store";
import { faultText } from "@/hooks/useActions";
import { Badge } from "@/ui/bits";
import { Button } from "@/ui/button";
import { Input } from "@/ui/field";
import { Link2 } from "@/ui/icons";
import { toast } from "@/ui/toast";

/** What the customer said to our link; else the link, to be sent by whatever way the agent has. */
export function Opinion({ call }: { call: CallDetail }) {
  const { t } = useTranslation();
  const me = useDesk((s) => s.me);
  const { data } = useQuery({ queryKey: ["calls", "survey", call.call_id], queryFn: () => api.survey(call.call_id) });
  const mayAsk = call.agent?.user_id === me?.user_id || me?.rights.includes("agent.supervise");
  if (!data || !call.answered_at || call.direction === "internal") return null;
  if (data.mark === null && !mayAsk) return null;
  return (
    <section aria-label={t("opinion.title")} className="mx-5 mt-5 border-t border-line pt-4">
      <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-2">
        <h3 className="text-sm font-semibold">{t("opinion.title")}</h3>
        {data.mark === null ? <Ask callId={call.call_id} /> : <Badge tone="accent">{`${data.mark} / 5`}</Badge>}
      </div>
      {data.comment && <p className="mt-1 text-sm break-words whitespace-pre-line text-ink-2">{data.comment}</p>}
    </section>
  );
}

function Ask({ callId }: { callId: string }) {
  const { t } = useTranslation();
  const [link, setLink] = useState("");
  const copy = async () => {
    try {
      const url = link || new URL((await api.askSurvey(callId)).path, location.origin).href;
      setLink(url);
      await navigator.clipboard.writeText(url).then(
        () => toast("done", t("opinion.copied")),
        () => undefined, // the browser does not let us: the link stands there to be copied by hand
      );
    } catch (error) {
      toast("fault", faultText(error));
    }
  };
  return (
    <>
      <Button size="sm" icon={Link2} onClick={() => void copy()} className="ml-auto">
        {t("opinion.copy")}
      </Button>
      {link && (
        <Input
          aria-label={t("opinion.link")}
          readOnly
          value={link}
          onFocus={(e) => e.target.select()}
          className="w-full"
        />
      )}
    </>
  );
}
