// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import type { QueueWhole } from "@/api/types";
import { Spinner } from "@/ui/bits";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input } from "@/ui/field";
import { Select } from "@/ui/select";
import { Switch } from "@/ui/switch";
import { useQueueChange } from "./use-queue-change";

const STRATEGIES = [
  "longest-idle",
  "levels",
  "round-robin",
  "fewest-calls",
  "least-talk",
  "weighted",
  "linear",
  "skills",
  "random",
  "ring-all",
];

/** The rules as people think of them. What is not here (docs/queues.md) is kept as it was. */
const GROUPS = [
  { id: "asked", fields: ["name", "strategy", "ring_for_s", "miss_limit", "priority"] },
  { id: "waits", fields: ["max_wait_s", "size_limit", "overflow"] },
  { id: "hears", fields: ["announce_every_s", "tells_position", "tells_wait", "tells_agent_number", "whispers"] },
  {
    id: "callback",
    fields: [
      "callback_after_s",
      "callback_key",
      "callback_tries",
      "callback_retry_s",
      "callback_keep_s",
      "redial_keep_s",
    ],
  },
  { id: "after", fields: ["wrap_up_s", "records", "survey"] },
] as const satisfies readonly { id: string; fields: readonly (keyof QueueWhole)[] }[];

export function QueueEditor({ id, onClose }: { id: string; onClose(): void }) {
  const { t } = useTranslation();
  const change = useQueueChange(onClose);
  const { data } = useQuery({ queryKey: ["queue", id], queryFn: () => api.queue(id), staleTime: 0, gcTime: 0 });
  const [changed, setChanged] = useState<Partial<QueueWhole>>({});
  const save = async () => {
    if (!data) return;
    const { id: _id, number: _number, ...rules } = { ...data, ...changed };
    await change(() => api.changeQueue(id, rules));
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={data?.name ?? t("common.loading")}
      footer={
        <Button tone="accent" disabled={!data || Object.keys(changed).length === 0} onClick={() => void save()}>
          {t("admin.save")}
        </Button>
      }
    >
      <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-4">
        {!data && <Spinner label={t("common.loading")} />}
        {data &&
          GROUPS.map((group) => (
            <fieldset key={group.id} className="mb-4">
              <legend className="pb-1 text-sm font-semibold">{t(`admin.group_${group.id}`)}</legend>
              {group.fields.map((name) => (
                <Rule
                  key={name}
                  name={name}
                  value={{ ...data, ...changed }[name]}
                  onChange={(value) => setChanged((was) => ({ ...was, [name]: value }))}
                />
              ))}
            </fieldset>
          ))}
      </div>
    </Dialog>
  );
}

function Rule({ name, value, onChange }: { name: string; value: unknown; onChange(value: unknown): void }) {
  const { t } = useTranslation();
  const label = t(`admin.rule_${name}`);
  return (
    <div className="flex min-h-11 items-center justify-between gap-4 text-sm">
      <span aria-hidden className="min-w-0 flex-1">
        {label}
      </span>
      {typeof value === "boolean" ? (
        <Switch label={label} checked={value} onChange={onChange} />
      ) : name === "strategy" ? (
        <Select
          label={label}
          className="w-44!"
          value={String(value)}
          choices={STRATEGIES.map((s) => ({ value: s, label: t(`admin.strategy_${s}`) }))}
          onChange={onChange}
        />
      ) : (
        <Input
          aria-label={label}
          className="w-44!"
          type={typeof value === "number" ? "number" : "text"}
          maxLength={100}
          value={String(value)}
          onChange={(e) => onChange(typeof value === "number" ? Number(e.target.value) : e.target.value)}
        />
      )}
    </div>
  );
}
