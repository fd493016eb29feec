// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import type { QueueNow } from "@/api/types";
import { shownNumber } from "@/core/number";
import { Callbacks } from "@/features/desk/callbacks";
import { Empty, PanelHead, Spinner } from "@/ui/bits";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { ListMusic } from "@/ui/icons";
import { NameDialog } from "./name-dialog";
import { QueueEditor } from "./queue-editor";
import { useQueueChange } from "./use-queue-change";

export function Queues() {
  const { t } = useTranslation();
  const [making, setMaking] = useState(false);
  const [edited, setEdited] = useState<string | null>(null);
  const [removed, setRemoved] = useState<QueueNow | null>(null);
  const { data, isPending, isError } = useQuery({
    queryKey: ["queues"],
    queryFn: () => api.queues(),
    refetchInterval: 5000,
  });
  const queues = data?.queues ?? [];
  return (
    <section aria-label={t("admin.queues")} className="sheet flex min-h-0 min-w-0 flex-1 flex-col">
      <PanelHead title={t("admin.queues")} count={queues.length}>
        <Button size="sm" tone="accent" onClick={() => setMaking(true)}>
          {t("admin.new_queue")}
        </Button>
      </PanelHead>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-3">
        {isPending && <Spinner label={t("common.loading")} />}
        {isError && <Empty icon={ListMusic} title={t("fault.unknown")} />}
        {data && queues.length === 0 && <Empty icon={ListMusic} title={t("admin.no_queues")} />}
        <ul className="divide-y divide-line">
          {queues.map((q) => (
            <li key={q.id} className="flex flex-wrap items-center gap-3 py-3">
              <div className="min-w-44 flex-1">
                <p className="text-sm font-medium break-words">{q.name}</p>
                <p className="figures text-xs text-ink-3">
                  {q.number ? shownNumber(q.number) : t("admin.no_number")}
                  {" · "}
                  {t("admin.figures", {
                    waiting: q.waiting - q.callbacks,
                    ready: q.agents_ready,
                    total: q.agents_total,
                  })}{" "}
                  <Callbacks count={q.callbacks} />
                </p>
              </div>
              <Button size="sm" aria-label={t("admin.edit_of", { name: q.name })} onClick={() => setEdited(q.id)}>
                {t("admin.edit")}
              </Button>
              <Button
                size="sm"
                tone="stop-quiet"
                aria-label={t("admin.remove_of", { name: q.name })}
                onClick={() => setRemoved(q)}
              >
                {t("admin.remove")}
              </Button>
            </li>
          ))}
        </ul>
      </div>
      {making && <Make onClose={() => setMaking(false)} />}
      {removed && <Remove queue={removed} onClose={() => setRemoved(null)} />}
      {edited && <QueueEditor key={edited} id={edited} onClose={() => setEdited(null)} />}
    </section>
  );
}

function Make({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const change = useQueueChange(onClose);
  return (
    <NameDialog title={t("admin.new_queue")} onClose={onClose} make={(name) => change(() => api.makeQueue(name))} />
  );
}

function Remove({ queue, onClose }: { queue: QueueNow; onClose(): void }) {
  const { t } = useTranslation();
  const change = useQueueChange(onClose);
  const remove = () => change(() => api.removeQueue(queue.id));
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("admin.remove_of", { name: queue.name })}
      footer={
        <Button tone="stop" onClick={() => void remove()}>
          {t("admin.remove")}
        </Button>
      }
    >
      <p className="px-5 pb-5 text-sm text-ink-2">{t("admin.remove_text")}</p>
    </Dialog>
  );
}
