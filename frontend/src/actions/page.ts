// SPDX-License-Identifier: Apache-2.0
import {
  ChartColumn,
  Clock3,
  Headphones,
  Headset,
  Keyboard,
  Languages,
  type LucideIcon,
  Phone,
  Search,
  Settings,
  SunMoon,
} from "@/ui/icons";
import { type Action, action } from "./action";

const always = () => true;

const goTo = (id: string, icon: LucideIcon, path: string): Action =>
  action({
    id,
    section: "page",
    label: () => `nav.${id.slice(3)}`,
    icon,
    available: always,
    run: (_s, hands) => hands.go(path),
  });

export const goDesk = goTo("go.desk", Headset, "/");
export const goReports: Action = {
  ...goTo("go.reports", ChartColumn, "/reports"),
  available: ({ desk }) => (desk.me?.rights.includes("stats.read") || desk.me?.rights.includes("agent.work")) ?? false,
};
export const goHistory = goTo("go.history", Clock3, "/history");
export const goSettings = goTo("go.settings", Settings, "/settings");
export const goCheck = goTo("go.check", Headphones, "/check");

export const palette = action({
  id: "page.palette",
  section: "page",
  label: () => "action.palette",
  icon: Search,
  keys: "Ctrl+KeyK",
  available: always,
  run: ({ ui }, hands) => hands.ui({ palette: !ui.palette }),
});

export const help = action({
  id: "page.help",
  section: "page",
  label: () => "action.help",
  icon: Keyboard,
  keys: "Shift+Slash",
  available: always,
  run: ({ ui }, hands) => hands.ui({ help: !ui.help }),
});

export const dialler = action({
  id: "page.dial",
  section: "page",
  label: () => "action.dial_new",
  icon: Phone,
  keys: "Alt+KeyN",
  available: ({ mine }) => mine,
  run({ ui }, hands) {
    hands.go("/");
    hands.ui({ dialFocus: ui.dialFocus + 1 });
  },
});

export const theme = action({
  id: "page.theme",
  section: "page",
  label: () => "action.theme",
  icon: SunMoon,
  available: always,
  run: (_s, hands) => hands.flipTheme(),
});

export const language = action({
  id: "page.language",
  section: "page",
  label: () => "action.language",
  icon: Languages,
  available: always,
  run: (_s, hands) => hands.flipLanguage(),
});
