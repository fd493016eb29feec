// SPDX-License-Identifier: Apache-2.0
import { type KeyboardEvent, memo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { BoardAgent, BoardCall } from "@/core/board";
import { shownNumber } from "@/core/number";
import { useDesk } from "@/core/store";
import { duration, secondsSince } from "@/core/time";
import { Badge } from "@/ui/bits";
import { cx } from "@/ui/cx";
import { Ear, Megaphone, MessageSquare, PhoneOff, TriangleAlert, Users } from "@/ui/icons";
import { KEYS, supervise } from "./acts";
import { useLimits } from "./limits";
import { RowButton } from "./row-button";
import { RowMenu } from "./row-menu";
import { LOOKS } from "./states";
import { useServerNow } from "./tick";
import { isTooLong } from "./view";

export interface AgentRowProps {
  agent: BoardAgent;
  /** In the whole list, of which not all is on the page. */
  place: number;
  of: number;
  height: number;
  onMessage(user_id: string, name: string): void;
}

export const AgentRow = memo(function AgentRow({ agent, place, of, height, onMessage }: AgentRowProps) {
  const { call } = agent;
  const me = useDesk((s) => s.me?.user_id);
  const joinable = call?.talks && !call.mode && agent.user_id !== me ? call : null;
  const menu = useRef<HTMLButtonElement>(null);
  const onKey = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const mode = KEYS[event.code];
    if (mode && joinable) void supervise(joinable, mode);
    else if (event.code === "KeyM") onMessage(agent.user_id, agent.name);
    else if (event.key === "ContextMenu" || event.code === "KeyX") menu.current?.click();
    else return;
    event.preventDefault();
  };
  return (
    <li
      aria-posinset={place}
      aria-setsize={of}
      style={{ height }}
      className="grid grid-cols-[1fr_auto] content-center items-center gap-x-3 gap-y-1 overflow-hidden border-b border-line px-2 md:grid-cols-[minmax(8rem,1fr)_minmax(11.5rem,15rem)_minmax(8rem,1.5fr)_8.5rem]"
    >
      <button
        type="button"
        data-agent={agent.user_id}
        onKeyDown={onKey}
        onClick={() => menu.current?.click()}
        aria-keyshortcuts="L W B M X"
        className="-ml-1 min-w-0 rounded-md px-1 py-0.5 text-left hover:bg-hover"
      >
        <span className="block truncate text-sm font-medium">{agent.name}</span>
        <span className="figures block text-xs text-ink-3">{agent.agent_number}</span>
      </button>
      <State agent={agent} />
      <div className="min-w-0">
        {call ? <InCall call={call} /> : agent.hindrances.length > 0 && <Hindered why={agent.hindrances} />}
      </div>
      <div className="flex items-center justify-end gap-0.5">
        {joinable && <Join call={joinable} name={agent.name} />}
        <RowMenu trigger={menu} agent={agent} call={joinable} onMessage={onMessage} />
      </div>
    </li>
  );
});

function Join({ call, name }: { call: BoardCall; name: string }) {
  const { t } = useTranslation();
  const icons = { listen: Ear, whisper: MessageSquare, barge: Users } as const;
  return (["listen", "whisper", "barge"] as const).map((mode) => (
    <RowButton
      key={mode}
      icon={icons[mode]}
      label={t(`supervise.${mode}_to`, { name })}
      onClick={() => void supervise(call, mode)}
    />
  ));
}

function State({ agent }: { agent: BoardAgent }) {
  const { t } = useTranslation();
  const { tone, icon: Icon } = LOOKS[agent.state];
  const isVain = agent.state === "ready" && agent.hindrances.length > 0;
  const word =
    agent.call?.mode && agent.state === "talking"
      ? t(`supervise.does_${agent.call.mode}`)
      : agent.reason && agent.state === "break"
        ? t([`reason.${agent.reason}`, "agent.break"])
        : t(`agent.${agent.state}`);
  return (
    <div className="flex flex-wrap items-center justify-end gap-x-2 md:justify-start">
      <Badge tone={isVain ? "warn" : tone} className="min-w-24 max-w-40 justify-start">
        <Icon aria-hidden size={13} />
        <span className="truncate">{word}</span>
      </Badge>
      {agent.state !== "offline" && <TimeIn state={agent.state} since={agent.since} />}
      {agent.wish && (
        <span className="text-xs text-ink-3">{t("supervise.then", { state: t(`agent.${agent.wish}`) })}</span>
      )}
    </div>
  );
}

/** The one part of a row that changes each second. */
const TimeIn = memo(function TimeIn({ state, since }: Pick<BoardAgent, "state" | "since">) {
  const { t } = useTranslation();
  const now = useServerNow();
  const long = useLimits((limits) => isTooLong({ state, since }, limits, now));
  return (
    <span
      className={cx(
        "figures inline-flex items-center gap-1 text-sm",
        long ? "font-semibold text-stop-ink" : "text-ink-2",
      )}
    >
      {duration(secondsSince(since, now))}
      {long && <TriangleAlert aria-hidden size={14} />}
      {long && <span className="sr-only">{t("supervise.too_long")}</span>}
    </span>
  );
});

/** At work, and yet nothing is offered: what the supervisor can tell them to put right. */
function Hindered({ why }: { why: readonly string[] }) {
  const { t } = useTranslation();
  const text = why.map((each) => t([`supervise.hindrance_${each}`, "supervise.hindrance_other"])).join(t("why.comma"));
  return (
    <p className="flex min-w-0 flex-col text-stop-ink">
      <span className="flex items-center gap-1.5 text-sm font-medium">
        <PhoneOff aria-hidden size={14} className="shrink-0" />
        <span className="truncate">{t("supervise.not_offered")}</span>
      </span>
      <span className="truncate text-xs" title={text}>
        {text}
      </span>
    </p>
  );
}

function InCall({ call }: { call: BoardCall }) {
  const { t } = useTranslation();
  const names = call.supervisors.filter((s) => !call.mode || s.mode !== call.mode);
  return (
    <div className="flex min-w-0 flex-col">
      <span className="figures truncate text-sm">
        {call.name || shownNumber(call.number) || t("supervise.unknown")}
      </span>
      <span className="flex min-w-0 items-center gap-1.5 text-xs text-ink-3">
        <span className="truncate">{call.queue ?? t("supervise.direct")}</span>
        {call.held && <Badge tone="warn">{t("call.held")}</Badge>}
        {names.map((s) => (
          <Badge key={s.user_id} tone="accent">
            <Megaphone aria-hidden size={12} />
            <span className="max-w-24 truncate">{s.name}</span>
          </Badge>
        ))}
      </span>
    </div>
  );
}
