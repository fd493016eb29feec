// SPDX-License-Identifier: Apache-2.0
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Board } from "@/core/board";
import { useDesk } from "@/core/store";
import { clockTime } from "@/core/time";
import { languageNow, localeOf } from "@/i18n";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Labelled } from "@/ui/field";
import { Select } from "@/ui/select";
import { order } from "./acts";

export interface To {
  /** `all`, a queue's id, or one agent. */
  to: string | string[];
  /** Of the one agent. */
  name: string | null;
}

export const LONGEST = 500;

export function MessageDialog({ board, start, onClose }: { board: Board; start: To; onClose(): void }) {
  const { t } = useTranslation();
  const [to, setTo] = useState(start.to);
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const form = useId();
  const queues = [...board.queues.values()].map((q) => ({ value: q.id, label: q.name }));
  const send = async () => {
    setBusy(true);
    const sent = await order({ type: "agent.message", to, text: text.trim() });
    setBusy(false);
    if (sent) onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={start.name ? t("supervise.message_to", { name: start.name }) : t("supervise.message")}
      className="max-w-full"
      footer={
        <Button tone="accent" type="submit" form={form} disabled={busy || !text.trim()}>
          {t("supervise.send")}
        </Button>
      }
    >
      <form
        id={form}
        className="flex min-h-0 flex-col gap-3 overflow-y-auto px-5 pb-5"
        onSubmit={(e) => {
          e.preventDefault();
          if (text.trim() && !busy) void send();
        }}
      >
        {typeof to === "string" && (
          <Select
            label={t("supervise.to")}
            value={to}
            choices={[{ value: "all", label: t("supervise.to_all") }, ...queues]}
            onChange={setTo}
          />
        )}
        <Labelled label={t("supervise.text")}>
          {(id) => (
            <textarea
              id={id}
              autoFocus
              rows={4}
              maxLength={LONGEST}
              value={text}
              onChange={(e) => setText(e.target.value)}
              onKeyDown={(e) => {
                if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) e.currentTarget.form?.requestSubmit();
              }}
              className="w-full resize-y rounded-lg border border-line-2 bg-raised px-3 py-2 text-sm outline-none focus-visible:border-accent-ink focus-visible:ring-3 focus-visible:ring-accent-wash"
            />
          )}
        </Labelled>
        <p className="figures -mt-2 text-right text-xs text-ink-3">
          {text.length} / {LONGEST}
        </p>
        <Sent />
      </form>
    </Dialog>
  );
}

/** Today's own messages, the newest first, and who has read them. */
function Sent() {
  const { t } = useTranslation();
  const sent = useDesk((s) => s.messages)
    .filter((m) => m.way === "out")
    .reverse();
  if (sent.length === 0) return null;
  return (
    <section aria-label={t("supervise.sent")}>
      <h3 className="caption mb-1">{t("supervise.sent")}</h3>
      <ul className="max-h-44 divide-y divide-line overflow-y-auto">
        {sent.map((m) => (
          <li key={m.id} className="flex items-baseline gap-3 py-1.5 text-sm">
            <time dateTime={m.at} className="figures shrink-0 text-xs text-ink-3">
              {clockTime(m.at, localeOf(languageNow()))}
            </time>
            <span className="line-clamp-2 min-w-0 flex-1 break-words">{m.text}</span>
            <span className="figures shrink-0 text-xs text-ink-3">
              {t("supervise.read_by", { seen: m.seen ?? 0, of: m.of ?? 0 })}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
