// SPDX-License-Identifier: Apache-2.0
import { Popover } from "@base-ui/react/popover";
import { useTranslation } from "react-i18next";
import type { Bars, Quality } from "@/core/quality";
import { useLive } from "@/core/store";
import { cx } from "@/ui/cx";

const COLOURS: Record<Bars, string> = { 0: "bg-line-2", 1: "bg-stop", 2: "bg-warn", 3: "bg-go", 4: "bg-go" };

/** Four bars, their word, and the figures behind them on demand. */
export function QualityBars({ legId }: { legId: string }) {
  const { t } = useTranslation();
  const quality = useLive((s) => s.quality[legId]);
  if (!quality) return null;
  const word = t(`quality.${quality.bars}`);
  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label={t("quality.label", { word })}
        className="inline-flex h-6 items-center gap-2 rounded-md px-1.5 text-xs text-ink-3 hover:bg-hover"
      >
        <span aria-hidden className="flex h-3.5 items-end gap-0.5">
          {[1, 2, 3, 4].map((n) => (
            <span
              key={n}
              className={cx("w-1 rounded-sm", n <= quality.bars ? COLOURS[quality.bars] : "bg-line-2")}
              style={{ height: `${25 * n}%` }}
            />
          ))}
        </span>
        {word}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner side="top" align="end" sideOffset={6} className="z-50">
          <Popover.Popup className="popup w-56 rounded-xl border border-line bg-raised p-3.5 shadow-float">
            <Popover.Title className="text-sm font-semibold">{t("quality.title")}</Popover.Title>
            <Figures quality={quality} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Figures({ quality }: { quality: Quality }) {
  const { t } = useTranslation();
  const rows: [string, string][] = [
    ["quality.mos", quality.mos.toFixed(1)],
    ["quality.rtt", `${Math.round(quality.rttMs)} ms`],
    ["quality.jitter", `${Math.round(quality.jitterMs)} ms`],
    ["quality.loss", `${(quality.loss * 100).toFixed(1)} %`],
    ["quality.concealed", `${(quality.concealed * 100).toFixed(1)} %`],
  ];
  return (
    <dl className="figures mt-2 grid grid-cols-[1fr_auto] gap-x-4 gap-y-1 text-sm">
      {rows.map(([key, value]) => (
        <div key={key} className="contents">
          <dt className="text-ink-3">{t(key)}</dt>
          <dd className="text-right font-medium">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
