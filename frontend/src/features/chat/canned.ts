// SPDX-License-Identifier: Apache-2.0
import type { CannedReply } from "@/api/types";

const MOST = 8;

/** Those whose shortcut or text has what was typed: shortcuts that begin with it first, the visitor's language first. */
export function matching(replies: readonly CannedReply[], typed: string, language: string): CannedReply[] {
  const wanted = typed.toLowerCase();
  const rank = (r: CannedReply) =>
    (r.shortcut.toLowerCase().startsWith(wanted) ? 0 : 2) + (r.language === language ? 0 : 1);
  return replies
    .filter((r) => r.shortcut.toLowerCase().includes(wanted) || r.text.toLowerCase().includes(wanted))
    .sort((a, b) => rank(a) - rank(b) || a.shortcut.localeCompare(b.shortcut))
    .slice(0, MOST);
}

/** `{visitor}` and `{agent}` become names; any other brace stays as it is. */
export function filledIn(text: string, names: { visitor: string; agent: string }): string {
  return text.replace(/\{(visitor|agent)\}/g, (_, who: "visitor" | "agent") => names[who]);
}
