// SPDX-License-Identifier: Apache-2.0
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useDesk } from "@/core/store";
import { Segments } from "@/ui/segments";
import type { ReportSearch } from "./asked";
import { Report } from "./report";
import { Schedules } from "./schedules";
import "./print.css";

export function Reports() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/reports" });
  const navigate = useNavigate({ from: "/reports" });
  const manages = useDesk((s) => s.me?.rights.includes("report.manage") ?? false);
  const change = (wish: Partial<ReportSearch>) =>
    void navigate({ search: (was) => ({ ...was, ...wish }), replace: true });
  const tab = manages ? (search.tab ?? "report") : "report";
  return (
    <main className="flex min-h-0 flex-1 flex-col gap-2.5 px-3 pb-3 md:pr-4 md:pl-1">
      <h1 className="sr-only">{t("nav.reports")}</h1>
      {manages && (
        <div className="print:hidden">
          <Segments
            label={t("nav.reports")}
            value={tab}
            choices={[
              { value: "report", label: t("reports.title") },
              { value: "schedules", label: t("reports.schedules") },
            ]}
            onChange={(value) => change({ tab: value === "schedules" ? value : undefined } as Partial<ReportSearch>)}
          />
        </div>
      )}
      {tab === "schedules" ? <Schedules /> : <Report search={search} onSearch={change} />}
    </main>
  );
}
