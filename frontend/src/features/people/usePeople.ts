// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/api/client";
import type { Person } from "@/api/types";
import { useDesk } from "@/core/store";
import type { Tone } from "@/ui/bits";

/** Nearest to be reached first: whoever is free, then who talks, then who is away. */
const RANK: Record<string, number> = {
  ready: 0,
  online: 0,
  available: 0,
  wrap_up: 1,
  ringing: 2,
  talking: 2,
  busy: 2,
  break: 3,
  offline: 4,
};

export const PRESENCE: Record<string, Tone> = {
  ready: "go",
  online: "go",
  available: "go",
  ringing: "accent",
  talking: "stop",
  busy: "stop",
  wrap_up: "accent",
  break: "warn",
  offline: "off",
};

export function ranked(people: readonly Person[]): Person[] {
  return [...people].sort(
    (a, b) => (RANK[a.state] ?? 4) - (RANK[b.state] ?? 4) || a.name.localeCompare(b.name, "zh-CN"),
  );
}

/** The directory, with each person's state as it is now. */
export function usePeople(q: string): { people: Person[]; isPending: boolean } {
  const presence = useDesk((s) => s.presence);
  const { data, isPending } = useQuery({
    queryKey: ["directory", q.trim()],
    queryFn: () => api.directory(q.trim()),
    placeholderData: keepPreviousData,
  });
  const people = useMemo(
    () => ranked((data?.people ?? []).map((p) => ({ ...p, state: presence[p.user_id] ?? p.state }))),
    [data, presence],
  );
  return { people, isPending };
}
