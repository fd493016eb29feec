// SPDX-License-Identifier: Apache-2.0

import { useInfiniteQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { type AuditQuery, api } from "@/api/client";
import type { AuditEntry } from "@/api/types";
import { languageNow, localeOf } from "@/i18n";
import { Badge, Empty, PanelHead, Spinner } from "@/ui/bits";
import { Button } from "@/ui/button";
import { Input, Labelled } from "@/ui/field";
import { Search } from "@/ui/icons";
import { Select } from "@/ui/select";
import { actionWord, fieldWord } from "./field-word";

/** From the day's first moment here; until the day's last. */
function bound(day: string, days: number): string | undefined {
  if (!day) return undefined;
  const at = new Date(`${day}T00:00`);
  at.setDate(at.getDate() + days);
  return at.toISOString();
}

/** What is done to, as the names of actions begin. */
const KINDS = [
  "queue",
  "person",
  "agent",
  "number",
  "block",
  "hours",
  "holiday",
  "prompt",
  "call",
  "user",
  "key",
  "report",
];

export function Audit() {
  const { t } = useTranslation();
  const [form, setForm] = useState({ person: "", action: "", object_id: "", since: "", until: "" });
  const asked = useDeferredValue(form);
  const query: AuditQuery = { ...asked, since: bound(asked.since, 0), until: bound(asked.until, 1), limit: 50 };
  const { data, isPending, isError, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["audit", asked],
    queryFn: ({ pageParam }) => api.audit({ ...query, before: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.entries.length < 50 ? undefined : page.entries.at(-1)?.id),
  });
  const entries = data?.pages.flatMap((p) => p.entries) ?? [];
  return (
    <section aria-label={t("admin.audit")} className="sheet flex min-h-0 min-w-0 flex-1 flex-col">
      <PanelHead title={t("admin.audit")} />
      <div className="grid grid-cols-2 gap-2 px-4 pb-3 lg:grid-cols-5">
        {(["person", "object_id", "since", "until"] as const).map((name) => (
          <Labelled key={name} label={t(`admin.by_${name}`)}>
            {(id) => (
              <Input
                id={id}
                type={name === "since" || name === "until" ? "date" : "search"}
                maxLength={64}
                value={form[name]}
                onChange={(e) => setForm({ ...form, [name]: e.target.value })}
              />
            )}
          </Labelled>
        ))}
        <Labelled label={t("admin.by_action")}>
          {(id) => (
            <Select
              id={id}
              label={t("admin.by_action")}
              value={form.action}
              choices={[
                { value: "", label: t("did_group.all") },
                ...KINDS.map((kind) => ({ value: `${kind}.`, label: t(`did_group.${kind}`) })),
              ]}
              onChange={(action) => setForm({ ...form, action })}
            />
          )}
        </Labelled>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-3">
        {isPending && <Spinner label={t("common.loading")} />}
        {isError && <Empty icon={Search} title={t("fault.unknown")} />}
        {!isPending && !isError && entries.length === 0 && <Empty icon={Search} title={t("admin.no_changes")} />}
        <ol className="divide-y divide-line">
          {entries.map((entry) => (
            <Change key={entry.id} entry={entry} />
          ))}
        </ol>
        {hasNextPage && (
          <Button size="sm" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t("history.more")}
          </Button>
        )}
      </div>
    </section>
  );
}

const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || value === "" || (typeof value === "object" && !Object.keys(value).length);

/** A value as a person would say it; what has no words is shown as it was written down. */
function shown(t: TFunction, name: string, value: unknown): string {
  if (isNothing(value)) return "–";
  if (typeof value === "boolean") return t(value ? "admin.is_so" : "admin.is_not");
  if (Array.isArray(value) && value.every((each) => typeof each !== "object"))
    return value.map((each) => shown(t, name, each)).join(t("admin.between"));
  if (typeof value !== "string") return JSON.stringify(value);
  if (name === "roles") return t([`role.${value}`, value]);
  if (name === "made") return t([`admin.made_${value}`, value]);
  if (name === "language")
    return new Intl.DisplayNames(localeOf(languageNow()), { type: "language" }).of(value) ?? value;
  return value;
}

/** More lines than this are shown when asked for: what was made or removed has all its fields. */
const FEW = 6;

function Change({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const names = Object.keys({ ...entry.before, ...entry.after }).filter(
    (name) => shown(t, name, entry.before[name]) !== shown(t, name, entry.after[name]),
  );
  return (
    <li>
      <details open={names.length <= FEW} className="py-3">
        <summary className="cursor-pointer rounded text-sm">
          <span className="inline-flex w-[calc(100%-1.5rem)] flex-wrap items-center gap-x-2 gap-y-1 pl-1 align-top">
            <span className="font-medium">{entry.user.name}</span>
            <Badge>{actionWord(t, entry.action)}</Badge>
            <span className="text-xs break-all text-ink-3">{entry.object_name || entry.object_id}</span>
            <time dateTime={entry.at} className="figures ml-auto text-xs text-ink-3">
              {new Date(entry.at).toLocaleString(localeOf(languageNow()))}
            </time>
          </span>
        </summary>
        <dl className="mt-1.5 flex flex-col gap-1 pl-5 text-xs">
          {names.map((name) => (
            <div key={name} className="grid grid-cols-[minmax(7rem,10rem)_1fr] gap-2">
              <dt className="text-ink-3">{fieldWord(t, name)}</dt>
              <dd className="min-w-0 break-words">
                {!isNothing(entry.before[name]) && (
                  <>
                    <del className="text-stop-ink">{shown(t, name, entry.before[name])}</del>
                    {" → "}
                  </>
                )}
                <ins className="text-go-ink no-underline">{shown(t, name, entry.after[name])}</ins>
              </dd>
            </div>
          ))}
        </dl>
      </details>
    </li>
  );
}
