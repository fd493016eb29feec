// SPDX-License-Identifier: Apache-2.0
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useDesk, useLive } from "@/core/store";
import { IconButton } from "@/ui/button";
import { Headphones, MicOff, WifiOff } from "@/ui/icons";

/** One icon that says whether this page can ring and speak; leads to the device check. */
export function AudioState() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const mic = useLive((s) => s.mic);
  const link = useDesk((s) => s.link);
  const faulty = mic === "denied" || mic === "missing" || mic === "busy";
  const [icon, label] =
    link === "lost"
      ? [WifiOff, t("link.lost_short")]
      : faulty
        ? [MicOff, t(`mic.${mic}`)]
        : [Headphones, t("audio.fine")];
  return (
    <IconButton
      icon={icon}
      label={label}
      onClick={() => void navigate({ to: "/check" })}
      className={faulty || link === "lost" ? "text-stop-ink!" : ""}
    />
  );
}
