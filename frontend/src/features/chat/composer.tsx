// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { type ClipboardEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api } from "@/api/client";
import type { ChatView } from "@/api/types";
import { useChats } from "@/core/chats";
import { useDesk } from "@/core/store";
import { faultText, hands } from "@/hooks/useActions";
import { Button, IconButton } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Paperclip, SendHorizontal, StickyNote } from "@/ui/icons";
import { toast } from "@/ui/toast";
import { filledIn, matching } from "./canned";
import { nameOf } from "./list";

const TYPING_EVERY_MS = 4000;
const LONGEST = 4000;

export function Composer({ chat }: { chat: ChatView }) {
  const { t } = useTranslation();
  const id = chat.chat_id;
  const text = useChats((s) => s.drafts[id] ?? "");
  const [isNote, setIsNote] = useState(false);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const typed = useRef(0);
  const canned = useCanned(chat, text, (filled) => write(filled));

  // Whoever opens a chat wants to write in it.
  useEffect(() => field.current?.focus({ preventScroll: true }), [id]);

  function write(value: string): void {
    useChats.setState((s) => ({ drafts: { ...s.drafts, [id]: value.slice(0, LONGEST) } }));
    if (!value || isNote || Date.now() - typed.current < TYPING_EVERY_MS) return;
    typed.current = Date.now();
    void hands.send({ type: "chat.typing", chat_id: id }).catch(() => undefined);
  }

  async function say(): Promise<void> {
    const said = text.trim();
    if (!said || busy) return;
    setBusy(true);
    try {
      await hands.send({ type: "chat.say", chat_id: id, text: said, ...(isNote ? { note: true } : {}) });
      useChats.setState((s) => ({ drafts: { ...s.drafts, [id]: "" } }));
      setIsNote(false);
    } catch (error) {
      toast("fault", faultText(error));
    } finally {
      setBusy(false);
      field.current?.focus();
    }
  }

  async function attach(files: Iterable<File>): Promise<void> {
    for (const file of files) {
      try {
        await api.sendChatFile(id, file);
      } catch (error) {
        const lies = error instanceof ApiError && (error.status === 400 || error.status === 413);
        toast("fault", lies ? t("chat.file_refused", { name: file.name }) : `${file.name}: ${faultText(error)}`);
      }
    }
  }

  function onKey(event: KeyboardEvent): void {
    if (canned.onKey(event)) return;
    // An Enter that ends the choice of a Chinese word is not meant for us.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void say();
  }

  function onPaste(event: ClipboardEvent): void {
    const files = [...event.clipboardData.files];
    if (files.length === 0) return;
    event.preventDefault();
    void attach(files);
  }

  return (
    <div className={cx("relative border-t border-line p-2.5", isNote && "bg-warn-wash")}>
      {canned.list}
      <textarea
        ref={field}
        value={text}
        onChange={(e) => write(e.target.value)}
        onKeyDown={onKey}
        onPaste={onPaste}
        onDragOver={(e) => e.preventDefault()}
        onDrop={(e) => {
          e.preventDefault();
          void attach([...e.dataTransfer.files]);
        }}
        rows={Math.min(6, Math.max(2, text.split("\n").length))}
        maxLength={LONGEST}
        aria-label={t(isNote ? "chat.write_note" : "chat.write")}
        placeholder={t(isNote ? "chat.write_note" : "chat.write_hint")}
        className="w-full resize-none bg-transparent px-1.5 py-1 text-sm outline-none placeholder:text-ink-3"
        {...canned.field}
      />
      <div className="flex items-center gap-1">
        <IconButton
          icon={Paperclip}
          size="sm"
          side="top"
          label={t("chat.attach")}
          onClick={() => picker.current?.click()}
        />
        <IconButton
          icon={StickyNote}
          size="sm"
          side="top"
          label={t("chat.note")}
          aria-pressed={isNote}
          onClick={() => setIsNote(!isNote)}
        />
        <span className="ml-1 hidden text-xs text-ink-3 md:inline">{t("chat.canned_hint")}</span>
        <Button
          tone="accent"
          size="sm"
          icon={SendHorizontal}
          disabled={!text.trim() || busy}
          onClick={() => void say()}
          className="ml-auto"
        >
          {t(isNote ? "chat.keep_note" : "chat.send")}
        </Button>
      </div>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        accept=".png,.jpg,.jpeg,.gif,.webp,.pdf,.txt,.csv,.docx,.xlsx"
        onChange={(e) => {
          void attach([...(e.target.files ?? [])]);
          e.target.value = "";
        }}
      />
    </div>
  );
}

/** `/` at the beginning opens the replies that are kept ready; arrows choose, Enter takes. */
function useCanned(chat: ChatView, text: string, take: (text: string) => void) {
  const { t } = useTranslation();
  const listId = useId();
  const agent = useDesk((s) => s.me?.name ?? "");
  const [at, setAt] = useState(0);
  const [closed, setClosed] = useState(false);
  const asks = text.startsWith("/") && !text.includes("\n");
  const { data } = useQuery({ queryKey: ["canned-replies"], queryFn: api.cannedReplies, staleTime: 60_000 });
  const found = asks && !closed ? matching(data?.replies ?? [], text.slice(1), chat.visitor.language) : [];
  const current = Math.min(at, found.length - 1);
  useEffect(() => {
    if (!asks) {
      setClosed(false);
      setAt(0);
    }
  }, [asks]);
  const insert = (n: number) => {
    const reply = found[n];
    if (reply) take(filledIn(reply.text, { visitor: nameOf(chat, t), agent }));
  };

  function onKey(event: KeyboardEvent): boolean {
    if (found.length === 0 || event.nativeEvent.isComposing) return false;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) setAt((current + step + found.length) % found.length);
    else if (event.key === "Enter" || event.key === "Tab") insert(current);
    else if (event.key === "Escape") setClosed(true);
    else return false;
    event.preventDefault();
    return true;
  }

  const list = found.length > 0 && (
    <div
      id={listId}
      role="listbox"
      aria-label={t("chat.replies")}
      className="absolute inset-x-2.5 bottom-full z-10 mb-1 max-h-60 overflow-y-auto rounded-xl border border-line bg-raised p-1 shadow-float"
    >
      {found.map((reply, n) => (
        <div
          key={reply.reply_id}
          id={`${listId}-${n}`}
          role="option"
          tabIndex={-1}
          aria-selected={n === current}
          onMouseDown={(e) => {
            e.preventDefault();
            insert(n);
          }}
          className={cx(
            "flex cursor-default gap-2 rounded-lg px-2.5 py-1.5 text-sm",
            n === current && "bg-accent-wash",
          )}
        >
          <span className="font-medium text-accent-ink">/{reply.shortcut}</span>
          <span className="min-w-0 flex-1 truncate text-ink-2">{reply.text}</span>
        </div>
      ))}
    </div>
  );
  const field =
    found.length > 0
      ? {
          role: "combobox",
          "aria-expanded": true,
          "aria-controls": listId,
          "aria-activedescendant": `${listId}-${current}`,
        }
      : {};
  return { list, onKey, field };
}
