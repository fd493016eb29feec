// SPDX-License-Identifier: Apache-2.0
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/ui/button";
import { Input } from "@/ui/field";
import { X } from "@/ui/icons";
import { FaultText } from "./fault-text";
import type { Fault, Faults } from "./rules";

export interface NeverProps {
  value: readonly string[];
  faults: Faults;
  onChange(value: string[]): void;
}

/** Beginnings of numbers that are not called back. */
export function Never({ value, faults, onChange }: NeverProps) {
  const { t } = useTranslation();
  const id = useId();
  const [text, setText] = useState("");
  const [fault, setFault] = useState<Fault | undefined>();
  const add = () => {
    const more = text.split(/[\s,;，；]+/).filter(Boolean);
    if (more.some((each) => !/^\+?\d{1,19}$/.test(each))) return setFault({ word: "digits" });
    onChange([...new Set([...value, ...more])]);
    setText("");
  };
  const refused = value.findIndex((_, n) => faults[`callback_never.${n}`]);
  return (
    <div className="flex flex-col gap-1.5 py-1 text-sm">
      <span>{t("admin.rule_callback_never")}</span>
      <ul className="flex flex-wrap gap-1.5 empty:hidden">
        {value.map((each, n) => (
          <li
            key={each}
            className="figures flex items-center gap-0.5 rounded-lg bg-hover pl-2.5 text-sm data-[wrong=true]:text-stop-ink"
            data-wrong={n === refused}
          >
            {each}
            <IconButton
              icon={X}
              size="sm"
              label={t("admin.remove_of", { name: each })}
              onClick={() => onChange(value.filter((other) => other !== each))}
            />
          </li>
        ))}
      </ul>
      <div className="flex gap-2">
        <Input
          aria-label={t("admin.rule_callback_never")}
          aria-invalid={fault !== undefined || refused >= 0}
          aria-describedby={`${id}h`}
          className="aria-invalid:border-stop"
          placeholder="955, 400"
          inputMode="tel"
          maxLength={400}
          value={text}
          onChange={(e) => {
            setText(e.target.value);
            setFault(undefined);
          }}
          onKeyDown={(e) => {
            if (e.key !== "Enter" || e.nativeEvent.isComposing) return;
            e.preventDefault();
            add();
          }}
        />
        <Button disabled={!text.trim()} onClick={add}>
          {t("admin.add")}
        </Button>
      </div>
      <p id={`${id}h`} className="text-xs text-ink-3">
        {t("admin.hint_callback_never")}
      </p>
      <FaultText id={`${id}f`} fault={fault ?? faults[`callback_never.${refused}`]} />
    </div>
  );
}
