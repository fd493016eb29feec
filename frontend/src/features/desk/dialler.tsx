// SPDX-License-Identifier: Apache-2.0
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { dialled, looksDiallable } from "@/core/number";
import { useSettings } from "@/core/settings";
import { keyTone } from "@/core/sound";
import { useUi } from "@/core/ui";
import { dial } from "@/hooks/useActions";
import { useScene } from "@/hooks/useScene";
import { PanelHead } from "@/ui/bits";
import { Button, IconButton } from "@/ui/button";
import { Delete, Phone } from "@/ui/icons";
import { KeyGrid } from "./keypad";

export function Dialler({ large = false }: { large?: boolean }) {
  const { t } = useTranslation();
  const { mine, call } = useScene();
  const text = useUi((s) => s.dialText);
  const focus = useUi((s) => s.dialFocus);
  const speaker = useSettings((s) => s.speaker);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const set = (dialText: string) => useUi.setState({ dialText });
  useEffect(() => {
    if (focus > 0) field.current?.focus();
  }, [focus]);

  const start = async () => {
    if (!looksDiallable(text) || busy) return;
    setBusy(true);
    if (await dial(dialled(text))) set("");
    setBusy(false);
  };
  const onKey = (e: KeyboardEvent) => {
    if (e.key === "Enter" && !e.nativeEvent.isComposing) void start();
  };
  const press = (key: string) => {
    keyTone(key, speaker);
    set(text + key);
  };
  return (
    <section aria-label={t("dial.title")} className="sheet shrink-0">
      <PanelHead title={t("dial.title")} />
      <div className="px-4 pb-4">
        <div className="flex h-11 items-center rounded-lg border border-line-2 bg-sunken pr-1 pl-3 focus-within:border-accent-ink focus-within:ring-3 focus-within:ring-accent-wash">
          <input
            ref={field}
            value={text}
            onChange={(e) => set(e.target.value)}
            onKeyDown={onKey}
            inputMode="tel"
            autoComplete="off"
            aria-label={t("dial.number")}
            placeholder={t("dial.placeholder")}
            className="figures min-w-0 flex-1 bg-transparent text-lg font-medium outline-none placeholder:text-sm placeholder:font-normal placeholder:text-ink-3"
          />
          {text && (
            <IconButton icon={Delete} label={t("dial.delete")} onClick={() => set(text.slice(0, -1))} size="sm" />
          )}
        </div>
        <KeyGrid onPress={press} large={large} />
        <Button
          tone="go"
          icon={Phone}
          disabled={!looksDiallable(text) || busy || !mine || call !== null}
          onClick={() => void start()}
          className="h-9.5! w-full"
        >
          {t("dial.call")}
        </Button>
        {!mine && <p className="mt-2 text-xs text-ink-3">{t("dial.not_here")}</p>}
      </div>
    </section>
  );
}
