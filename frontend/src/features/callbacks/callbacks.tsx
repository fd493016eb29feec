// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import type { Callback } from "@/api/types";
import { shownNumber } from "@/core/number";
import { openingTime } from "@/core/opening";
import { useDesk } from "@/core/store";
import { clockTime, duration, secondsSince } from "@/core/time";
import { faultText } from "@/hooks/useActions";
import { useNow } from "@/hooks/useNow";
import { languageNow, localeOf } from "@/i18n";
import { Badge, Empty, PanelHead, Spinner, type Tone } from "@/ui/bits";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { PhoneCall } from "@/ui/icons";
import { Segments } from "@/ui/segments";
import { toast } from "@/ui/toast";

const TONES: Record<Callback["state"], Tone> = {
  waiting: "accent",
  offered: "accent",
  dialling: "accent",
  talking: "go",
  resting: "warn",
  answered: "go",
  failed: "stop",
  cancelled: "neutral",
};

/** Only what stands still can be cancelled: who is being called hears it ring. */
const MAY_CANCEL: readonly Callback["state"][] = ["waiting", "offered", "resting"];

export function Callbacks() {
  const { t } = useTranslation();
  const [state, setState] = useState<"open" | "all">("open");
  const [cancelled, setCancelled] = useState<Callback | null>(null);
  const { data, isPending, isError } = useQuery({
    queryKey: ["callbacks", state],
    queryFn: () => api.callbacks(state),
    refetchInterval: 3000,
  });
  const found = data?.callbacks ?? [];
  return (
    <section aria-label={t("callbacks.title")} className="sheet flex min-h-0 min-w-0 flex-1 flex-col">
      <PanelHead title={t("callbacks.title")} count={found.length}>
        <Segments
          label={t("callbacks.which")}
          value={state}
          choices={[
            { value: "open", label: t("callbacks.open") },
            { value: "all", label: t("callbacks.all") },
          ]}
          onChange={(value) => setState(value === "all" ? "all" : "open")}
        />
      </PanelHead>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-3">
        {isPending && <Spinner label={t("common.loading")} />}
        {isError && <Empty icon={PhoneCall} title={t("fault.unknown")} />}
        {data && found.length === 0 && (
          <Empty icon={PhoneCall} title={t("callbacks.none")} text={t("callbacks.none_text")} />
        )}
        <ul className="divide-y divide-line">
          {found.map((c) => (
            <Row key={c.call_id} callback={c} onCancel={() => setCancelled(c)} />
          ))}
        </ul>
      </div>
      {cancelled && <Cancel callback={cancelled} onClose={() => setCancelled(null)} />}
    </section>
  );
}

function Row({ callback: c, onCancel }: { callback: Callback; onCancel(): void }) {
  const { t } = useTranslation();
  const now = useNow(1000);
  const causes = useDesk((s) => s.causes);
  const locale = localeOf(languageNow());
  const number = shownNumber(c.number);
  const opens = c.closed?.opens_at && openingTime(c.closed.opens_at, c.closed.zone, locale);
  const isOpen = !["answered", "failed", "cancelled"].includes(c.state);
  const facts = [
    c.queue.name,
    isOpen
      ? t("callbacks.waits", { time: duration(secondsSince(c.entered_at, now)) })
      : t("callbacks.asked", { time: clockTime(c.asked_at, locale) }),
    c.attempts > 0 && t("callbacks.attempts", { n: c.attempts, of: Math.max(c.tries, c.attempts) }),
    c.closed && (opens ? t("callbacks.rests_until", { at: opens }) : t("callbacks.rests")),
    c.retry_at && t("callbacks.again_at", { time: clockTime(c.retry_at, locale) }),
    c.state === "failed" && c.result && (causes[c.result]?.[languageNow()] ?? c.result),
  ].filter(Boolean);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-3">
      <span className="figures w-6 text-center text-sm text-ink-3">{c.place ?? "–"}</span>
      <div className="min-w-44 flex-1">
        <p className="flex flex-wrap items-center gap-2 text-sm font-medium">
          <Link
            to="/history"
            search={{ call: c.origin_call_id, scope: "all" }}
            className="figures rounded hover:underline"
          >
            {number}
          </Link>
          <Badge tone={TONES[c.state]}>{t(`callbacks.state_${c.state}`)}</Badge>
        </p>
        <p className="figures text-xs break-words text-ink-3">{facts.join(" · ")}</p>
      </div>
      {MAY_CANCEL.includes(c.state) && (
        <Button size="sm" tone="stop-quiet" aria-label={t("callbacks.cancel_of", { number })} onClick={onCancel}>
          {t("callbacks.cancel")}
        </Button>
      )}
    </li>
  );
}

function Cancel({ callback, onClose }: { callback: Callback; onClose(): void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const cancel = async () => {
    try {
      await api.cancelCallback(callback.call_id);
    } catch (error) {
      toast("fault", faultText(error));
    }
    onClose();
    await client.invalidateQueries({ queryKey: ["callbacks"] });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("callbacks.cancel_of", { number: shownNumber(callback.number) })}
      footer={
        <Button tone="stop" onClick={() => void cancel()}>
          {t("callbacks.cancel")}
        </Button>
      }
    >
      <p className="px-5 pb-5 text-sm text-ink-2">{t("callbacks.cancel_text")}</p>
    </Dialog>
  );
}
