// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { VisitorQueue } from "@/api/types";
import { openingTime } from "@/core/opening";
import { choose } from "@/core/settings";
import { languageNow, localeOf } from "@/i18n";
import { Spinner } from "@/ui/bits";
import { Button } from "@/ui/button";
import { Input, Labelled } from "@/ui/field";
import { Clock3 } from "@/ui/icons";
import { begin, type Kept, queues } from "./line";
import { refusalText } from "./visitor";

/** Hours begin and end while somebody looks. */
const AGAIN_MS = 30_000;

export function Begin({ begun }: { begun(chat: Kept): void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data, isPending } = useQuery({ queryKey: ["visitor-queues"], queryFn: queues, refetchInterval: AGAIN_MS });
  const [queue, setQueue] = useState("");
  const [name, setName] = useState("");
  const [contact, setContact] = useState("");
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const choices = data?.queues ?? [];
  const chosen = choices.find((q) => q.id === queue) ?? choices.find((q) => !q.closed) ?? choices[0];
  const isClosed = Boolean(chosen?.closed);
  const writes = chosen !== undefined && (!isClosed || text !== "");
  const other = languageNow() === "zh" ? "en" : "zh";

  async function go(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!chosen || isClosed || !text.trim() || busy) return;
    setBusy(true);
    setFault("");
    try {
      const page = document.referrer.slice(0, 500);
      begun(await begin({ queue_id: chosen.id, text: text.trim(), name, contact, page, language: languageNow() }));
    } catch (error) {
      setFault(refusalText(error, t("visitor.not_reached")));
      setBusy(false);
      void client.invalidateQueries({ queryKey: ["visitor-queues"] });
    }
  }

  if (isPending) return <Spinner label={t("common.loading")} />;
  return (
    <form onSubmit={(e) => void go(e)} className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto p-5">
      <div className="flex items-start justify-between gap-3">
        <div>
          <h1 className="text-xl font-semibold">{t("visitor.title")}</h1>
          {!isClosed && <p className="mt-1 text-sm text-ink-2">{t(chosen ? "visitor.text" : "visitor.closed")}</p>}
        </div>
        <Button size="sm" tone="quiet" lang={other} onClick={() => choose({ language: other })}>
          {t("login.other_language")}
        </Button>
      </div>
      {chosen && (
        <>
          {choices.length > 1 && (
            <Labelled label={t("visitor.about")}>
              {(id) => (
                <select
                  id={id}
                  value={chosen?.id}
                  onChange={(e) => setQueue(e.target.value)}
                  className="h-11 w-full rounded-lg border border-line-2 bg-raised px-3 text-base"
                >
                  {choices.map((q) => (
                    <option key={q.id} value={q.id}>
                      {q.name}
                    </option>
                  ))}
                </select>
              )}
            </Labelled>
          )}
          <div role="status">{chosen.closed && <Closed closed={chosen.closed} />}</div>
        </>
      )}
      {writes && (
        <>
          <Labelled label={t("visitor.name")}>
            {(id) => (
              <Input
                id={id}
                value={name}
                maxLength={100}
                autoComplete="name"
                onChange={(e) => setName(e.target.value)}
                className="h-11 text-base"
              />
            )}
          </Labelled>
          <Labelled label={t("visitor.contact")}>
            {(id) => (
              <Input
                id={id}
                value={contact}
                maxLength={200}
                autoComplete="tel"
                onChange={(e) => setContact(e.target.value)}
                className="h-11 text-base"
              />
            )}
          </Labelled>
          <Labelled label={t("visitor.question")}>
            {(id) => (
              <textarea
                id={id}
                value={text}
                required
                rows={5}
                maxLength={4000}
                onChange={(e) => setText(e.target.value)}
                className="min-h-30 w-full rounded-lg border border-line-2 bg-raised px-3 py-2 text-base"
              />
            )}
          </Labelled>
          <p role="alert" className="min-h-5 text-sm text-stop-ink">
            {fault}
          </p>
          <Button type="submit" tone="accent" size="lg" disabled={!text.trim() || busy || isClosed}>
            {t("visitor.begin")}
          </Button>
        </>
      )}
    </form>
  );
}

/** That nobody is there, and when somebody is again: before a word is written that nobody would read. */
function Closed({ closed }: { closed: NonNullable<VisitorQueue["closed"]> }) {
  const { t } = useTranslation();
  const at = closed.opens_at && openingTime(closed.opens_at, closed.zone, localeOf(languageNow()));
  return (
    <div className="flex gap-3 rounded-lg border border-line-2 bg-raised p-4">
      <Clock3 aria-hidden className="mt-0.5 size-5 shrink-0 text-ink-3" />
      <div className="min-w-0">
        <p className="font-medium">{t("visitor.nobody")}</p>
        <p className="figures mt-1 text-sm text-ink-2">
          {at ? t("visitor.opens_at", { at }) : t("visitor.opens_later")}
        </p>
      </div>
    </div>
  );
}
