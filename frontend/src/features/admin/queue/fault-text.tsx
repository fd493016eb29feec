// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { cx } from "@/ui/cx";
import type { Fault } from "./rules";

/** What is wrong, in words, under the field it is about. */
export function FaultText({ id, fault, className }: { id: string; fault: Fault | undefined; className?: string }) {
  const { t } = useTranslation();
  if (!fault) return null;
  return (
    <p id={id} className={cx("text-xs font-medium text-stop-ink", className)}>
      {t(`admin.fault_${fault.word}`, { min: fault.min, max: fault.max })}
    </p>
  );
}
