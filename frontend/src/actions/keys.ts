// SPDX-License-Identifier: Apache-2.0
// Shortcuts are written as `Alt+KeyJ`: modifiers and a `KeyboardEvent.code`, so they stay where they are on any layout.

const CAPS: Record<string, string> = { Slash: "?", Escape: "Esc", Enter: "↵", Ctrl: "Ctrl", Comma: "," };

export function shownKeys(keys: string): string[] {
  const parts = keys === "Shift+Slash" ? ["Slash"] : keys.split("+");
  return parts.map((part) => CAPS[part] ?? part.replace(/^(Key|Digit)/, ""));
}

type Pressed = Pick<KeyboardEvent, "altKey" | "ctrlKey" | "metaKey" | "shiftKey" | "code" | "isComposing">;

export function pressed(event: Pressed): string | null {
  if (event.isComposing || /^(Alt|Control|Shift|Meta)/.test(event.code)) return null;
  const parts = [
    event.ctrlKey || event.metaKey ? "Ctrl" : "",
    event.altKey ? "Alt" : "",
    event.shiftKey ? "Shift" : "",
    event.code,
  ];
  return parts.filter(Boolean).join("+");
}

/** A key without Ctrl or Alt belongs to the field that has the focus. */
export function belongsToField(keys: string, target: EventTarget | null): boolean {
  if (/^(Ctrl|Alt)/.test(keys)) return false;
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** What `aria-keyshortcuts` wants: `Alt+J`. */
export function ariaKeys(keys: string): string {
  return keys
    .replace("Ctrl", "Control")
    .replace(/(Key|Digit)/, "")
    .replace("Slash", "?");
}
