// SPDX-License-Identifier: Apache-2.0
import { Link, useParams } from "@tanstack/react-router";
import { Suspense, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useDesk } from "@/core/store";
import { Empty, Spinner } from "@/ui/bits";
import { CircleAlert } from "@/ui/icons";
import { sectionsOf } from "./sections";

export function Admin() {
  const { t } = useTranslation();
  const rights = useDesk((s) => s.me?.rights);
  const { section } = useParams({ strict: false });
  const mine = sectionsOf(rights ?? []);
  const now = section ? mine.find((s) => s.id === section) : mine[0];
  const bar = useRef<HTMLElement>(null);
  // On a phone the sections are wider than the screen: the one that is open comes into view.
  useEffect(() => {
    bar.current?.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [now?.id]);
  return (
    <main className="flex min-h-0 flex-1 flex-col gap-2.5 px-3 pb-3 md:flex-row md:pr-4 md:pl-1">
      <h1 className="sr-only">{t("nav.admin")}</h1>
      <nav
        ref={bar}
        aria-label={t("admin.sections")}
        className="flex shrink-0 gap-1 overflow-x-auto p-1 md:w-44 md:flex-col"
      >
        {mine.map(({ id, label, icon: Icon }) => (
          <Link
            key={id}
            to="/admin/$section"
            params={{ section: id }}
            aria-current={id === now?.id ? "page" : undefined}
            className="flex h-9 shrink-0 items-center gap-2.5 rounded-lg px-3 text-sm font-medium text-ink-2 hover:bg-hover aria-[current=page]:bg-sheet aria-[current=page]:text-accent-ink aria-[current=page]:ring-1 aria-[current=page]:ring-line"
          >
            <Icon aria-hidden size={16} />
            {t(label)}
          </Link>
        ))}
      </nav>
      {now ? (
        <Suspense fallback={<Spinner label={t("common.loading")} />}>
          <now.page />
        </Suspense>
      ) : (
        <section className="sheet flex-1">
          <Empty icon={CircleAlert} title={t("admin.not_yours")} />
        </section>
      )}
    </main>
  );
}
