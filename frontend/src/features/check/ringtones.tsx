// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { choose, useSettings } from "@/core/settings";
import type { Ringtone } from "@/core/sound";
import { Segments } from "@/ui/segments";

const TONES: readonly Ringtone[] = ["soft", "bell", "bright"];

export function Ringtones() {
  const { t } = useTranslation();
  const value = useSettings((s) => s.ringtone);
  return (
    <Segments
      label={t("check.tone")}
      value={value}
      choices={TONES.map((tone) => ({ value: tone, label: t(`ringtone.${tone}`) }))}
      onChange={(v) => choose({ ringtone: v as Ringtone })}
    />
  );
}
