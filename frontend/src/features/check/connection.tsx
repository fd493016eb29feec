// SPDX-License-Identifier: Apache-2.0
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { theSession } from "@/core/session";
import { useDesk } from "@/core/store";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Check, RotateCcw, X } from "@/ui/icons";

type Verdict = "unknown" | "good" | "bad";

interface Result {
  id: string;
  ok: boolean;
  ms: number | null;
}

const timed = async (id: string, run: () => Promise<unknown>): Promise<Result> => {
  const start = performance.now();
  try {
    await run();
    return { id, ok: true, ms: Math.round(performance.now() - start) };
  } catch {
    return { id, ok: false, ms: null };
  }
};

const secure = (): Result => ({ id: "secure", ok: window.isSecureContext, ms: null });
const webrtc = (): Result => ({ id: "webrtc", ok: "RTCPeerConnection" in window, ms: null });

export function Connection({ onVerdict }: { onVerdict(v: Verdict): void }) {
  const { t } = useTranslation();
  const link = useDesk((s) => s.link);
  const [results, setResults] = useState<Result[]>([]);
  const [busy, setBusy] = useState(false);
  const tell = useRef(onVerdict);
  tell.current = onVerdict;
  const run = useCallback(async () => {
    setBusy(true);
    const found = [
      secure(),
      webrtc(),
      await timed("http", () => api.health()),
      await timed("socket", () => theSession().send({ type: "ping" })),
    ];
    setResults(found);
    tell.current(found.every((r) => r.ok) ? "good" : "bad");
    setBusy(false);
  }, []);
  // The socket came or went: test again
  useEffect(() => {
    void run();
  }, [run, link]);
  return (
    <>
      <ul className="grid gap-2 sm:grid-cols-2">
        {results.map((r) => (
          <li
            key={r.id}
            className="flex items-center gap-2.5 rounded-lg bg-sunken px-3 py-2 text-sm ring-1 ring-line ring-inset"
          >
            {r.ok ? (
              <Check aria-label={t("check.verdict_good")} size={15} className="text-go-ink" />
            ) : (
              <X aria-label={t("check.verdict_bad")} size={15} className="text-stop-ink" />
            )}
            <span className={cx("flex-1", !r.ok && "text-stop-ink")}>
              {t(r.ok ? `net.${r.id}` : `net.${r.id}_bad`)}
            </span>
            {r.ms !== null && <span className="figures text-xs text-ink-3">{r.ms} ms</span>}
          </li>
        ))}
      </ul>
      <Button size="sm" icon={RotateCcw} disabled={busy} onClick={() => void run()}>
        {t("check.again")}
      </Button>
    </>
  );
}
