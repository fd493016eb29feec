// SPDX-License-Identifier: Apache-2.0
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { STRATEGIES } from "@/core/strategies";
import { cx } from "@/ui/cx";
import { Input } from "@/ui/field";
import { Select } from "@/ui/select";
import { Switch } from "@/ui/switch";
import { FaultText } from "./fault-text";
import { NumberInput } from "./number-input";
import type { Fault } from "./rules";
import type { RuleName } from "./sections";

export interface RuleProps {
  name: RuleName;
  value: unknown;
  fault: Fault | undefined;
  onChange(value: unknown): void;
}

const WIDTH = "w-44!";

/** One rule that is a switch, a number, a choice or a short text: its name, what it means, what is wrong with it. */
export function Rule({ name, value, fault, onChange }: RuleProps) {
  const { t } = useTranslation();
  const id = useId();
  const label = t(`admin.rule_${name}`);
  const hint = t([`admin.hint_${name}_${String(value)}`, `admin.hint_${name}`], { defaultValue: "" });
  const described = cx(hint && `${id}h`, fault && `${id}f`);
  return (
    <div className="py-1 text-sm">
      <div className="flex min-h-9 items-center justify-between gap-4">
        <span aria-hidden className="min-w-0 flex-1">
          {label}
        </span>
        <Field name={name} label={label} value={value} described={described} isWrong={!!fault} onChange={onChange} />
      </div>
      {hint && (
        <p id={`${id}h`} className="text-xs text-ink-3 sm:pr-48">
          {hint}
        </p>
      )}
      <FaultText id={`${id}f`} fault={fault} className="text-right" />
    </div>
  );
}

/** What a choice leads to, by the value of the rule. */
const CHOICES: Partial<Record<RuleName, readonly string[]>> = {
  strategy: STRATEGIES,
  join: ["always", "staffed", "ready"],
  leave: ["never", "unstaffed"],
  callback_key: [..."1234567890*#"],
};

interface FieldProps {
  name: RuleName;
  label: string;
  value: unknown;
  described: string;
  isWrong: boolean;
  onChange(value: unknown): void;
}

function Field({ name, label, value, described, isWrong, onChange }: FieldProps) {
  const { t } = useTranslation();
  const choices = CHOICES[name];
  if (typeof value === "boolean") return <Switch label={label} checked={value} onChange={onChange} />;
  if (typeof value === "number")
    return (
      <NumberInput
        label={label}
        value={value}
        isWrong={isWrong}
        described={described}
        className={WIDTH}
        onChange={onChange}
      />
    );
  if (choices)
    return (
      <Select
        label={label}
        className={WIDTH}
        value={String(value)}
        choices={choices.map((c) => ({ value: c, label: t(`admin.${name}_${c}`, { defaultValue: c }) }))}
        onChange={onChange}
      />
    );
  return (
    <Input
      aria-label={label}
      aria-invalid={isWrong}
      aria-describedby={described || undefined}
      className={cx(WIDTH, "aria-invalid:border-stop")}
      maxLength={name === "overflow" ? 64 : 100}
      inputMode={name === "overflow" ? "tel" : "text"}
      value={String(value)}
      onChange={(e) => onChange(e.target.value)}
    />
  );
}
