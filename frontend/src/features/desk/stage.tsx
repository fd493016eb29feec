// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { Scene } from "@/actions/action";
import { isTalking, shownCalls } from "@/core/desk";
import { useScene } from "@/hooks/useScene";
import { Dialling } from "./dialling";
import { Idle } from "./idle";
import { OtherCalls } from "./other-calls";
import { Ringing } from "./ringing";
import { Talking } from "./talking";
import { WrapUp } from "./wrap-up";

/** The middle of the desk: the one thing in hand. */
export function Stage() {
  const { t } = useTranslation();
  const scene = useScene();
  const others = shownCalls(scene.desk).filter((c) => c.call_id !== scene.call?.call_id);
  return (
    <section aria-label={t("call.current")} className="flex shrink-0 flex-col gap-2.5">
      <InHand scene={scene} />
      {others.length > 0 && <OtherCalls calls={others} />}
    </section>
  );
}

function InHand({ scene: { call, desk } }: { scene: Scene }) {
  if (call?.state === "ringing") return <Ringing call={call} />;
  if (call?.state === "dialling") return <Dialling call={call} />;
  if (call && isTalking(call)) return <Talking call={call} />;
  if (desk.agent?.state === "wrap_up" || desk.ended) return <WrapUp />;
  return <Idle />;
}
