// SPDX-License-Identifier: Apache-2.0
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ReportSearch } from "./asked";
import { Report } from "./report";
import "./print.css";

export function Reports() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/reports" });
  const navigate = useNavigate({ from: "/reports" });
  const change = (wish: Partial<ReportSearch>) =>
    void navigate({ search: (was) => ({ ...was, ...wish }), replace: true });
  return (
    <main className="flex min-h-0 flex-1 flex-col gap-2.5 px-3 pb-3 md:pr-4 md:pl-1">
      <h1 className="sr-only">{t("nav.reports")}</h1>
      <Report search={search} onSearch={change} />
    </main>
  );
}
