// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Person } from "@/api/types";
import { shownNumber } from "@/core/number";
import { Avatar } from "@/ui/bits";
import { PRESENCE } from "./usePeople";

export interface PersonRowProps {
  person: Person;
  onPick?: () => void;
  disabled?: boolean;
  children?: ReactNode;
}

/** Who it is, and whether they can be reached. */
export function PersonFace({ person }: { person: Person }) {
  const { t } = useTranslation();
  return (
    <>
      <Avatar name={person.name} size={32} dot={PRESENCE[person.state] ?? "off"} />
      <span className="min-w-0 flex-1">
        <span className="block truncate text-sm font-medium">{person.name}</span>
        <span className="figures block truncate text-xs text-ink-3">
          {t([`presence.${person.state}`, "presence.offline"])}
          {person.short_number && ` · ${person.short_number}`}
        </span>
      </span>
    </>
  );
}

export function PersonRow({ person, onPick, disabled = false, children }: PersonRowProps) {
  if (!onPick) {
    return (
      <div className="group flex items-center gap-3 rounded-lg px-2.5 py-1.5 hover:bg-hover">
        <PersonFace person={person} />
        {children}
      </div>
    );
  }
  return (
    <button
      type="button"
      onClick={onPick}
      disabled={disabled}
      className="flex w-full items-center gap-3 rounded-lg px-2.5 py-1.5 text-left hover:bg-hover disabled:opacity-50"
    >
      <PersonFace person={person} />
      <span className="figures text-xs text-ink-3">{person.number && shownNumber(person.number)}</span>
    </button>
  );
}
