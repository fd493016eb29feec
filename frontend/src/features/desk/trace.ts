// SPDX-License-Identifier: Apache-2.0
// The picture of a talk: bars above the line are their voice, bars below are ours. Live and recorded look the same.

export interface TraceLook {
  theirs: string;
  ours: string;
  line: string;
}

export const BAR = 2;
export const STEP = 4;
/** What was not played yet. */
const PALE = 0.38;

export function lookOf(element: Element): TraceLook {
  const css = getComputedStyle(element);
  const colour = (name: string) => css.getPropertyValue(name).trim();
  return { theirs: colour("--theirs"), ours: colour("--ours"), line: colour("--line") };
}

/** Makes the canvas as sharp as the screen; returns its size in CSS pixels. */
export function fit(canvas: HTMLCanvasElement): {
  width: number;
  height: number;
  context: CanvasRenderingContext2D | null;
} {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = Math.min(3, devicePixelRatio || 1);
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { width, height, context };
}

export interface Trace {
  up: readonly number[];
  down: readonly number[];
  /** Share of the bars drawn in full colour; the rest is pale. */
  played: number;
}

export function drawTrace(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  trace: Trace,
  look: TraceLook,
): void {
  context.clearRect(0, 0, width, height);
  const middle = height / 2;
  const reach = middle - 3;
  context.fillStyle = look.line;
  context.fillRect(0, middle - 0.5, width, 1);
  const bars = Math.max(trace.up.length, trace.down.length);
  for (let i = 0; i < bars; i++) {
    const x = i * STEP + 1;
    context.globalAlpha = i < bars * trace.played ? 1 : PALE;
    bar(context, x, middle - 2, -reach * (trace.up[i] ?? 0), look.theirs);
    bar(context, x, middle + 2, reach * (trace.down[i] ?? 0), look.ours);
  }
  context.globalAlpha = 1;
}

function bar(context: CanvasRenderingContext2D, x: number, y: number, size: number, colour: string): void {
  if (Math.abs(size) < 0.6) return;
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(x, Math.min(y, y + size), BAR, Math.abs(size), 1);
  context.fill();
}

/** Brings peaks to as many bars as fit: the loudest of each share. */
export function squeezed(peaks: readonly number[], bars: number): number[] {
  if (bars <= 0 || peaks.length === 0) return [];
  return Array.from({ length: bars }, (_, i) => {
    const from = Math.floor((i * peaks.length) / bars);
    const to = Math.max(from + 1, Math.floor(((i + 1) * peaks.length) / bars));
    let top = 0;
    for (let k = from; k < to; k++) top = Math.max(top, peaks[k] ?? 0);
    return top;
  });
}
