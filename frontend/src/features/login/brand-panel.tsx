// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Mark } from "@/features/shell/mark";

/** A talk between two people, drawn as this product draws every talk. */
export function BrandPanel() {
  const { t } = useTranslation();
  return (
    <aside className="relative hidden w-[54%] flex-col justify-between overflow-hidden bg-[#10142b] p-11 text-white lg:flex">
      <div
        aria-hidden
        className="absolute inset-0 bg-[radial-gradient(90%_70%_at_20%_0%,#26358f_0%,transparent_60%),radial-gradient(70%_60%_at_100%_100%,#0f4b50_0%,transparent_60%)]"
      />
      <div className="relative flex items-center gap-3">
        <Mark size={36} />
        <span className="text-xl font-semibold tracking-tight">HeadCall</span>
      </div>
      <Talk />
      <div className="relative max-w-120">
        <p className="text-[30px] leading-[1.3] font-semibold text-balance">{t("login.headline")}</p>
        <p className="mt-4 text-lg text-[#c3caec]">{t("login.sub")}</p>
      </div>
    </aside>
  );
}

const COUNT = 120;

function Talk() {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext("2d");
    if (!canvas || !context) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let frame = 0;
    const draw = (time: number) => {
      paint(canvas, context, still ? 2.4 : time / 1000);
      if (!still) frame = requestAnimationFrame(draw);
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, []);
  return <canvas ref={ref} className="absolute inset-x-0 top-[24%] h-[34%] w-full" />;
}

/** Speech comes in words, and words in turns: three slow waves against each other make both. */
function voice(x: number, phase: number): number {
  const turn = Math.max(0, Math.sin(x * 0.55 + phase));
  const words = 0.55 + 0.45 * Math.sin(x * 2.3 + phase * 2);
  const grain = 0.5 + 0.5 * Math.abs(Math.sin(x * 9.7 + phase) * Math.sin(x * 5.3));
  return turn ** 0.8 * words * grain;
}

function paint(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D, seconds: number): void {
  const ratio = Math.min(2, devicePixelRatio || 1);
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const step = width / COUNT;
  const middle = height / 2;
  for (let i = 0; i < COUNT; i++) {
    const x = i / 7 + seconds * 0.35;
    const edge = Math.sin((Math.PI * (i + 0.5)) / COUNT) ** 0.6;
    stroke(
      context,
      i * step,
      middle - 3,
      -voice(x, 0) * middle * 0.85 * edge,
      step,
      `rgb(147 165 255 / ${0.3 + 0.65 * edge})`,
    );
    stroke(
      context,
      i * step,
      middle + 3,
      voice(x, Math.PI) * middle * 0.75 * edge,
      step,
      `rgb(98 214 198 / ${0.25 + 0.6 * edge})`,
    );
  }
}

function stroke(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  size: number,
  step: number,
  colour: string,
): void {
  const thick = Math.max(2, step * 0.42);
  const tall = Math.max(thick, Math.abs(size));
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(x, size < 0 ? y - tall : y, thick, tall, thick / 2);
  context.fill();
}
