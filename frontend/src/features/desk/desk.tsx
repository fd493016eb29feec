// SPDX-License-Identifier: Apache-2.0
import { type CSSProperties, lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { choose, useSettings } from "@/core/settings";
import { People } from "@/features/people/people";
import { Splitter } from "@/ui/splitter";
import { Dialler } from "./dialler";
import { Earlier } from "./earlier";
import { ParkedShelf } from "./parked";
import { Queues } from "./queues";
import { Stage } from "./stage";

const Simulator = lazy(() => import("@/features/simulator/simulator").then((m) => ({ default: m.Simulator })));

const WIDTHS = { min: 240, max: 420 };

/** Three panes: what I can start, what is in hand, who else is there. */
export function Desk() {
  const { t } = useTranslation();
  const left = useSettings((s) => s.left);
  const right = useSettings((s) => s.right);
  const widths = { "--left": `${left}px`, "--right": `${right}px` } as CSSProperties;
  return (
    <main
      style={widths}
      className="grid min-h-0 flex-1 gap-2.5 overflow-y-auto grid-cols-[minmax(0,1fr)] px-3 pb-3 md:pr-4 md:pl-1 lg:grid-cols-[var(--left)_minmax(0,1fr)] lg:overflow-hidden xl:grid-cols-[var(--left)_minmax(0,1fr)_var(--right)]"
    >
      <h1 className="sr-only">{t("nav.desk")}</h1>
      <div className="relative order-2 hidden min-h-0 lg:order-1 lg:block">
        <div className="flex h-full flex-col gap-2.5 overflow-y-auto">
          <Dialler />
          <Queues />
          <Suspense fallback={null}>
            <Simulator />
          </Suspense>
        </div>
        <Splitter label={t("desk.left")} edge="right" value={left} {...WIDTHS} onChange={(w) => choose({ left: w })} />
      </div>
      <div className="order-1 flex min-h-0 flex-col gap-2.5 lg:order-2">
        <Stage />
        <ParkedShelf />
        <Earlier />
        <div className="space-y-2.5 lg:hidden">
          <Queues />
          <Suspense fallback={null}>
            <Simulator />
          </Suspense>
        </div>
      </div>
      <div className="relative order-3 hidden min-h-0 xl:flex">
        <Splitter
          label={t("desk.right")}
          edge="left"
          value={right}
          {...WIDTHS}
          onChange={(w) => choose({ right: w })}
        />
        <People />
      </div>
    </main>
  );
}
