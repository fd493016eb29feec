// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { cx } from "@/ui/cx";

/** How many places of call-backs stand in line beside the callers; nothing when there are none. */
export function Callbacks({ count, className }: { count: number; className?: string }) {
  const { t } = useTranslation();
  if (count <= 0) return null;
  return <span className={cx("figures text-xs text-ink-3", className)}>{t("queue.callbacks", { count })}</span>;
}
