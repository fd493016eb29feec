// SPDX-License-Identifier: Apache-2.0
import { useDeferredValue, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useBoard, watchBoard } from "@/core/board-store";
import { useDesk } from "@/core/store";
import { Empty, Spinner } from "@/ui/bits";
import { Button, IconButton } from "@/ui/button";
import { Input } from "@/ui/field";
import { CircleAlert, Megaphone, Presentation, SlidersHorizontal } from "@/ui/icons";
import { Select } from "@/ui/select";
import { Agents } from "./agents";
import { Alarms } from "./alarms";
import { Figures } from "./figures";
import { LimitsDialog } from "./limits-dialog";
import { MessageDialog, type To } from "./message-dialog";
import type { Filter } from "./view";
import { WaitingList } from "./waiting";

/** The floor at a glance: who waits, who works, and what a supervisor does about it. */
export function Supervise() {
  const { t } = useTranslation();
  const may = useDesk((s) => s.me?.rights.includes("agent.supervise") ?? false);
  if (!may) {
    return (
      <main className="flex flex-1 items-center justify-center">
        <Empty icon={CircleAlert} title={t("supervise.not_yours")} />
      </main>
    );
  }
  return <Floor />;
}

function Floor() {
  const { t } = useTranslation();
  useEffect(watchBoard, []);
  const board = useBoard((s) => s.board);
  const [filter, setFilter] = useState<Filter>({ text: "", queue: "", shown: "in", sort: "state" });
  const [limits, setLimits] = useState(false);
  const [to, setTo] = useState<To | null>(null);
  const shown = { ...filter, text: useDeferredValue(filter.text) };
  if (!board) {
    return (
      <main className="flex flex-1 items-center justify-center">
        <Spinner label={t("common.loading")} />
      </main>
    );
  }
  const queues = [...board.queues.values()].sort((a, b) => a.name.localeCompare(b.name, "zh"));
  const choices = [
    { value: "", label: t("supervise.all_queues") },
    ...queues.map((q) => ({ value: q.id, label: q.name })),
  ];
  return (
    <main className="flex min-h-0 flex-1 flex-col gap-2.5 overflow-y-auto px-3 pb-3 md:pr-4 md:pl-1 lg:overflow-hidden">
      <h1 className="sr-only">{t("nav.supervise")}</h1>
      <div className="flex shrink-0 flex-wrap items-center gap-2">
        <Select
          label={t("supervise.queue")}
          value={filter.queue}
          choices={choices}
          onChange={(queue) => setFilter({ ...filter, queue })}
          className="max-w-60"
        />
        <Input
          type="search"
          aria-label={t("supervise.search")}
          placeholder={t("supervise.search")}
          maxLength={64}
          value={filter.text}
          onChange={(e) => setFilter({ ...filter, text: e.target.value })}
          className="min-w-40 flex-1 sm:max-w-72"
        />
        <div className="ml-auto flex items-center gap-1">
          <Button icon={Megaphone} onClick={() => setTo({ to: filter.queue || "all", name: null })}>
            {t("supervise.message")}
          </Button>
          <IconButton icon={SlidersHorizontal} label={t("supervise.limits")} onClick={() => setLimits(true)} />
          {/* A page of its own, for another screen: it takes no calls. */}
          <IconButton
            icon={Presentation}
            label={t("nav.wallboard")}
            onClick={() => window.open("/wallboard", "_blank", "noopener")}
          />
        </div>
      </div>
      <Alarms board={board} onQueue={(queue) => setFilter({ ...filter, queue })} />
      <Figures board={board} queue={filter.queue} />
      <div className="flex min-h-0 flex-1 flex-col gap-2.5 lg:flex-row">
        <WaitingList board={board} filter={shown} />
        <Agents board={board} filter={shown} onFilter={setFilter} onMessage={setTo} />
      </div>
      {limits && <LimitsDialog onClose={() => setLimits(false)} />}
      {to && <MessageDialog board={board} start={to} onClose={() => setTo(null)} />}
    </main>
  );
}
