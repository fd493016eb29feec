// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useDesk } from "@/core/store";
import { CallRow } from "@/features/history/row";
import { useScene } from "@/hooks/useScene";
import { Empty, PanelHead } from "@/ui/bits";
import { Clock3 } from "@/ui/icons";

/** What was before: calls of this caller while there is one, my own otherwise. */
export function Earlier() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { call, desk } = useScene();
  const number = call?.peer.number || "";
  // Whoever may not see the calls of others still sees their own with this caller.
  const scope = number && desk.me?.rights.includes("call.history.all") ? "all" : "mine";
  const { data } = useQuery({
    queryKey: ["calls", "earlier", number, scope],
    queryFn: () => api.calls({ scope, q: number, limit: 30 }),
  });
  useFreshAfterCalls();
  const calls = (data?.calls ?? []).filter((c) => c.call_id !== call?.call_id);
  return (
    <section
      aria-label={t(number ? "earlier.caller" : "earlier.mine")}
      className="sheet flex min-h-64 flex-1 flex-col lg:min-h-0"
    >
      <PanelHead title={t(number ? "earlier.caller" : "earlier.mine")}>
        <Link
          to="/history"
          search={number ? { q: number, ...(scope === "all" ? { scope } : {}) } : {}}
          className="text-xs font-medium text-accent-ink underline-offset-2 hover:underline"
        >
          {t("earlier.all")}
        </Link>
      </PanelHead>
      <div className="min-h-0 flex-1 overflow-y-auto px-1.5 pb-2">
        {data && calls.length === 0 && <Empty icon={Clock3} title={t(number ? "earlier.first" : "earlier.none")} />}
        {calls.map((c) => (
          <CallRow
            key={c.call_id}
            call={c}
            dated
            mine={desk.me?.number ?? null}
            onOpen={() => void navigate({ to: "/history", search: { call: c.call_id } })}
          />
        ))}
      </div>
    </section>
  );
}

/** A call that ended is in the records at once. */
function useFreshAfterCalls(): void {
  const client = useQueryClient();
  const count = useDesk((s) => s.calls.length);
  // The count is the reason to ask again
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ["calls"] });
    const again = setTimeout(() => void client.invalidateQueries({ queryKey: ["calls"] }), 1500);
    return () => clearTimeout(again);
  }, [count, client]);
}
