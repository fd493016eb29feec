// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { Input } from "@/ui/field";

export interface NumberFieldProps {
  label: string;
  value: number;
  min?: number;
  max?: number;
  className?: string;
  /** `null` while what stands there is no number: an emptied field is not 0. */
  onChange(value: number | null): void;
}

export function NumberField({ label, value, min, max, className, onChange }: NumberFieldProps) {
  const [text, setText] = useState(String(value));
  const read = (written: string): number | null => {
    const n = Number(written);
    const isIn = Number.isInteger(n) && (min === undefined || n >= min) && (max === undefined || n <= max);
    return written.trim() && isIn ? n : null;
  };
  return (
    <Input
      aria-label={label}
      type="number"
      {...(min === undefined ? {} : { min })}
      {...(max === undefined ? {} : { max })}
      aria-invalid={read(text) === null}
      className={`aria-invalid:border-stop ${className ?? ""}`}
      value={text}
      onChange={(e) => {
        setText(e.target.value);
        onChange(read(e.target.value));
      }}
      onBlur={() => {
        if (read(text) !== null) return;
        setText(String(value)); // what will be saved is what stands there
        onChange(value);
      }}
    />
  );
}
