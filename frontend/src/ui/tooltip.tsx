// SPDX-License-Identifier: Apache-2.0
import { cloneElement, type ReactElement, useEffect, useRef, useState } from "react";
import { Keys } from "./keys";

type Side = "top" | "right" | "bottom" | "left";

export interface TipProps {
  label: string;
  keys?: string | undefined;
  side?: Side;
  children: ReactElement<Record<string, unknown>>;
}

/** Names what it wraps, on hover and on focus. The name itself belongs to the child (`aria-label` or its text). */
export function Tip({ label, keys, side = "top", children }: TipProps) {
  return cloneElement(children, { "data-tip": label, "data-tip-keys": keys, "data-tip-side": side });
}

interface Shown {
  label: string;
  keys: string | undefined;
  side: Side;
  box: DOMRect;
}

const DELAY_MS = 400;

/** One layer draws every tip of the page: thirty tips would else be thirty positioners. */
export function TipLayer() {
  const [shown, setShown] = useState<Shown | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    const hide = () => {
      clearTimeout(timer.current);
      setShown(null);
    };
    const show = (target: EventTarget | null, wait: number) => {
      hide();
      const owner = target instanceof Element ? target.closest<HTMLElement>("[data-tip]") : null;
      if (owner) timer.current = setTimeout(() => owner.isConnected && setShown(described(owner)), wait);
    };
    const over = (e: PointerEvent) => e.pointerType === "mouse" && show(e.target, DELAY_MS);
    const focus = (e: FocusEvent) => {
      if (e.target instanceof Element && e.target.matches(":focus-visible")) show(e.target, 0);
    };
    const dismiss = (e: KeyboardEvent) => e.key === "Escape" && hide();
    document.addEventListener("pointerover", over);
    document.addEventListener("focusin", focus);
    document.addEventListener("focusout", hide);
    document.addEventListener("pointerdown", hide);
    document.addEventListener("keydown", dismiss);
    document.addEventListener("scroll", hide, true);
    return () => {
      hide();
      document.removeEventListener("pointerover", over);
      document.removeEventListener("focusin", focus);
      document.removeEventListener("focusout", hide);
      document.removeEventListener("pointerdown", hide);
      document.removeEventListener("keydown", dismiss);
      document.removeEventListener("scroll", hide, true);
    };
  }, []);
  return shown && <Bubble {...shown} />;
}

function described(owner: HTMLElement): Shown {
  const { tip = "", tipKeys, tipSide } = owner.dataset;
  return { label: tip, keys: tipKeys, side: (tipSide as Side) ?? "top", box: owner.getBoundingClientRect() };
}

const GAP = 7;

function Bubble({ label, keys, side, box }: Shown) {
  const ref = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<{ left: number; top: number } | null>(null);
  useEffect(() => {
    const self = ref.current?.getBoundingClientRect();
    if (self) setPlace(placed(side, box, self.width, self.height));
  }, [side, box]);
  return (
    <div
      ref={ref}
      aria-hidden
      style={place ?? { left: 0, top: 0, visibility: "hidden" }}
      className="pointer-events-none fixed z-70 flex items-center gap-2 rounded-md bg-ink px-2 py-1 text-xs font-medium whitespace-nowrap text-sheet shadow-float"
    >
      {label}
      {keys && <Keys value={keys} inverse />}
    </div>
  );
}

export function placed(side: Side, box: DOMRect, width: number, height: number): { left: number; top: number } {
  const middle = { left: box.left + (box.width - width) / 2, top: box.top + (box.height - height) / 2 };
  const raw = {
    top: { left: middle.left, top: box.top - height - GAP },
    bottom: { left: middle.left, top: box.bottom + GAP },
    left: { left: box.left - width - GAP, top: middle.top },
    right: { left: box.right + GAP, top: middle.top },
  }[side];
  const left = Math.min(Math.max(4, raw.left), innerWidth - width - 4);
  return { left, top: Math.min(Math.max(4, raw.top), innerHeight - height - 4) };
}
