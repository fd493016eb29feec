// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { ParkedShelf } from "@/features/desk/parked";
import { Stage } from "@/features/desk/stage";
import { Directory } from "./directory";
import { Line } from "./line";

/** The switchboard: who waits, whom I have, and to whom they go. All of it by keyboard, or by dragging. */
export function Operator() {
  const { t } = useTranslation();
  return (
    <main className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-2.5 overflow-y-auto px-3 pb-3 md:pr-4 md:pl-1 lg:grid-cols-[320px_minmax(0,1fr)_320px] lg:overflow-hidden">
      <h1 className="sr-only">{t("nav.operator")}</h1>
      <Line />
      <div className="flex flex-col gap-2.5 max-lg:order-first lg:min-h-0 lg:overflow-y-auto">
        <Stage />
        <ParkedShelf />
      </div>
      <Directory />
    </main>
  );
}
