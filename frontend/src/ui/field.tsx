// SPDX-License-Identifier: Apache-2.0
import { type ComponentProps, type ReactNode, useId } from "react";
import { cx } from "./cx";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return (
    <input
      className={cx(
        "h-9 w-full rounded-lg border border-line-2 bg-raised px-3 text-sm text-ink outline-none placeholder:text-ink-3 hover:border-ink-3 focus-visible:border-accent-ink focus-visible:ring-3 focus-visible:ring-accent-wash",
        className,
      )}
      {...rest}
    />
  );
}

export interface LabelledProps {
  label: string;
  children: (id: string) => ReactNode;
  className?: string;
}

export function Labelled({ label, children, className }: LabelledProps) {
  const id = useId();
  return (
    <div className={cx("flex flex-col gap-1.5", className)}>
      <label htmlFor={id} className="text-sm font-medium text-ink-2">
        {label}
      </label>
      {children(id)}
    </div>
  );
}
