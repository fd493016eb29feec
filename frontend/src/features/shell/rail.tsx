// SPDX-License-Identifier: Apache-2.0
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { help } from "@/actions/page";
import { useDesk } from "@/core/store";
import { sectionsOf } from "@/features/admin/sections";
import { useAction } from "@/hooks/useActions";
import { IconButton } from "@/ui/button";
import { cx } from "@/ui/cx";
import {
  Building2,
  Clock3,
  Grid3x3,
  Headphones,
  Headset,
  Keyboard,
  type LucideIcon,
  Settings,
  Users,
} from "@/ui/icons";
import { Tip } from "@/ui/tooltip";
import { Mark } from "./mark";

interface Place {
  to: "/" | "/history" | "/people" | "/check" | "/settings" | "/dial" | "/admin";
  label: string;
  icon: LucideIcon;
}

const TOP: readonly Place[] = [
  { to: "/", label: "nav.desk", icon: Headset },
  { to: "/history", label: "nav.history", icon: Clock3 },
  { to: "/people", label: "nav.people", icon: Users },
];
const ADMIN: Place = { to: "/admin", label: "nav.admin", icon: Building2 };
const BOTTOM: readonly Place[] = [
  { to: "/check", label: "nav.check", icon: Headphones },
  { to: "/settings", label: "nav.settings", icon: Settings },
];
const PHONE: readonly Place[] = [
  { to: "/", label: "nav.desk", icon: Headset },
  { to: "/dial", label: "nav.dial", icon: Grid3x3 },
  { to: "/people", label: "nav.people", icon: Users },
  { to: "/history", label: "nav.history", icon: Clock3 },
  { to: "/settings", label: "nav.settings", icon: Settings },
];

const useAdministers = (): boolean => useDesk((s) => sectionsOf(s.me?.rights ?? []).length > 0);

export function Rail() {
  const places = useAdministers() ? [...TOP, ADMIN] : TOP;
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
  return (
    <Tip label={t(label)} side="right">
      <Link
        to={to}
        aria-label={t(label)}
        activeOptions={{ exact: to === "/" }}
        className="inline-flex size-10 items-center justify-center rounded-[10px] text-ink-3 transition-colors hover:bg-press hover:text-ink data-[status=active]:bg-sheet data-[status=active]:text-accent-ink data-[status=active]:shadow-sm data-[status=active]:ring-1 data-[status=active]:ring-line"
      >
        <Icon aria-hidden size={19} strokeWidth={1.9} />
      </Link>
    </Tip>
  );
}

/** On a phone the rail is at the thumb. */
export function BottomNav() {
  const places = useAdministers() ? [...PHONE.slice(0, -1), ADMIN, ...PHONE.slice(-1)] : PHONE;
  const { t } = useTranslation();
  return (
    <nav
      aria-label={t("nav.main")}
      className="flex shrink-0 border-t border-line bg-sheet pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {places.map(({ to, label, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === "/" }}
          className={cx(
            "flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-2xs font-medium text-ink-3 data-[status=active]:text-accent-ink",
          )}
        >
          <Icon aria-hidden size={20} />
          {t(label)}
        </Link>
      ))}
    </nav>
  );
}
