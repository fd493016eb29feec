// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { COMPANY_LOG_IN, identity } from "@/api/identity";
import { i18n } from "@/i18n";
import { Button } from "@/ui/button";
import { Building2, TriangleAlert } from "@/ui/icons";

/** Why the way over the company account led back here; asked once, and gone with the next reload. */
function takeFault(): string {
  const url = new URL(location.href);
  const fault = url.searchParams.get("login") ?? "";
  if (!fault) return "";
  url.searchParams.delete("login");
  history.replaceState(history.state, "", url);
  return i18n.exists(`company.${fault}`) ? fault : "broken";
}

let cameBack: string | null = null;

/** The button to the company account, and, if it did not come off, whose fault that is. */
export function CompanyLogIn() {
  const { t } = useTranslation();
  const [fault] = useState(() => {
    cameBack ??= takeFault();
    return cameBack;
  });
  const { data } = useQuery({ queryKey: ["ways"], queryFn: identity.ways });
  const company = data?.company;
  if (!company) return null;
  return (
    <div className="mt-5">
      <div aria-hidden className="mb-5 flex items-center gap-3 text-xs text-ink-3">
        <span className="h-px flex-1 bg-line" />
        {t("company.or")}
        <span className="h-px flex-1 bg-line" />
      </div>
      <Button size="lg" icon={Building2} className="w-full" nativeButton={false} render={<a href={COMPANY_LOG_IN} />}>
        <span className="truncate">{t("company.go", { name: company.name })}</span>
      </Button>
      {fault && (
        <div role="alert" className="mt-4 flex gap-2.5 rounded-lg bg-warn-wash px-3 py-2.5 text-sm text-warn-ink">
          <TriangleAlert aria-hidden size={16} className="mt-0.5 shrink-0" />
          <p className="min-w-0 break-words">{t(`company.${fault}`, { host: company.host })}</p>
        </div>
      )}
    </div>
  );
}
