// SPDX-License-Identifier: Apache-2.0
// What a supervisor does to a call or to an agent. The server decides; a refusal is shown in words.

import type { BoardCall, Mode } from "@/core/board";
import { maybeSession } from "@/core/session";
import type { Command } from "@/core/wire";
import { faultText, hands } from "@/hooks/useActions";
import { sceneNow } from "@/hooks/useScene";
import { toast } from "@/ui/toast";

export async function order(command: Command): Promise<boolean> {
  try {
    await hands.send(command);
    return true;
  } catch (error) {
    toast("fault", faultText(error));
    return false;
  }
}

/** Joins a talk, or takes part otherwise. The sound belongs in this tab: the phone is taken first. */
export async function supervise(call: Pick<BoardCall, "call_id">, mode: Mode): Promise<void> {
  if (!sceneNow().mine) await maybeSession()?.useHere();
  await order({ type: "call.supervise", call_id: call.call_id, mode });
}

export async function takeOver(call: Pick<BoardCall, "call_id">): Promise<void> {
  if (!sceneNow().mine) await maybeSession()?.useHere();
  await order({ type: "call.take_over", call_id: call.call_id });
}

/** Keys that work on the agent's row, by `KeyboardEvent.code`. */
export const KEYS: Record<string, Mode> = { KeyL: "listen", KeyW: "whisper", KeyB: "barge" };
