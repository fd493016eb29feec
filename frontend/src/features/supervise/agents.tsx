// SPDX-License-Identifier: Apache-2.0
import { type KeyboardEvent, useCallback, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Board, BoardAgent } from "@/core/board";
import { Empty, PanelHead } from "@/ui/bits";
import { Users } from "@/ui/icons";
import { Select } from "@/ui/select";
import { AgentRow } from "./agent-row";
import { Gap } from "./gap";
import type { To } from "./message-dialog";
import { useWide, useWindow } from "./use-window";
import { agentsShown, type Filter, type Shown, type Sort, steady } from "./view";

const ROW_PX = { wide: 56, narrow: 100 };

const SHOWN: readonly Shown[] = ["in", "ready", "ringing", "talking", "wrap_up", "break", "offline", "all"];
const SORTS: readonly Sort[] = ["state", "time", "name"];

const SORT_AGAIN_MS = 5000;

/** Sorted anew every few seconds, and not while the mouse or the focus is in the list. */
function useSteady(fresh: BoardAgent[], key: string) {
  const held = useRef(false);
  const last = useRef<{ key: string; ids: string[]; at: number }>({ key: "", ids: [], at: 0 });
  const now = Date.now();
  const ids = fresh.map((a) => a.user_id);
  const due = last.current.key !== key || (!held.current && now - last.current.at >= SORT_AGAIN_MS);
  last.current = due ? { key, ids, at: now } : { ...last.current, ids: steady(last.current.ids, ids) };
  const rows = new Map(fresh.map((a) => [a.user_id, a]));
  const hold = (on: boolean) => () => {
    held.current = on;
  };
  const hand = { onPointerEnter: hold(true), onPointerLeave: hold(false), onFocus: hold(true), onBlur: hold(false) };
  return { list: last.current.ids.flatMap((id) => rows.get(id) ?? []), hand };
}

export interface AgentsProps {
  board: Board;
  filter: Filter;
  onFilter(filter: Filter): void;
  onMessage(to: To): void;
}

export function Agents({ board, filter, onFilter, onMessage }: AgentsProps) {
  const { t } = useTranslation();
  const { list, hand } = useSteady(agentsShown(board, filter), JSON.stringify(filter));
  const height = ROW_PX[useWide() ? "wide" : "narrow"];
  const { box, from, to } = useWindow(list.length, height);
  const rows = useRef<HTMLUListElement>(null);
  // Up and down go through the names, as in a list; the letters work on the row that has the focus.
  const move = useCallback((event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const names = [...(rows.current?.querySelectorAll<HTMLElement>("[data-agent]") ?? [])];
    const at = names.indexOf(event.target as HTMLElement);
    if (by === undefined || at < 0) return;
    event.preventDefault();
    names[at + by]?.focus();
  }, []);
  const message = useCallback((user_id: string, name: string) => onMessage({ to: [user_id], name }), [onMessage]);
  return (
    <section
      aria-label={t("supervise.agents")}
      className="sheet flex min-w-0 flex-1 flex-col max-lg:h-[75vh] max-lg:flex-none lg:min-h-0"
    >
      <PanelHead title={t("supervise.agents")} count={list.length}>
        <Select
          label={t("supervise.shown")}
          value={filter.shown}
          choices={SHOWN.map((s) => ({
            value: s,
            label: s === "all" || s === "in" ? t(`supervise.show_${s}`) : t(`agent.${s}`),
          }))}
          onChange={(shown) => onFilter({ ...filter, shown: shown as Shown })}
          className="h-7! w-auto! min-w-28 shrink-0 text-xs!"
        />
        <Select
          label={t("supervise.sort")}
          value={filter.sort}
          choices={SORTS.map((s) => ({ value: s, label: t(`supervise.sort_${s}`) }))}
          onChange={(sort) => onFilter({ ...filter, sort: sort as Sort })}
          className="h-7! w-auto! min-w-28 shrink-0 text-xs!"
        />
      </PanelHead>
      <p className="px-4 pb-2 text-xs text-ink-3 max-md:hidden">{t("supervise.keys")}</p>
      <div ref={box} className="min-h-0 flex-1 overflow-y-auto px-2 pb-2">
        {list.length === 0 && <Empty icon={Users} title={t("supervise.no_agents")} />}
        <ul ref={rows} onKeyDown={move} {...hand}>
          <Gap rows={from} height={height} />
          {list.slice(from, to).map((agent, n) => (
            <AgentRow
              key={agent.user_id}
              agent={agent}
              place={from + n + 1}
              of={list.length}
              height={height}
              onMessage={message}
            />
          ))}
          <Gap rows={list.length - to} height={height} />
        </ul>
      </div>
    </section>
  );
}
