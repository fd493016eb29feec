// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { Action } from "@/actions/action";
import { breaks, logOut, offline, ready } from "@/actions/agent";
import { language, palette, theme } from "@/actions/page";
import { shownNumber } from "@/core/number";
import { duration, secondsSince, secondsUntil } from "@/core/time";
import { useUi } from "@/core/ui";
import type { AgentView } from "@/core/wire";
import { useAction } from "@/hooks/useActions";
import { useNow } from "@/hooks/useNow";
import { useScene } from "@/hooks/useScene";
import { Avatar, Dot, type Tone } from "@/ui/bits";
import { IconButton } from "@/ui/button";
import { cx } from "@/ui/cx";
import { ChevronDown, Languages, LogOut, Search, SunMoon } from "@/ui/icons";
import { Keys } from "@/ui/keys";
import { Menu, MenuHeading, MenuItem, MenuRule } from "@/ui/menu";
import { AudioState } from "./audio-state";
import { Mark } from "./mark";

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
  const scene = useScene();
  const now = useNow();
  const open = useUi((s) => s.status);
  const agent = scene.desk.agent;
  if (!agent) return <span className="text-sm font-semibold">{scene.desk.me?.name}</span>;
  const left = agent.state === "wrap_up" ? secondsUntil(agent.wrap_up_until, now) : null;
  const time = duration(left ?? secondsSince(agent.since, now));
  const name =
    agent.state === "break" && agent.reason ? t([`reason.${agent.reason}`, "agent.break"]) : t(`agent.${agent.state}`);
  const trigger = (
    <button
      type="button"
      aria-label={t("agent.change", { state: name })}
      aria-keyshortcuts="Alt+S"
      className="flex h-8.5 items-center gap-2 rounded-lg border border-line bg-sheet pr-2 pl-3 text-sm font-medium hover:border-line-2"
    >
      <Dot tone={STATE_TONES[agent.state]} className={cx(agent.state === "ringing" && "blink")} />
      <span>{name}</span>
      <span className="figures min-w-9 text-right font-normal text-ink-3">{time}</span>
      <ChevronDown aria-hidden size={14} className="text-ink-3" />
    </button>
  );
  return (
    <Menu trigger={trigger} open={open} onOpenChange={(status) => useUi.setState({ status })}>
      <StateItem action={ready} tone="go" />
      <MenuHeading>{t("agent.break")}</MenuHeading>
      {breaks.map((a) => (
        <StateItem key={a.id} action={a} tone="warn" />
      ))}
      <MenuRule />
      <StateItem action={offline} tone="off" />
    </Menu>
  );
}

function StateItem({ action, tone }: { action: Action; tone: Tone }) {
  const { t } = useTranslation();
  const scene = useScene();
  const { run } = useAction(action);
  return (
    <MenuItem
      lead={<Dot tone={tone} />}
      label={t(action.label(scene))}
      checked={action.checked?.(scene) ?? false}
      onSelect={run}
    />
  );
}

function Person() {
  const { t } = useTranslation();
  const { me } = useScene().desk;
  const end = useAction(logOut);
  const tongue = useAction(language);
  const flip = useAction(theme);
  if (!me) return null;
  const trigger = (
    <button type="button" aria-label={t("me.menu", { name: me.name })} className="ml-1 rounded-full">
      <Avatar name={me.name} size={30} />
    </button>
  );
  return (
    <Menu trigger={trigger} align="end">
      <div className="px-2.5 pt-2 pb-2.5">
        <p className="text-sm font-semibold">{me.name}</p>
        <p className="figures mt-0.5 text-xs text-ink-3">
          {me.number && shownNumber(me.number)}
          {me.agent && ` · ${t("me.agent_number", { number: me.agent.agent_number })}`}
        </p>
      </div>
      <MenuRule />
      <MenuItem icon={Languages} label={t("action.language")} onSelect={tongue.run} />
      <MenuItem icon={SunMoon} label={t("action.theme")} onSelect={flip.run} />
      <MenuRule />
      <MenuItem icon={LogOut} label={t("action.log_out")} onSelect={end.run} />
    </Menu>
  );
}
