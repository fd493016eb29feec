// SPDX-License-Identifier: Apache-2.0
import { Outlet, useRouterState } from "@tanstack/react-router";
import { useShortcuts } from "@/hooks/useActions";
import { useScene } from "@/hooks/useScene";
import { Alerts } from "./alerts";
import { Announcer } from "./announcer";
import { Banners } from "./banners";
import { CallBar } from "./call-bar";
import { Overlays } from "./overlays";
import { BottomNav, Rail } from "./rail";
import { TopBar } from "./top-bar";

export function Shell() {
  useShortcuts();
  const scene = useScene();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const away = path !== "/" && scene.call !== null;
  return (
    <div className="flex h-dvh flex-col overflow-hidden md:flex-row">
      <Rail />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <TopBar />
        <Banners />
        {away && <CallBar />}
        <Outlet />
      </div>
      <BottomNav />
      <Overlays />
      <Alerts />
      <Announcer />
    </div>
  );
}
