// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { languageNow, localeOf } from "@/i18n";
import type { Report } from "./api";
import { intervalName, shown } from "./figures";

const HEIGHT = 220;
const AXIS_FONT = "11px system-ui, sans-serif";

const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** The course of the span: how many came and were answered, and how well. The table says the same in figures. */
export default function Chart({ report, label }: { report: Report; label: string }) {
  const { t } = useTranslation();
  const host = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const locale = localeOf(languageNow());
  const isOwn = report.total.offered === null;
  const rows = report.rows;
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    let plot: uPlot | null = null;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(options(report, element.clientWidth, locale, isOwn, setAt), data(report, isOwn), element);
    };
    draw();
    const size = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: HEIGHT }));
    size.observe(element);
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      size.disconnect();
      theme.disconnect();
      plot?.destroy();
    };
  }, [report, locale, isOwn]);
  const row = at === null ? null : rows[at];
  const figures = row ? row.figures : report.total;
  const percent = (value: number | null) => shown("share", value, locale, String);
  return (
    <figure className="flex flex-col gap-1">
      <figcaption className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-ink-2">
        <span className="figures min-w-24 font-medium text-ink">
          {row ? intervalName(row.key, report.interval, locale) : t("reports.whole")}
        </span>
        {isOwn ? (
          <Mark tone="bg-ours" text={t("reports.handled", { n: figures.handled.toLocaleString(locale) })} />
        ) : (
          <>
            <Mark tone="bg-theirs/35" text={t("reports.offered", { n: figures.offered?.toLocaleString(locale) })} />
            <Mark tone="bg-ours" text={t("reports.answered", { n: figures.answered.toLocaleString(locale) })} />
            <Mark tone="bg-warn" text={t("reports.level", { share: percent(figures.service_level) })} />
          </>
        )}
      </figcaption>
      <div ref={host} role="img" aria-label={label} style={{ height: HEIGHT }} className="min-w-0 overflow-hidden" />
    </figure>
  );
}

function Mark({ tone, text }: { tone: string; text: string }) {
  return (
    <span className="figures inline-flex items-center gap-1.5">
      <span aria-hidden className={`inline-block size-2.5 rounded-xs ${tone}`} />
      {text}
    </span>
  );
}

function data(report: Report, isOwn: boolean): uPlot.AlignedData {
  const x = report.rows.map((_, i) => i);
  const column = (id: "offered" | "answered" | "handled" | "service_level") =>
    report.rows.map((row) => row.figures[id]);
  return isOwn ? [x, column("handled")] : [x, column("offered"), column("answered"), column("service_level")];
}

function options(
  report: Report,
  width: number,
  locale: string,
  isOwn: boolean,
  hover: (at: number | null) => void,
): uPlot.Options {
  const bars = (share: number) => uPlot.paths.bars?.({ size: [share, share * 64], radius: 0.15 });
  const points = { show: false };
  // Of one day the hour is enough.
  const isDay = report.first_day === report.last_day;
  const named = (plot: uPlot, key: string) => {
    const name = intervalName(key, report.interval, locale, plot.width < 500);
    return isDay ? name.slice(-5) : name;
  };
  const axis = { stroke: colour("ink-3"), font: AXIS_FONT, ticks: { show: false } };
  const grid = { stroke: colour("line"), width: 1 };
  const count = { label: "", points, paths: bars(0.72) as uPlot.Series.PathBuilder };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    padding: [8, isOwn ? 16 : 0, 0, 0],
    scales: {
      x: { time: false, range: (_plot, low, high) => [low - 0.6, high + 0.6] },
      y: { range: (_plot, _low, high) => [0, Math.max(4, Math.ceil(high * 1.1))] },
      share: { range: [0, 1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 64,
        size: 26,
        incrs: [1, 2, 3, 4, 6, 8, 12, 24, 48, 96],
        values: (plot, splits) =>
          splits.map((i) => {
            const row = report.rows[i];
            return row ? named(plot, row.key) : "";
          }),
      },
      { ...axis, grid, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] },
      ...(isOwn
        ? []
        : [
            {
              ...axis,
              scale: "share",
              side: 1 as const,
              size: 44,
              grid: { show: false },
              values: (_plot: uPlot, splits: number[]) => splits.map((share) => `${Math.round(share * 100)}%`),
            },
          ]),
    ],
    series: isOwn
      ? [{}, { ...count, fill: colour("ours") }]
      : [
          {},
          { ...count, fill: `color-mix(in srgb, ${colour("theirs")} 35%, transparent)` },
          { ...count, fill: colour("ours"), paths: bars(0.42) as uPlot.Series.PathBuilder },
          {
            scale: "share",
            stroke: colour("warn"),
            width: 2,
            spanGaps: true,
            points: { size: 5, fill: colour("warn") },
          },
        ],
    hooks: { setCursor: [(plot) => hover(plot.cursor.idx ?? null)] },
  };
}
