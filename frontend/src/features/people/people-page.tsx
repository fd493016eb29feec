// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { People } from "./people";

export function PeoplePage() {
  const { t } = useTranslation();
  return (
    <main className="flex min-h-0 flex-1 justify-center px-3 pb-3 md:pr-4 md:pl-1">
      <h1 className="sr-only">{t("nav.people")}</h1>
      <div className="flex min-h-0 w-full max-w-180">
        <People />
      </div>
    </main>
  );
}
