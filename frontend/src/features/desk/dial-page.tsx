// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { Dialler } from "./dialler";

export function DialPage() {
  const { t } = useTranslation();
  return (
    <main className="flex min-h-0 flex-1 justify-center overflow-y-auto px-3 pb-3">
      <h1 className="sr-only">{t("nav.dial")}</h1>
      <div className="w-full max-w-96">
        <Dialler large />
      </div>
    </main>
  );
}
