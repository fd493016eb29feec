// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSettings } from "@/core/settings";
import { keyTone } from "@/core/sound";
import { useUi } from "@/core/ui";
import type { CallView } from "@/core/wire";
import { faultText, hands } from "@/hooks/useActions";
import { cx } from "@/ui/cx";
import { toast } from "@/ui/toast";

const KEYS: readonly [string, string][] = [
  ["1", ""],
  ["2", "ABC"],
  ["3", "DEF"],
  ["4", "GHI"],
  ["5", "JKL"],
  ["6", "MNO"],
  ["7", "PQRS"],
  ["8", "TUV"],
  ["9", "WXYZ"],
  ["*", ""],
  ["0", "+"],
  ["#", ""],
];

export function KeyGrid({ onPress, large = false }: { onPress(key: string): void; large?: boolean }) {
  return (
    <div className="my-3 grid grid-cols-3 gap-1.5">
      {KEYS.map(([key, letters]) => (
        <button
          key={key}
          type="button"
          onClick={() => onPress(key)}
          className={cx(
            "flex select-none flex-col items-center justify-center rounded-lg bg-sunken text-lg font-medium ring-1 ring-line ring-inset transition-colors hover:bg-hover active:bg-press",
            large ? "h-16" : "h-11",
          )}
        >
          <span className="leading-5">{key}</span>
          {letters && <span data-letters={letters} className="letters" />}
        </button>
      ))}
    </div>
  );
}

/** Keys during a call: heard here, sent to the other side, by click or by the keyboard. */
export function CallKeypad({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const speaker = useSettings((s) => s.speaker);
  const [sent, setSent] = useState("");
  const press = (key: string) => {
    keyTone(key, speaker);
    setSent((s) => (s + key).slice(-24));
    hands
      .send({ type: "call.digits", call_id: call.call_id, digits: key })
      .catch((e: unknown) => toast("fault", faultText(e)));
  };
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if (e.key === "Escape") return useUi.setState({ keypad: false });
      const field = e.target instanceof HTMLInputElement || e.target instanceof HTMLTextAreaElement;
      if (field || e.altKey || e.ctrlKey || e.metaKey || !/^[\d*#]$/.test(e.key)) return;
      e.preventDefault();
      press(e.key);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
  return (
    <section aria-label={t("action.keypad")} className="appear mx-auto mt-4 w-full max-w-72">
      <output aria-label={t("dial.sent")} className="figures block h-6 text-center text-lg font-medium tracking-widest">
        {sent || <span className="text-sm font-normal tracking-normal text-ink-3">{t("dial.keys_hint")}</span>}
      </output>
      <KeyGrid onPress={press} />
    </section>
  );
}
