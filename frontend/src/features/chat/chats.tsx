// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useChats } from "@/core/chats";
import { useDesk } from "@/core/store";
import { Empty, PanelHead } from "@/ui/bits";
import { IconButton } from "@/ui/button";
import { cx } from "@/ui/cx";
import { MessagesSquare, StickyNote } from "@/ui/icons";
import { Segments } from "@/ui/segments";
import { Conversation } from "./conversation";
import { Earlier } from "./earlier";
import { ChatList } from "./list";
import { Replies } from "./replies";
import { Side } from "./side";

/** The written half of an agent's work: what waits and runs, one conversation, and who it is with. */
export function Chats() {
  const { t } = useTranslation();
  const { chats, chosen } = useChats();
  const [scope, setScope] = useState("now");
  const [past, setPast] = useState<string | null>(null);
  const [replies, setReplies] = useState(false);
  const manages = useDesk((s) => s.me?.rights.includes("queue.manage") ?? false);
  const live = scope === "now" ? (chats.find((c) => c.chat_id === chosen) ?? null) : null;
  const open = scope === "now" ? live?.chat_id : past;
  const close = () => (scope === "now" ? useChats.setState({ chosen: null }) : setPast(null));
  return (
    <main
      className={cx(
        "grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-2.5 px-3 pb-3 md:pr-4 md:pl-1 lg:grid-cols-[300px_minmax(0,1fr)]",
        live && "xl:grid-cols-[300px_minmax(0,1fr)_280px]",
      )}
    >
      <h1 className="sr-only">{t("nav.chats")}</h1>
      <section aria-label={t("chat.title")} className={cx("sheet flex min-h-0 flex-col", open && "max-lg:hidden")}>
        <PanelHead title={t("chat.title")}>
          {manages && (
            <IconButton icon={StickyNote} size="sm" label={t("chat.replies")} onClick={() => setReplies(true)} />
          )}
          <Segments
            label={t("chat.scope")}
            value={scope}
            choices={[
              { value: "now", label: t("chat.now") },
              { value: "earlier", label: t("chat.earlier") },
            ]}
            onChange={setScope}
          />
        </PanelHead>
        {scope === "now" ? <ChatList /> : <Earlier chosen={past} choose={setPast} />}
      </section>
      <div className={cx("flex min-h-0 min-w-0", !open && "max-lg:hidden")}>
        {open ? (
          <Conversation key={open} chatId={open} live={live} onBack={close} />
        ) : (
          <section className="sheet flex flex-1 items-center justify-center">
            <Empty icon={MessagesSquare} title={t("chat.choose")} text={t("chat.choose_text")} />
          </section>
        )}
      </div>
      {live && (
        <aside aria-label={t("chat.about")} className="sheet hidden min-h-0 flex-col overflow-y-auto xl:flex">
          <Side chat={live} />
        </aside>
      )}
      {replies && <Replies close={() => setReplies(false)} />}
    </main>
  );
}
