// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { longestParked, pickUp } from "@/actions/call";
import { ariaKeys } from "@/actions/keys";
import { shownNumber } from "@/core/number";
import { useDesk } from "@/core/store";
import { duration, secondsSince, secondsUntil } from "@/core/time";
import type { ParkedView } from "@/core/wire";
import { faultText, hands, useAction } from "@/hooks/useActions";
import { useNow } from "@/hooks/useNow";
import { useScene } from "@/hooks/useScene";
import { Badge, PanelHead } from "@/ui/bits";
import { Button } from "@/ui/button";
import { PhoneIncoming } from "@/ui/icons";
import { Keys } from "@/ui/keys";
import { toast } from "@/ui/toast";

/** Callers whom somebody has set down: anybody may take them. Nothing is shown while there are none. */
export function ParkedShelf() {
  const { t } = useTranslation();
  const parked = useDesk((s) => s.parked);
  const { keys } = useAction(pickUp);
  const scene = useScene();
  const now = useNow();
  const longest = longestParked(parked);
  if (parked.length === 0) return null;
  return (
    <section aria-label={t("park.title")} className="sheet shrink-0">
      <PanelHead title={t("park.title")} count={parked.length}>
        {keys && pickUp.available(scene) && (
          <span className="hidden items-center gap-2 text-2xs text-ink-3 md:inline-flex">
            {t("park.first")} <Keys value={keys} />
          </span>
        )}
      </PanelHead>
      <ul aria-live="polite" className="px-2 pb-2">
        {parked.map((p) => (
          <Row
            key={p.slot}
            parked={p}
            now={now}
            free={scene.call === null}
            {...(p === longest && keys ? { keys } : {})}
          />
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  parked: ParkedView;
  now: number;
  free: boolean;
  /** Of the one whom the keys mean. */
  keys?: string;
}

function Row({ parked, now, free, keys }: RowProps) {
  const { t } = useTranslation();
  const name = parked.name || shownNumber(parked.number);
  const take = () =>
    void hands.send({ type: "call.pick_up", slot: parked.slot }).catch((e: unknown) => toast("fault", faultText(e)));
  return (
    <li data-slot={parked.slot} className="flex items-center gap-3 rounded-lg px-2 py-2">
      <span className="figures w-12 text-center text-xl leading-6 font-semibold text-accent-ink">{parked.slot}</span>
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-2">
          <span className="figures truncate text-sm font-medium">{name}</span>
          {parked.queue && (
            <Badge tone="accent" className="hidden sm:inline-flex">
              {parked.queue.name}
            </Badge>
          )}
        </span>
        <span className="figures block truncate text-xs text-ink-3">
          {t("park.by", { name: parked.by.name })} ·{" "}
          <span className="hidden sm:inline">{duration(secondsSince(parked.since, now))} · </span>
          {parked.rings_back_at === null
            ? t("park.rings")
            : t("park.back_in", { time: duration(secondsUntil(parked.rings_back_at, now)) })}
        </span>
      </span>
      <Button
        size="sm"
        tone="go"
        icon={PhoneIncoming}
        disabled={!free}
        onClick={take}
        {...(keys ? { "aria-keyshortcuts": ariaKeys(keys) } : {})}
        aria-label={t("park.take", { slot: parked.slot, name })}
      >
        {t("action.pick_up")}
      </Button>
    </li>
  );
}
