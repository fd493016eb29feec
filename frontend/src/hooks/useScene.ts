// SPDX-License-Identifier: Apache-2.0
import { useMemo } from "react";
import type { Scene } from "@/actions/action";
import type { Desk } from "@/core/desk";
import { currentCall, ringingCall } from "@/core/desk";
import { useDesk, useLive } from "@/core/store";
import { type Ui, useUi } from "@/core/ui";

export function sceneOf(desk: Desk, ui: Ui, instance: string): Scene {
  return {
    desk,
    ui,
    call: currentCall(desk),
    ringing: ringingCall(desk),
    mine: desk.owner === instance && instance !== "",
  };
}

export const sceneNow = (): Scene => sceneOf(useDesk.getState(), useUi.getState(), useLive.getState().instance);

export function useScene(): Scene {
  const desk = useDesk();
  const ui = useUi();
  const instance = useLive((s) => s.instance);
  return useMemo(() => sceneOf(desk, ui, instance), [desk, ui, instance]);
}
