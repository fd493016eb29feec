// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { Announcements } from "../announcements";
import { HoursChoice, PromptChoice } from "../hours-choice";
import { Codes } from "./codes";
import { Needs } from "./needs";
import { Never } from "./never";
import { Rule } from "./rule";
import type { Draft, Faults } from "./rules";
import type { RuleName } from "./sections";
import { Vip } from "./vip";

export interface RuleOfProps {
  rule: RuleName;
  draft: Draft;
  faults: Faults;
  onChange(rule: RuleName, value: unknown): void;
}

/** The field of a rule: most are plain, a few have lists or choices of their own. */
export function RuleOf({ rule, draft, faults, onChange }: RuleOfProps) {
  const { t } = useTranslation();
  const change = (value: unknown) => onChange(rule, value);
  switch (rule) {
    case "needs":
      return <Needs rows={draft.needs} faults={faults} onChange={change} />;
    case "vip":
      return <Vip rows={draft.vip} faults={faults} onChange={change} />;
    case "dispositions":
      return <Codes rows={draft.dispositions} faults={faults} onChange={change} />;
    case "callback_never":
      return <Never value={draft.callback_never ?? []} faults={faults} onChange={change} />;
    case "hours_id":
      return <HoursChoice value={draft.hours_id ?? ""} onChange={change} />;
    case "welcome":
    case "music":
      return (
        <div className="py-1">
          <PromptChoice
            kind={rule === "music" ? "music" : "announcement"}
            label={t(`field.${rule}`)}
            none={t("admin.own_none")}
            value={draft[rule] ?? ""}
            onChange={change}
          />
        </div>
      );
    case "announcements":
      return <Announcements value={draft.announcements ?? []} onChange={change} />;
    default:
      return <Rule name={rule} value={draft[rule]} fault={faults[rule]} onChange={change} />;
  }
}
