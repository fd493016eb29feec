// SPDX-License-Identifier: Apache-2.0
import { Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useChats } from "@/core/chats";
import { useShortcuts } from "@/hooks/useActions";
import { useScene } from "@/hooks/useScene";
import { Alerts } from "./alerts";
import { Announcer } from "./announcer";
import { Banners } from "./banners";
import { CallBar } from "./call-bar";
import { Overlays } from "./overlays";
import { BottomNav, Rail } from "./rail";
import { TopBar } from "./top-bar";

// A supervisor beside a talk, and an agent who is written to: rarer than calls, and not in the first load.
const SuperviseBar = lazy(() => import("@/features/supervise/bar").then((m) => ({ default: m.SuperviseBar })));
const NoticeStrip = lazy(() => import("@/features/notices/strip").then((m) => ({ default: m.NoticeStrip })));
const ChatBar = lazy(() => import("@/features/chat/bar").then((m) => ({ default: m.ChatBar })));

export function Shell() {
  useShortcuts();
  const scene = useScene();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const beside = scene.call && scene.call.state !== "ended" ? scene.call.supervise : null;
  const hasChats = useChats((s) => s.chats.length > 0);
  const away = path !== "/" && path !== "/operator" && scene.call !== null && !beside;
  // For a big screen: nothing of ours around it.
  if (path === "/wallboard") return <Outlet />;
  return (
    <div className="flex h-dvh flex-col overflow-hidden md:flex-row">
      <Rail />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <TopBar />
        <Banners />
        <Suspense fallback={null}>
          {scene.desk.messages.length > 0 && <NoticeStrip />}
          {beside && scene.call && <SuperviseBar call={scene.call} mode={beside} />}
          {hasChats && <ChatBar />}
        </Suspense>
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
