// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useChange } from "@/features/admin/use-change";
import { languageNow } from "@/i18n";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input, Labelled } from "@/ui/field";
import { Select } from "@/ui/select";
import { Switch } from "@/ui/switch";
import { keepSchedule, type Schedule, type ScheduleWish } from "./api";
import { BYS, INTERVALS } from "./asked";
import { weekday } from "./schedules";

const EVERY = ["daily", "weekly", "monthly"] as const;
const ADDRESS = /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/;

const addressesOf = (text: string): string[] => text.split(/[\s,;，；]+/).filter(Boolean);

function wishOf(schedule: Schedule | null): ScheduleWish {
  if (!schedule) {
    const language = languageNow();
    const when = { every: "daily", day: 1, at: "08:00" } as const;
    return { name: "", by: "queue", interval: "hour", queue_ids: [], ...when, recipients: [], language, enabled: true };
  }
  const { id: _id, next_at: _next, last: _last, ...wish } = schedule;
  return wish as ScheduleWish;
}

export interface ScheduleEditorProps {
  schedule: Schedule | null;
  zone: string;
  onClose(): void;
}

export function ScheduleEditor({ schedule, zone, onClose }: ScheduleEditorProps) {
  const { t } = useTranslation();
  const change = useChange("schedules");
  const [wish, setWish] = useState(() => wishOf(schedule));
  const [addresses, setAddresses] = useState(wish.recipients.join(", "));
  const { data } = useQuery({ queryKey: ["queues"], queryFn: () => api.queues() });
  const recipients = addressesOf(addresses);
  const areRight = recipients.length > 0 && recipients.length <= 20 && recipients.every((each) => ADDRESS.test(each));
  const set = (part: Partial<ScheduleWish>) => setWish((was) => ({ ...was, ...part }));
  const choices = (values: readonly string[], group: string) =>
    values.map((value) => ({ value, label: t(`reports.${group}_${value}`) }));
  const save = async () => {
    const name = wish.name.trim();
    if (await change(() => keepSchedule(schedule?.id ?? null, { ...wish, name, recipients }))) onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={schedule ? t("admin.edit_of", { name: schedule.name }) : t("reports.new_schedule")}
      footer={
        <Button tone="accent" disabled={!wish.name.trim() || !areRight} onClick={() => void save()}>
          {t("admin.save")}
        </Button>
      }
    >
      <div className="grid min-h-0 flex-1 grid-cols-2 gap-3 overflow-y-auto px-5 pb-4">
        <Labelled label={t("admin.name")} className="col-span-2">
          {(id) => <Input id={id} value={wish.name} maxLength={100} onChange={(e) => set({ name: e.target.value })} />}
        </Labelled>
        <Labelled label={t("reports.recipients")} className="col-span-2">
          {(id) => (
            <>
              <Input
                id={id}
                value={addresses}
                aria-invalid={addresses !== "" && !areRight}
                aria-describedby={`${id}-help`}
                onChange={(e) => setAddresses(e.target.value)}
              />
              <p id={`${id}-help`} className="text-xs text-ink-3">
                {t("reports.recipients_help")}
              </p>
            </>
          )}
        </Labelled>
        <Choice
          label={t("reports.every")}
          value={wish.every}
          choices={choices(EVERY, "every")}
          onChange={(every) => set({ every: every as ScheduleWish["every"] })}
        />
        {wish.every === "weekly" && (
          <Choice
            label={t("reports.on_weekday")}
            value={String(Math.min(wish.day, 7))}
            choices={[1, 2, 3, 4, 5, 6, 7].map((day) => ({ value: String(day), label: weekday(day) }))}
            onChange={(day) => set({ day: Number(day) })}
          />
        )}
        {wish.every === "monthly" && (
          <Choice
            label={t("reports.on_day")}
            value={String(wish.day)}
            choices={Array.from({ length: 31 }, (_, i) => ({ value: String(i + 1), label: String(i + 1) }))}
            onChange={(day) => set({ day: Number(day) })}
          />
        )}
        <Labelled label={t("reports.at_zone", { zone })}>
          {(id) => (
            <Input
              id={id}
              type="time"
              value={wish.at}
              onChange={(e) => e.target.value && set({ at: e.target.value.slice(0, 5) })}
            />
          )}
        </Labelled>
        <Choice
          label={t("reports.by")}
          value={wish.by}
          choices={choices(BYS, "by")}
          onChange={(by) => set({ by: by as ScheduleWish["by"] })}
        />
        {wish.by === "interval" && (
          <Choice
            label={t("reports.interval")}
            value={wish.interval}
            choices={choices(wish.every === "monthly" ? INTERVALS.slice(1) : INTERVALS, "interval")}
            onChange={(interval) => set({ interval: interval as ScheduleWish["interval"] })}
          />
        )}
        <Choice
          label={t("reports.of_queue")}
          value={wish.queue_ids[0] ?? ""}
          choices={[
            { value: "", label: t("reports.all_queues") },
            ...(data?.queues ?? []).map((queue) => ({ value: queue.id, label: queue.name })),
          ]}
          onChange={(id) => set({ queue_ids: id ? [id] : [] })}
        />
        <Choice
          label={t("reports.language")}
          value={wish.language}
          choices={choices(["zh", "en"], "language")}
          onChange={(language) => set({ language: language as ScheduleWish["language"] })}
        />
        <div className="col-span-2 flex min-h-9 items-center justify-between text-sm">
          <span aria-hidden>{t("reports.is_on")}</span>
          <Switch label={t("reports.is_on")} checked={wish.enabled} onChange={(enabled) => set({ enabled })} />
        </div>
      </div>
    </Dialog>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  choices: { value: string; label: string }[];
  onChange(value: string): void;
}

function Choice({ label, value, choices, onChange }: ChoiceProps) {
  return (
    <Labelled label={label}>
      {(id) => <Select id={id} label={label} value={value} choices={choices} onChange={onChange} />}
    </Labelled>
  );
}
