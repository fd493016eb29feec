// SPDX-License-Identifier: Apache-2.0
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { People } from "@/features/people/people";
import { Dialler } from "./dialler";
import { Earlier } from "./earlier";
import { Queues } from "./queues";
import { Stage } from "./stage";

const Simulator = lazy(() => import("@/features/simulator/simulator").then((m) => ({ default: m.Simulator })));

/** Three panes: what I can start, what is in hand, who else is there. */
export function Desk() {
  const { t } = useTranslation();
  return (
    <main className="grid min-h-0 flex-1 gap-2.5 overflow-y-auto px-3 pb-3 md:grid-cols-[minmax(0,1fr)] md:pr-4 md:pl-1 lg:grid-cols-[276px_minmax(0,1fr)] lg:overflow-hidden xl:grid-cols-[288px_minmax(0,1fr)_288px]">
      <h1 className="sr-only">{t("nav.desk")}</h1>
      <div className="order-2 hidden min-h-0 flex-col gap-2.5 lg:order-1 lg:flex lg:overflow-y-auto">
        <Dialler />
        <Queues />
        <Suspense fallback={null}>
          <Simulator />
        </Suspense>
      </div>
      <div className="order-1 flex min-h-0 flex-col gap-2.5 lg:order-2">
        <Stage />
        <Earlier />
        <div className="space-y-2.5 lg:hidden">
          <Queues />
          <Suspense fallback={null}>
            <Simulator />
          </Suspense>
        </div>
      </div>
      <div className="order-3 hidden min-h-0 xl:flex">
        <People />
      </div>
    </main>
  );
}
