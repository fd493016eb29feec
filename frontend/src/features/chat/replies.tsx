// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import type { CannedReply } from "@/api/types";
import { faultText } from "@/hooks/useActions";
import { Button, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input, Labelled } from "@/ui/field";
import { X } from "@/ui/icons";
import { Segments } from "@/ui/segments";
import { toast } from "@/ui/toast";

const NEW: CannedReply = { reply_id: "", shortcut: "", language: "zh", text: "" };

/** The replies that are kept ready, for who manages the queues. */
export function Replies({ close }: { close(): void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: ["canned-replies"], queryFn: api.cannedReplies });
  const [edited, setEdited] = useState<CannedReply | null>(null);
  const done = async (work: Promise<unknown>) => {
    try {
      await work;
      setEdited(null);
    } catch (error) {
      toast("fault", faultText(error));
    }
    await client.invalidateQueries({ queryKey: ["canned-replies"] });
  };
  return (
    <Dialog open onClose={close} title={t("chat.replies")} description={t("chat.replies_text")}>
      <ul className="min-h-0 flex-1 overflow-y-auto px-3">
        {data?.replies.map((r) => (
          <li key={r.reply_id} className="flex items-center gap-2 rounded-lg px-2 py-1 hover:bg-hover">
            <button type="button" className="min-w-0 flex-1 text-left" onClick={() => setEdited(r)}>
              <span className="text-sm font-medium text-accent-ink">/{r.shortcut}</span>
              <span className="block truncate text-xs text-ink-3">{r.text}</span>
            </button>
            <IconButton
              icon={X}
              size="sm"
              side="left"
              label={t("chat.drop_reply", { name: r.shortcut })}
              onClick={() => void done(api.dropReply(r.reply_id))}
            />
          </li>
        ))}
      </ul>
      {edited ? (
        <Editor
          key={edited.reply_id}
          reply={edited}
          cancel={() => setEdited(null)}
          keep={({ reply_id, ...text }) => void done(api.keepReply(reply_id || null, text))}
        />
      ) : (
        <div className="px-5 py-4">
          <Button onClick={() => setEdited(NEW)}>{t("chat.new_reply")}</Button>
        </div>
      )}
    </Dialog>
  );
}

function Editor({ reply, keep, cancel }: { reply: CannedReply; keep(r: CannedReply): void; cancel(): void }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(reply);
  const fits = /^[\w-]{1,32}$/u.test(draft.shortcut) && draft.text.trim() !== "";
  return (
    <form
      className="flex flex-col gap-3 border-t border-line px-5 py-4"
      onSubmit={(e) => {
        e.preventDefault();
        if (fits) keep(draft);
      }}
    >
      <div className="flex items-end gap-3">
        <Labelled label={t("chat.shortcut")} className="flex-1">
          {(id) => (
            <Input
              id={id}
              value={draft.shortcut}
              maxLength={32}
              autoFocus
              onChange={(e) => setDraft({ ...draft, shortcut: e.target.value })}
            />
          )}
        </Labelled>
        <Segments
          label={t("chat.language")}
          value={draft.language ?? "zh"}
          choices={[
            { value: "zh", label: t("chat.language_zh") },
            { value: "en", label: t("chat.language_en") },
          ]}
          onChange={(language) => setDraft({ ...draft, language: language as "zh" | "en" })}
        />
      </div>
      <Labelled label={t("chat.reply_text")}>
        {(id) => (
          <textarea
            id={id}
            rows={3}
            maxLength={4000}
            value={draft.text}
            onChange={(e) => setDraft({ ...draft, text: e.target.value })}
            className="w-full rounded-lg border border-line-2 bg-raised px-3 py-2 text-sm"
          />
        )}
      </Labelled>
      <div className="flex justify-end gap-2">
        <Button onClick={cancel}>{t("chat.cancel")}</Button>
        <Button tone="accent" type="submit" disabled={!fits}>
          {t("chat.keep")}
        </Button>
      </div>
    </form>
  );
}
