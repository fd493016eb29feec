// SPDX-License-Identifier: Apache-2.0
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Fragment, useDeferredValue, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import type { CallRecord } from "@/api/types";
import { useDesk } from "@/core/store";
import { dayOf, longDay } from "@/core/time";
import { languageNow, localeOf } from "@/i18n";
import { Empty, PanelHead, Spinner } from "@/ui/bits";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Input } from "@/ui/field";
import { AudioLines, Clock3 } from "@/ui/icons";
import { Segments } from "@/ui/segments";
import { Detail } from "./detail";
import { CallRow } from "./row";

export function History() {
  const { t } = useTranslation();
  const { call } = useSearch({ from: "/history" });
  return (
    <main className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-2.5 px-3 pb-3 md:pr-4 md:pl-1 lg:grid-cols-[minmax(340px,420px)_minmax(0,1fr)]">
      <h1 className="sr-only">{t("nav.history")}</h1>
      <div className={cx("flex min-h-0", call && "max-lg:hidden")}>
        <List />
      </div>
      <div className={cx("flex min-h-0", !call && "max-lg:hidden")}>
        {call ? (
          <Detail key={call} callId={call} />
        ) : (
          <section className="sheet flex flex-1 items-center justify-center">
            <Empty icon={AudioLines} title={t("history.choose")} text={t("history.choose_text")} />
          </section>
        )}
      </div>
    </main>
  );
}

function List() {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: "/history" });
  const search = useSearch({ from: "/history" });
  const me = useDesk((s) => s.me);
  const [text, setText] = useState(search.q ?? "");
  const q = useDeferredValue(text.trim());
  const supervises = me?.rights.includes("call.history.all") ?? false;
  const scope = supervises ? (search.scope ?? "mine") : "mine";
  const { data, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["calls", "list", scope, q],
    queryFn: ({ pageParam }) => api.calls({ scope, q, limit: 50, before: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  useEffect(() => setText(search.q ?? ""), [search.q]);
  const calls = data?.pages.flatMap((p) => p.calls) ?? [];
  const open = (c: CallRecord) => void navigate({ search: (s) => ({ ...s, call: c.call_id }) });
  return (
    <section aria-label={t("history.title")} className="sheet flex min-h-0 flex-1 flex-col">
      <PanelHead title={t("history.title")}>
        {supervises && (
          <Segments
            label={t("history.scope")}
            value={scope}
            choices={[
              { value: "mine", label: t("history.mine") },
              { value: "all", label: t("history.everyone") },
            ]}
            onChange={(value) =>
              void navigate({
                search: (s) => ({ ...(s.q ? { q: s.q } : {}), ...(value === "all" ? { scope: "all" as const } : {}) }),
              })
            }
          />
        )}
      </PanelHead>
      <div className="px-4 pb-2">
        <Input
          type="search"
          value={text}
          onChange={(e) => setText(e.target.value)}
          placeholder={t("history.search")}
          aria-label={t("history.search")}
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-1.5 pb-2">
        {isPending && (
          <div className="p-4">
            <Spinner label={t("common.loading")} />
          </div>
        )}
        {!isPending && calls.length === 0 && (
          <Empty icon={Clock3} title={t(q ? "history.not_found" : "earlier.none")} />
        )}
        <Days calls={calls} selected={search.call ?? null} mine={me?.number ?? null} open={open} />
        {hasNextPage && (
          <div className="flex justify-center p-3">
            <Button size="sm" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              {t("history.more")}
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}

function Days({
  calls,
  selected,
  mine,
  open,
}: {
  calls: readonly CallRecord[];
  selected: string | null;
  mine: string | null;
  open(c: CallRecord): void;
}) {
  const { t } = useTranslation();
  const now = new Date();
  const locale = localeOf(languageNow());
  const title = (c: CallRecord) => {
    const day = dayOf(c.started_at, now);
    return day === "older" ? longDay(c.started_at, locale) : t(`day.${day}`);
  };
  return calls.map((c, i) => {
    const day = title(c);
    const before = calls[i - 1];
    return (
      <Fragment key={c.call_id}>
        {(!before || title(before) !== day) && <h3 className="px-3 pt-3 pb-1 text-xs font-medium text-ink-3">{day}</h3>}
        <CallRow call={c} mine={mine} selected={c.call_id === selected} onOpen={() => open(c)} />
      </Fragment>
    );
  });
}
