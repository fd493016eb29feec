// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type LevelMeter, meter } from "@/core/level";
import { Microphone, type MicState } from "@/core/microphone";
import { useSettings } from "@/core/settings";
import type { Devices } from "@/hooks/useDevices";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Mic } from "@/ui/icons";
import { DeviceSelect } from "./device-select";

type Verdict = "unknown" | "good" | "bad";

const BARS = 32;
/** Loud enough to be speech and not a fan; found by ear on three headsets. */
const SPEECH = 0.38;

export function MicMeter({ devices, onVerdict }: { devices: Devices; onVerdict(v: Verdict): void }) {
  const { t } = useTranslation();
  const chosen = useSettings((s) => s.microphone);
  const [state, setState] = useState<MicState>("unknown");
  const [level, setLevel] = useState(0);
  const [spoke, setSpoke] = useState(false);
  const tell = useRef(onVerdict);
  tell.current = onVerdict;
  const { refresh } = devices;
  const [tries, setTries] = useState(0);

  // Another device, or another try, opens it again
  useEffect(() => {
    let gauge: LevelMeter | null = null;
    let timer = 0;
    let closed = false;
    const mic = new Microphone(() => ({ ...useSettings.getState(), deviceId: chosen }), setState);
    mic
      .open()
      .then((stream) => {
        if (closed) return mic.close();
        refresh();
        gauge = meter(stream);
        timer = window.setInterval(() => {
          const now = gauge?.read() ?? 0;
          setLevel(now);
          if (now > SPEECH) setSpoke(true);
        }, 80);
      })
      .catch(() => tell.current("bad"));
    return () => {
      closed = true;
      clearInterval(timer);
      gauge?.close();
      mic.close();
    };
  }, [chosen, refresh, tries]);
  useEffect(() => {
    if (spoke) tell.current("good");
  }, [spoke]);

  const faulty = state === "denied" || state === "missing" || state === "busy";
  return (
    <>
      <DeviceSelect kind="microphone" devices={devices} />
      {faulty ? (
        <div className="flex flex-wrap items-center gap-3 rounded-lg bg-stop-wash px-3.5 py-2.5">
          <p role="alert" className="min-w-48 flex-1 text-sm text-stop-ink">
            {t(`mic.${state}_long`)}
          </p>
          <Button size="sm" icon={Mic} onClick={() => setTries((n) => n + 1)}>
            {t("check.again")}
          </Button>
        </div>
      ) : (
        <div>
          {/* biome-ignore lint/a11y/useSemanticElements: <meter> cannot be drawn as a row of bars */}
          <div
            role="meter"
            aria-label={t("check.level")}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round(level * 100)}
            className="flex h-7 items-center gap-0.75"
          >
            {Array.from({ length: BARS }, (_, i) => (
              // A fixed row of bars
              <span
                key={i}
                className={cx(
                  "h-full flex-1 rounded-sm transition-colors duration-75",
                  i < level * BARS ? (i > BARS * 0.85 ? "bg-warn" : "bg-ours") : "bg-hover",
                )}
              />
            ))}
          </div>
          <p className="mt-2 text-sm text-ink-3">{t(spoke ? "check.mic_good" : "check.say")}</p>
        </div>
      )}
    </>
  );
}
