// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "react";

/** The time now, again every second: for timers on the page. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
