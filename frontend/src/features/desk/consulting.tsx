// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { shownNumber } from "@/core/number";
import type { CallView, Consulted, Party } from "@/core/wire";
import { Avatar, Badge, type Tone } from "@/ui/bits";
import { User } from "@/ui/icons";

const TONES: Record<Party["state"], Tone> = { talking: "go", held: "warn", ringing: "neutral" };

type Shown = Pick<Party, "leg_id" | "number" | "name" | "state">;

/** The two sides of a consultation: who waits to be passed on, and who is asked first. */
export function twoSides(call: CallView, consulted: Consulted): Shown[] {
  const asked = call.parties.find((p) => p.leg_id === consulted.leg_id) ?? consulted;
  // Several devices of the consulted may ring at once: those are one side.
  const passed = call.parties.find(
    (p) =>
      p.leg_id !== call.leg_id && p.leg_id !== consulted.leg_id && p.role !== "supervisor" && p.state !== "ringing",
  );
  return passed ? [passed, asked] : [asked];
}

/** Who talks and who hears music, while somebody is asked before a transfer. */
export function Consulting({ call, consulted }: { call: CallView; consulted: Consulted }) {
  const { t } = useTranslation();
  return (
    <ul
      aria-label={t("consult.parties")}
      aria-live="polite"
      className="mt-3 divide-y divide-line rounded-lg ring-1 ring-line ring-inset"
    >
      {twoSides(call, consulted).map((p) => (
        <li key={p.leg_id} className="flex items-center gap-3 px-3 py-2">
          <Avatar name={p.name || p.number} size={32} icon={p.name ? undefined : User} />
          <span className="min-w-0 flex-1">
            <span className="figures block truncate text-sm font-medium">{p.name || shownNumber(p.number)}</span>
            <span className="figures block truncate text-xs text-ink-3">
              {t(p.leg_id === consulted.leg_id ? "consult.asked" : "consult.passed")}
              {p.name && ` · ${shownNumber(p.number)}`}
            </span>
          </span>
          <Badge tone={TONES[p.state]}>{t(`consult.state_${p.state}`)}</Badge>
        </li>
      ))}
    </ul>
  );
}
