// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api } from "@/api/client";
import { faultText } from "@/hooks/useActions";
import { Spinner } from "@/ui/bits";
import { Button } from "@/ui/button";
import { TriangleAlert } from "@/ui/icons";
import { toast } from "@/ui/toast";
import { fieldWord } from "./field-word";
import { GuardedDialog } from "./guarded-dialog";
import { type Difference, differences, isChangedMeanwhile, Meanwhile } from "./meanwhile";
import { RuleOf } from "./queue/rule-of";
import { changeOf, type Draft, draftOf, type Faults, faultsAt, faultsOf, ruleOf } from "./queue/rules";
import { isIdle, SECTIONS } from "./queue/sections";

export function QueueEditor({ id, onClose }: { id: string; onClose(): void }) {
  const { t } = useTranslation();
  const { data, draft, faults, changed, meanwhile, change, save, canSave } = useDraft(id, onClose);
  const box = useRef<HTMLDivElement>(null);
  const [refused, setRefused] = useState(0);
  useEffect(() => {
    if (refused > 0) box.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [refused]);
  const wrong = new Set(Object.keys(faults).map(ruleOf));
  return (
    <GuardedDialog
      isChanged={changed}
      onClose={onClose}
      title={data?.name ?? t("common.loading")}
      className="top-[max(12px,4vh)]! max-h-[min(860px,calc(100dvh-max(24px,8vh)))]! w-[min(820px,calc(100vw-24px))]!"
      footer={
        <Button
          tone="accent"
          disabled={!canSave}
          onClick={async () => {
            if (!(await save())) setRefused((n) => n + 1);
          }}
        >
          {t("admin.save")}
        </Button>
      }
    >
      <Meanwhile changes={meanwhile} word={(name) => fieldWord(t, name)} />
      {!draft && (
        <div className="px-5 pb-5">
          <Spinner label={t("common.loading")} />
        </div>
      )}
      {draft && (
        <div className="flex min-h-0 flex-1 border-t border-line">
          <Contents
            marked={SECTIONS.filter((s) => s.rules.some((r) => wrong.has(r))).map((s) => s.id)}
            onGo={(section) => box.current?.querySelector<HTMLElement>(`[data-section=${section}]`)?.focus()}
          />
          <div ref={box} className="min-h-0 min-w-0 flex-1 overflow-y-auto px-5 pb-6">
            {SECTIONS.map((section) => (
              <section
                key={`${section.id} ${draft.version}`}
                aria-labelledby={`${id}-${section.id}`}
                className="border-line py-4 not-first:border-t"
              >
                <h3
                  id={`${id}-${section.id}`}
                  tabIndex={-1}
                  data-section={section.id}
                  className="scroll-mt-4 text-sm font-semibold outline-none focus-visible:text-accent-ink"
                >
                  {t(`admin.group_${section.id}`)}
                </h3>
                <p className="pt-0.5 pb-1.5 text-xs text-ink-3">{t(`admin.about_${section.id}`)}</p>
                {section.rules
                  .filter((rule) => !isIdle(rule, draft) || wrong.has(rule))
                  .map((rule) => (
                    <RuleOf key={rule} rule={rule} draft={draft} faults={faults} onChange={change} />
                  ))}
              </section>
            ))}
          </div>
        </div>
      )}
    </GuardedDialog>
  );
}

function Contents({ marked, onGo }: { marked: readonly string[]; onGo(section: string): void }) {
  const { t } = useTranslation();
  return (
    <nav
      aria-label={t("admin.rules_contents")}
      className="w-44 shrink-0 overflow-y-auto border-r border-line p-2 max-md:hidden"
    >
      {SECTIONS.map(({ id }) => (
        <button
          key={id}
          type="button"
          onClick={() => onGo(id)}
          className="flex min-h-8 w-full items-center justify-between gap-2 rounded-lg px-2.5 py-1 text-left text-sm text-ink-2 hover:bg-hover hover:text-ink"
        >
          {t(`admin.group_${id}`)}
          {marked.includes(id) && (
            <>
              <TriangleAlert aria-hidden size={14} className="shrink-0 text-stop-ink" />
              <span className="sr-only">{t("admin.is_wrong")}</span>
            </>
          )}
        </button>
      ))}
    </nav>
  );
}

/** The queue as it is edited, what is wrong with it, and its saving. */
function useDraft(id: string, onClose: () => void) {
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: ["queue", id], queryFn: () => api.queue(id), staleTime: 0, gcTime: 0 });
  const [changes, setChanges] = useState<Partial<Draft>>({});
  const [meanwhile, setMeanwhile] = useState<Difference[]>([]);
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<Faults>({});
  const draft = data && { ...draftOf(data), ...changes };
  const own = draft ? faultsOf(draft) : {};
  // A row that was just added is not scolded for being empty; a number that cannot be read is said at once.
  const seen = Object.fromEntries(Object.entries(own).filter(([, f]) => tried || f.word === "range"));
  const change = (rule: keyof Draft, value: unknown) => {
    setRefused((was) => Object.fromEntries(Object.entries(was).filter(([place]) => ruleOf(place) !== rule)));
    setChanges((was) => ({ ...was, [rule]: value }));
  };
  const save = async (): Promise<boolean> => {
    if (!data || !draft) return false;
    setTried(true);
    if (Object.keys(own).length > 0) return false;
    try {
      await api.changeQueue(id, changeOf(draft));
      await client.invalidateQueries({ queryKey: ["queues"] });
      onClose();
      return true;
    } catch (error) {
      toast("fault", faultText(error));
      if (error instanceof ApiError) setRefused(faultsAt(error.fault.fields ?? [], draft));
      if (!isChangedMeanwhile(error)) return false;
      const now = await api.queue(id);
      setMeanwhile(differences(data, now));
      client.setQueryData(["queue", id], now);
      return true;
    }
  };
  const changed = Object.keys(changes).length > 0;
  const canSave = changed && Object.values(seen).every((fault) => fault.word !== "range");
  return { data, draft, faults: { ...seen, ...refused }, changed, meanwhile, change, save, canSave };
}
