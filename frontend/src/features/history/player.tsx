// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import type { Recording } from "@/api/types";
import { loudness } from "@/core/level";
import { useSettings } from "@/core/settings";
import { duration } from "@/core/time";
import { drawTrace, fit, lookOf, STEP, squeezed } from "@/features/desk/trace";
import { Button, IconButton } from "@/ui/button";
import { Download, Pause, Play } from "@/ui/icons";

const SPEEDS = [1, 1.25, 1.5, 2] as const;

export function Player({ recording }: { recording: Recording }) {
  const { t } = useTranslation();
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(recording.duration_s);
  const [speed, setSpeed] = useState<number>(1);
  const [broken, setBroken] = useState(false);
  const speaker = useSettings((s) => s.speaker);
  useEffect(() => {
    void (audio.current as (HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> }) | null)
      ?.setSinkId?.(speaker ?? "")
      .catch(() => undefined);
  }, [speaker]);
  useFrame(playing, () => audio.current && setAt(audio.current.currentTime));

  const seek = (to: number) => {
    const time = Math.min(Math.max(0, to), length);
    if (audio.current) audio.current.currentTime = time;
    setAt(time);
  };
  const toggle = () => (playing ? audio.current?.pause() : void audio.current?.play().catch(() => setBroken(true)));
  const faster = () => {
    const after = SPEEDS[(SPEEDS.indexOf(speed as (typeof SPEEDS)[number]) + 1) % SPEEDS.length] ?? 1;
    setSpeed(after);
    if (audio.current) audio.current.playbackRate = after;
  };
  if (recording.state === "recording") {
    return (
      <p className="flex items-center gap-2 rounded-lg bg-stop-wash px-4 py-3 text-sm text-stop-ink">
        <span aria-hidden className="blink size-2 rounded-full bg-stop" />
        {t("player.recording")}
      </p>
    );
  }
  return (
    <div className="rounded-xl bg-sunken p-3.5 ring-1 ring-line ring-inset">
      {/* biome-ignore lint/a11y/useMediaCaption: a telephone call has no captions */}
      <audio
        ref={audio}
        src={api.audioUrl(recording.recording_id)}
        preload="metadata"
        data-testid="recording"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setPlaying(false)}
        onDurationChange={(e) => Number.isFinite(e.currentTarget.duration) && setLength(e.currentTarget.duration)}
        onError={() => setBroken(true)}
      />
      <Wave recording={recording} at={at} length={length} seek={seek} />
      <div className="mt-2.5 flex items-center gap-2">
        <IconButton
          icon={playing ? Pause : Play}
          label={t(playing ? "player.pause" : "player.play")}
          tone="accent"
          onClick={toggle}
          className="rounded-full!"
        />
        <span className="figures text-sm text-ink-2">
          {duration(at)} <span className="text-ink-3">/ {duration(length)}</span>
        </span>
        <Legend />
        <Button size="sm" tone="quiet" onClick={faster} aria-label={t("player.speed", { speed })} className="figures">
          {speed}×
        </Button>
        <a
          href={api.audioUrl(recording.recording_id)}
          download={`${recording.recording_id}.ogg`}
          aria-label={t("player.download")}
          className="inline-flex size-8.5 items-center justify-center rounded-lg text-ink-2 hover:bg-hover"
        >
          <Download aria-hidden size={15} />
        </a>
      </div>
      {broken && (
        <p role="alert" className="mt-2 text-sm text-stop-ink">
          {t("player.broken")}
        </p>
      )}
    </div>
  );
}

function Legend() {
  const { t } = useTranslation();
  return (
    <span className="ml-auto hidden items-center gap-3 text-xs text-ink-3 sm:flex">
      <span className="inline-flex items-center gap-1.5">
        <span aria-hidden className="h-2.5 w-0.75 rounded-full bg-theirs" />
        {t("call.theirs")}
      </span>
      <span className="inline-flex items-center gap-1.5">
        <span aria-hidden className="h-2.5 w-0.75 rounded-full bg-ours" />
        {t("player.ours")}
      </span>
    </span>
  );
}

/** Peaks as the ear weighs them, like the live trace: a quiet voice is seen too. */
const heard = (peaks: readonly number[], bars: number) => squeezed(peaks, bars).map(loudness);

interface WaveProps {
  recording: Recording;
  at: number;
  length: number;
  seek(to: number): void;
}

function Wave({ recording, at, length, seek }: WaveProps) {
  const { t } = useTranslation();
  const ref = useRef<HTMLCanvasElement>(null);
  const { data } = useQuery({
    queryKey: ["peaks", recording.recording_id],
    queryFn: () => api.peaks(recording.recording_id),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const width = useWidth(ref);
  useEffect(() => {
    const canvas = ref.current;
    if (!canvas || width === 0) return;
    const { height, context } = fit(canvas);
    const bars = Math.floor(width / STEP);
    const [up = [], down = []] = data?.channels ?? [];
    if (context)
      drawTrace(
        context,
        width,
        height,
        { up: heard(up, bars), down: heard(down, bars), played: length > 0 ? at / length : 0 },
        lookOf(canvas),
      );
  }, [data, at, length, width]);

  const point = (e: PointerEvent<HTMLElement>) => {
    if (e.buttons !== 1) return;
    const box = e.currentTarget.getBoundingClientRect();
    seek(((e.clientX - box.left) / box.width) * length);
  };
  const onKey = (e: KeyboardEvent) => {
    const step = { ArrowLeft: -5, ArrowRight: 5, PageDown: -15, PageUp: 15 }[e.key];
    const edge = { Home: 0, End: length }[e.key];
    if (step === undefined && edge === undefined) return;
    e.preventDefault();
    seek(edge ?? at + (step ?? 0));
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={t("player.position")}
      aria-valuemin={0}
      aria-valuemax={Math.round(length)}
      aria-valuenow={Math.round(at)}
      aria-valuetext={`${duration(at)} / ${duration(length)}`}
      onPointerDown={point}
      onPointerMove={point}
      onKeyDown={onKey}
      className="cursor-pointer touch-none rounded-lg"
    >
      <canvas ref={ref} className="h-22 w-full" />
    </div>
  );
}

function useWidth(ref: React.RefObject<HTMLCanvasElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const canvas = ref.current;
    if (!canvas) return;
    const watch = new ResizeObserver(() => setWidth(canvas.clientWidth));
    watch.observe(canvas);
    return () => watch.disconnect();
  }, [ref]);
  return width;
}

function useFrame(on: boolean, run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    if (!on) return;
    let frame = requestAnimationFrame(function step() {
      latest.current();
      frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [on]);
}
