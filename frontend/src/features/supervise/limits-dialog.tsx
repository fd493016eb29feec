// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input, Labelled } from "@/ui/field";
import { useLimits } from "./limits";
import { LIMITS, type Limits } from "./view";

const NAMES = ["wait", "talking", "wrap_up", "break", "ringing"] as const;
const LONGEST = 86_400;

/** A limit that can be meant; anything else leaves it as it was. */
export function limitOf(text: string, before: number): number {
  const seconds = Number(text);
  return text.trim() !== "" && Number.isInteger(seconds) && seconds >= 1 && seconds <= LONGEST ? seconds : before;
}

export function LimitsDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const now = useLimits();
  const [form, setForm] = useState<Record<keyof Limits, string>>(() => texts(now));
  const save = () => {
    useLimits.setState(Object.fromEntries(NAMES.map((name) => [name, limitOf(form[name], now[name])])));
    onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("supervise.limits")}
      description={t("supervise.limits_text")}
      footer={
        <>
          <Button tone="quiet" onClick={() => setForm(texts(LIMITS))}>
            {t("supervise.limits_default")}
          </Button>
          <Button tone="accent" type="submit" form="limits">
            {t("common.done")}
          </Button>
        </>
      }
    >
      <form
        id="limits"
        className="grid grid-cols-2 gap-3 px-5 pb-5"
        onSubmit={(e) => {
          e.preventDefault();
          save();
        }}
      >
        {NAMES.map((name) => (
          <Labelled key={name} label={t(`supervise.limit_${name}`)}>
            {(id) => (
              <Input
                id={id}
                type="number"
                inputMode="numeric"
                min={1}
                max={LONGEST}
                value={form[name]}
                onChange={(e) => setForm({ ...form, [name]: e.target.value })}
              />
            )}
          </Labelled>
        ))}
      </form>
    </Dialog>
  );
}

function texts(limits: Limits): Record<keyof Limits, string> {
  return Object.fromEntries(NAMES.map((name) => [name, String(limits[name])])) as Record<keyof Limits, string>;
}
