// SPDX-License-Identifier: Apache-2.0
import { Popover } from "@base-ui/react/popover";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { shownNumber } from "@/core/number";
import { languageNow, localeOf } from "@/i18n";
import { cx } from "@/ui/cx";
import { ArrowDown, ArrowUp, CircleHelp } from "@/ui/icons";
import type { Definition, Report, ReportRow } from "./api";
import { columnsOf, type FigureId, type Group, intervalName, type Order, shown, sorted } from "./figures";
import { type I18nWords, wordOf } from "./words";

export interface TableProps {
  report: Report;
  group: Group;
  definitions: readonly Definition[];
}

export function Table({ report, group, definitions }: TableProps) {
  const { t } = useTranslation();
  const locale = localeOf(languageNow());
  const [order, setOrder] = useState<Order>({ id: "name", down: false });
  const [help, setHelp] = useState<Help | null>(null);
  const known = new Map(definitions.map((each) => [each.id, each]));
  const columns = columnsOf(group, report).filter((id) => known.has(id));
  const sort = (id: Order["id"]) => setOrder((was) => ({ id, down: was.id === id ? !was.down : id !== "name" }));
  const cells = (row: Pick<ReportRow, "figures">) =>
    columns.map((id) => {
      const unit = known.get(id)?.unit ?? "count";
      const isLong = unit === "counts" || unit === "seconds_by";
      return (
        <td
          key={id}
          className={cx("figures px-3 py-2 whitespace-nowrap", isLong ? "text-left text-xs text-ink-2" : "text-right")}
        >
          {shown(unit, row.figures[id], locale, (key) => partOf(id, key, t))}
        </td>
      );
    });
  return (
    <>
      <div className="overflow-x-auto print:overflow-visible">
        <table className="w-full border-collapse text-sm">
          <thead>
            <tr className="border-b border-line-2">
              <Head
                id="name"
                title={t(`reports.by_${report.by}`)}
                order={order}
                onSort={sort}
                className="sticky left-0 z-10 bg-sheet"
              />
              {columns.map((id) => {
                const definition = known.get(id);
                return definition ? (
                  <Head
                    key={id}
                    id={id}
                    title={wordOf(definition.name)}
                    order={order}
                    onSort={sort}
                    onHelp={(anchor) => setHelp({ definition, anchor })}
                    isLong={definition.unit === "counts" || definition.unit === "seconds_by"}
                  />
                ) : null;
              })}
            </tr>
          </thead>
          <tbody>
            {sorted(report, order, locale).map((row) => (
              <tr key={row.key} className="border-b border-line hover:bg-hover">
                <th
                  scope="row"
                  className="sticky left-0 z-10 max-w-44 min-w-24 break-keep bg-sheet px-3 py-2 text-left font-medium break-words max-md:max-w-32"
                >
                  <RowName row={row} report={report} />
                </th>
                {cells(row)}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr className="border-t border-line-2 bg-sunken font-semibold">
              <th scope="row" className="sticky left-0 z-10 bg-sunken px-3 py-2 text-left">
                {t("reports.total")}
              </th>
              {cells({ figures: report.total })}
            </tr>
          </tfoot>
        </table>
      </div>
      <Means help={help} onClose={() => setHelp(null)} />
    </>
  );
}

export interface Help {
  definition: Definition;
  anchor: Element;
}

/** What a column means, beside its head. */
export function Means({ help, onClose }: { help: Help | null; onClose(): void }) {
  return (
    <Popover.Root open={help !== null} onOpenChange={(on) => !on && onClose()}>
      <Popover.Portal>
        <Popover.Positioner anchor={help?.anchor ?? null} side="bottom" sideOffset={6} className="z-50">
          <Popover.Popup className="popup w-72 max-w-[90vw] rounded-xl border border-line bg-raised p-3.5 shadow-float outline-none">
            <Popover.Title className="text-sm font-semibold">{help && wordOf(help.definition.name)}</Popover.Title>
            <Popover.Description className="mt-1 text-xs text-ink-2">
              {help && wordOf(help.definition.text)}
            </Popover.Description>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

export function Ask({ name, onAsk }: { name: string; onAsk(anchor: Element): void }) {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      aria-label={t("reports.means", { name })}
      onClick={(e) => onAsk(e.currentTarget)}
      className="inline-flex size-6 shrink-0 items-center justify-center rounded text-ink-3 hover:bg-hover hover:text-ink print:hidden"
    >
      <CircleHelp aria-hidden size={13} />
    </button>
  );
}

/** Who or what a row is about. */
export function RowName({ row, report }: { row: Named; report: Report }) {
  const locale = localeOf(languageNow());
  return (
    <>
      <span className={report.by === "interval" ? "figures whitespace-nowrap" : ""}>{nameOf(row, report, locale)}</span>
      {row.agent_number && <span className="figures ml-2 text-xs font-normal text-ink-3">{row.agent_number}</span>}
    </>
  );
}

type Named = Pick<ReportRow, "key" | "name" | "agent_number">;

interface HeadProps {
  id: Order["id"];
  title: string;
  order: Order;
  onSort(id: FigureId | "name"): void;
  onHelp?: (anchor: Element) => void;
  isLong?: boolean;
  className?: string;
}

function Head({ id, title, order, onSort, onHelp, isLong = false, className }: HeadProps) {
  const isSorted = order.id === id;
  const Arrow = order.down ? ArrowDown : ArrowUp;
  const isLeft = id === "name" || isLong;
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (order.down ? "descending" : "ascending") : "none"}
      className={cx("px-1.5 py-1.5 align-bottom font-medium", className)}
    >
      <span className={cx("flex items-center gap-0.5", isLeft ? "justify-start" : "justify-end")}>
        <button
          type="button"
          onClick={() => onSort(id)}
          className="inline-flex min-h-7 items-center gap-1 rounded px-1.5 text-xs text-ink-2 hover:bg-hover hover:text-ink"
        >
          <span className={cx("break-keep", isLeft ? "text-left" : "text-right")}>{title}</span>
          {isSorted && <Arrow aria-hidden size={12} className="shrink-0" />}
        </button>
        {onHelp && <Ask name={title} onAsk={onHelp} />}
      </span>
    </th>
  );
}

function nameOf(row: Named, report: Report, locale: string): string {
  if (report.by === "interval") return intervalName(row.key, report.interval, locale);
  return report.by === "number" ? shownNumber(row.name) : row.name;
}

function partOf(id: FigureId, key: string, t: I18nWords): string {
  if (id === "refused_by") return t(`reports.refused_${key}`);
  if (id !== "breaks") return key;
  return key ? t(`reason.${key}`, { defaultValue: key }) : t("reports.no_reason");
}
