// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import type { QueueWhole } from "@/api/types";
import { STRATEGIES } from "@/core/strategies";
import { faultText } from "@/hooks/useActions";
import { Spinner } from "@/ui/bits";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input } from "@/ui/field";
import { Select } from "@/ui/select";
import { Switch } from "@/ui/switch";
import { toast } from "@/ui/toast";
import { Announcements } from "./announcements";
import { fieldWord } from "./field-word";
import { HoursChoice, PromptChoice } from "./hours-choice";
import { type Difference, differences, isChangedMeanwhile, Meanwhile } from "./meanwhile";
import { NumberField } from "./number-field";

/** The rules as people think of them. What is not here (docs/queues.md) is kept as it was. */
const GROUPS = [
  { id: "asked", fields: ["name", "strategy", "ring_for_s", "miss_limit", "priority", "by_hand", "chats_at_once"] },
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

/** Rules that are chosen from what the house has; each with its own field. */
const CHOSEN = ["hours_id", "welcome", "music", "announcements"] as const;

const MAY_BE_NEGATIVE: readonly string[] = ["priority"];

export function QueueEditor({ id, onClose }: { id: string; onClose(): void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: ["queue", id], queryFn: () => api.queue(id), staleTime: 0, gcTime: 0 });
  const [changed, setChanged] = useState<Partial<QueueWhole>>({});
  const [unread, setUnread] = useState<readonly string[]>([]);
  const [meanwhile, setMeanwhile] = useState<Difference[]>([]);
  const change = (name: string, value: unknown) => {
    setUnread((was) => [...was.filter((n) => n !== name), ...(value === null ? [name] : [])]);
    if (value !== null) setChanged((was) => ({ ...was, [name]: value }));
  };
  const save = async () => {
    if (!data) return;
    const { id: _id, number: _number, ...rules } = { ...data, ...changed };
    try {
      await api.changeQueue(id, rules);
      await client.invalidateQueries({ queryKey: ["queues"] });
      onClose();
    } catch (error) {
      toast("fault", faultText(error));
      if (!isChangedMeanwhile(error)) return;
      const now = await api.queue(id);
      setMeanwhile(differences(data, now));
      client.setQueryData(["queue", id], now);
    }
  };
  const shown = data && { ...data, ...changed };
  return (
    <Dialog
      open
      onClose={onClose}
      title={data?.name ?? t("common.loading")}
      footer={
        <Button
          tone="accent"
          disabled={!data || Object.keys(changed).length === 0 || unread.length > 0}
          onClick={() => void save()}
        >
          {t("admin.save")}
        </Button>
      }
    >
      <Meanwhile changes={meanwhile} word={(name) => fieldWord(t, name)} />
      <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-4">
        {!shown && <Spinner label={t("common.loading")} />}
        {shown &&
          GROUPS.map((group) => (
            <fieldset key={`${group.id} ${data?.version}`} className="mb-4">
              <legend className="pb-1 text-sm font-semibold">{t(`admin.group_${group.id}`)}</legend>
              {group.fields.map((name) => (
                <Rule key={name} name={name} value={shown[name]} onChange={(value) => change(name, value)} />
              ))}
            </fieldset>
          ))}
        {shown && <Chosen rules={shown} onChange={change} />}
      </div>
    </Dialog>
  );
}

function Chosen({ rules, onChange }: { rules: QueueWhole; onChange(name: string, value: unknown): void }) {
  const { t } = useTranslation();
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="pb-1 text-sm font-semibold">{t("admin.group_chosen")}</legend>
      <HoursChoice value={rules.hours_id ?? ""} onChange={(v) => onChange(CHOSEN[0], v)} />
      <PromptChoice
        kind="announcement"
        label={t("field.welcome")}
        none={t("admin.own_none")}
        value={rules.welcome ?? ""}
        onChange={(v) => onChange(CHOSEN[1], v)}
      />
      <PromptChoice
        kind="music"
        label={t("field.music")}
        none={t("admin.own_none")}
        value={rules.music ?? ""}
        onChange={(v) => onChange(CHOSEN[2], v)}
      />
      <Announcements value={rules.announcements ?? []} onChange={(v) => onChange(CHOSEN[3], v)} />
    </fieldset>
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
      <Field name={name} label={label} value={value} onChange={onChange} />
    </div>
  );
}

function Field({
  name,
  label,
  value,
  onChange,
}: {
  name: string;
  label: string;
  value: unknown;
  onChange(v: unknown): void;
}) {
  const { t } = useTranslation();
  if (typeof value === "boolean") return <Switch label={label} checked={value} onChange={onChange} />;
  if (typeof value === "number")
    return (
      <NumberField
        label={label}
        className="w-44!"
        value={value}
        onChange={onChange}
        {...(MAY_BE_NEGATIVE.includes(name) ? {} : { min: 0 })}
      />
    );
  if (name === "strategy")
    return (
      <Select
        label={label}
        className="w-44!"
        value={String(value)}
        choices={STRATEGIES.map((s) => ({ value: s, label: t(`admin.strategy_${s}`) }))}
        onChange={onChange}
      />
    );
  return (
    <Input
      aria-label={label}
      className="w-44!"
      maxLength={100}
      value={String(value)}
      onChange={(e) => onChange(e.target.value)}
    />
  );
}
