// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Holiday, hours } from "@/api/admin";
import { Button, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input, Labelled } from "@/ui/field";
import { X } from "@/ui/icons";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast";
import { useChange } from "./use-change";

const DAYS = [0, 1, 2, 3, 4, 5, 6];

export function Holidays({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const change = useChange("holidays", "hours");
  const { data } = useQuery({ queryKey: ["holidays"], queryFn: () => hours.holidays() });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("admin.holidays")}
      description={t("admin.holidays_text")}
      className="w-[min(560px,calc(100vw-24px))]!"
    >
      <div className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto px-5 pb-5">
        <NewHoliday onAdd={(holiday) => change(() => hours.putHoliday(holiday))} />
        <TakeList />
        <ul className="divide-y divide-line">
          {(data?.holidays ?? []).map((h) => (
            <li key={h.day} className="flex items-center gap-3 py-1.5 text-sm">
              <time className="figures w-24 shrink-0" dateTime={h.day}>
                {h.day}
              </time>
              <span className="min-w-0 flex-1 break-words">
                {h.name}{" "}
                <span className="text-xs text-ink-3">
                  {typeof h.works_like === "number"
                    ? t("admin.works_like", { day: t(`weekday.${h.works_like}`) })
                    : t("admin.closed_all_day")}
                </span>
              </span>
              <IconButton
                icon={X}
                size="sm"
                label={t("admin.remove_of", { name: h.day })}
                onClick={() => void change(() => hours.removeHoliday(h.day))}
              />
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}

function NewHoliday({ onAdd }: { onAdd(holiday: Holiday): Promise<boolean> }) {
  const { t } = useTranslation();
  const [day, setDay] = useState("");
  const [name, setName] = useState("");
  const [like, setLike] = useState("");
  const add = async () => {
    if (await onAdd({ day, name, works_like: like ? Number(like) : null })) setName("");
  };
  return (
    <div className="grid grid-cols-1 gap-3 sm:grid-cols-[9.5rem_1fr_8.5rem_auto] sm:items-end">
      <Labelled label={t("admin.day")}>
        {(id) => <Input id={id} type="date" value={day} onChange={(e) => setDay(e.target.value)} />}
      </Labelled>
      <Labelled label={t("admin.name")}>
        {(id) => <Input id={id} value={name} maxLength={100} onChange={(e) => setName(e.target.value)} />}
      </Labelled>
      <Labelled label={t("admin.on_this_day")}>
        {(id) => (
          <Select
            id={id}
            label={t("admin.on_this_day")}
            value={like}
            choices={[
              { value: "", label: t("admin.closed_all_day") },
              ...DAYS.map((d) => ({ value: String(d), label: t("admin.works_like", { day: t(`weekday.${d}`) }) })),
            ]}
            onChange={setLike}
          />
        )}
      </Labelled>
      <Button tone="accent" disabled={!day || !name.trim()} onClick={() => void add()}>
        {t("admin.add")}
      </Button>
    </div>
  );
}

function TakeList() {
  const { t } = useTranslation();
  const change = useChange("holidays", "hours");
  const [faults, setFaults] = useState<string[]>([]);
  const take = (file: File | undefined) =>
    file &&
    change(async () => {
      const report = await hours.take(file, false);
      setFaults(report.faults.slice(0, 20).map((f) => `${f.line || "–"}: ${t(`csv.${f.reason}`)} ${f.value}`));
      if (report.is_applied) toast("done", t("admin.holidays_taken", { count: report.days }));
    });
  return (
    <div>
      <Labelled label={t("admin.holidays_file")}>
        {(id) => (
          <input
            id={id}
            type="file"
            accept=".csv,text/csv,text/plain"
            className="text-sm"
            onChange={(e) => {
              void take(e.target.files?.[0]);
              e.target.value = "";
            }}
          />
        )}
      </Labelled>
      {faults.length > 0 && (
        <ul role="alert" className="mt-2 rounded-lg bg-stop-wash px-3 py-2 text-xs text-stop-ink">
          {faults.map((f) => (
            <li key={f} className="break-all">
              {f}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
