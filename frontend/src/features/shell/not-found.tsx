// SPDX-License-Identifier: Apache-2.0
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Empty } from "@/ui/bits";
import { CircleAlert } from "@/ui/icons";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <main className="flex flex-1 items-center justify-center">
      <Empty icon={CircleAlert} title={t("page.not_found")}>
        <Link to="/" className="text-sm font-medium text-accent-ink underline underline-offset-2">
          {t("page.back_to_desk")}
        </Link>
      </Empty>
    </main>
  );
}
