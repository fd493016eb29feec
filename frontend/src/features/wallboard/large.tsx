// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { Board } from "@/core/board";
import { duration, secondsSince } from "@/core/time";
import { Callbacks } from "@/features/desk/callbacks";
import { useLimits } from "@/features/supervise/limits";
import { useServerNow } from "@/features/supervise/tick";
import { percent, type Sum } from "@/features/supervise/view";
import { languageNow, localeOf } from "@/i18n";
import { cx } from "@/ui/cx";
import { Check, Coffee, type LucideIcon, PhoneCall, TriangleAlert } from "@/ui/icons";

/** The figures of the whole house: the first thing one sees, from anywhere in the room. */
export function Large({ board, sum, tall }: { board: Board; sum: Sum; tall: boolean }) {
  const { t } = useTranslation();
  const now = useServerNow();
  const limit = useLimits((s) => s.wait);
  const wait = secondsSince(sum.longest_wait_since, now);
  const late = sum.callers > 0 && wait > limit;
  return (
    <div
      className={cx(
        "grid shrink-0 grid-cols-2 gap-[calc(var(--u)*1.2)]",
        !tall && "w-[calc(var(--u)*52)] grid-rows-[auto_1fr_1fr_auto_1fr_auto]",
      )}
    >
      <p className="figures col-span-2 flex items-baseline justify-between px-[var(--u)] text-ink-2">
        <span className="text-[length:calc(var(--u)*6)] leading-none font-semibold text-ink">
          {new Date(now).toLocaleTimeString(localeOf(languageNow()), {
            hour: "2-digit",
            minute: "2-digit",
            hour12: false,
          })}
        </span>
        <span className="text-[length:calc(var(--u)*3)] leading-none whitespace-nowrap">
          {new Date(now).toLocaleDateString(localeOf(languageNow()), {
            month: "short",
            day: "numeric",
            weekday: "short",
          })}
        </span>
      </p>
      <Tile label={t("wallboard.waiting")} value={String(sum.callers)} hot={late} callbacks={sum.callbacks} />
      <Tile
        label={t("wallboard.longest")}
        value={sum.callers ? duration(wait) : "–"}
        hot={late}
        icon={late ? TriangleAlert : undefined}
      />
      <Level label={t("wallboard.now")} value={sum.service_level_now} />
      <Level label={t("wallboard.today")} value={sum.service_level} />
      <p className="col-span-2 -mt-[calc(var(--u)*0.4)] px-[var(--u)] text-[length:calc(var(--u)*2.6)] leading-none text-ink-2">
        {t("wallboard.level", { seconds: board.promised_s })}
      </p>
      <ul className="col-span-2 grid grid-cols-3 gap-[var(--u)]">
        <Agents icon={Check} tone="text-go-ink" label={t("wallboard.ready")} value={sum.ready} />
        <Agents icon={PhoneCall} tone="text-accent-ink" label={t("wallboard.busy")} value={sum.busy} />
        <Agents icon={Coffee} tone="text-warn-ink" label={t("wallboard.away")} value={sum.away} />
      </ul>
      <p className="figures col-span-2 flex justify-between px-[var(--u)] text-[length:calc(var(--u)*3)] leading-tight text-ink-2">
        <span>
          {t("wallboard.answered")} <b className="font-semibold text-ink">{sum.answered}</b> / {sum.offered}
        </span>
        <span>
          {t("wallboard.abandoned")} <b className="font-semibold text-ink">{sum.abandoned}</b>
        </span>
      </p>
    </div>
  );
}

function Tile({
  label,
  value,
  hot,
  icon: Icon,
  callbacks = 0,
}: {
  label: string;
  value: string;
  hot: boolean;
  icon?: LucideIcon | undefined;
  callbacks?: number;
}) {
  return (
    <div
      className={cx(
        "flex flex-col justify-center rounded-2xl border px-[calc(var(--u)*1.6)] py-[calc(var(--u)*1.2)]",
        hot ? "border-stop bg-stop-wash text-stop-ink" : "border-line bg-sheet",
      )}
    >
      <span className="flex items-center gap-[var(--u)] text-[length:calc(var(--u)*3)] leading-tight">
        {Icon && <Icon aria-hidden className="size-[calc(var(--u)*3)]" />}
        {label}
      </span>
      <span
        className="figures leading-none font-semibold tracking-tight"
        style={{ fontSize: `calc(var(--u) * ${sized(value)})` }}
      >
        {value}
      </span>
      <Callbacks
        count={callbacks}
        className="mt-[calc(var(--u)*0.6)] text-[length:calc(var(--u)*2.6)]! leading-tight text-ink-2!"
      />
    </div>
  );
}

/** An hour's wait has seven characters, and the tile does not grow. */
const sized = (value: string): number => (value.length > 5 ? 5.4 : value.length > 4 ? 7.2 : 8.6);

const GOOD = 0.8;

function Level({ label, value }: { label: string; value: number | null }) {
  const bad = value !== null && value < GOOD;
  return (
    <div className="flex flex-col justify-center rounded-2xl border border-line bg-sheet px-[calc(var(--u)*1.6)] py-[calc(var(--u)*1.2)]">
      <span className="text-[length:calc(var(--u)*3)] leading-tight">{label}</span>
      <span
        className={cx(
          "figures text-[length:calc(var(--u)*7.6)] leading-none font-semibold tracking-tight",
          bad ? "text-warn-ink" : "",
        )}
      >
        {percent(value)}
      </span>
      <span aria-hidden className="mt-[calc(var(--u)*1.2)] h-[calc(var(--u)*1)] overflow-hidden rounded-full bg-hover">
        <span
          className={cx("block h-full origin-left", bad ? "bg-warn" : "bg-go")}
          style={{ transform: `scaleX(${value ?? 0})` }}
        />
      </span>
    </div>
  );
}

function Agents({ icon: Icon, tone, label, value }: { icon: LucideIcon; tone: string; label: string; value: number }) {
  return (
    <li className="flex flex-col items-center justify-center rounded-2xl border border-line bg-sheet py-[var(--u)]">
      <span
        className={cx(
          "flex items-center gap-[calc(var(--u)*0.6)] text-[length:calc(var(--u)*2.8)] leading-tight",
          tone,
        )}
      >
        <Icon aria-hidden className="size-[calc(var(--u)*3)]" />
        {label}
      </span>
      <span className="figures text-[length:calc(var(--u)*7)] leading-none font-semibold">{value}</span>
    </li>
  );
}
