// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { useHere } from "@/actions/agent";
import { maybeSession } from "@/core/session";
import { useLive } from "@/core/store";
import { useAction } from "@/hooks/useActions";
import { useNow } from "@/hooks/useNow";
import { useScene } from "@/hooks/useScene";
import { Button } from "@/ui/button";
import { MicOff, MonitorSmartphone, Volume2, WifiOff } from "@/ui/icons";
import { Fitness } from "./fitness";
import { Strip } from "./strip";

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
      {!lost && <Fitness mine={mine} />}
      {!desk.faults.includes("microphone") &&
        (live.mic === "denied" || live.mic === "missing" || live.mic === "busy") && (
          <Strip tone="stop" icon={MicOff} text={t(`mic.${live.mic}_long`)} />
        )}
    </div>
  );
}
