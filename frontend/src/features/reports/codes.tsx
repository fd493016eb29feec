// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { languageNow, localeOf } from "@/i18n";
import type { CodeFigures, Definition, Report } from "./api";
import { shown } from "./figures";
import { Ask, type Help, Means, RowName } from "./table";
import { wordOf } from "./words";

const COLUMNS = ["calls", "share", "talk_s"] as const;

/** Wrap-up codes: a line for each code of each row, and of the whole. */
export function Codes({ report, definitions }: { report: Report; definitions: readonly Definition[] }) {
  const { t } = useTranslation();
  const [help, setHelp] = useState<Help | null>(null);
  const known = new Map(definitions.map((each) => [each.id, each]));
  return (
    <>
      <div className="overflow-x-auto print:overflow-visible">
        <table className="w-full border-collapse text-sm">
          <thead>
            <tr className="border-b border-line-2 text-xs text-ink-2">
              <th scope="col" className="px-3 py-2 max-md:px-1.5 text-left font-medium whitespace-nowrap">
                {t(`reports.by_${report.by}`)}
              </th>
              <th scope="col" className="px-3 py-2 max-md:px-1.5 text-left font-medium whitespace-nowrap">
                {t("reports.code")}
              </th>
              {COLUMNS.map((column) => {
                const definition = known.get(`code_${column}`);
                return definition ? (
                  <th key={column} scope="col" className="px-3 py-1.5 max-md:px-1.5 font-medium whitespace-nowrap">
                    <span className="flex items-center justify-end gap-0.5">
                      {t(`reports.code_${column}`)}
                      <Ask name={wordOf(definition.name)} onAsk={(anchor) => setHelp({ definition, anchor })} />
                    </span>
                  </th>
                ) : null;
              })}
            </tr>
          </thead>
          {report.rows
            .filter((row) => row.codes.length > 0)
            .map((row) => (
              <tbody key={row.key} className="border-b border-line-2">
                {row.codes.map((each, n) => (
                  <tr key={each.code} className="hover:bg-hover">
                    {n === 0 && (
                      <th
                        scope="rowgroup"
                        rowSpan={row.codes.length}
                        className="max-w-44 min-w-20 px-3 py-1.5 max-md:px-1.5 text-left align-top font-medium break-words"
                      >
                        <RowName row={row} report={report} />
                      </th>
                    )}
                    <Line each={each} report={report} />
                  </tr>
                ))}
              </tbody>
            ))}
          <tfoot className="bg-sunken">
            {report.all_codes.map((each, n) => (
              <tr key={each.code}>
                {n === 0 && (
                  <th
                    scope="rowgroup"
                    rowSpan={report.all_codes.length}
                    className="px-3 py-1.5 max-md:px-1.5 text-left align-top font-semibold"
                  >
                    {t("reports.total")}
                  </th>
                )}
                <Line each={each} report={report} />
              </tr>
            ))}
          </tfoot>
        </table>
      </div>
      <Means help={help} onClose={() => setHelp(null)} />
    </>
  );
}

function Line({ each, report }: { each: CodeFigures; report: Report }) {
  const { t } = useTranslation();
  const locale = localeOf(languageNow());
  const words = report.code_words[each.code];
  const name = (words && wordOf(words)) || each.code;
  const units = { calls: "count", share: "share", talk_s: "seconds" } as const;
  return (
    <>
      <th scope="row" className={`px-3 py-1.5 max-md:px-1.5 text-left font-normal ${each.code ? "" : "text-ink-3"}`}>
        {name || t("reports.no_code")}
      </th>
      {COLUMNS.map((column) => (
        <td key={column} className="figures px-3 py-1.5 max-md:px-1.5 text-right whitespace-nowrap">
          {shown(units[column], each[column], locale, String)}
        </td>
      ))}
    </>
  );
}
