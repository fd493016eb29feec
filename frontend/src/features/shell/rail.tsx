// SPDX-License-Identifier: Apache-2.0
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { help } from "@/actions/page";
import { unread, useChats } from "@/core/chats";
import { useDesk } from "@/core/store";
import { sectionsOf } from "@/features/admin/sections";
import { useAction } from "@/hooks/useActions";
import { IconButton } from "@/ui/button";
import {
  Building2,
  Cable,
  ChartColumn,
  Clock3,
  Eye,
  Grid3x3,
  Headphones,
  Headset,
  Keyboard,
  type LucideIcon,
  MessagesSquare,
  Settings,
  Users,
} from "@/ui/icons";
import { Tip } from "@/ui/tooltip";
import { Mark } from "./mark";

export interface Place {
  to:
    | "/"
    | "/history"
    | "/people"
    | "/check"
    | "/settings"
    | "/dial"
    | "/admin"
    | "/chats"
    | "/supervise"
    | "/reports"
    | "/operator";
  label: string;
  icon: LucideIcon;
}

const TOP: readonly Place[] = [
  { to: "/", label: "nav.desk", icon: Headset },
  { to: "/history", label: "nav.history", icon: Clock3 },
  { to: "/people", label: "nav.people", icon: Users },
];
const OPERATOR: Place = { to: "/operator", label: "nav.operator", icon: Cable };
const CHATS: Place = { to: "/chats", label: "nav.chats", icon: MessagesSquare };
const SUPERVISE: Place = { to: "/supervise", label: "nav.supervise", icon: Eye };
const REPORTS: Place = { to: "/reports", label: "nav.reports", icon: ChartColumn };
const ADMIN: Place = { to: "/admin", label: "nav.admin", icon: Building2 };
const BOTTOM: readonly Place[] = [
  { to: "/check", label: "nav.check", icon: Headphones },
  { to: "/settings", label: "nav.settings", icon: Settings },
];
const DIAL: Place = { to: "/dial", label: "nav.dial", icon: Grid3x3 };

// A menu is more to load than all the rest of the rail, and only phones need it.
const More = lazy(() => import("./more").then((m) => ({ default: m.More })));

/** So many fit at the thumb of a small phone; the others are behind "more". */
const AT_THUMB = 5;

/** Agents, and who reads what was written. */
const useWritten = (): boolean =>
  useDesk((s) => s.me?.agent != null || (s.me?.rights.includes("call.history.all") ?? false));
const useNews = (to: string): number =>
  useChats((s) => (to === "/chats" ? s.chats.reduce((sum, c) => sum + (c.state === "offered" ? 1 : unread(c)), 0) : 0));
/** Who serves a queue that rings nobody: the switchboard. */
const useOperates = (): boolean =>
  useDesk((s) => s.queues.some((q) => q.by_hand && s.me?.agent?.queues.some((own) => own.id === q.id)));
const useSupervises = (): boolean => useDesk((s) => s.me?.rights.includes("agent.supervise") ?? false);
const useReports = (): boolean =>
  useDesk((s) => (s.me?.rights.includes("stats.read") || s.me?.rights.includes("agent.work")) ?? false);
const useAdministers = (): boolean => useDesk((s) => sectionsOf(s.me?.rights ?? []).length > 0);

/** Where this person has something to do, beside what everybody has. */
function useMore(): Place[] {
  return [
    ...(useOperates() ? [OPERATOR] : []),
    ...(useWritten() ? [CHATS] : []),
    ...(useSupervises() ? [SUPERVISE] : []),
    ...(useReports() ? [REPORTS] : []),
    ...(useAdministers() ? [ADMIN] : []),
  ];
}

export function Rail() {
  const places = [...TOP, ...useMore()];
  const { t } = useTranslation();
  const keys = useAction(help);
  return (
    <nav aria-label={t("nav.main")} className="hidden w-15 shrink-0 flex-col items-center gap-1 py-3 md:flex">
      <div className="mb-3">
        <Mark />
      </div>
      {places.map((p) => (
        <RailLink key={p.to} {...p} />
      ))}
      <div className="mt-auto flex flex-col items-center gap-1">
        <IconButton
          icon={Keyboard}
          label={t("action.help")}
          keys={keys.keys}
          side="right"
          size="lg"
          onClick={keys.run}
          className="size-10! rounded-[10px]!"
        />
        {BOTTOM.map((p) => (
          <RailLink key={p.to} {...p} />
        ))}
      </div>
    </nav>
  );
}

function RailLink({ to, label, icon: Icon }: Place) {
  const { t } = useTranslation();
  const news = useNews(to);
  return (
    <Tip label={t(label)} side="right">
      <Link
        to={to}
        activeOptions={{ exact: to === "/" }}
        className="relative inline-flex size-10 items-center justify-center rounded-[10px] text-ink-3 transition-colors hover:bg-press hover:text-ink data-[status=active]:bg-sheet data-[status=active]:text-accent-ink data-[status=active]:shadow-sm data-[status=active]:ring-1 data-[status=active]:ring-line"
      >
        <span className="sr-only">{t(label)}</span>
        <Icon aria-hidden size={19} strokeWidth={1.9} />
        {news > 0 && <News count={news} />}
      </Link>
    </Tip>
  );
}

function News({ count }: { count: number }) {
  return (
    <span className="figures absolute -top-1 -right-1 min-w-4.5 rounded-full bg-stop px-1 text-center text-2xs font-semibold text-white ring-2 ring-canvas">
      {count > 99 ? "99+" : count}
    </span>
  );
}

/** On a phone the rail is at the thumb. */
export function BottomNav() {
  const { t } = useTranslation();
  const [desk, history, people] = TOP as [Place, Place, Place];
  const all = [desk, DIAL, people, ...useMore(), history, ...BOTTOM.slice(1)];
  const shown = all.length > AT_THUMB ? all.slice(0, AT_THUMB - 1) : all;
  const rest = all.slice(shown.length);
  return (
    <nav
      aria-label={t("nav.main")}
      className="flex shrink-0 border-t border-line bg-sheet pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {shown.map(({ to, label, icon: Icon }) => (
        <Link key={to} to={to} activeOptions={{ exact: to === "/" }} className={THUMB}>
          <span className="relative">
            <Icon aria-hidden size={20} />
            <PhoneNews to={to} />
          </span>
          <span className="max-w-full truncate px-0.5">{t(label)}</span>
        </Link>
      ))}
      {rest.length > 0 && (
        <Suspense fallback={<span className={THUMB} />}>
          <More places={rest} />
        </Suspense>
      )}
    </nav>
  );
}

export const THUMB =
  "flex h-14 min-w-0 flex-1 flex-col items-center justify-center gap-0.5 text-2xs font-medium text-ink-3 data-[status=active]:text-accent-ink";

export function PhoneNews({ to }: { to: string }) {
  const news = useNews(to);
  return news > 0 ? <News count={news} /> : null;
}
