// SPDX-License-Identifier: Apache-2.0

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Action } from "@/actions/action";
import { breaks, logOut, offline, ready } from "@/actions/agent";
import { notices } from "@/actions/message";
import { language, theme } from "@/actions/page";
import { shownNumber } from "@/core/number";
import { useUi } from "@/core/ui";
import type { Me } from "@/core/wire";
import { useAction } from "@/hooks/useActions";
import { useScene } from "@/hooks/useScene";
import { Dot, type Tone } from "@/ui/bits";
import { Languages, LogOut, Megaphone, SunMoon } from "@/ui/icons";
import { Menu, MenuHeading, MenuItem, MenuRule } from "@/ui/menu";

export function StatusMenu({ trigger }: { trigger: ReactElement }) {
  const { t } = useTranslation();
  const open = useUi((s) => s.status);
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

export function PersonMenu({ trigger, me }: { trigger: ReactElement; me: Me }) {
  const { t } = useTranslation();
  const end = useAction(logOut);
  const tongue = useAction(language);
  const flip = useAction(theme);
  const read = useAction(notices);
  const hasMessages = notices.available(useScene());
  const open = useUi((s) => s.person);
  return (
    <Menu trigger={trigger} align="end" open={open} onOpenChange={(person) => useUi.setState({ person })}>
      <div className="px-2.5 pt-2 pb-2.5">
        <p className="text-sm font-semibold">{me.name}</p>
        <p className="figures mt-0.5 text-xs text-ink-3">
          {me.number && shownNumber(me.number)}
          {me.agent && ` · ${t("me.agent_number", { number: me.agent.agent_number })}`}
        </p>
      </div>
      <MenuRule />
      {hasMessages && <MenuItem icon={Megaphone} label={t("notice.today")} onSelect={read.run} />}
      <MenuItem icon={Languages} label={t("action.language")} onSelect={tongue.run} />
      <MenuItem icon={SunMoon} label={t("action.theme")} onSelect={flip.run} />
      <MenuRule />
      <MenuItem icon={LogOut} label={t("action.log_out")} onSelect={end.run} />
    </Menu>
  );
}
