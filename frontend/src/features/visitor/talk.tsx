// SPDX-License-Identifier: Apache-2.0

import type { TFunction } from "i18next";
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { VisitorNews } from "@/api/types";
import { clockTime } from "@/core/time";
import { languageNow, localeOf } from "@/i18n";
import { Avatar } from "@/ui/bits";
import { Button, IconButton } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Download, Paperclip, SendHorizontal } from "@/ui/icons";
import { Refusal, type VisitorLine } from "./line";
import { type Conversation, refusalText, type Said } from "./visitor";

const TYPING_EVERY_MS = 4000;

export function Talk({ seen, line, again }: { seen: Conversation; line: VisitorLine; again(): void }) {
  const { t } = useTranslation();
  const { news, said } = seen;
  const box = useRef<HTMLDivElement>(null);
  // A new message is the reason to scroll.
  useLayoutEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [said.length, news.is_typing]);
  return (
    <>
      <header className="flex items-center gap-3 border-b border-line px-4 py-3">
        <Avatar name={news.agent ?? "HeadCall"} size={36} dot={news.state === "open" ? "go" : "off"} />
        <div className="min-w-0 flex-1">
          <h1 className="truncate text-base font-semibold">{news.agent ?? t("visitor.title")}</h1>
          <p role="status" className="truncate text-xs text-ink-3">
            {seen.isAway ? t("visitor.away") : standing(news, t)}
          </p>
        </div>
        {news.state !== "ended" && (
          <Button size="sm" onClick={() => void line.end()}>
            {t("visitor.end")}
          </Button>
        )}
      </header>
      <div
        ref={box}
        role="log"
        aria-label={t("chat.messages")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard.
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto px-4 py-3"
      >
        <ol className="flex flex-col gap-2">
          {said.map((m) => (
            <Bubble key={m.seq} said={m} line={line} />
          ))}
        </ol>
        <p role="status" className="h-6 pt-2 text-xs text-ink-3">
          {news.is_typing ? t("visitor.agent_typing", { name: news.agent ?? "" }) : ""}
        </p>
      </div>
      {news.state === "ended" ? (
        <div className="border-t border-line p-4">
          <Button tone="accent" size="lg" className="w-full" onClick={again}>
            {t("visitor.anew")}
          </Button>
        </div>
      ) : (
        <Write line={line} />
      )}
    </>
  );
}

function standing(news: VisitorNews, t: TFunction): string {
  if (news.state !== "waiting") return t(`visitor.${news.state}`);
  return news.before ? t("visitor.before", { n: news.before }) : t("visitor.next");
}

function Bubble({ said, line }: { said: Said; line: VisitorLine }) {
  const { t } = useTranslation();
  const time = clockTime(said.at, localeOf(languageNow()));
  if (said.by === "system") {
    return (
      <li className="self-center py-1 text-center text-xs text-ink-3">
        {t(`visitor.system_${said.text}`, { name: said.user?.name ?? "", defaultValue: "" })}
      </li>
    );
  }
  const mine = said.by === "visitor";
  return (
    <li className={cx("flex flex-col", mine ? "items-end" : "items-start")}>
      <div
        className={cx(
          "max-w-[85%] whitespace-pre-wrap rounded-2xl px-3.5 py-2 text-base [overflow-wrap:anywhere]",
          mine ? "rounded-br-sm bg-accent text-on-accent" : "rounded-bl-sm bg-hover",
        )}
      >
        {said.file_id ? <FileButton fileId={said.file_id} name={said.text} line={line} /> : said.text}
      </div>
      <span className="figures px-1 text-2xs text-ink-3">{time}</span>
    </li>
  );
}

function FileButton({ fileId, name, line }: { fileId: string; name: string; line: VisitorLine }) {
  const save = async () => {
    const url = URL.createObjectURL(await line.file(fileId));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <button
      type="button"
      onClick={() => void save()}
      className="flex items-center gap-1.5 underline underline-offset-2"
    >
      <Download aria-hidden size={15} /> {name}
    </button>
  );
}

function Write({ line }: { line: VisitorLine }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const typed = useRef(0);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus({ preventScroll: true }), []);

  async function attempt(work: () => Promise<void>, file?: string): Promise<boolean> {
    setBusy(true);
    setFault("");
    try {
      await work();
      return true;
    } catch (error) {
      const lies = file && error instanceof Refusal && (error.status === 400 || error.status === 413);
      setFault(lies ? t("chat.file_refused", { name: file }) : refusalText(error, t("visitor.not_sent")));
      return false;
    } finally {
      setBusy(false);
    }
  }
  const say = async () => {
    const said = text.trim();
    if (said && !busy && (await attempt(() => line.say(said)))) setText("");
    field.current?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void say();
  };
  const write = (value: string) => {
    setText(value);
    if (!value || Date.now() - typed.current < TYPING_EVERY_MS) return;
    typed.current = Date.now();
    line.typing();
  };
  return (
    <div className="border-t border-line p-3 pb-[max(12px,env(safe-area-inset-bottom))]">
      {fault && (
        <p role="alert" className="px-1 pb-2 text-sm text-stop-ink">
          {fault}
        </p>
      )}
      <div className="flex items-end gap-2">
        <IconButton
          icon={Paperclip}
          size="lg"
          side="top"
          label={t("chat.attach")}
          disabled={busy}
          onClick={() => picker.current?.click()}
        />
        <textarea
          ref={field}
          rows={Math.min(5, text.split("\n").length)}
          value={text}
          maxLength={4000}
          aria-label={t("visitor.write")}
          placeholder={t("visitor.write")}
          onChange={(e) => write(e.target.value)}
          onKeyDown={onKey}
          className="min-h-11 flex-1 resize-none rounded-xl border border-line-2 bg-raised px-3 py-2.5 text-base"
        />
        <IconButton
          icon={SendHorizontal}
          size="lg"
          side="top"
          tone="accent"
          label={t("chat.send")}
          disabled={!text.trim() || busy}
          onClick={() => void say()}
        />
      </div>
      <input
        ref={picker}
        type="file"
        hidden
        accept=".png,.jpg,.jpeg,.gif,.webp,.pdf,.txt,.csv,.docx,.xlsx"
        onChange={(e) => {
          const file = e.target.files?.[0];
          e.target.value = "";
          if (file) void attempt(() => line.send(file), file.name);
        }}
      />
    </div>
  );
}
