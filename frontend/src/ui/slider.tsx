// SPDX-License-Identifier: Apache-2.0
import { Slider as BaseSlider } from "@base-ui/react/slider";

export interface SliderProps {
  value: number;
  onChange(value: number): void;
  label: string;
}

export function Slider({ value, onChange, label }: SliderProps) {
  return (
    <BaseSlider.Root
      value={value}
      min={0}
      max={1}
      step={0.05}
      onValueChange={(v) => onChange(Number(v))}
      className="w-full"
    >
      <BaseSlider.Control className="flex h-6 w-full items-center">
        <BaseSlider.Track className="h-1 w-full rounded-full bg-line-2">
          <BaseSlider.Indicator className="rounded-full bg-accent" />
          <BaseSlider.Thumb aria-label={label} className="size-4 rounded-full border border-line-2 bg-white shadow" />
        </BaseSlider.Track>
      </BaseSlider.Control>
    </BaseSlider.Root>
  );
}
