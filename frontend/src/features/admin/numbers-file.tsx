// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ImportOut, numbers } from "@/api/admin";
import { faultText } from "@/hooks/useActions";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Labelled } from "@/ui/field";
import { toast } from "@/ui/toast";

/** First looked at, then applied: nothing happens before the report is on the screen. */
export function NumbersFile({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [report, setReport] = useState<ImportOut | null>(null);
  const look = async (chosen: File | null) => {
    setFile(chosen);
    setReport(null);
    if (!chosen) return;
    try {
      setReport(await numbers.take(chosen, true));
    } catch (error) {
      toast("fault", faultText(error));
    }
  };
  const apply = async () => {
    if (!file) return;
    try {
      const done = await numbers.take(file, false);
      setReport(done);
      if (!done.is_applied) return;
      await Promise.all(
        ["admin-numbers", "admin-blocks", "admin-people"].map((key) => client.invalidateQueries({ queryKey: [key] })),
      );
      toast("done", t("admin.file_applied", { count: done.new + done.changed }));
      onClose();
    } catch (error) {
      toast("fault", faultText(error));
    }
  };
  const canApply = report !== null && report.fault_count === 0 && report.new + report.changed > 0;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("admin.file")}
      description={t("admin.file_text")}
      footer={
        <>
          <a
            className="mr-auto text-sm font-medium text-accent-ink underline"
            href={numbers.fileUrl}
            download="numbers.csv"
          >
            {t("admin.file_export")}
          </a>
          <Button tone="accent" disabled={!canApply} onClick={() => void apply()}>
            {t("admin.file_apply")}
          </Button>
        </>
      }
    >
      <div className="flex min-h-0 flex-1 flex-col gap-3 px-5 pb-5">
        <Labelled label={t("admin.file_choose")}>
          {(id) => (
            <input
              id={id}
              type="file"
              accept=".csv,text/csv"
              className="text-sm"
              onChange={(e) => void look(e.target.files?.[0] ?? null)}
            />
          )}
        </Labelled>
        {report && <Report report={report} />}
      </div>
    </Dialog>
  );
}

function Report({ report }: { report: ImportOut }) {
  const { t } = useTranslation();
  if (report.fault_count === 0) {
    return (
      <p role="status" className="rounded-lg bg-go-wash px-3 py-2 text-sm text-go-ink">
        {t("admin.file_report", { ...report })}
      </p>
    );
  }
  return (
    <div role="status" className="flex min-h-0 flex-col gap-2">
      <p className="rounded-lg bg-stop-wash px-3 py-2 text-sm text-stop-ink">
        {t("admin.file_faults", { count: report.fault_count })}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
      <div className="min-h-0 overflow-auto" tabIndex={0}>
        <table className="w-full text-left text-xs">
          <thead className="text-ink-3">
            <tr>
              <th className="py-1 pr-3 font-medium">{t("admin.file_line")}</th>
              <th className="py-1 pr-3 font-medium">{t("admin.file_column")}</th>
              <th className="py-1 font-medium">{t("admin.file_reason")}</th>
            </tr>
          </thead>
          <tbody>
            {report.faults.map((f) => (
              <tr key={`${f.line} ${f.column} ${f.reason}`} className="border-t border-line align-top">
                <td className="figures py-1 pr-3">{f.line || "–"}</td>
                <td className="py-1 pr-3">{t(`field.${f.column || "none"}`, { defaultValue: f.column })}</td>
                <td className="py-1 break-all">
                  {t(`csv.${f.reason}`)} {f.value && <span className="text-ink-3">{f.value}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
