// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { TriangleAlert } from "@/ui/icons";

export interface Difference {
  name: string;
  before: unknown;
  now: unknown;
}

/** What is not the same in two states of one thing. */
export function differences(before: object, now: object, but: readonly string[] = ["version"]): Difference[] {
  const [was, is] = [before as Record<string, unknown>, now as Record<string, unknown>];
  return Object.keys({ ...was, ...is })
    .filter((name) => !but.includes(name) && JSON.stringify(was[name]) !== JSON.stringify(is[name]))
    .map((name) => ({ name, before: was[name], now: is[name] }));
}

export const isChangedMeanwhile = (error: unknown): boolean =>
  error instanceof ApiError && error.fault.cause === "changed-meanwhile";

const shown = (value: unknown): string =>
  value === null || value === undefined || value === ""
    ? "–"
    : typeof value === "string"
      ? value
      : JSON.stringify(value);

/** What another person has changed while this editor was open. */
export function Meanwhile({ changes, word }: { changes: readonly Difference[]; word(name: string): string }) {
  const { t } = useTranslation();
  if (changes.length === 0) return null;
  return (
    <div role="alert" className="mx-5 mb-3 rounded-lg bg-warn-wash px-3 py-2 text-xs text-warn-ink">
      <p className="flex items-center gap-1.5 font-medium">
        <TriangleAlert aria-hidden size={14} />
        {t("admin.meanwhile")}
      </p>
      <ul className="mt-1 pl-5">
        {changes.map((c) => (
          <li key={c.name} className="break-words">
            {t("admin.meanwhile_one", { name: word(c.name), before: shown(c.before), now: shown(c.now) })}
          </li>
        ))}
      </ul>
    </div>
  );
}
