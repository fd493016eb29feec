// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { skills } from "@/api/admin";
import { Button, IconButton } from "@/ui/button";
import { Input } from "@/ui/field";
import { Plus, X } from "@/ui/icons";
import { FaultText } from "./fault-text";
import { NumberInput } from "./number-input";
import { type Faults, type NeedRow, nextKey } from "./rules";

export interface RowsProps<T> {
  rows: readonly T[];
  faults: Faults;
  onChange(rows: T[]): void;
}

/** Skills that callers of the queue need, with the levels that the waiting lowers. */
export function Needs({ rows, faults, onChange }: RowsProps<NeedRow>) {
  const { t } = useTranslation();
  const list = useId();
  const { data } = useQuery({ queryKey: ["skills"], queryFn: () => skills.every() });
  const known = data?.skills ?? [];
  const put = (key: number, patch: Partial<NeedRow>) =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...patch } : row)));
  return (
    <div className="flex flex-col gap-2">
      <datalist id={list}>
        {known.map((s) => (
          <option key={s.skill} value={s.skill} />
        ))}
      </datalist>
      {rows.map((row, n) => {
        const at = (field: string) => faults[`needs.${n}.${field}`];
        const found = known.find((s) => s.skill === row.skill.trim());
        return (
          <div key={row.key} className="rounded-lg border border-line px-3 py-2.5">
            <div className="flex flex-wrap items-center gap-2">
              <Input
                aria-label={t("admin.need_skill", { n: n + 1 })}
                aria-invalid={!!at("skill")}
                aria-describedby={`${list}${row.key}`}
                className="min-w-36 flex-1 basis-36 aria-invalid:border-stop"
                list={list}
                placeholder={t("admin.new_skill")}
                maxLength={40}
                value={row.skill}
                onChange={(e) => put(row.key, { skill: e.target.value })}
              />
              {(["level", "relax_every_s"] as const).map((field) => (
                <span key={field} className="flex items-center gap-1.5 text-xs text-ink-2">
                  <span aria-hidden>{t(`admin.need_${field}`)}</span>
                  <NumberInput
                    label={t("admin.need_of", { n: n + 1, what: t(`admin.need_${field}`) })}
                    value={row[field]}
                    isWrong={!!at(field)}
                    className="w-18!"
                    onChange={(value) => put(row.key, { [field]: value })}
                  />
                </span>
              ))}
              <IconButton
                icon={X}
                size="sm"
                label={t("admin.remove_of", { name: row.skill || t("admin.need_skill", { n: n + 1 }) })}
                onClick={() => onChange(rows.filter((r) => r.key !== row.key))}
              />
            </div>
            <p id={`${list}${row.key}`} className="mt-1 text-xs text-ink-3">
              {meaning(t, row)}{" "}
              {data && row.skill.trim() && (
                <span className={found ? "" : "font-medium text-warn-ink"}>
                  {found
                    ? t("admin.skill_known", { count: found.people, level: found.level })
                    : t("admin.skill_unknown")}
                </span>
              )}
            </p>
            <FaultText id="" fault={at("skill") ?? at("level") ?? at("relax_every_s")} />
          </div>
        );
      })}
      <Button
        size="sm"
        icon={Plus}
        className="self-start"
        disabled={rows.length >= 20}
        onClick={() => onChange([...rows, { key: nextKey(rows), skill: "", level: 1, relax_every_s: 0 }])}
      >
        {t("admin.add_skill")}
      </Button>
    </div>
  );
}

function meaning(t: TFunction, { level, relax_every_s }: NeedRow): string {
  if (!(level > 0)) return t("admin.need_any");
  if (!(relax_every_s > 0)) return t("admin.need_fixed", { level });
  return t("admin.need_relaxes", { level, every: relax_every_s, anybody: level * relax_every_s });
}
