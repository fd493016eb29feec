// SPDX-License-Identifier: Apache-2.0
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { choose, useSettings } from "@/core/settings";
import { Ringer, testTone } from "@/core/sound";
import { useDevices, usePermission } from "@/hooks/useDevices";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import {
  BellRing,
  Check as CheckIcon,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  type LucideIcon,
  Mic,
  Network,
  Volume2,
} from "@/ui/icons";
import { Slider } from "@/ui/slider";
import { Connection } from "./connection";
import { DeviceSelect } from "./device-select";
import { MicMeter } from "./mic-meter";
import { Ringtones } from "./ringtones";

export type Verdict = "unknown" | "good" | "bad";

/** Hear yourself, hear the ring, reach the server: once per machine, and whenever something sounds wrong. */
export function Check() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const devices = useDevices();
  const [mic, setMic] = useState<Verdict>("unknown");
  const [speaker, setSpeaker] = useState<Verdict>("unknown");
  const [net, setNet] = useState<Verdict>("unknown");
  const done = () => {
    choose({ checkedAt: Date.now() });
    void navigate({ to: "/" });
  };
  return (
    <main className="min-h-0 flex-1 overflow-y-auto px-3 pb-6 md:pr-4 md:pl-1">
      <div className="mx-auto max-w-190">
        <div className="flex flex-wrap items-end justify-between gap-3 px-1 pt-3 pb-5">
          <div>
            <h1 className="text-2xl font-semibold">{t("check.title")}</h1>
            <p className="mt-1 text-sm text-ink-3">{t("check.text")}</p>
          </div>
          <Button tone="accent" icon={CheckIcon} onClick={done}>
            {t("check.done")}
          </Button>
        </div>
        <div className="sheet divide-y divide-line">
          <Step icon={Mic} title={t("check.microphone")} verdict={mic}>
            <MicMeter devices={devices} onVerdict={setMic} />
          </Step>
          <Step icon={Volume2} title={t("check.speaker")} verdict={speaker}>
            <SpeakerTest devices={devices} onVerdict={setSpeaker} heard={speaker} />
          </Step>
          <Step
            icon={BellRing}
            title={t("check.ringer")}
            verdict={usePermission("notifications") === "denied" ? "bad" : "unknown"}
          >
            <RingTest devices={devices} />
          </Step>
          <Step icon={Network} title={t("check.connection")} verdict={net}>
            <Connection onVerdict={setNet} />
          </Step>
        </div>
      </div>
    </main>
  );
}

const VERDICTS: Record<Verdict, [LucideIcon, string]> = {
  unknown: [CircleDashed, "text-ink-3"],
  good: [CircleCheck, "text-go-ink"],
  bad: [CircleAlert, "text-stop-ink"],
};

function Step({
  icon: Icon,
  title,
  verdict,
  children,
}: {
  icon: LucideIcon;
  title: string;
  verdict: Verdict;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const [Sign, colour] = VERDICTS[verdict];
  return (
    <section aria-label={title} className="grid gap-x-6 gap-y-3 px-5 py-5 sm:grid-cols-[180px_minmax(0,1fr)]">
      <div className="flex items-center gap-3 self-start sm:pt-1.5">
        <Icon aria-hidden size={18} className="text-ink-3" />
        <h2 className="text-base font-semibold">{title}</h2>
        <Sign
          role="img"
          aria-label={t(`check.verdict_${verdict}`)}
          size={17}
          className={cx("ml-auto shrink-0 sm:ml-0", colour)}
        />
      </div>
      <div className="min-w-0 space-y-3">{children}</div>
    </section>
  );
}

function SpeakerTest({
  devices,
  heard,
  onVerdict,
}: {
  devices: ReturnType<typeof useDevices>;
  heard: Verdict;
  onVerdict(v: Verdict): void;
}) {
  const { t } = useTranslation();
  const speaker = useSettings((s) => s.speaker);
  const [asked, setAsked] = useState(false);
  const play = () => {
    setAsked(true);
    void testTone(speaker);
  };
  return (
    <>
      <div className="flex flex-wrap gap-2">
        <div className="min-w-48 flex-1">
          <DeviceSelect kind="speaker" devices={devices} />
        </div>
        <Button icon={Volume2} onClick={play} className="h-9!">
          {t("check.play")}
        </Button>
      </div>
      {asked && (
        <div className="flex flex-wrap items-center gap-2">
          <p className="text-sm text-ink-2">{t("check.heard")}</p>
          <Button size="sm" aria-pressed={heard === "good"} onClick={() => onVerdict("good")}>
            {t("common.yes")}
          </Button>
          <Button size="sm" aria-pressed={heard === "bad"} onClick={() => onVerdict("bad")}>
            {t("common.no")}
          </Button>
        </div>
      )}
      {heard === "bad" && <p className="text-sm text-stop-ink">{t("check.not_heard")}</p>}
    </>
  );
}

const ringer = new Ringer();

function RingTest({ devices }: { devices: ReturnType<typeof useDevices> }) {
  const { t } = useTranslation();
  const settings = useSettings();
  const notices = usePermission("notifications");
  return (
    <>
      <div className="flex flex-wrap gap-2">
        <div className="min-w-48 flex-1">
          <DeviceSelect kind="ringer" devices={devices} />
        </div>
        <Button
          icon={BellRing}
          className="h-9!"
          onClick={() => void ringer.once(settings.ringtone, settings.ringVolume, settings.ringer)}
        >
          {t("check.ring")}
        </Button>
      </div>
      <div className="grid items-center gap-x-6 gap-y-3 sm:grid-cols-[auto_minmax(0,1fr)]">
        <Ringtones />
        <div className="flex items-center gap-3 text-xs whitespace-nowrap text-ink-3">
          {t("check.volume")}
          <Slider
            label={t("check.volume")}
            value={settings.ringVolume}
            onChange={(ringVolume) => choose({ ringVolume })}
          />
        </div>
      </div>
      {"Notification" in window && notices !== "granted" && (
        <div className="flex flex-wrap items-center gap-3 rounded-lg bg-sunken px-3.5 py-2.5 ring-1 ring-line ring-inset">
          <p className="min-w-48 flex-1 text-sm text-ink-2">
            {t(notices === "denied" ? "check.notices_denied" : "check.notices")}
          </p>
          {notices !== "denied" && (
            <Button size="sm" onClick={() => void Notification.requestPermission()}>
              {t("check.allow")}
            </Button>
          )}
        </div>
      )}
    </>
  );
}
