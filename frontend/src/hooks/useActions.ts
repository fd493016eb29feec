// SPDX-License-Identifier: Apache-2.0
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Action, Hands } from "@/actions/action";
import { belongsToField, pressed } from "@/actions/keys";
import { actionFor } from "@/actions/registry";
import { ApiError, api } from "@/api/client";
import { Refused } from "@/core/link";
import { maybeSession, theSession } from "@/core/session";
import { choose, useSettings } from "@/core/settings";
import { dispatch, useDesk } from "@/core/store";
import { useUi } from "@/core/ui";
import type { Language } from "@/core/wire";
import { i18n, languageNow } from "@/i18n";
import { toast } from "@/ui/toast";
import { sceneNow } from "./useScene";

/** A refusal in the person's language: the server's own words, or those of the catalogue, or a plain sentence. */
export function faultText(error: unknown): string {
  const fault = error instanceof Refused ? error.refusal : error instanceof ApiError ? error.fault : null;
  if (!fault) return i18n.t("fault.unknown");
  const language: Language = languageNow();
  const known = `fault.${fault.cause}`;
  return (
    fault.text?.[language] ??
    useDesk.getState().causes[fault.cause]?.[language] ??
    (i18n.exists(known) ? i18n.t(known) : i18n.t("fault.unknown"))
  );
}

let navigate: (path: string) => void = () => undefined;
let leave: () => void = () => undefined;

/** The router and the log-in are made later than the actions that use them. */
export function connectHands(go: (path: string) => void, left: () => void): void {
  navigate = go;
  leave = left;
}

export const hands: Hands = {
  send: (command) => theSession().send(command),
  dispatch,
  ui: (patch) => useUi.setState(patch),
  notice: (key, values) => toast("done", i18n.t(key, values)),
  go: (path) => navigate(path),
  useHere: () => maybeSession()?.useHere() ?? Promise.resolve(),
  async logOut() {
    await api.logOut().catch(() => undefined);
    leave();
  },
  flipTheme() {
    choose({ theme: document.documentElement.dataset.theme === "dark" ? "light" : "dark" });
  },
  flipLanguage() {
    const language = languageNow() === "zh" ? "en" : "zh";
    choose({ language });
    void api.change({ language }).catch(() => undefined);
  },
};

export async function perform(action: Action): Promise<void> {
  const scene = sceneNow();
  if (!action.available(scene)) return;
  try {
    await action.run(scene, hands);
  } catch (error) {
    toast("fault", faultText(error));
  }
}

export async function dial(number: string): Promise<boolean> {
  try {
    await hands.send({ type: "call.dial", number });
    return true;
  } catch (error) {
    toast("fault", faultText(error));
    return false;
  }
}

/** Listens to the keyboard for the whole page. */
export function useShortcuts(): void {
  const { t } = useTranslation();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { shortcuts, keys: own } = useSettings.getState();
      const keys = pressed(event);
      if (!shortcuts || event.repeat || !keys || belongsToField(keys, event.target)) return;
      const scene = sceneNow();
      const action = actionFor(keys, scene, own);
      if (!action) return;
      event.preventDefault();
      const said = action.said?.(scene);
      void perform(action).then(() => said && toast("done", t(said)));
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [t]);
}

export function useAction(action: Action): { run(): void; keys: string | undefined } {
  const own = useSettings((s) => s.keys);
  return useMemo(
    () => ({ run: () => void perform(action), keys: (own[action.id] ?? action.keys) || undefined }),
    [action, own],
  );
}
