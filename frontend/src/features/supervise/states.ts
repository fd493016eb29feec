// SPDX-License-Identifier: Apache-2.0
// A state is a colour, a word and an icon: no one of them alone.

import type { AgentState } from "@/core/wire";
import type { Tone } from "@/ui/bits";
import { BellRing, Check, CheckCheck, Coffee, type LucideIcon, PhoneCall, Power } from "@/ui/icons";

export const LOOKS: Record<AgentState, { tone: Tone; icon: LucideIcon }> = {
  ringing: { tone: "accent", icon: BellRing },
  talking: { tone: "accent", icon: PhoneCall },
  wrap_up: { tone: "neutral", icon: CheckCheck },
  ready: { tone: "go", icon: Check },
  break: { tone: "warn", icon: Coffee },
  offline: { tone: "off", icon: Power },
};
