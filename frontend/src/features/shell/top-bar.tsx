// SPDX-License-Identifier: Apache-2.0
import { type ComponentProps, cloneElement, lazy, type ReactElement, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { palette, theme } from "@/actions/page";
import { duration, secondsSince, secondsUntil } from "@/core/time";
import { type Ui, useUi } from "@/core/ui";
import type { AgentView } from "@/core/wire";
import { useAction } from "@/hooks/useActions";
import { useNow } from "@/hooks/useNow";
import { useScene } from "@/hooks/useScene";
import { Avatar, Dot, type Tone } from "@/ui/bits";
import { IconButton } from "@/ui/button";
import { cx } from "@/ui/cx";
import { ChevronDown, Search, SunMoon } from "@/ui/icons";
import { Keys } from "@/ui/keys";
import { AudioState } from "./audio-state";
import { Mark } from "./mark";

// The menus bring a positioning engine with them; the bar is there before it.
const StatusMenu = lazy(() => import("./menus").then((m) => ({ default: m.StatusMenu })));
const PersonMenu = lazy(() => import("./menus").then((m) => ({ default: m.PersonMenu })));

/** Clicked before its menu has arrived: the menu opens as soon as it is there. */
const eager = (trigger: ReactElement<ComponentProps<"button">>, open: Partial<Ui>) =>
  cloneElement(trigger, { onClick: () => useUi.setState(open) });

export const STATE_TONES: Record<AgentView["state"], Tone> = {
  offline: "off",
  ready: "go",
  break: "warn",
  ringing: "accent",
  talking: "stop",
  wrap_up: "accent",
};

export function TopBar() {
  const { t } = useTranslation();
  const { keys, run } = useAction(palette);
  const flip = useAction(theme);
  return (
    <header className="flex h-13 shrink-0 items-center gap-2 px-3 md:pr-4 md:pl-1">
      <span className="md:hidden">
        <Mark size={28} />
      </span>
      <StatusPill />
      <button
        type="button"
        onClick={run}
        aria-keyshortcuts="Control+K"
        className="mx-auto hidden h-8.5 w-full max-w-100 items-center gap-2 rounded-lg border border-line bg-sheet px-3 text-left text-sm text-ink-3 hover:border-line-2 lg:flex"
      >
        <Search aria-hidden size={15} />
        <span className="flex-1 truncate">{t("palette.hint")}</span>
        {keys && <Keys value={keys} />}
      </button>
      <div className="ml-auto flex items-center gap-1 lg:ml-0">
        <IconButton icon={Search} label={t("action.palette")} keys={keys} onClick={run} className="lg:hidden" />
        <AudioState />
        <IconButton icon={SunMoon} label={t("action.theme")} onClick={flip.run} className="hidden sm:inline-flex" />
        <Person />
      </div>
    </header>
  );
}

function StatusPill() {
  const { t } = useTranslation();
  const { desk } = useScene();
  const now = useNow();
  const agent = desk.agent;
  if (!agent) return <span className="text-sm font-semibold">{desk.me?.name}</span>;
  const left = agent.state === "wrap_up" ? secondsUntil(agent.wrap_up_until, now) : null;
  // How long somebody has been away since last week helps nobody.
  const time = agent.state === "offline" ? null : duration(left ?? secondsSince(agent.since, now));
  const name =
    agent.state === "break" && agent.reason ? t([`reason.${agent.reason}`, "agent.break"]) : t(`agent.${agent.state}`);
  const trigger = (
    <button
      type="button"
      aria-keyshortcuts="Alt+S"
      className="flex h-8.5 items-center gap-2 rounded-lg border border-line bg-sheet pr-2 pl-3 text-sm font-medium hover:border-line-2"
    >
      <Dot tone={STATE_TONES[agent.state]} className={cx(agent.state === "ringing" && "blink")} />
      <span className="sr-only">{t("agent.state")}</span>
      <span data-testid="agent-state" className="whitespace-nowrap">
        {name}
      </span>
      {time !== null && (
        <span aria-hidden className="figures min-w-9 text-right font-normal text-ink-3">
          {time}
        </span>
      )}
      <ChevronDown aria-hidden size={14} className="text-ink-3" />
    </button>
  );
  return (
    <Suspense fallback={eager(trigger, { status: true })}>
      <StatusMenu trigger={trigger} />
    </Suspense>
  );
}

function Person() {
  const { t } = useTranslation();
  const { me } = useScene().desk;
  if (!me) return null;
  const trigger = (
    <button type="button" aria-label={t("me.menu", { name: me.name })} className="ml-1 rounded-full">
      <Avatar name={me.name} size={30} />
    </button>
  );
  return (
    <Suspense fallback={eager(trigger, { person: true })}>
      <PersonMenu trigger={trigger} me={me} />
    </Suspense>
  );
}
