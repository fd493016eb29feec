// SPDX-License-Identifier: Apache-2.0

// The first that fits: each later browser says of itself that it is the earlier ones, too.
const BROWSERS: readonly [RegExp, string][] = [
  [/MicroMessenger/, "WeChat"],
  [/Edg(e|A|iOS)?\//, "Edge"],
  [/OPR\//, "Opera"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/Firefox\/|FxiOS/, "Firefox"],
  [/Chrome\/|CriOS/, "Chrome"],
  [/Safari\//, "Safari"],
];

const SYSTEMS: readonly [RegExp, string][] = [
  [/iPhone|iPad/, "iOS"],
  [/HarmonyOS/, "HarmonyOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
];

const first = (list: readonly [RegExp, string][], agent: string): string =>
  list.find(([sign]) => sign.test(agent))?.[1] ?? "";

/** `Chrome · Windows`, from what a browser says of itself; a program's own word where it is no browser. */
export function deviceName(agent: string): string {
  const known = [first(BROWSERS, agent), first(SYSTEMS, agent)].filter(Boolean).join(" · ");
  return known || agent.slice(0, 40);
}
