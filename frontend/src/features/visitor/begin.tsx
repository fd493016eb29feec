// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { choose } from "@/core/settings";
import { languageNow } from "@/i18n";
import { Spinner } from "@/ui/bits";
import { Button } from "@/ui/button";
import { Input, Labelled } from "@/ui/field";
import { begin, type Kept, queues } from "./line";
import { refusalText } from "./visitor";

export function Begin({ begun }: { begun(chat: Kept): void }) {
  const { t } = useTranslation();
  const { data, isPending } = useQuery({ queryKey: ["visitor-queues"], queryFn: queues });
  const [queue, setQueue] = useState("");
  const [name, setName] = useState("");
  const [contact, setContact] = useState("");
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const choices = data?.queues ?? [];
  const queueId = queue || (choices[0]?.id ?? "");
  const other = languageNow() === "zh" ? "en" : "zh";

  async function go(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!text.trim() || busy) return;
    setBusy(true);
    setFault("");
    try {
      const page = document.referrer.slice(0, 500);
      begun(await begin({ queue_id: queueId, text: text.trim(), name, contact, page, language: languageNow() }));
    } catch (error) {
      setFault(refusalText(error, t("visitor.not_reached")));
      setBusy(false);
    }
  }

  if (isPending) return <Spinner label={t("common.loading")} />;
  return (
    <form onSubmit={(e) => void go(e)} className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto p-5">
      <div className="flex items-start justify-between gap-3">
        <div>
          <h1 className="text-xl font-semibold">{t("visitor.title")}</h1>
          <p className="mt-1 text-sm text-ink-2">{t(choices.length > 0 ? "visitor.text" : "visitor.closed")}</p>
        </div>
        <Button size="sm" tone="quiet" lang={other} onClick={() => choose({ language: other })}>
          {t("login.other_language")}
        </Button>
      </div>
      {choices.length > 0 && (
        <>
          {choices.length > 1 && (
            <Labelled label={t("visitor.about")}>
              {(id) => (
                <select
                  id={id}
                  value={queueId}
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
          <Button type="submit" tone="accent" size="lg" disabled={!text.trim() || busy}>
            {t("visitor.begin")}
          </Button>
        </>
      )}
    </form>
  );
}
