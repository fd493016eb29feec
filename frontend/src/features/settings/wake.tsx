// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type PushState, pushState, subscribe, unsubscribe } from "@/core/push";
import { Switch } from "@/ui/switch";
import { toast } from "@/ui/toast";
import { Item } from "./settings";

/** Calls ring in this browser though its page sleeps or is closed. */
export function Wake() {
  const { t } = useTranslation();
  const [state, setState] = useState<PushState | "busy">("busy");
  useEffect(() => {
    void pushState().then(setState);
  }, []);
  const change = async (wanted: boolean) => {
    setState("busy");
    try {
      setState(await (wanted ? subscribe() : unsubscribe()));
    } catch {
      toast("fault", t("push.failed"));
      setState(await pushState());
    }
  };
  const text = state === "unsupported" || state === "denied" ? t(`push.${state}`) : t("push.text");
  return (
    <Item title={t("push.title")} text={text}>
      <Switch
        label={t("push.title")}
        checked={state === "on"}
        disabled={state === "busy" || state === "unsupported"}
        onChange={(on) => void change(on)}
      />
    </Item>
  );
}
