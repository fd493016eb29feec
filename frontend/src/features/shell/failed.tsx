// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { Empty } from "@/ui/bits";
import { Button } from "@/ui/button";
import { CircleAlert } from "@/ui/icons";

/** A page that broke. The shell, and the call in it, stand. */
export function Failed() {
  const { t } = useTranslation();
  return (
    <main className="flex flex-1 items-center justify-center">
      <Empty icon={CircleAlert} title={t("page.failed")} text={t("page.failed_text")}>
        <Button onClick={() => location.reload()}>{t("page.reload")}</Button>
      </Empty>
    </main>
  );
}
