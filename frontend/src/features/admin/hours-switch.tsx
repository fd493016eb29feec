// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type HoursOut, hours } from "@/api/admin";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input, Labelled } from "@/ui/field";
import { Segments } from "@/ui/segments";
import { useChange } from "./use-change";

const WAYS = ["open", "closed", "hours"];

/** Day or night by hand: who did it and until when is shown to everybody. */
export function HoursSwitch({ hours: h, onClose }: { hours: HoursOut; onClose(): void }) {
  const { t } = useTranslation();
  const change = useChange("hours");
  const [way, setWay] = useState(h.switch ? (h.switch.is_open ? "open" : "closed") : h.is_open ? "closed" : "open");
  const [until, setUntil] = useState("");
  const set = async () => {
    const to = way === "hours" ? null : way === "open";
    const end = to !== null && until ? new Date(until).toISOString() : null;
    if (await change(() => hours.toggle(h.hours_id, to, end))) onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("admin.switch_of", { name: h.name })}
      footer={
        <Button tone="accent" onClick={() => void set()}>
          {t("admin.switch")}
        </Button>
      }
    >
      <div className="flex flex-col gap-4 px-5 pb-5">
        <Segments
          label={t("admin.switch")}
          value={way}
          choices={WAYS.map((w) => ({ value: w, label: t(`admin.switch_${w}`) }))}
          onChange={setWay}
        />
        {way !== "hours" && (
          <Labelled label={t("admin.until")}>
            {(id) => <Input id={id} type="datetime-local" value={until} onChange={(e) => setUntil(e.target.value)} />}
          </Labelled>
        )}
      </div>
    </Dialog>
  );
}
