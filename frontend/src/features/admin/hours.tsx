// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type HoursOut, hours } from "@/api/admin";
import { openingTime } from "@/core/opening";
import { languageNow, localeOf } from "@/i18n";
import { Badge, Empty, PanelHead, Spinner } from "@/ui/bits";
import { Button } from "@/ui/button";
import { Clock3 } from "@/ui/icons";
import { Holidays } from "./holidays";
import { HoursEditor } from "./hours-editor";
import { HoursSwitch } from "./hours-switch";

type Open = "new" | "holidays" | { edit: HoursOut } | { switch: HoursOut } | null;

export function AdminHours() {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Open>(null);
  const { data, isPending, isError } = useQuery({
    queryKey: ["hours"],
    queryFn: () => hours.every(),
    refetchInterval: 30_000,
  });
  const close = () => setOpen(null);
  return (
    <section aria-label={t("admin.hours")} className="sheet flex min-h-0 min-w-0 flex-1 flex-col">
      <PanelHead title={t("admin.hours")} count={data?.hours.length}>
        <Button size="sm" onClick={() => setOpen("holidays")}>
          {t("admin.holidays")}
        </Button>
        <Button size="sm" tone="accent" onClick={() => setOpen("new")}>
          {t("admin.new_hours")}
        </Button>
      </PanelHead>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-3">
        {isPending && <Spinner label={t("common.loading")} />}
        {isError && <Empty icon={Clock3} title={t("fault.unknown")} />}
        {data && <p className="pb-2 text-xs text-ink-3">{t("admin.hours_text", { zone: data.company_zone })}</p>}
        {data?.hours.length === 0 && (
          <Empty icon={Clock3} title={t("admin.no_hours")} text={t("admin.no_hours_text")} />
        )}
        <ul className="divide-y divide-line">
          {(data?.hours ?? []).map((h) => (
            <Row
              key={h.hours_id}
              hours={h}
              onEdit={() => setOpen({ edit: h })}
              onSwitch={() => setOpen({ switch: h })}
            />
          ))}
        </ul>
      </div>
      {open === "new" && <HoursEditor hours={null} onClose={close} />}
      {open === "holidays" && <Holidays onClose={close} />}
      {open && typeof open === "object" && "edit" in open && <HoursEditor hours={open.edit} onClose={close} />}
      {open && typeof open === "object" && "switch" in open && <HoursSwitch hours={open.switch} onClose={close} />}
    </section>
  );
}

function Row({ hours: h, onEdit, onSwitch }: { hours: HoursOut; onEdit(): void; onSwitch(): void }) {
  const { t } = useTranslation();
  const until = h.switch?.until;
  const zone = h.zone ?? "";
  const opens = h.opens_at && openingTime(h.opens_at, zone, localeOf(languageNow()), zone);
  return (
    <li className="flex flex-wrap items-center gap-3 py-3">
      <div className="min-w-44 flex-1">
        <p className="flex flex-wrap items-center gap-2 text-sm font-medium break-words">
          {h.name}
          <Badge tone={h.is_open ? "go" : "stop"}>{t(h.is_open ? "admin.open_now" : "admin.closed_now")}</Badge>
        </p>
        <p className="text-xs text-ink-3">
          {t(`admin.why_${h.why}`, { name: h.why_name })}
          {until && ` · ${t("admin.switch_until", { at: new Date(until).toLocaleString(localeOf(languageNow())) })}`}
          {opens && ` · ${t("admin.opens_at", { at: opens })}`}
          {` · ${zone}`}
        </p>
      </div>
      <div className="ml-auto flex gap-3">
        <Button size="sm" aria-label={t("admin.switch_of", { name: h.name })} onClick={onSwitch}>
          {t("admin.switch")}
        </Button>
        <Button size="sm" aria-label={t("admin.edit_of", { name: h.name })} onClick={onEdit}>
          {t("admin.edit")}
        </Button>
      </div>
    </li>
  );
}
