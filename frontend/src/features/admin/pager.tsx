// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";

export const PAGE = 50;

/** Which of how many are shown, and the way to the others. Nothing where all are. */
export function Pager({ offset, total, onMove }: { offset: number; total: number; onMove(offset: number): void }) {
  const { t } = useTranslation();
  if (total <= PAGE) return null;
  return (
    <nav aria-label={t("admin.pages")} className="flex items-center justify-end gap-2 border-t border-line px-4 py-2">
      <span className="figures mr-auto text-xs text-ink-3" role="status">
        {t("admin.range", { from: offset + 1, to: Math.min(offset + PAGE, total), total })}
      </span>
      <Button size="sm" disabled={offset === 0} onClick={() => onMove(Math.max(0, offset - PAGE))}>
        {t("admin.previous")}
      </Button>
      <Button size="sm" disabled={offset + PAGE >= total} onClick={() => onMove(offset + PAGE)}>
        {t("admin.next")}
      </Button>
    </nav>
  );
}
