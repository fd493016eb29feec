// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { cx } from "@/ui/cx";
import { Input } from "@/ui/field";

export interface NumberInputProps {
  label: string;
  value: number;
  isWrong: boolean;
  described?: string;
  className?: string;
  /** NaN while what stands there is no whole number: an emptied field is not 0, and stays as it was left. */
  onChange(value: number): void;
}

export function NumberInput({ label, value, isWrong, described, className, onChange }: NumberInputProps) {
  const [text, setText] = useState(String(value));
  return (
    <Input
      aria-label={label}
      aria-invalid={isWrong}
      aria-describedby={described || undefined}
      inputMode="numeric"
      maxLength={8}
      className={cx("figures aria-invalid:border-stop", className)}
      value={text}
      onChange={(e) => {
        setText(e.target.value);
        onChange(/^\s*-?\d+\s*$/.test(e.target.value) ? Number(e.target.value) : Number.NaN);
      }}
    />
  );
}
