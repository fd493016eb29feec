// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useHere } from "@/actions/agent";
import { maybeSession } from "@/core/session";
import { useLive } from "@/core/store";
import { useAction } from "@/hooks/useActions";
import { useNow } from "@/hooks/useNow";
import { useScene } from "@/hooks/useScene";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { type LucideIcon, MicOff, MonitorSmartphone, Volume2, WifiOff } from "@/ui/icons";

// A blink of the network is not worth a word.
const SPEAK_AFTER_MS = 1200;

/** What is wrong with the page as a whole: said in a strip, never over the call. */
export function Banners() {
  const { t } = useTranslation();
  const { desk, mine, call } = useScene();
  const live = useLive();
  const take = useAction(useHere);
  const now = useNow(500);
  const lost = desk.lostAt !== null && desk.known && now - desk.lostAt > SPEAK_AFTER_MS;
  const talking = Object.values(live.lines).some((l) => l === "connected");
  return (
    <div role="status" className="shrink-0 space-y-1.5 px-3 empty:hidden md:pr-4 md:pl-1 [&>*:last-child]:mb-2">
      {lost && (
        <Strip tone="warn" icon={WifiOff} text={call && talking ? t("link.lost_in_call") : t("link.lost")}>
          <Button size="sm" onClick={() => maybeSession()?.again()}>
            {t("link.now")}
          </Button>
        </Strip>
      )}
      {!lost && desk.known && !mine && desk.owner !== null && (
        <Strip tone="neutral" icon={MonitorSmartphone} text={t("softphone.elsewhere")}>
          <Button size="sm" onClick={take.run}>
            {t("action.use_here")}
          </Button>
        </Strip>
      )}
      {live.soundBlocked && (
        <Strip tone="warn" icon={Volume2} text={t("audio.blocked")}>
          <Button size="sm" onClick={() => void maybeSession()?.unblock()}>
            {t("audio.unblock")}
          </Button>
        </Strip>
      )}
      {(live.mic === "denied" || live.mic === "missing" || live.mic === "busy") && (
        <Strip tone="stop" icon={MicOff} text={t(`mic.${live.mic}_long`)} />
      )}
    </div>
  );
}

const TONES = {
  warn: "bg-warn-wash text-warn-ink",
  stop: "bg-stop-wash text-stop-ink",
  neutral: "bg-accent-wash text-accent-ink",
};

function Strip({
  tone,
  icon: Icon,
  text,
  children,
}: {
  tone: keyof typeof TONES;
  icon: LucideIcon;
  text: string;
  children?: ReactNode;
}) {
  return (
    <div className={cx("flex min-h-10 items-center gap-3 rounded-xl px-3.5 py-1.5 text-sm font-medium", TONES[tone])}>
      <Icon aria-hidden size={16} className="shrink-0" />
      <span className="flex-1">{text}</span>
      {children}
    </div>
  );
}
