// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Check, Download } from "@/ui/icons";

export interface RecoveryCodesProps {
  codes: readonly string[];
  onDone(): void;
}

/** The codes, this once. Nobody leaves without having said that they are kept. */
export function RecoveryCodes({ codes, onDone }: RecoveryCodesProps) {
  const { t } = useTranslation();
  const [kept, setKept] = useState(false);
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`HeadCall\n\n${codes.join("\n")}\n`], { type: "text/plain" }));
    link.download = "headcall-recovery-codes.txt";
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <div className="space-y-4">
      <ol aria-label={t("factor.codes_title")} className="grid grid-cols-2 gap-x-6 gap-y-1 rounded-xl bg-sunken p-4">
        {codes.map((code) => (
          <li key={code} className="figures text-center font-mono text-sm select-all">
            {code}
          </li>
        ))}
      </ol>
      <Button icon={Download} onClick={save}>
        {t("factor.save")}
      </Button>
      <label className="flex items-start gap-2.5 text-sm">
        <input type="checkbox" className="mt-0.5 size-4 accent-accent" checked={kept} onChange={() => setKept(!kept)} />
        {t("factor.kept")}
      </label>
      <Button tone="accent" size="lg" icon={Check} disabled={!kept} onClick={onDone} className="w-full">
        {t("common.done")}
      </Button>
    </div>
  );
}
