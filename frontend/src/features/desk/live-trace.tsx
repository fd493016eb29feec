// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { type LevelMeter, meter } from "@/core/level";
import { maybeSession } from "@/core/session";
import { useDesk } from "@/core/store";
import type { CallView } from "@/core/wire";
import { drawTrace, fit, lookOf, STEP } from "./trace";

const EVERY_MS = 60;

/** Who speaks now, and who spoke in the last seconds. */
export function LiveTrace({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const ref = useRef<HTMLCanvasElement>(null);
  const { call_id: callId, leg_id: legId } = call;
  useEffect(() => {
    const canvas = ref.current;
    if (!canvas) return;
    const recorder = new Recorder(legId, callId);
    const timer = setInterval(() => {
      const { width, height, context } = fit(canvas);
      recorder.note(Math.floor(width / STEP));
      if (context)
        drawTrace(context, width, height, { up: recorder.up, down: recorder.down, played: 1 }, lookOf(canvas));
    }, EVERY_MS);
    return () => {
      clearInterval(timer);
      recorder.close();
    };
  }, [legId, callId]);
  return <canvas ref={ref} role="img" aria-label={t("call.trace")} className="h-20 w-full" />;
}

class Recorder {
  up: number[] = [];
  down: number[] = [];
  #legId: string;
  #callId: string;
  #theirs: { stream: MediaStream; meter: LevelMeter } | null = null;
  #ours: { stream: MediaStream; meter: LevelMeter } | null = null;

  constructor(legId: string, callId: string) {
    this.#legId = legId;
    this.#callId = callId;
  }

  note(bars: number): void {
    const session = maybeSession();
    this.#theirs = follow(this.#theirs, session?.lines.remote(this.#legId) ?? null);
    this.#ours = follow(this.#ours, session?.microphone.stream ?? null);
    const { muted, calls } = useDesk.getState();
    const held = calls.find((c) => c.call_id === this.#callId)?.held ?? false;
    const silent = held || muted[this.#callId] === true;
    push(this.up, this.#theirs?.meter.read() ?? 0, bars);
    push(this.down, silent ? 0 : (this.#ours?.meter.read() ?? 0), bars);
  }

  close(): void {
    this.#theirs?.meter.close();
    this.#ours?.meter.close();
  }
}

function follow(known: { stream: MediaStream; meter: LevelMeter } | null, stream: MediaStream | null) {
  if (known?.stream === stream) return known;
  known?.meter.close();
  return stream && stream.getAudioTracks().length > 0 ? { stream, meter: meter(stream) } : null;
}

function push(list: number[], value: number, keep: number): void {
  list.push(value);
  if (list.length > keep) list.splice(0, list.length - keep);
}
