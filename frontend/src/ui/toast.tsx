// SPDX-License-Identifier: Apache-2.0
import { Check, TriangleAlert, X } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { create } from "zustand";
import { cx } from "./cx";

export interface Toast {
  id: number;
  tone: "done" | "fault";
  text: string;
}

const useToasts = create<{ list: Toast[] }>(() => ({ list: [] }));
let count = 0;

export function toast(tone: Toast["tone"], text: string): void {
  count += 1;
  const id = count;
  useToasts.setState((s) => ({
    list: [...s.list.filter((x) => x.text !== text && x.tone === "fault").slice(-2), { id, tone, text }],
  }));
}

const drop = (id: number) => useToasts.setState((s) => ({ list: s.list.filter((x) => x.id !== id) }));

export function Toasts() {
  const list = useToasts((s) => s.list);
  return (
    <div
      role="log"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-20 z-60 flex flex-col items-center gap-2 px-3 md:bottom-6"
    >
      {list.map((x) => (
        <One key={x.id} toast={x} />
      ))}
    </div>
  );
}

function One({ toast: { id, tone, text } }: { toast: Toast }) {
  const { t } = useTranslation();
  useEffect(() => {
    const timer = setTimeout(() => drop(id), tone === "fault" ? 7000 : 2200);
    return () => clearTimeout(timer);
  }, [id, tone]);
  return (
    <div className="appear pointer-events-auto flex max-w-md items-center gap-2.5 rounded-xl bg-[#1c1d21] py-2 pr-2 pl-3 text-sm text-white shadow-float">
      {tone === "done" ? (
        <Check aria-hidden size={16} className="text-[#5bd08c]" />
      ) : (
        <TriangleAlert aria-hidden size={16} className="text-[#f0b767]" />
      )}
      <span>{text}</span>
      <button
        type="button"
        aria-label={t("common.close")}
        onClick={() => drop(id)}
        className={cx("inline-flex size-6 items-center justify-center rounded-md text-white/70 hover:bg-white/10")}
      >
        <X aria-hidden size={14} />
      </button>
    </div>
  );
}
