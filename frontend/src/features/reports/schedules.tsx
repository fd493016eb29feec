// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useChange } from "@/features/admin/use-change";
import { languageNow, localeOf } from "@/i18n";
import { Badge, Empty, PanelHead, Spinner, type Tone } from "@/ui/bits";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { CircleAlert, Clock3, Plus } from "@/ui/icons";
import { toast } from "@/ui/toast";
import { dropSchedule, readSchedules, type Schedule, sendSchedule } from "./api";
import { ScheduleEditor } from "./schedule-editor";

const TONES: Record<NonNullable<Schedule["last"]>["state"], Tone> = {
  sending: "accent",
  sent: "go",
  failed: "stop",
  lost: "warn",
};

export function Schedules() {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<Schedule | "new" | null>(null);
  const [removed, setRemoved] = useState<Schedule | null>(null);
  const { data, isPending, isError } = useQuery({
    queryKey: ["schedules"],
    queryFn: readSchedules,
    refetchInterval: 20_000,
  });
  const schedules = data?.schedules ?? [];
  return (
    <section aria-label={t("reports.schedules")} className="sheet flex min-h-0 flex-1 flex-col">
      <PanelHead title={t("reports.schedules")} count={schedules.length}>
        <Button size="sm" tone="accent" icon={Plus} onClick={() => setEdited("new")}>
          {t("reports.new_schedule")}
        </Button>
      </PanelHead>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-3">
        {data && !data.mail_is_set && (
          <p className="mb-2 flex gap-2 rounded-lg bg-warn-wash px-3 py-2 text-sm text-warn-ink">
            <CircleAlert aria-hidden size={16} className="mt-0.5 shrink-0" />
            {t("reports.no_mail")}
          </p>
        )}
        {isPending && <Spinner label={t("common.loading")} />}
        {isError && <Empty icon={CircleAlert} title={t("fault.unknown")} />}
        {data && schedules.length === 0 && (
          <Empty icon={Clock3} title={t("reports.no_schedules")} text={t("reports.no_schedules_text")} />
        )}
        <ul className="divide-y divide-line">
          {schedules.map((each) => (
            <Line
              key={each.id}
              schedule={each}
              zone={data?.zone ?? "UTC"}
              onEdit={() => setEdited(each)}
              onRemove={() => setRemoved(each)}
            />
          ))}
        </ul>
      </div>
      {edited && (
        <ScheduleEditor
          schedule={edited === "new" ? null : edited}
          zone={data?.zone ?? ""}
          onClose={() => setEdited(null)}
        />
      )}
      {removed && <Remove schedule={removed} onClose={() => setRemoved(null)} />}
    </section>
  );
}

interface LineProps {
  schedule: Schedule;
  zone: string;
  onEdit(): void;
  onRemove(): void;
}

function Line({ schedule, zone, onEdit, onRemove }: LineProps) {
  const { t } = useTranslation();
  const change = useChange("schedules");
  const [isSending, setSending] = useState(false);
  const { name, last } = schedule;
  const send = async () => {
    setSending(true);
    if (await change(() => sendSchedule(schedule.id))) toast("done", t("reports.sent_now"));
    setSending(false);
  };
  return (
    <li className="flex flex-wrap items-center gap-3 py-3">
      <div className="min-w-56 flex-1">
        <p className="flex flex-wrap items-center gap-2 text-sm font-medium break-words">
          {name}
          {!schedule.enabled && <Badge tone="off">{t("reports.switched_off")}</Badge>}
          {last && (
            <Badge tone={TONES[last.state]}>{t(`reports.state_${last.state}`, { at: when(last.at, zone) })}</Badge>
          )}
        </p>
        <p className="text-xs text-ink-3">
          {rhythm(schedule, t)}
          {" · "}
          {t(`reports.by_${schedule.by}`)}
          {schedule.next_at && ` · ${t("reports.next", { at: when(schedule.next_at, zone) })}`}
        </p>
        <p className="text-xs break-all text-ink-3">{schedule.recipients.join(", ")}</p>
        {last?.detail && <p className="text-xs break-words text-stop-ink">{last.detail}</p>}
      </div>
      <Button size="sm" disabled={isSending} aria-label={t("reports.send_of", { name })} onClick={() => void send()}>
        {t("reports.send")}
      </Button>
      <Button size="sm" aria-label={t("admin.edit_of", { name })} onClick={onEdit}>
        {t("admin.edit")}
      </Button>
      <Button size="sm" tone="stop-quiet" aria-label={t("admin.remove_of", { name })} onClick={onRemove}>
        {t("admin.remove")}
      </Button>
    </li>
  );
}

/** On the company's clock, wherever the page is open. */
function when(iso: string, zone: string): string {
  return new Intl.DateTimeFormat(localeOf(languageNow()), {
    timeZone: zone,
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  }).format(new Date(iso));
}

export const weekday = (day: number): string =>
  new Intl.DateTimeFormat(localeOf(languageNow()), { weekday: "long", timeZone: "UTC" }).format(
    new Date(Date.UTC(2026, 10, 22 + day)), // 23 November 2026 is a Monday
  );

function rhythm(schedule: Schedule, t: (key: string, words: Record<string, unknown>) => string): string {
  const { every, day = 1, at } = schedule;
  return t(`reports.rhythm_${every}`, { at, day: every === "weekly" ? weekday(day) : day });
}

function Remove({ schedule, onClose }: { schedule: Schedule; onClose(): void }) {
  const { t } = useTranslation();
  const change = useChange("schedules");
  const remove = async () => {
    if (await change(() => dropSchedule(schedule.id))) onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("admin.remove_of", { name: schedule.name })}
      footer={
        <Button tone="stop" onClick={() => void remove()}>
          {t("admin.remove")}
        </Button>
      }
    >
      <p className="px-5 pb-5 text-sm text-ink-2">{t("reports.remove_text")}</p>
    </Dialog>
  );
}
