// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { Section } from "@/actions/action";
import { ACTIONS, keysOf } from "@/actions/registry";
import { useSettings } from "@/core/settings";
import { useUi } from "@/core/ui";
import { useScene } from "@/hooks/useScene";
import { Dialog } from "@/ui/dialog";
import { Keys } from "@/ui/keys";

const SECTIONS: readonly Section[] = ["call", "agent", "page"];

/** Every shortcut there is, read from the registry of actions. */
export function Help() {
  const { t } = useTranslation();
  const scene = useScene();
  const own = useSettings((s) => s.keys);
  const on = useSettings((s) => s.shortcuts);
  return (
    <Dialog
      open={scene.ui.help}
      onClose={() => useUi.setState({ help: false })}
      title={t("help.title")}
      description={on ? t("help.text") : t("help.off")}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
      <div className="overflow-y-auto px-5 pb-5" tabIndex={0}>
        {SECTIONS.map((section) => (
          <section key={section} className="mt-2">
            <h3 className="pb-1 text-xs font-medium text-ink-3">{t(`help.${section}`)}</h3>
            <dl>
              {ACTIONS.filter((a) => a.section === section && keysOf(a, own)).map((a) => (
                <div key={a.id} className="flex h-8 items-center justify-between border-b border-line last:border-0">
                  <dt className="text-sm">{t(a.label(scene))}</dt>
                  <dd>
                    <Keys value={keysOf(a, own) ?? ""} />
                    <span className="sr-only">{keysOf(a, own)}</span>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
