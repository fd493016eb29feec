// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { CallRecord } from "@/api/types";
import { shownNumber } from "@/core/number";
import { clockTime, dayOf, duration, shortDay } from "@/core/time";
import { languageNow, localeOf } from "@/i18n";
import { cx } from "@/ui/cx";
import { AudioLines, type LucideIcon, PhoneCall, PhoneIncoming, PhoneMissed, PhoneOutgoing } from "@/ui/icons";

/** The other side of a call, seen from the person who looks. */
export function otherSide(call: CallRecord, mine: string | null): { number: string; name: string } {
  const out = call.direction === "out" || (call.direction === "internal" && mine !== null && call.from_number === mine);
  return out ? { number: call.to_number, name: call.to_name } : { number: call.from_number, name: call.from_name };
}

export function looks(call: CallRecord, mine: string | null): { icon: LucideIcon; label: string; tone: string } {
  const out = call.direction === "out" || (call.direction === "internal" && call.from_number === mine);
  if (out)
    return {
      icon: PhoneOutgoing,
      label: call.answered_at ? "history.out" : "history.out_unanswered",
      tone: call.answered_at ? "text-accent-ink" : "text-ink-3",
    };
  if (!call.answered_at && call.callback === "promised")
    return { icon: PhoneCall, label: "history.promised", tone: "text-accent-ink" };
  if (!call.answered_at) return { icon: PhoneMissed, label: "history.missed", tone: "text-stop-ink" };
  return { icon: PhoneIncoming, label: "history.in", tone: "text-go-ink" };
}

export interface RowProps {
  call: CallRecord;
  mine: string | null;
  selected?: boolean;
  /** The list has no headings of days: older calls say theirs. */
  dated?: boolean;
  onOpen(): void;
}

export function CallRow({ call, mine, selected = false, dated = false, onOpen }: RowProps) {
  const { t } = useTranslation();
  const side = otherSide(call, mine);
  const locale = localeOf(languageNow());
  const { icon: Icon, label, tone } = looks(call, mine);
  return (
    <button
      type="button"
      onClick={onOpen}
      aria-current={selected || undefined}
      className={cx(
        "flex w-full items-center gap-3 rounded-lg px-3 py-2 text-left hover:bg-hover",
        selected && "bg-accent-wash hover:bg-accent-wash",
      )}
    >
      <Icon aria-hidden size={16} className={cx("shrink-0", tone)} />
      <span className="sr-only">{t(label)}</span>
      <span className="min-w-0 flex-1">
        <span
          className={cx(
            "figures block truncate text-sm font-medium",
            !call.answered_at && call.direction !== "out" && call.callback !== "promised" && "text-stop-ink",
          )}
        >
          {side.name || shownNumber(side.number)}
        </span>
        <span className="block truncate text-xs text-ink-3">
          {[side.name ? shownNumber(side.number) : null, call.queue?.name, call.agent?.name]
            .filter(Boolean)
            .join(" · ") || t(label)}
        </span>
      </span>
      {call.recording_id && <AudioLines aria-label={t("history.recorded")} size={14} className="shrink-0 text-ink-3" />}
      <span className="figures shrink-0 text-right text-xs text-ink-3">
        <span className="block text-ink-2">
          {dated && dayOf(call.started_at, new Date()) !== "today" && `${shortDay(call.started_at, locale)} `}
          {clockTime(call.started_at, locale)}
        </span>
        <span className="block">
          {call.answered_at ? duration(call.talk_s) : call.callback === "promised" ? "" : t("history.no_answer")}
        </span>
      </span>
    </button>
  );
}
