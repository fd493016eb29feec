// SPDX-License-Identifier: Apache-2.0
import { type CSSProperties, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { language, theme } from "@/actions/page";
import type { Board } from "@/core/board";
import { useBoard, watchBoard } from "@/core/board-store";
import { useDesk } from "@/core/store";
import { useLimits } from "@/features/supervise/limits";
import { useServerNow } from "@/features/supervise/tick";
import { summed } from "@/features/supervise/view";
import { useAction } from "@/hooks/useActions";
import { languageNow, localeOf } from "@/i18n";
import { Empty, Spinner } from "@/ui/bits";
import { IconButton } from "@/ui/button";
import { cx } from "@/ui/cx";
import { ArrowLeft, CircleAlert, Languages, Maximize2, SunMoon, WifiOff } from "@/ui/icons";
import { Card } from "./card";
import { Large } from "./large";
import { grid, inOrder, isTall, pagesOf, unitOf } from "./pages";
import { useAwake, useHand, useSize } from "./use-screen";

const TURN_MS = 10_000;
const SPEAK_AFTER_MS = 1500;

/** The call centre on a wall. */
export function Wallboard() {
  const { t } = useTranslation();
  const me = useDesk((s) => s.me);
  useEffect(watchBoard, []);
  const board = useBoard((s) => s.board);
  if (me && !me.rights.includes("agent.supervise")) {
    return (
      <main className="flex h-dvh items-center justify-center">
        <Empty icon={CircleAlert} title={t("wallboard.not_yours")} />
      </main>
    );
  }
  if (!board) {
    return (
      <main className="flex h-dvh items-center justify-center">
        <Spinner label={t("common.loading")} />
      </main>
    );
  }
  return <Screen board={board} />;
}

function Screen({ board }: { board: Board }) {
  const { t } = useTranslation();
  const { width, height } = useSize();
  const awake = useAwake();
  const hand = useHand();
  const { columns, rows, scale } = grid(width, height, board.queues.size);
  const unit = unitOf(width, height);
  const { list, page, pages } = useTurns(board, columns * rows);
  return (
    <main
      data-awake={awake}
      style={{ "--u": `${unit}px` } as CSSProperties}
      className={cx("flex h-dvh flex-col overflow-hidden bg-canvas p-[calc(var(--u)*1.6)]", !hand && "cursor-none")}
    >
      <h1 className="sr-only">{t("nav.wallboard")}</h1>
      <Lost board={board} />
      <div className={cx("flex min-h-0 flex-1 gap-[calc(var(--u)*1.6)]", isTall(width, height) && "flex-col")}>
        <Large board={board} sum={summed(board, "")} tall={isTall(width, height)} />
        <section
          aria-label={t("wallboard.queues")}
          className="grid min-h-0 min-w-0 flex-1 content-start gap-[calc(var(--u)*1.2)]"
          style={{
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
            gridTemplateRows: `repeat(${rows}, minmax(0, 1fr))`,
          }}
        >
          {list.map((queue) => (
            <Card key={queue.id} queue={queue} unit={unit * scale} />
          ))}
        </section>
      </div>
      {pages > 1 && (
        <p className="mt-[calc(var(--u)*0.8)] flex items-center justify-center gap-[var(--u)]">
          <span className="sr-only">{t("wallboard.page", { page: page + 1, pages })}</span>
          {Array.from({ length: pages }, (_, n) => (
            <span
              key={n}
              aria-hidden
              className={cx("size-[var(--u)] rounded-full", n === page ? "bg-ink-2" : "bg-line-2")}
            />
          ))}
        </p>
      )}
      <Buttons shown={hand} />
    </main>
  );
}

/** Pages turn by themselves; the order is made anew with each turn, so that no card moves while it is read. */
function useTurns(board: Board, size: number) {
  const [turn, setTurn] = useState(0);
  const [order, setOrder] = useState<string[]>([]);
  const pages = pagesOf(board.queues.size, size);
  const page = turn % pages;
  useEffect(() => {
    const timer = setInterval(() => setTurn((n) => n + 1), TURN_MS);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    const { board: now, skew } = useBoard.getState();
    if (!now) return;
    setOrder(inOrder(now.queues.values(), useLimits.getState().wait, Date.now() - skew).map((q) => q.id));
  }, [Math.floor(turn / pages), board.queues.size]);
  const ids = order.slice(page * size, (page + 1) * size);
  return { list: ids.flatMap((id) => board.queues.get(id) ?? []), page, pages };
}

function Lost({ board }: { board: Board }) {
  const { t } = useTranslation();
  const lostAt = useDesk((s) => s.lostAt);
  const now = useServerNow();
  const skew = useBoard((s) => s.skew);
  if (lostAt === null || now + skew - lostAt < SPEAK_AFTER_MS) return null;
  const time = new Date(board.at).toLocaleTimeString(localeOf(languageNow()), { hour12: false });
  return (
    <p
      role="alert"
      className="mb-[calc(var(--u)*1.2)] flex items-center justify-center gap-[calc(var(--u)*1.5)] rounded-2xl bg-stop px-[calc(var(--u)*2)] py-[var(--u)] text-[length:calc(var(--u)*3.6)] leading-tight font-semibold text-white"
    >
      <WifiOff aria-hidden className="size-[calc(var(--u)*4)] shrink-0" />
      {t("wallboard.lost", { time })}
    </p>
  );
}

function Buttons({ shown }: { shown: boolean }) {
  const { t } = useTranslation();
  const flip = useAction(theme);
  const tongue = useAction(language);
  const full = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void document.documentElement.requestFullscreen().catch(() => undefined);
  };
  return (
    <div
      className={cx(
        "fixed right-3 bottom-3 flex gap-1 rounded-xl border border-line bg-raised p-1 shadow-float transition-opacity focus-within:opacity-100",
        shown ? "opacity-100" : "opacity-0",
      )}
    >
      {/* Loads the page anew: a wallboard takes no calls, the floor does. */}
      <IconButton
        icon={ArrowLeft}
        label={t("wallboard.back")}
        side="top"
        onClick={() => location.assign("/supervise")}
      />
      <IconButton icon={Languages} label={t("action.language")} side="top" onClick={tongue.run} />
      <IconButton icon={SunMoon} label={t("wallboard.theme")} side="top" onClick={flip.run} />
      <IconButton icon={Maximize2} label={t("wallboard.full")} side="top" onClick={full} />
    </div>
  );
}
