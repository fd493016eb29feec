// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api } from "@/api/client";
import type { SimulatedCall } from "@/api/types";
import { shownNumber } from "@/core/number";
import { useDesk } from "@/core/store";
import { duration, secondsSince } from "@/core/time";
import { faultText } from "@/hooks/useActions";
import { useNow } from "@/hooks/useNow";
import { languageNow } from "@/i18n";
import { Badge, Dot, PanelHead } from "@/ui/bits";
import { Button, IconButton } from "@/ui/button";
import { Input, Labelled } from "@/ui/field";
import { PhoneCall, X } from "@/ui/icons";
import { toast } from "@/ui/toast";

const TARGET = "4008123456";
const CALLERS = ["13800138000", "02161234567", "13912345678", "+4969123456", "15011112222"];

/** In the demo only: a customer far away, who really dials. */
export function Simulator() {
  const allowed = useDesk((s) => s.me?.rights.includes("simulator.use") ?? false);
  return allowed ? <Panel /> : null;
}

function Panel() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data, error } = useQuery({
    queryKey: ["simulator"],
    queryFn: api.simulated,
    refetchInterval: (q) =>
      q.state.error instanceof ApiError ? false : q.state.data?.calls.some((c) => c.state !== "ended") ? 1500 : 10_000,
  });
  const [open, setOpen] = useState(false);
  const [caller, setCaller] = useState("");
  const [say, setSay] = useState("");
  const [keys, setKeys] = useState("");
  if (error || !data) return null;
  const active = data.calls.filter((c) => c.state !== "ended");
  const place = async () => {
    const number = caller.trim() || (CALLERS[Math.floor(Math.random() * CALLERS.length)] ?? "13800138000");
    try {
      await api.simulate({
        number: TARGET,
        caller_number: number,
        language: languageNow(),
        ...(say ? { say } : {}),
        ...(keys ? { keys } : {}),
      });
      await client.invalidateQueries({ queryKey: ["simulator"] });
    } catch (e) {
      toast("fault", faultText(e));
    }
  };
  return (
    <section aria-label={t("sim.title")} className="sheet shrink-0">
      <PanelHead title={t("sim.title")}>
        <Badge tone="warn">{t("sim.demo")}</Badge>
      </PanelHead>
      <div className="px-4 pb-4">
        <Button icon={PhoneCall} onClick={() => void place()} className="h-9.5! w-full">
          {t("sim.call", { number: shownNumber(TARGET) })}
        </Button>
        <ul className="mt-2 empty:hidden">
          {active.map((c) => (
            <Active key={c.simulated_id} call={c} />
          ))}
        </ul>
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="mt-2 text-xs font-medium text-accent-ink"
        >
          {t(open ? "sim.less" : "sim.more")}
        </button>
        {open && (
          <div className="mt-2.5 space-y-2.5">
            <Labelled label={t("sim.caller")}>
              {(id) => (
                <Input id={id} value={caller} onChange={(e) => setCaller(e.target.value)} placeholder={t("sim.any")} />
              )}
            </Labelled>
            <Labelled label={t("sim.say")}>
              {(id) => (
                <Input id={id} value={say} onChange={(e) => setSay(e.target.value)} placeholder={t("sim.say_hint")} />
              )}
            </Labelled>
            <Labelled label={t("sim.keys")}>
              {(id) => <Input id={id} value={keys} onChange={(e) => setKeys(e.target.value)} placeholder="1,,2" />}
            </Labelled>
          </div>
        )}
      </div>
    </section>
  );
}

function Active({ call }: { call: SimulatedCall }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const now = useNow();
  const end = () =>
    api.endSimulated(call.simulated_id).then(
      () => client.invalidateQueries({ queryKey: ["simulator"] }),
      (e: unknown) => toast("fault", faultText(e)),
    );
  return (
    <li className="flex h-9 items-center gap-2 text-sm">
      <Dot tone={call.state === "talking" ? "go" : "accent"} />
      <span className="flex-1">{t(`sim.${call.state}`)}</span>
      <span className="figures text-xs text-ink-3">
        {duration(secondsSince(call.answered_at ?? call.started_at, now))}
      </span>
      <IconButton icon={X} size="sm" label={t("sim.end")} onClick={() => void end()} />
    </li>
  );
}
