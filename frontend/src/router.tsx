// SPDX-License-Identifier: Apache-2.0
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { Desk } from "./features/desk/desk";
import { searchOf } from "./features/reports/asked";
import { Failed } from "./features/shell/failed";
import { NotFound } from "./features/shell/not-found";
import { Shell } from "./features/shell/shell";
import { withWords } from "./i18n";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

export interface HistorySearch {
  call?: string;
  q?: string;
  scope?: "mine" | "all";
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value ? value : typeof value === "number" ? String(value) : undefined;

const desk = createRoute({ getParentRoute: () => root, path: "/", component: Desk });
const history = createRoute({
  getParentRoute: () => root,
  path: "/history",
  validateSearch: (raw): HistorySearch => {
    const call = text(raw.call);
    const q = text(raw.q);
    return {
      ...(call ? { call } : {}),
      ...(q ? { q } : {}),
      ...(raw.scope === "all" ? { scope: "all" as const } : {}),
    };
  },
  component: lazyRouteComponent(
    withWords(() => import("./features/history/history")),
    "History",
  ),
});
const people = createRoute({
  getParentRoute: () => root,
  path: "/people",
  component: lazyRouteComponent(
    withWords(() => import("./features/people/people-page")),
    "PeoplePage",
  ),
});
const dial = createRoute({
  getParentRoute: () => root,
  path: "/dial",
  component: lazyRouteComponent(
    withWords(() => import("./features/desk/dial-page")),
    "DialPage",
  ),
});
const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(
    withWords(() => import("./features/settings/settings")),
    "SettingsPage",
  ),
});
const check = createRoute({
  getParentRoute: () => root,
  path: "/check",
  component: lazyRouteComponent(
    withWords(() => import("./features/check/check")),
    "Check",
  ),
});

const supervise = createRoute({
  getParentRoute: () => root,
  path: "/supervise",
  component: lazyRouteComponent(
    withWords(() => import("./features/supervise/supervise")),
    "Supervise",
  ),
});
const wallboard = createRoute({
  getParentRoute: () => root,
  path: "/wallboard",
  component: lazyRouteComponent(
    withWords(() => import("./features/wallboard/wallboard")),
    "Wallboard",
  ),
});
const reports = createRoute({
  getParentRoute: () => root,
  path: "/reports",
  validateSearch: searchOf,
  component: lazyRouteComponent(
    withWords(() => import("./features/reports/reports")),
    "Reports",
  ),
});
const admin = createRoute({
  getParentRoute: () => root,
  path: "/admin",
  component: lazyRouteComponent(
    withWords(() => import("./features/admin/admin")),
    "Admin",
  ),
});
const adminSection = createRoute({
  getParentRoute: () => root,
  path: "/admin/$section",
  component: lazyRouteComponent(
    withWords(() => import("./features/admin/admin")),
    "Admin",
  ),
});

const operator = createRoute({
  getParentRoute: () => root,
  path: "/operator",
  component: lazyRouteComponent(
    withWords(() => import("./features/operator/operator")),
    "Operator",
  ),
});
const chats = createRoute({
  getParentRoute: () => root,
  path: "/chats",
  component: lazyRouteComponent(
    withWords(() => import("./features/chat/chats")),
    "Chats",
  ),
});

export const router = createRouter({
  routeTree: root.addChildren([
    operator,
    desk,
    chats,
    history,
    people,
    dial,
    settings,
    check,
    supervise,
    wallboard,
    reports,
    admin,
    adminSection,
  ]),
  defaultPreload: "intent",
  defaultErrorComponent: Failed,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
