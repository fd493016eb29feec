// SPDX-License-Identifier: Apache-2.0
import { type ComponentType, lazy } from "react";
import {
  AudioLines,
  Clock3,
  Grid3x3,
  ListMusic,
  type LucideIcon,
  PhoneCall,
  Search,
  ShieldCheck,
  Users,
} from "@/ui/icons";

export interface Section {
  id: string;
  label: string;
  icon: LucideIcon;
  /** Who lacks it does not see the section; the server decides all the same. */
  right: string;
  page: ComponentType;
}

/** The parts of the administration, in their order: one entry adds one. */
export const SECTIONS: readonly Section[] = [
  {
    id: "queues",
    label: "admin.queues",
    icon: ListMusic,
    right: "queue.manage",
    page: lazy(() => import("./queues").then((m) => ({ default: m.Queues }))),
  },
  {
    id: "callbacks",
    label: "callbacks.title",
    icon: PhoneCall,
    right: "queue.manage",
    page: lazy(() => import("@/features/callbacks/callbacks").then((m) => ({ default: m.Callbacks }))),
  },
  {
    id: "people",
    label: "admin.people",
    icon: Users,
    right: "user.manage",
    page: lazy(() => import("./people").then((m) => ({ default: m.AdminPeople }))),
  },
  {
    id: "security",
    label: "admin.security",
    icon: ShieldCheck,
    right: "user.manage",
    page: lazy(() => import("./security").then((m) => ({ default: m.Security }))),
  },
  {
    id: "numbers",
    label: "admin.numbers",
    icon: Grid3x3,
    right: "number.manage",
    page: lazy(() => import("./numbers").then((m) => ({ default: m.AdminNumbers }))),
  },
  {
    id: "hours",
    label: "admin.hours",
    icon: Clock3,
    right: "queue.manage",
    page: lazy(() => import("./hours").then((m) => ({ default: m.AdminHours }))),
  },
  {
    id: "prompts",
    label: "admin.prompts",
    icon: AudioLines,
    right: "queue.manage",
    page: lazy(() => import("./prompts").then((m) => ({ default: m.AdminPrompts }))),
  },
  {
    id: "audit",
    label: "admin.audit",
    icon: Search,
    right: "system.read",
    page: lazy(() => import("./audit").then((m) => ({ default: m.Audit }))),
  },
];

export const sectionsOf = (rights: readonly string[]): Section[] => SECTIONS.filter((s) => rights.includes(s.right));
