// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from "react";
import { cx } from "@/ui/cx";
import { Input } from "@/ui/field";

export interface CodeInputProps {
  id: string;
  value: string;
  onChange(value: string): void;
  /** Called when the six digits are there, so that nobody needs to press anything more. */
  onWhole?(value: string): void;
  onPaper?: boolean;
  disabled?: boolean;
}

export function CodeInput({ id, value, onChange, onWhole, onPaper = false, disabled = false }: CodeInputProps) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!disabled) field.current?.focus();
  }, [disabled]);
  const change = (typed: string) => {
    onChange(typed);
    const digits = typed.normalize("NFKC").replace(/\s/g, "");
    if (!onPaper && /^\d{6}$/.test(digits)) onWhole?.(digits);
  };
  return (
    <Input
      id={id}
      ref={field}
      className={cx("figures h-12 text-center text-xl", !onPaper && "tracking-[0.35em]")}
      value={value}
      onChange={(e) => change(e.target.value)}
      inputMode={onPaper ? "text" : "numeric"}
      autoComplete="one-time-code"
      autoCapitalize="none"
      spellCheck={false}
      maxLength={onPaper ? 14 : 8}
      disabled={disabled}
      required
    />
  );
}
