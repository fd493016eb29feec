// SPDX-License-Identifier: Apache-2.0
import { useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/ui/button";
import { Input } from "@/ui/field";
import { ArrowDown, ArrowUp, Plus, X } from "@/ui/icons";
import { FaultText } from "./fault-text";
import type { RowsProps } from "./needs";
import { type CodeRow, codeOf, moved, nextKey } from "./rules";

/** The wrap-up codes, in the order in which agents see them. */
export function Codes({ rows, faults, onChange }: RowsProps<CodeRow>) {
  const { t } = useTranslation();
  const id = useId();
  const box = useRef<HTMLUListElement>(null);
  const fresh = useRef<number | null>(null);
  useEffect(() => {
    if (fresh.current === null) return;
    box.current?.querySelector<HTMLInputElement>(`[data-row="${fresh.current}"] input`)?.focus();
    fresh.current = null;
  });
  const put = (key: number, patch: Partial<CodeRow>) =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...patch } : row)));
  const add = () => {
    fresh.current = nextKey(rows);
    onChange([...rows, { key: fresh.current, code: "", zh: "", en: "", isNew: true }]);
  };
  return (
    <div className="flex flex-col gap-2 pt-2">
      <p className="text-sm">{t("admin.rule_dispositions")}</p>
      <p className="-mt-1.5 text-xs text-ink-3">{t("admin.about_codes")}</p>
      <ul ref={box} className="flex flex-col gap-1.5 empty:hidden">
        {rows.map((row, n) => {
          const fault = faults[`dispositions.${n}.code`];
          const name = row.zh || row.en || row.code || t("admin.code_n", { n: n + 1 });
          return (
            <li key={row.key} data-row={row.key} className="rounded-lg border border-line p-2 sm:border-0 sm:p-0">
              <div className="flex flex-wrap items-center gap-1.5">
                {(["zh", "en"] as const).map((language) => (
                  <Input
                    key={language}
                    aria-label={t("admin.code_in", { n: n + 1, language: t(`admin.language_${language}`) })}
                    placeholder={t(`admin.language_${language}`)}
                    className="min-w-28 flex-1 basis-28"
                    maxLength={100}
                    value={row[language]}
                    onChange={(e) => put(row.key, { [language]: e.target.value })}
                  />
                ))}
                {row.isNew ? (
                  <Input
                    aria-label={t("admin.code_of", { n: n + 1 })}
                    aria-invalid={!!fault}
                    aria-describedby={fault ? `${id}${row.key}` : undefined}
                    placeholder={codeOf(row) || t("admin.code")}
                    className="w-28! aria-invalid:border-stop"
                    maxLength={40}
                    value={row.code}
                    onChange={(e) => put(row.key, { code: e.target.value })}
                  />
                ) : (
                  <span className="w-28 truncate px-1 text-xs text-ink-3" title={row.code}>
                    {row.code}
                  </span>
                )}
                <span className="ml-auto flex items-center">
                  <IconButton
                    icon={ArrowUp}
                    size="sm"
                    label={t("admin.up_of", { name })}
                    disabled={n === 0}
                    onClick={() => onChange(moved(rows, n, -1))}
                  />
                  <IconButton
                    icon={ArrowDown}
                    size="sm"
                    label={t("admin.down_of", { name })}
                    disabled={n === rows.length - 1}
                    onClick={() => onChange(moved(rows, n, 1))}
                  />
                  <IconButton
                    icon={X}
                    size="sm"
                    label={t("admin.remove_of", { name })}
                    onClick={() => onChange(rows.filter((r) => r.key !== row.key))}
                  />
                </span>
              </div>
              <FaultText id={`${id}${row.key}`} fault={fault} />
            </li>
          );
        })}
      </ul>
      <Button size="sm" icon={Plus} className="self-start" disabled={rows.length >= 200} onClick={add}>
        {t("admin.add_code")}
      </Button>
    </div>
  );
}
