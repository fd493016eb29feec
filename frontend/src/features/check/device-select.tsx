// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { choose, useSettings } from "@/core/settings";
import type { Devices } from "@/hooks/useDevices";
import { Select } from "@/ui/select";

export type DeviceKind = "microphone" | "speaker" | "ringer";

const DEFAULT = "default";

export function DeviceSelect({ kind, devices, id }: { kind: DeviceKind; devices: Devices; id?: string }) {
  const { t } = useTranslation();
  const chosen = useSettings((s) => s[kind]);
  const list = kind === "microphone" ? devices.inputs : devices.outputs;
  const named = list
    .filter((d) => d.deviceId && d.deviceId !== DEFAULT)
    .map((d, i) => ({
      value: d.deviceId,
      label: d.label || t(`check.unnamed_${kind === "microphone" ? "in" : "out"}`, { n: i + 1 }),
    }));
  const choices = [{ value: DEFAULT, label: t("check.default_device") }, ...named];
  const value = chosen && named.some((d) => d.value === chosen) ? chosen : DEFAULT;
  return (
    <Select
      {...(id ? { id } : {})}
      label={t(`check.${kind}`)}
      value={value}
      choices={choices}
      onChange={(v) => choose({ [kind]: v === DEFAULT ? null : v })}
    />
  );
}
