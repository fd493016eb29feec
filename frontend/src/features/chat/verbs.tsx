// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import type { ChatView } from "@/api/types";
import { useDesk } from "@/core/store";
import type { Command } from "@/core/wire";
import { faultText, hands } from "@/hooks/useActions";
import { languageNow } from "@/i18n";
import { Dot } from "@/ui/bits";
import { Button, IconButton } from "@/ui/button";
import { ArrowRightLeft, Check } from "@/ui/icons";
import { Menu, MenuHeading, MenuItem } from "@/ui/menu";
import { toast } from "@/ui/toast";

async function send(command: Command, said?: string): Promise<void> {
  try {
    await hands.send(command);
    if (said) toast("done", said);
  } catch (error) {
    toast("fault", faultText(error));
  }
}

/** What may be done with a chat: pass it on, end it. */
export function Verbs({ chat }: { chat: ChatView }) {
  const { t } = useTranslation();
  const me = useDesk((s) => s.me?.user_id);
  if (chat.state !== "open" || chat.agent?.user_id !== me) {
    return <span className="text-xs text-ink-3">{t("chat.passing_on")}</span>;
  }
  return (
    <>
      <PassOn chat={chat} />
      <End chat={chat} />
    </>
  );
}

function PassOn({ chat }: { chat: ChatView }) {
  const { t } = useTranslation();
  const me = useDesk((s) => s.me?.user_id);
  const { data } = useQuery({ queryKey: ["agents"], queryFn: api.agents, refetchInterval: 10_000 });
  const queues = useQuery({ queryKey: ["queues"], queryFn: api.queues });
  const others = (data?.agents ?? []).filter((a) => a.user_id !== me && a.state !== "offline");
  const pass = (to: { user_id: string } | { queue_id: string }, name: string) =>
    void send({ type: "chat.transfer", chat_id: chat.chat_id, ...to }, t("chat.passed_to", { name }));
  return (
    <Menu align="end" trigger={<IconButton icon={ArrowRightLeft} label={t("chat.pass_on")} />}>
      <MenuHeading>{t("chat.to_colleague")}</MenuHeading>
      {others.length === 0 && <p className="px-2.5 py-1 text-sm text-ink-3">{t("chat.nobody")}</p>}
      {others.slice(0, 12).map((a) => (
        <MenuItem
          key={a.user_id}
          lead={<Dot tone={a.state === "ready" ? "go" : "warn"} />}
          label={a.name}
          hint={t(`agent.${a.state}`)}
          onSelect={() => pass({ user_id: a.user_id }, a.name)}
        />
      ))}
      <MenuHeading>{t("chat.to_queue")}</MenuHeading>
      {(queues.data?.queues ?? []).slice(0, 20).map((q) => (
        <MenuItem key={q.id} label={q.name} onSelect={() => pass({ queue_id: q.id }, q.name)} />
      ))}
    </Menu>
  );
}

function End({ chat }: { chat: ChatView }) {
  const { t } = useTranslation();
  const { data } = useQuery({ queryKey: ["queue", chat.queue.id], queryFn: () => api.queue(chat.queue.id) });
  const codes = data?.dispositions ?? [];
  const end = (disposition = "") => void send({ type: "chat.end", chat_id: chat.chat_id, disposition });
  if (codes.length === 0) {
    return (
      <Button tone="plain" icon={Check} onClick={() => end()}>
        {t("chat.end")}
      </Button>
    );
  }
  return (
    <Menu align="end" trigger={<Button icon={Check}>{t("chat.end")}</Button>}>
      <MenuHeading>{t("chat.outcome")}</MenuHeading>
      {codes.map((d) => (
        <MenuItem key={d.code} label={d[languageNow()] || d.code} onSelect={() => end(d.code)} />
      ))}
      <MenuItem label={t("chat.no_outcome")} onSelect={() => end()} />
    </Menu>
  );
}
