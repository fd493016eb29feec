// SPDX-License-Identifier: Apache-2.0

/** When somebody is there again, by the clock of those hours; whose clock it is, where it is not the reader's own. */
export function openingTime(iso: string, zone: string, locale: string, own?: string): string {
  const at = new Date(iso);
  const shown: Intl.DateTimeFormatOptions = {
    weekday: "long",
    month: "long",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  };
  const here = new Intl.DateTimeFormat(locale, { ...shown, ...(own ? { timeZone: own } : {}) }).format(at);
  try {
    const there = new Intl.DateTimeFormat(locale, { ...shown, timeZone: zone }).format(at);
    if (there === here) return here;
    return new Intl.DateTimeFormat(locale, { ...shown, timeZone: zone, timeZoneName: "short" }).format(at);
  } catch {
    return here; // an old browser that does not know the zone
  }
}
