// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { VisitorNews } from "@/api/types";
import { languageNow } from "@/i18n";
import { Button } from "@/ui/button";
import { Begin } from "./begin";
import { type Kept, Refusal, VisitorLine } from "./line";
import { Talk } from "./talk";

const KEY = "headcall.visitor";

export type Said = VisitorNews["messages"][number];

export interface Conversation {
  news: VisitorNews;
  said: Said[];
  isAway: boolean;
}

/** The visitor's side of a chat: no account, nothing to install, made for a telephone in one hand. */
export function Visitor() {
  const { t } = useTranslation();
  const [kept, setKept] = useState<Kept | null>(recall);
  const [seen, setSeen] = useState<Conversation | null>(null);
  const line = useRef<VisitorLine | null>(null);

  useEffect(() => {
    if (!kept) return;
    const forget = () => {
      sessionStorage.removeItem(KEY);
      setKept(null);
    };
    line.current = new VisitorLine(kept, (news) => setSeen((before) => follow(before, news)), forget);
    return () => line.current?.close();
  }, [kept]);

  const begun = (chat: Kept) => {
    sessionStorage.setItem(KEY, JSON.stringify(chat));
    setSeen(null);
    setKept(chat);
  };
  const again = () => {
    sessionStorage.removeItem(KEY);
    setKept(null);
    setSeen(null);
  };
  return (
    <main className="mx-auto flex h-dvh w-full max-w-140 flex-col bg-sheet sm:my-6 sm:h-[min(760px,calc(100dvh-48px))] sm:rounded-2xl sm:border sm:border-line sm:shadow-float">
      {!kept && <Begin begun={begun} />}
      {kept && seen && line.current && <Talk seen={seen} line={line.current} again={again} />}
      {kept && !seen && (
        <div className="flex flex-1 items-center justify-center gap-3 text-sm text-ink-3">
          {t("common.loading")}
          <Button size="sm" onClick={again}>
            {t("visitor.anew")}
          </Button>
        </div>
      )}
    </main>
  );
}

function follow(before: Conversation | null, news: VisitorNews | null): Conversation | null {
  if (!news) return before && { ...before, isAway: true };
  const known = new Set(before?.said.map((m) => m.seq));
  const said = [...(before?.said ?? []), ...news.messages.filter((m) => !known.has(m.seq))];
  return { news, said: said.sort((a, b) => a.seq - b.seq), isAway: false };
}

function recall(): Kept | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    return kept !== null && typeof kept === "object" && "chat_id" in kept && "token" in kept ? (kept as Kept) : null;
  } catch {
    return null;
  }
}

/** Whose fault it is, in the visitor's language. */
export function refusalText(error: unknown, otherwise: string): string {
  return error instanceof Refusal ? (error.text[languageNow()] ?? otherwise) : otherwise;
}
