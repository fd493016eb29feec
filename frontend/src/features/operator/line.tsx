// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { answer } from "@/actions/call";
import { api } from "@/api/client";
import type { Waiting } from "@/api/types";
import { shownNumber } from "@/core/number";
import { useDesk } from "@/core/store";
import { duration, secondsSince } from "@/core/time";
import { Callbacks } from "@/features/desk/callbacks";
import { faultText, hands, perform } from "@/hooks/useActions";
import { useNow } from "@/hooks/useNow";
import { useScene } from "@/hooks/useScene";
import { Badge, Empty, PanelHead, Spinner } from "@/ui/bits";
import { cx } from "@/ui/cx";
import { PhoneIncoming } from "@/ui/icons";
import { toast } from "@/ui/toast";

const LATE_S = 30; // as on the desk: half of the patience of most callers
const QUICK = 9; // callers who can be taken by one digit

/** Who waits in the operator's queues. A click, Enter or the digit takes them; what was taken is answered at once. */
export function Line() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const queues = useDesk((s) => s.queues);
  const now = useNow();
  const { data, isPending } = useQuery({ queryKey: ["switchboard"], queryFn: api.switchboard, refetchInterval: 5000 });
  // Whenever a queue looks different, so does the line.
  useEffect(() => void client.invalidateQueries({ queryKey: ["switchboard"] }), [queues, client]);
  const waiting = data?.calls ?? [];
  const callbacks = waiting.filter((call) => call.is_callback).length;
  const take = useTake();
  useDigits((n) => {
    const call = waiting[n];
    if (call) void take(call);
  });
  return (
    <section aria-label={t("operator.line")} className="sheet flex min-h-0 flex-col max-lg:min-h-60">
      <PanelHead title={t("operator.line")} count={waiting.length - callbacks}>
        <Callbacks count={callbacks} />
      </PanelHead>
      {isPending && (
        <div className="p-4">
          <Spinner label={t("common.loading")} />
        </div>
      )}
      {!isPending && waiting.length === 0 && (
        <Empty icon={PhoneIncoming} title={t("operator.nobody")} text={t("operator.nobody_text")} />
      )}
      <ol className="min-h-0 flex-1 overflow-y-auto px-1.5 pb-2">
        {waiting.map((call, n) => (
          <li key={call.call_id}>
            <Row call={call} n={n} now={now} take={() => void take(call)} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Row({ call, n, now, take }: { call: Waiting; n: number; now: number; take(): void }) {
  const { t } = useTranslation();
  const waited = secondsSince(call.since, now);
  return (
    <button
      type="button"
      onClick={take}
      disabled={call.is_rung}
      aria-keyshortcuts={n < QUICK ? `${n + 1}` : undefined}
      className="flex w-full items-center gap-3 rounded-lg px-2.5 py-2 text-left hover:bg-hover disabled:opacity-60"
    >
      <span
        aria-hidden
        className="figures inline-flex size-6 shrink-0 items-center justify-center rounded-md border border-line-2 text-xs text-ink-3"
      >
        {n < QUICK ? n + 1 : "·"}
      </span>
      <span className="min-w-0 flex-1">
        <span className="figures block truncate text-sm font-medium">{call.name || shownNumber(call.number)}</span>
        <span className="block truncate text-xs text-ink-3">{call.queue.name}</span>
      </span>
      {call.is_callback && <Badge tone="accent">{t("operator.callback")}</Badge>}
      {call.priority > 0 && <Badge tone="warn">{t("operator.priority", { n: call.priority })}</Badge>}
      <span
        className={cx(
          "figures text-sm",
          waited > LATE_S && !call.is_callback ? "font-semibold text-stop-ink" : "text-ink-2",
        )}
      >
        {call.is_rung ? t("operator.rung") : duration(waited)}
      </span>
    </button>
  );
}

/** Takes a caller, and answers as soon as they ring here: one key, not two. */
function useTake(): (call: Waiting) => Promise<void> {
  const { ringing } = useScene();
  const taken = useRef<string | null>(null);
  const rings = ringing?.call_id ?? null;
  useEffect(() => {
    if (!rings || rings !== taken.current) return;
    taken.current = null;
    void perform(answer);
  }, [rings]);
  return async (call) => {
    taken.current = call.call_id;
    try {
      await hands.send({ type: "queue.take", call_id: call.call_id });
    } catch (error) {
      taken.current = null;
      toast("fault", faultText(error));
    }
  };
}

function useDigits(run: (n: number) => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement | null;
      if (event.ctrlKey || event.altKey || event.metaKey || target?.closest("input,textarea,select,[role=dialog]"))
        return;
      const n = Number.parseInt(event.key, 10);
      if (n >= 1 && n <= QUICK) latest.current(n - 1);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
