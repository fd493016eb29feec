// SPDX-License-Identifier: Apache-2.0
import { type RefObject, useState } from "react";
import { useTranslation } from "react-i18next";
import type { BoardAgent, BoardCall } from "@/core/board";
import { Check, Coffee, Ellipsis, Megaphone, PhoneOff, Power, UserCheck } from "@/ui/icons";
import { Menu, MenuHeading, MenuItem, MenuRule } from "@/ui/menu";
import { order, takeOver } from "./acts";
import { RowButton } from "./row-button";

export interface RowMenuProps {
  trigger: RefObject<HTMLButtonElement | null>;
  agent: BoardAgent;
  /** The talk that may be joined. */
  call: BoardCall | null;
  onMessage(user_id: string, name: string): void;
}

/** What is rarer, and what ends something: behind a second press. The menu itself is made when it is first wanted. */
export function RowMenu(props: RowMenuProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<boolean | null>(null);
  const button = (
    <RowButton
      ref={props.trigger}
      icon={Ellipsis}
      label={t("supervise.more", { name: props.agent.name })}
      {...(open === null ? { onClick: () => setOpen(true) } : {})}
    />
  );
  if (open === null) return button;
  return (
    <Menu trigger={button} align="end" open={open} onOpenChange={setOpen}>
      <Items {...props} />
    </Menu>
  );
}

const STATES = [
  ["ready", Check],
  ["break", Coffee],
  ["offline", Power],
] as const;

function Items({ agent, call, onMessage }: RowMenuProps) {
  const { t } = useTranslation();
  const { user_id } = agent;
  return (
    <>
      {call && (
        <>
          <MenuItem icon={UserCheck} label={t("supervise.take_over")} onSelect={() => void takeOver(call)} />
          <MenuItem
            icon={PhoneOff}
            label={t("supervise.end")}
            onSelect={() => void order({ type: "call.end", call_id: call.call_id })}
          />
          <MenuRule />
        </>
      )}
      <MenuItem icon={Megaphone} label={t("supervise.message")} onSelect={() => onMessage(user_id, agent.name)} />
      <MenuHeading>{t(agent.call ? "supervise.set_after" : "supervise.set")}</MenuHeading>
      {STATES.map(([state, icon]) => (
        <MenuItem
          key={state}
          icon={icon}
          label={t(`agent.to_${state}`)}
          checked={agent.call ? agent.wish === state : agent.state === state}
          onSelect={() => void order({ type: "agent.force", user_id, state })}
        />
      ))}
    </>
  );
}
