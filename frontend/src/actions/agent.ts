// SPDX-License-Identifier: Apache-2.0

import type { Command } from "@/core/wire";
import {
  Check,
  CircleDot,
  Coffee,
  LogOut,
  type LucideIcon,
  MonitorSmartphone,
  Power,
  Users,
  Utensils,
} from "@/ui/icons";
import { type Action, action } from "./action";

type AgentOrder = Extract<Command, { type: "agent.state" }>;

function toState(id: string, icon: LucideIcon, state: AgentOrder["state"], reason?: string): Action {
  return action({
    id,
    section: "agent",
    label: () => (reason ? `reason.${reason}` : `agent.to_${state}`),
    icon,
    available: ({ desk }) => desk.agent !== null,
    checked: ({ desk }) => desk.agent?.state === state && (desk.agent.reason ?? undefined) === reason,
    async run(_scene, hands) {
      await hands.send({ type: "agent.state", state, ...(reason ? { reason } : {}) });
    },
  });
}

export const ready = toState("agent.ready", Check, "ready");
export const offline = toState("agent.offline", Power, "offline");
export const breaks: readonly Action[] = [
  toState("agent.break.rest", Coffee, "break", "rest"),
  toState("agent.break.meal", Utensils, "break", "meal"),
  toState("agent.break.meeting", Users, "break", "meeting"),
];

export const statusMenu = action({
  id: "agent.menu",
  section: "agent",
  label: () => "action.status",
  icon: CircleDot,
  keys: "Alt+KeyS",
  available: ({ desk }) => desk.agent !== null,
  run: ({ ui }, hands) => hands.ui({ status: !ui.status }),
});

export const useHere = action({
  id: "softphone.here",
  section: "page",
  label: () => "action.use_here",
  icon: MonitorSmartphone,
  available: ({ mine, desk }) => !mine && desk.known,
  run: (_scene, hands) => hands.useHere(),
});

export const logOut = action({
  id: "session.end",
  section: "page",
  label: () => "action.log_out",
  icon: LogOut,
  available: ({ call }) => call === null,
  run: (_scene, hands) => hands.logOut(),
});
