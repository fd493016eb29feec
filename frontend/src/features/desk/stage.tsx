// SPDX-License-Identifier: Apache-2.0
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Scene } from "@/actions/action";
import { isTalking, shownCalls } from "@/core/desk";
import { shownNumber } from "@/core/number";
import type { CallView } from "@/core/wire";
import { useScene } from "@/hooks/useScene";
import { Spinner } from "@/ui/bits";
import { Dialling } from "./dialling";
import { Idle } from "./idle";
import { OtherCalls } from "./other-calls";
import { Ringing } from "./ringing";

const load = { talking: () => import("./talking"), wrapUp: () => import("./wrap-up") };
const Talking = lazy(() => load.talking().then((m) => ({ default: m.Talking })));
const WrapUp = lazy(() => load.wrapUp().then((m) => ({ default: m.WrapUp })));

/** The middle of the desk: the one thing in hand. */
export function Stage() {
  const { t } = useTranslation();
  const scene = useScene();
  // There before the first call can be answered, though not in the first load.
  useEffect(() => void Promise.all([load.talking(), load.wrapUp()]).catch(() => undefined), []);
  const others = shownCalls(scene.desk).filter((c) => c.call_id !== scene.call?.call_id && c.state !== "ended");
  return (
    <section aria-label={t("call.current")} className="flex shrink-0 flex-col gap-2.5">
      <Suspense fallback={<div className="sheet h-72" />}>
        <InHand scene={scene} />
      </Suspense>
      {others.length > 0 && <OtherCalls calls={others} />}
    </section>
  );
}

/** We hung up; the server has not said so yet. */
function Ending({ call }: { call: CallView }) {
  const { t } = useTranslation();
  return (
    <div className="sheet flex items-center justify-between gap-4 px-5 py-6">
      <p className="figures text-xl font-semibold">{call.peer.name || shownNumber(call.peer.number)}</p>
      <Spinner label={t("call.ending")} />
    </div>
  );
}

function InHand({ scene: { call, desk } }: { scene: Scene }) {
  if (call?.state === "ringing") return <Ringing call={call} />;
  if (call?.state === "ended") return <Ending call={call} />;
  if (call?.state === "dialling") return <Dialling call={call} />;
  if (call && isTalking(call)) return <Talking call={call} />;
  if (desk.agent?.state === "wrap_up" || desk.ended) return <WrapUp />;
  return <Idle />;
}
