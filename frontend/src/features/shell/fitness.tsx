// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { maybeSession } from "@/core/session";
import { useDesk } from "@/core/store";
import { Button } from "@/ui/button";
import { type LucideIcon, MicOff, MonitorSmartphone, WifiOff } from "@/ui/icons";
import { Strip } from "./strip";

const ICONS: Record<string, LucideIcon> = {
  microphone: MicOff,
  silent: MicOff,
  path: WifiOff,
  frozen: MonitorSmartphone,
};

/** Why nothing is offered, and what helps. Every tab of the person shows it; the one with the phone can test. */
export function Fitness({ mine }: { mine: boolean }) {
  const { t } = useTranslation();
  const faults = useDesk((s) => s.faults);
  const agent = useDesk((s) => s.agent);
  const byPhone = useDesk((s) => s.me?.answer_on === "phone");
  const [busy, setBusy] = useState(false);
  const worst = faults.find((f) => f in ICONS);
  if (!worst || !agent || agent.state === "offline" || byPhone) return null;
  const test = async () => {
    setBusy(true);
    await maybeSession()?.fit.test();
    setBusy(false);
  };
  return (
    <Strip tone="stop" icon={ICONS[worst] ?? MicOff} text={t("unfit.no_calls", { why: t(`unfit.${worst}`) })}>
      {mine && (
        <Button size="sm" disabled={busy} onClick={() => void test()}>
          {t(busy ? "unfit.testing" : "unfit.test")}
        </Button>
      )}
    </Strip>
  );
}
