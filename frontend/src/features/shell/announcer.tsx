// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { shownNumber } from "@/core/number";
import { useScene } from "@/hooks/useScene";

/** Says the state of the call to a screen reader, once per change. */
export function Announcer() {
  const { t } = useTranslation();
  const { call } = useScene();
  const state = call?.held ? "held" : call?.state;
  const text = call && state ? t(`announce.${state}`, { name: call.peer.name || shownNumber(call.peer.number) }) : "";
  return (
    <div aria-live="assertive" className="sr-only">
      {text}
    </div>
  );
}
