// SPDX-License-Identifier: Apache-2.0
import { lazy, Suspense, useEffect } from "react";
import { useUi } from "@/core/ui";

const load = {
  palette: () => import("@/features/palette/palette"),
  help: () => import("@/features/palette/help"),
  transfer: () => import("@/features/desk/transfer"),
  mini: () => import("@/features/desk/mini"),
  notices: () => import("@/features/notices/day"),
};
const Palette = lazy(() => load.palette().then((m) => ({ default: m.Palette })));
const Help = lazy(() => load.help().then((m) => ({ default: m.Help })));
const TransferDialog = lazy(() => load.transfer().then((m) => ({ default: m.TransferDialog })));

const NoticesOfTheDay = lazy(() => load.notices().then((m) => ({ default: m.NoticesOfTheDay })));

const Mini = lazy(() => load.mini().then((m) => ({ default: m.Mini })));

/** What opens over the page. Not part of the first load, but there before anybody can want it. */
export function Overlays() {
  const ui = useUi();
  useEffect(() => {
    const timer = setTimeout(
      () => void Promise.all(Object.values(load).map((run) => run())).catch(() => undefined),
      1500,
    );
    return () => clearTimeout(timer);
  }, []);
  return (
    <Suspense fallback={null}>
      {ui.palette && <Palette />}
      {ui.help && <Help />}
      {ui.notices && <NoticesOfTheDay />}
      <Mini />
      {ui.transfer !== null && <TransferDialog />}
    </Suspense>
  );
}
