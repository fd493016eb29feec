// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { create } from "zustand";
import { shownNumber } from "@/core/number";
import { duration, secondsSince } from "@/core/time";
import { CallVerbs } from "@/features/shell/call-bar";
import { useNow } from "@/hooks/useNow";
import { useScene } from "@/hooks/useScene";
import { IconButton } from "@/ui/button";
import { PictureInPicture } from "@/ui/icons";

/** Chromium's window that stays above all others. Other browsers do not have it, and lose only this button. */
interface PictureInPictureWindows {
  requestWindow(options: { width: number; height: number }): Promise<Window>;
}

const windows = (): PictureInPictureWindows | undefined =>
  (window as { documentPictureInPicture?: PictureInPictureWindows }).documentPictureInPicture;

const useMini = create<{ window: Window | null }>(() => ({ window: null }));

export function MiniButton() {
  const { t } = useTranslation();
  const open = useMini((s) => s.window !== null);
  if (!windows()) return null;
  return (
    <IconButton
      icon={PictureInPicture}
      size="sm"
      label={t(open ? "mini.close" : "mini.open")}
      onClick={() => void (open ? useMini.getState().window?.close() : openMini())}
    />
  );
}

async function openMini(): Promise<void> {
  const mini = await windows()?.requestWindow({ width: 340, height: 108 });
  if (!mini) return;
  for (const sheet of document.querySelectorAll('link[rel="stylesheet"], style')) {
    mini.document.head.append(sheet.cloneNode(true));
  }
  mini.document.documentElement.dataset.theme = document.documentElement.dataset.theme ?? "light";
  mini.document.documentElement.lang = document.documentElement.lang;
  mini.document.title = "HeadCall";
  mini.addEventListener("pagehide", () => useMini.setState({ window: null }));
  useMini.setState({ window: mini });
}

/** The call in a small window above the customer's other programs; goes with the call. */
export function Mini() {
  const { t } = useTranslation();
  const mini = useMini((s) => s.window);
  const { call } = useScene();
  const now = useNow();
  const [quiet, setQuiet] = useState(false);
  const idle = call === null || call.state === "ended";
  useEffect(() => {
    // The next call may follow at once: the window waits a moment before it goes.
    setQuiet(false);
    if (!idle) return;
    const timer = setTimeout(() => setQuiet(true), 1500);
    return () => clearTimeout(timer);
  }, [idle]);
  useEffect(() => {
    if (quiet) mini?.close();
  }, [quiet, mini]);
  if (!mini || !call) return null;
  return createPortal(
    <div className="flex h-full flex-col justify-between bg-sheet p-3">
      <div className="flex items-baseline justify-between gap-3">
        <p className="figures truncate text-base font-semibold">{call.peer.name || shownNumber(call.peer.number)}</p>
        <p className="figures text-sm text-ink-3">
          {call.held ? t("call.held") : duration(secondsSince(call.answered_at ?? call.offered_at, now))}
        </p>
      </div>
      <div className="flex items-center gap-2">
        <CallVerbs call={call} wide />
      </div>
    </div>,
    mini.document.body,
  );
}
