// SPDX-License-Identifier: Apache-2.0
import { Tooltip } from "@base-ui/react/tooltip";
import type { ReactElement } from "react";
import { Keys } from "./keys";

export interface TipProps {
  label: string;
  keys?: string | undefined;
  side?: "top" | "right" | "bottom" | "left";
  children: ReactElement;
}

/** Names what it wraps, on hover and on focus. */
export function Tip({ label, keys, side = "top", children }: TipProps) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} />
      <Tooltip.Portal>
        <Tooltip.Positioner side={side} sideOffset={7} className="z-50">
          <Tooltip.Popup className="popup flex items-center gap-2 rounded-md bg-ink px-2 py-1 text-xs font-medium text-sheet shadow-float">
            {label}
            {keys && <Keys value={keys} inverse />}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

export const TipProvider = Tooltip.Provider;
