// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api } from "@/api/client";
import { useDesk } from "@/core/store";
import { languageNow, localeOf } from "@/i18n";
import { Empty, Spinner } from "@/ui/bits";
import { Button } from "@/ui/button";
import { Input, Labelled } from "@/ui/field";
import { ChartColumn, CircleAlert, Download, Printer } from "@/ui/icons";
import { Segments } from "@/ui/segments";
import { Select } from "@/ui/select";
import {
  type Definition,
  type Figures,
  RANGES,
  type Report as ReportData,
  readDefinitions,
  readReport,
  sheetUrl,
} from "./api";
import { askedOf, BYS, fitting, goesOn, INTERVALS, type ReportSearch } from "./asked";
import { Codes } from "./codes";
import { type FigureId, firstGroup, type Section, sectionsOf, shown } from "./figures";
import { Table } from "./table";
import { wordOf } from "./words";

// The charts' library is of no use to anybody else.
const Chart = lazy(() => import("./chart"));

const REFRESH_MS = 15_000;

export interface ReportProps {
  search: ReportSearch;
  onSearch(change: Partial<ReportSearch>): void;
}

export function Report({ search, onSearch }: ReportProps) {
  const { t } = useTranslation();
  const readsAll = useDesk((s) => s.me?.rights.includes("stats.read") ?? false);
  const by = search.by ?? (readsAll ? "queue" : "interval");
  const asked = askedOf(search, by);
  const course = { ...asked, by: "interval" as const, interval: by === "interval" ? asked.interval : fitting(search) };
  const refetchInterval = goesOn(search, new Date().toISOString().slice(0, 10)) ? REFRESH_MS : (false as const);
  const keep = { placeholderData: keepPreviousData, refetchInterval };
  const table = useQuery({ queryKey: ["stats", asked], queryFn: () => readReport(asked), ...keep });
  const trend = useQuery({ queryKey: ["stats", course], queryFn: () => readReport(course), ...keep });
  const { data: defined } = useQuery({
    queryKey: ["stats", "definitions"],
    queryFn: readDefinitions,
    staleTime: Infinity,
  });
  const [wished, setWished] = useState<Section | null>(null);
  const report = table.data;
  const sections = report ? sectionsOf(report) : [];
  const section = wished && sections.includes(wished) ? wished : firstGroup(by);
  const sheet = sheetUrl(asked, languageNow(), section === "codes" ? "codes" : "figures");
  const definitions = defined?.definitions ?? [];
  return (
    <div className="report flex min-h-0 flex-1 flex-col gap-2.5 overflow-y-auto print:overflow-visible">
      <Wishes search={search} onSearch={onSearch} by={by} readsAll={readsAll} sheet={sheet} />
      {report && (
        <h2 className="hidden text-lg font-semibold print:block">
          {t("reports.title")}
          {" · "}
          {t(`reports.by_${by}`)}
        </h2>
      )}
      {report && <Span report={report} />}
      {table.isError && <Empty icon={CircleAlert} title={refusal(table.error, t("fault.unknown"))} />}
      {table.isPending && (
        <div className="p-4">
          <Spinner label={t("common.loading")} />
        </div>
      )}
      {report && !table.isError && <Heights figures={report.total} definitions={definitions} />}
      {trend.data && !trend.isError && trend.data.rows.length > 1 && hasCalls(trend.data.total) && (
        <section className="sheet p-4" aria-label={t("reports.course")}>
          <Suspense fallback={<div style={{ height: 240 }} />}>
            <Chart report={trend.data} label={t("reports.course")} />
          </Suspense>
        </section>
      )}
      {report && !table.isError && definitions.length > 0 && (
        <section className="sheet flex min-w-0 flex-col print:border-0" aria-label={t("reports.table")}>
          <div className="px-4 py-2.5 print:hidden">
            <Segments
              label={t("reports.figures")}
              value={section}
              choices={sections.map((each) => ({ value: each, label: t(`reports.group_${each}`) }))}
              onChange={(value) => setWished(value as Section)}
            />
          </div>
          {report.rows.length === 0 ? (
            <Empty icon={ChartColumn} title={t("reports.nothing")} text={t("reports.nothing_text")} />
          ) : section === "codes" ? (
            <Codes report={report} definitions={definitions} />
          ) : (
            <Table report={report} group={section} definitions={definitions} />
          )}
        </section>
      )}
      {defined && (
        <details className="sheet px-4 py-3 text-sm">
          <summary className="rounded font-medium">{t("reports.definitions")}</summary>
          <p className="pt-2 text-xs text-ink-3">
            {t("reports.limits", { within: defined.answer_within_s, short: defined.short_abandon_s })}
          </p>
          <dl className="grid gap-x-6 gap-y-2 pt-2 md:grid-cols-2">
            {definitions.map((each) => (
              <div key={each.id}>
                <dt className="text-xs font-semibold">{wordOf(each.name)}</dt>
                <dd className="text-xs text-ink-2">{wordOf(each.text)}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </div>
  );
}

const hasCalls = (figures: Figures): boolean => (figures.offered ?? 0) + figures.answered + figures.handled > 0;

function refusal(error: unknown, otherwise: string): string {
  const text = error instanceof ApiError ? error.fault.text : undefined;
  return text ? wordOf(text) : otherwise;
}

function Wishes({
  search,
  onSearch,
  by,
  readsAll,
  sheet,
}: ReportProps & { by: string; readsAll: boolean; sheet: string }) {
  const { t } = useTranslation();
  const range = search.range ?? "today";
  const { data } = useQuery({ queryKey: ["queues"], queryFn: () => api.queues(), enabled: readsAll });
  const queues = data?.queues ?? [];
  const bys = readsAll ? BYS : (["interval", "queue"] as const);
  const choose = (value: string) => {
    const today = new Date().toISOString().slice(0, 10);
    const free = value === "free" ? { from: search.from ?? today, to: search.to ?? today } : {};
    onSearch({ range: value as NonNullable<ReportSearch["range"]>, ...free });
  };
  return (
    <div className="sheet flex flex-wrap items-end gap-x-3 gap-y-2 p-3 print:hidden">
      <Labelled label={t("reports.range")} className="w-36">
        {(id) => (
          <Select
            id={id}
            label={t("reports.range")}
            value={range}
            choices={[...RANGES, "free"].map((value) => ({ value, label: t(`reports.range_${value}`) }))}
            onChange={choose}
          />
        )}
      </Labelled>
      {range === "free" &&
        (["from", "to"] as const).map((name) => (
          <Labelled key={name} label={t(`reports.${name}`)} className="w-36">
            {(id) => (
              <Input
                id={id}
                type="date"
                value={search[name] ?? ""}
                {...(name === "from" ? { max: search.to } : { min: search.from })}
                onChange={(e) => e.target.value && onSearch({ [name]: e.target.value })}
              />
            )}
          </Labelled>
        ))}
      <Labelled label={t("reports.by")} className="w-32">
        {(id) => (
          <Select
            id={id}
            label={t("reports.by")}
            value={by}
            choices={bys.map((value) => ({ value, label: t(`reports.by_${value}`) }))}
            onChange={(value) => onSearch({ by: value as NonNullable<ReportSearch["by"]> })}
          />
        )}
      </Labelled>
      {by === "interval" && (
        <Labelled label={t("reports.interval")} className="w-32">
          {(id) => (
            <Select
              id={id}
              label={t("reports.interval")}
              value={search.interval ?? fitting(search)}
              choices={INTERVALS.map((value) => ({ value, label: t(`reports.interval_${value}`) }))}
              onChange={(value) => onSearch({ interval: value as NonNullable<ReportSearch["interval"]> })}
            />
          )}
        </Labelled>
      )}
      {readsAll && (
        <Labelled label={t("reports.of_queue")} className="w-40">
          {(id) => (
            <Select
              id={id}
              label={t("reports.of_queue")}
              value={search.queue ?? ""}
              choices={[
                { value: "", label: t("reports.all_queues") },
                ...queues.map((queue) => ({ value: queue.id, label: queue.name })),
              ]}
              onChange={(value) => onSearch({ queue: value || undefined } as Partial<ReportSearch>)}
            />
          )}
        </Labelled>
      )}
      <div className="ml-auto flex gap-2">
        <a
          href={sheet}
          download
          className="inline-flex h-8.5 items-center gap-2 rounded-lg border border-line-2 bg-raised px-3 text-sm font-medium hover:bg-hover"
        >
          <Download aria-hidden size={15} />
          CSV
        </a>
        <Button icon={Printer} onClick={() => window.print()} className="max-md:hidden">
          {t("reports.print")}
        </Button>
      </div>
    </div>
  );
}

/** Which days these are: on paper the wishes above are not there. */
function Span({ report }: { report: ReportData }) {
  const { t } = useTranslation();
  const locale = localeOf(languageNow());
  const day = (text: string) =>
    new Intl.DateTimeFormat(locale, { timeZone: "UTC", dateStyle: "long" }).format(new Date(`${text}T00:00:00Z`));
  const days = report.first_day === report.last_day ? [report.first_day] : [report.first_day, report.last_day];
  return (
    <p className="figures px-1 text-xs text-ink-3">
      {days.map(day).join(" – ")}
      {" · "}
      {t("reports.zone", { zone: report.zone })}
    </p>
  );
}

const SHOWN: readonly FigureId[] = [
  "offered",
  "answered",
  "service_level",
  "service_level_net",
  "abandon_rate",
  "asa_s",
  "handled",
  "aht_s",
  "occupancy",
  "mark_mean",
];

/** What one looks for first. */
function Heights({ figures, definitions }: { figures: Figures; definitions: readonly Definition[] }) {
  const locale = localeOf(languageNow());
  const seen = SHOWN.filter((id) => figures[id] !== null).slice(0, 8);
  return (
    <dl className="grid grid-cols-2 gap-2 sm:grid-cols-4 xl:grid-cols-8">
      {seen.map((id) => {
        const definition = definitions.find((each) => each.id === id);
        return definition ? (
          <div key={id} className="sheet flex flex-col px-3.5 py-2.5">
            <dt className="text-xs text-ink-3">{wordOf(definition.name)}</dt>
            <dd className="figures text-xl font-semibold">{shown(definition.unit, figures[id], locale, String)}</dd>
          </div>
        ) : null;
      })}
    </dl>
  );
}
