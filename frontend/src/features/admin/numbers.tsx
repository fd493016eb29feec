// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { type NumberOut, type NumberUse, numbers } from "@/api/admin";
import { shownNumber } from "@/core/number";
import { Badge, Empty, PanelHead, Spinner } from "@/ui/bits";
import { Button } from "@/ui/button";
import { Input } from "@/ui/field";
import { Grid3x3 } from "@/ui/icons";
import { Select } from "@/ui/select";
import { Blocks } from "./blocks";
import { NumberEditor } from "./number-editor";
import { NumbersFile } from "./numbers-file";
import { PAGE, Pager } from "./pager";

const USES: readonly NumberUse[] = ["", "free", "used", "user", "queue", "number", "switchboard"];

export function AdminNumbers() {
  const { t } = useTranslation();
  const [asked, setAsked] = useState({ q: "", use: "" as NumberUse, branch: "", offset: 0 });
  const [open, setOpen] = useState<"blocks" | "file" | NumberOut | null>(null);
  const { q, ...rest } = asked;
  const query = { ...rest, q: useDeferredValue(q) };
  const ask = (patch: Partial<typeof asked>) => setAsked({ ...asked, offset: 0, ...patch });
  const { data, isPending, isError } = useQuery({
    queryKey: ["admin-numbers", query],
    queryFn: () => numbers.page({ ...query, limit: PAGE }),
    placeholderData: keepPreviousData,
  });
  const blocks = useQuery({ queryKey: ["admin-blocks"], queryFn: () => numbers.blocks() });
  const branches = blocks.data?.branches ?? [];
  const found = data?.numbers ?? [];
  return (
    <section aria-label={t("admin.numbers")} className="sheet flex min-h-0 min-w-0 flex-1 flex-col">
      <PanelHead title={t("admin.numbers")} count={data?.total}>
        <Button size="sm" onClick={() => setOpen("file")}>
          {t("admin.file")}
        </Button>
        <Button size="sm" onClick={() => setOpen("blocks")}>
          {t("admin.blocks")}
        </Button>
      </PanelHead>
      <div className="grid grid-cols-2 gap-2 px-4 pb-2 md:grid-cols-[1fr_10rem_10rem]">
        <Input
          type="search"
          className="col-span-2 md:col-span-1"
          value={q}
          maxLength={100}
          onChange={(e) => ask({ q: e.target.value })}
          placeholder={t("admin.search_numbers")}
          aria-label={t("admin.search_numbers")}
        />
        <Select
          label={t("admin.number_use")}
          value={asked.use}
          choices={USES.map((use) => ({ value: use, label: t(`admin.use_${use || "all"}`) }))}
          onChange={(use) => ask({ use: use as NumberUse })}
        />
        <Select
          label={t("admin.person_branch")}
          value={asked.branch}
          choices={["", ...branches].map((b) => ({ value: b, label: b || t("admin.every_branch") }))}
          onChange={(branch) => ask({ branch })}
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-3">
        {isPending && <Spinner label={t("common.loading")} />}
        {isError && <Empty icon={Grid3x3} title={t("fault.unknown")} />}
        {data && found.length === 0 && <Empty icon={Grid3x3} title={t("admin.no_numbers")} />}
        <ul className="divide-y divide-line">
          {found.map((number) => (
            <Row key={number.number} number={number} onEdit={() => setOpen(number)} />
          ))}
        </ul>
      </div>
      <Pager offset={asked.offset} total={data?.total ?? 0} onMove={(offset) => ask({ offset })} />
      {open === "blocks" && <Blocks onClose={() => setOpen(null)} />}
      {open === "file" && <NumbersFile onClose={() => setOpen(null)} />}
      {open && typeof open === "object" && (
        <NumberEditor key={open.number} number={open} onClose={() => setOpen(null)} />
      )}
    </section>
  );
}

function Row({ number, onEdit }: { number: NumberOut; onEdit(): void }) {
  const { t } = useTranslation();
  const isFree = number.target_kind === "free";
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-1.5 max-md:justify-end">
      <span className="figures w-28 shrink-0 text-sm font-medium">{shownNumber(number.number)}</span>
      <span className="min-w-32 flex-1 text-sm break-words">
        {number.kind === "switchboard" && <span className="mr-1.5 text-ink-3">{t("admin.zero_to")}</span>}
        {isFree ? <Badge tone="go">{t("admin.use_free")}</Badge> : number.target_name || shownNumber(number.target)}
        <span className="ml-2 text-xs text-ink-3">
          {[number.branch, number.isp, number.staff && t(`admin.staff_${number.staff}`)].filter(Boolean).join(" · ")}
        </span>
      </span>
      {number.kind === "switchboard" && <Badge tone="accent">{t("admin.use_switchboard")}</Badge>}
      {number.networks.includes("pstn") && <Badge>{t("admin.from_outside")}</Badge>}
      <Button size="sm" aria-label={t("admin.edit_of", { name: shownNumber(number.number) })} onClick={onEdit}>
        {t("admin.edit")}
      </Button>
    </li>
  );
}
