// SPDX-License-Identifier: Apache-2.0
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Action } from "@/actions/action";
import { pressed } from "@/actions/keys";
import { ACTIONS, keysOf } from "@/actions/registry";
import { choose, useSettings } from "@/core/settings";
import { useScene } from "@/hooks/useScene";
import { Button } from "@/ui/button";
import { Keys } from "@/ui/keys";
import { Switch } from "@/ui/switch";
import { toast } from "@/ui/toast";
import { Group, Item } from "./settings";

/** Keys may be changed; one key never does two things. */
export function ShortcutEditor() {
  const { t } = useTranslation();
  const on = useSettings((s) => s.shortcuts);
  const own = useSettings((s) => s.keys);
  return (
    <Group title={t("help.title")}>
      <Item title={t("settings.shortcuts")} text={t("settings.shortcuts_text")}>
        <Switch label={t("settings.shortcuts")} checked={on} onChange={(shortcuts) => choose({ shortcuts })} />
      </Item>
      {ACTIONS.filter((a) => a.keys).map((a) => (
        <Row key={a.id} action={a} />
      ))}
      {Object.keys(own).length > 0 && (
        <div className="px-4 py-2.5">
          <Button size="sm" onClick={() => choose({ keys: {} })}>
            {t("settings.shortcuts_reset")}
          </Button>
        </div>
      )}
    </Group>
  );
}

function Row({ action }: { action: Action }) {
  const { t } = useTranslation();
  const scene = useScene();
  const own = useSettings((s) => s.keys);
  const [asking, setAsking] = useState(false);
  const keys = keysOf(action, own);
  const label = t(action.label(scene));
  const onKey = (e: KeyboardEvent) => {
    if (!asking) return;
    e.preventDefault();
    e.stopPropagation();
    if (e.key === "Escape") return setAsking(false);
    const value = pressed(e.nativeEvent);
    if (!value) return;
    const taken = ACTIONS.find((a) => a.id !== action.id && keysOf(a, own) === value);
    if (taken) return toast("fault", t("settings.key_taken", { name: t(taken.label(scene)) }));
    // WCAG 2.1.4: a bare letter would fire while somebody dictates or types.
    if (!/^(Ctrl|Alt)/.test(value)) return toast("fault", t("settings.key_modifier"));
    choose({ keys: { ...own, [action.id]: value } });
    setAsking(false);
  };
  return (
    <div className="flex h-11 items-center justify-between px-4">
      <span className="text-sm">{label}</span>
      <button
        type="button"
        onClick={() => setAsking(true)}
        onBlur={() => setAsking(false)}
        onKeyDown={onKey}
        className="relative inline-flex h-7 min-w-16 items-center justify-end rounded-md px-1.5 hover:bg-hover"
      >
        {/* No aria-label: what is read differs from what is seen. The button is `relative`, or it would stretch the page. */}
        <span className="sr-only">{t("settings.key_change", { name: label, keys: keys ?? "" })}</span>
        {asking ? (
          <span className="text-xs text-accent-ink">{t("settings.key_press")}</span>
        ) : keys ? (
          <Keys value={keys} />
        ) : (
          <span className="text-xs text-ink-3">—</span>
        )}
      </button>
    </div>
  );
}
