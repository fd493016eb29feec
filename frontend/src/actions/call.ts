// SPDX-License-Identifier: Apache-2.0

import { isLive, isTalking } from "@/core/desk";
import type { CallView, ParkedView } from "@/core/wire";
import {
  ArrowRightLeft,
  CheckCheck,
  Grid3x3,
  Mic,
  Pause,
  Phone,
  PhoneIncoming,
  PhoneOff,
  PhoneX,
  RotateCcw,
  SquareParking,
  Users,
  UsersRound,
} from "@/ui/icons";
import { action, type Scene } from "./action";

const can = (call: CallView | null, what: CallView["can"][number]): boolean => call?.can.includes(what) ?? false;
const talking = (scene: Scene): CallView | null => (scene.call && isTalking(scene.call) ? scene.call : null);

export const answer = action({
  id: "call.answer",
  section: "call",
  label: () => "action.answer",
  icon: Phone,
  keys: "Alt+KeyJ",
  available: ({ ringing, mine }) => can(ringing, "answer") && (ringing?.media === "phone" || mine),
  async run({ ringing }, hands) {
    if (ringing) await hands.send({ type: "call.answer", call_id: ringing.call_id });
  },
});

export const refuse = action({
  id: "call.refuse",
  section: "call",
  label: () => "action.refuse",
  icon: PhoneX,
  available: ({ ringing }) => ringing !== null,
  async run({ ringing }, hands) {
    if (ringing) await hands.send({ type: "call.refuse", call_id: ringing.call_id });
  },
});

export const hangUp = action({
  id: "call.hang_up",
  section: "call",
  // What it does then (docs/browser-api.md): who consults hands over, who is one of several leaves the others talking.
  label: ({ call }) =>
    can(call, "complete") ? "action.complete" : can(call, "drop") ? "action.leave" : "action.hang_up",
  icon: PhoneOff,
  keys: "Alt+KeyK",
  available: ({ call }) => call !== null && call.state !== "ended",
  async run({ call }, hands) {
    if (!call) return;
    hands.ui({ keypad: false });
    if (!isLive(call)) {
      await hands.send({ type: "call.refuse", call_id: call.call_id });
      return;
    }
    // Our sound ends with the key, not with the server's answer.
    hands.dispatch({ type: "assume", callId: call.call_id, patch: { state: "ended", can: [] } });
    try {
      await hands.send({ type: "call.hang_up", call_id: call.call_id });
    } catch (error) {
      hands.dispatch({ type: "assumption_failed", callId: call.call_id });
      throw error;
    }
  },
});

export const mute = action({
  id: "call.mute",
  section: "call",
  label: ({ desk, call }) => (call && desk.muted[call.call_id] ? "action.unmute" : "action.mute"),
  icon: Mic,
  keys: "Alt+KeyM",
  said: ({ desk, call }) => (call && desk.muted[call.call_id] ? "said.unmuted" : "said.muted"),
  available: (scene) => talking(scene)?.media === "browser" && scene.mine,
  checked: ({ desk, call }) => (call ? desk.muted[call.call_id] === true : false),
  run({ desk, call }, hands) {
    if (call) hands.dispatch({ type: "muted", callId: call.call_id, on: !desk.muted[call.call_id] });
  },
});

export const hold = action({
  id: "call.hold",
  section: "call",
  label: ({ call }) => (call?.held ? "action.resume" : "action.hold"),
  icon: Pause,
  keys: "Alt+KeyO",
  said: ({ call }) => (call?.held ? "said.resumed" : "said.held"),
  available: (scene) => talking(scene) !== null && can(scene.call, "hold"),
  checked: ({ call }) => call?.held ?? false,
  async run({ call }, hands) {
    if (!call) return;
    const on = !call.held;
    hands.dispatch({ type: "assume", callId: call.call_id, patch: { held: on, state: on ? "held" : "talking" } });
    try {
      await hands.send({ type: "call.hold", call_id: call.call_id, on });
    } catch (error) {
      hands.dispatch({ type: "assumption_failed", callId: call.call_id });
      throw error;
    }
  },
});

export const keypad = action({
  id: "call.keypad",
  section: "call",
  label: () => "action.keypad",
  icon: Grid3x3,
  keys: "Alt+KeyP",
  available: (scene) => talking(scene) !== null && can(scene.call, "digits"),
  checked: ({ ui }) => ui.keypad,
  run: ({ ui }, hands) => hands.ui({ keypad: !ui.keypad }),
});

export const transfer = action({
  id: "call.transfer",
  section: "call",
  // A conference is not passed on, but somebody may be asked to come in.
  label: ({ call }) => (can(call, "drop") ? "action.add" : "action.transfer"),
  icon: ArrowRightLeft,
  keys: "Alt+KeyT",
  available: (scene) => talking(scene) !== null && (can(scene.call, "transfer") || can(scene.call, "consult")),
  run: ({ call }, hands) => hands.ui({ transfer: call?.call_id ?? null }),
});

export const swap = action({
  id: "call.swap",
  section: "call",
  label: () => "action.swap",
  icon: Users,
  keys: "Alt+KeyX",
  available: ({ call }) => can(call, "swap"),
  async run({ call }, hands) {
    if (call) await hands.send({ type: "call.swap", call_id: call.call_id });
  },
});

export const complete = action({
  id: "call.complete",
  section: "call",
  label: () => "action.complete",
  icon: CheckCheck,
  keys: "Alt+KeyC",
  available: ({ call }) => can(call, "complete"),
  async run({ call }, hands) {
    if (call) await hands.send({ type: "call.complete", call_id: call.call_id });
  },
});

export const drop = action({
  id: "call.drop",
  section: "call",
  label: () => "action.drop",
  icon: RotateCcw,
  keys: "Alt+KeyB",
  // Of a conference one is dropped by name, in the list.
  available: ({ call }) => can(call, "drop") && call?.consult != null,
  async run({ call }, hands) {
    if (call?.consult) await hands.send({ type: "call.drop", call_id: call.call_id, leg_id: call.consult.leg_id });
  },
});

export const conference = action({
  id: "call.conference",
  section: "call",
  label: () => "action.conference",
  icon: UsersRound,
  keys: "Alt+KeyH",
  available: ({ call }) => can(call, "conference"),
  async run({ call }, hands) {
    if (call) await hands.send({ type: "call.conference", call_id: call.call_id });
  },
});

export const park = action({
  id: "call.park",
  section: "call",
  label: () => "action.park",
  icon: SquareParking,
  keys: "Alt+KeyL",
  available: (scene) => talking(scene) !== null && can(scene.call, "park"),
  async run({ call }, hands) {
    if (!call) return;
    const { slot } = await hands.send({ type: "call.park", call_id: call.call_id });
    hands.notice("park.done", { slot: String(slot) });
  },
});

export const longestParked = (parked: readonly ParkedView[]): ParkedView | undefined =>
  [...parked].sort((a, b) => a.since.localeCompare(b.since))[0];

export const pickUp = action({
  id: "call.pick_up",
  section: "call",
  label: () => "action.pick_up",
  icon: PhoneIncoming,
  keys: "Alt+KeyQ",
  available: ({ desk, call }) => call === null && desk.parked.length > 0,
  async run({ desk }, hands) {
    const longest = longestParked(desk.parked);
    if (longest) await hands.send({ type: "call.pick_up", slot: longest.slot });
  },
});
