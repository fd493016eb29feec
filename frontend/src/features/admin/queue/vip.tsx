// SPDX-License-Identifier: Apache-2.0
import { type ClipboardEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { dialled, looksDiallable, shownNumber } from "@/core/number";
import { Button, IconButton } from "@/ui/button";
import { Input } from "@/ui/field";
import { X } from "@/ui/icons";
import { FaultText } from "./fault-text";
import type { RowsProps } from "./needs";
import { NumberInput } from "./number-input";
import { type Fault, nextKey, PRIORITY, pasted, type VipRow } from "./rules";

/** More are found by typing: the list may hold thousands. */
const SHOWN = 20;
const MOST = 10_000;

/** Callers who have more, or less, priority than the queue gives. */
export function Vip({ rows, faults, onChange }: RowsProps<VipRow>) {
  const { t } = useTranslation();
  const id = useId();
  const [wanted, setWanted] = useState("");
  const digits = dialled(wanted);
  const found = rows.map((row, n) => ({ row, n })).filter(({ row }) => dialled(row.number).includes(digits));
  const wrong = found.filter(({ n }) => faults[`vip.${n}.number`] || faults[`vip.${n}.priority`]);
  const shown = [...new Set([...wrong, ...found])].slice(0, Math.max(SHOWN, wrong.length));
  const put = (key: number, priority: number) =>
    onChange(rows.map((row) => (row.key === key ? { ...row, priority } : row)));
  return (
    <div className="flex flex-col gap-1.5 pt-1">
      <p className="flex items-baseline justify-between gap-2 text-sm">
        <span>{t("admin.rule_vip")}</span>
        <span className="figures text-xs text-ink-3">{rows.length}</span>
      </p>
      {rows.length > SHOWN && (
        <Input
          type="search"
          aria-label={t("admin.vip_find")}
          placeholder={t("admin.vip_find")}
          maxLength={32}
          value={wanted}
          onChange={(e) => setWanted(e.target.value)}
        />
      )}
      <ul className="divide-y divide-line empty:hidden">
        {shown.map(({ row, n }) => {
          const fault = faults[`vip.${n}.number`] ?? faults[`vip.${n}.priority`];
          const name = shownNumber(row.number);
          return (
            <li key={row.key} className="py-1">
              <div className="flex items-center gap-2">
                <span className="figures min-w-0 flex-1 truncate text-sm">{name}</span>
                <NumberInput
                  label={t("admin.vip_priority_of", { number: name })}
                  value={row.priority}
                  isWrong={!!fault}
                  described={fault ? `${id}${row.key}` : ""}
                  className="w-20!"
                  onChange={(priority) => put(row.key, priority)}
                />
                <IconButton
                  icon={X}
                  size="sm"
                  label={t("admin.remove_of", { name })}
                  onClick={() => onChange(rows.filter((r) => r.key !== row.key))}
                />
              </div>
              <FaultText id={`${id}${row.key}`} fault={fault} className="text-right" />
            </li>
          );
        })}
      </ul>
      {found.length > shown.length && (
        <p className="text-xs text-ink-3">{t("admin.vip_more", { count: found.length - shown.length })}</p>
      )}
      <Add rows={rows} onChange={onChange} />
    </div>
  );
}

function Add({ rows, onChange }: Pick<RowsProps<VipRow>, "rows" | "onChange">) {
  const { t } = useTranslation();
  const id = useId();
  const [number, setNumber] = useState("");
  const [priority, setPriority] = useState(1);
  const [fault, setFault] = useState<Fault | undefined>();
  const isPriority = priority >= PRIORITY[0] && priority <= PRIORITY[1];
  const take = (more: Omit<VipRow, "key">[]): number => {
    const known = new Set(rows.map((row) => dialled(row.number)));
    const fresh = more.filter((row) => !known.has(row.number) && known.add(row.number)).slice(0, MOST - rows.length);
    const first = nextKey(rows);
    if (fresh.length > 0) onChange([...rows, ...fresh.map((row, n) => ({ ...row, key: first + n }))]);
    return fresh.length;
  };
  const add = () => {
    if (!isPriority) return setFault({ word: "range", min: PRIORITY[0], max: PRIORITY[1] });
    if (!looksDiallable(number)) return setFault({ word: "number" });
    if (take([{ number: dialled(number), priority }]) === 0) return setFault({ word: "twice" });
    setNumber("");
    setFault(undefined);
  };
  const onPaste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData("text");
    if (!/[\r\n]/.test(text.trim())) return;
    event.preventDefault();
    take(pasted(text, isPriority ? priority : 1));
  };
  return (
    <>
      <div className="flex items-center gap-2">
        <Input
          aria-label={t("admin.vip_number")}
          aria-invalid={fault !== undefined}
          aria-describedby={`${id}h`}
          className="figures min-w-0 flex-1 aria-invalid:border-stop"
          placeholder={t("admin.vip_number")}
          inputMode="tel"
          maxLength={32}
          value={number}
          onPaste={onPaste}
          onChange={(e) => {
            setNumber(e.target.value);
            setFault(undefined);
          }}
          onKeyDown={(e) => {
            if (e.key !== "Enter" || e.nativeEvent.isComposing) return;
            e.preventDefault();
            add();
          }}
        />
        <NumberInput
          label={t("admin.vip_priority")}
          value={priority}
          isWrong={!isPriority}
          className="w-20!"
          onChange={setPriority}
        />
        <Button disabled={!number.trim() || rows.length >= MOST} onClick={add}>
          {t("admin.add")}
        </Button>
      </div>
      <p id={`${id}h`} className="text-xs text-ink-3">
        {t("admin.vip_hint")}
      </p>
      <FaultText id={`${id}f`} fault={fault} />
    </>
  );
}
