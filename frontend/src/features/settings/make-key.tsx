// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { identity } from "@/api/identity";
import { useDesk } from "@/core/store";
import { Alert } from "@/features/login/heading";
import { faultText } from "@/hooks/useActions";
import { i18n } from "@/i18n";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input, Labelled } from "@/ui/field";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast";

const DAYS = ["7", "30", "90", "365"];

/** What a right is called; one that is newer than our words, by its id. */
export const rightName = (right: string): string => {
  const word = `right.${right.replaceAll(".", "_")}`;
  return i18n.exists(word) ? i18n.t(word) : right;
};

export function MakeKey({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const [key, setKey] = useState("");
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("keys.new")}
      description={t(key ? "keys.made_text" : "keys.new_text")}
      className="top-[max(12px,6vh)]"
    >
      <div className="overflow-y-auto px-5 pb-5">
        {key ? <Made value={key} onClose={onClose} /> : <Wish onMade={setKey} />}
      </div>
    </Dialog>
  );
}

function Wish({ onMade }: { onMade(key: string): void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const mine = useDesk((s) => s.me?.rights) ?? [];
  const [name, setName] = useState("");
  const [days, setDays] = useState("90");
  const [rights, setRights] = useState<readonly string[]>([]);
  const [fault, setFault] = useState("");
  const flip = (right: string) =>
    setRights(rights.includes(right) ? rights.filter((r) => r !== right) : [...rights, right]);
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    try {
      const made = await identity.makeKey({ name, days: Number(days), rights: [...rights] });
      void client.invalidateQueries({ queryKey: ["my-keys"] });
      onMade(made.key);
    } catch (error) {
      setFault(faultText(error));
    }
  };
  return (
    <form onSubmit={(e) => void submit(e)} className="space-y-4">
      <Labelled label={t("keys.name")}>
        {(id) => (
          <Input
            id={id}
            value={name}
            maxLength={100}
            onChange={(e) => setName(e.target.value)}
            required
            autoFocus
            autoComplete="off"
          />
        )}
      </Labelled>
      <Labelled label={t("keys.days")}>
        {(id) => (
          <Select
            id={id}
            label={t("keys.days")}
            value={days}
            onChange={setDays}
            choices={DAYS.map((value) => ({ value, label: t("keys.for_days", { count: Number(value) }) }))}
          />
        )}
      </Labelled>
      <fieldset>
        <legend className="pb-1.5 text-sm font-medium text-ink-2">{t("keys.may")}</legend>
        <div className="grid max-h-[252px] gap-x-4 overflow-y-auto rounded-lg border border-line-2 p-2 sm:grid-cols-2">
          {mine.map((right) => (
            <label key={right} className="flex min-h-8 items-center gap-2 text-sm">
              <input
                type="checkbox"
                className="size-4 shrink-0 accent-accent"
                checked={rights.includes(right)}
                onChange={() => flip(right)}
              />
              {rightName(right)}
            </label>
          ))}
        </div>
      </fieldset>
      <Alert text={fault} />
      <Button tone="accent" size="lg" type="submit" disabled={!name.trim() || rights.length === 0} className="w-full">
        {t("keys.make")}
      </Button>
    </form>
  );
}

function Made({ value, onClose }: { value: string; onClose(): void }) {
  const { t } = useTranslation();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      toast("done", t("keys.copied"));
    } catch {
      toast("fault", t("fault.unknown"));
    }
  };
  return (
    <div className="space-y-4">
      <code data-testid="key" className="block rounded-lg bg-sunken p-3 text-sm break-all select-all">
        {value}
      </code>
      <p className="text-xs text-ink-3">{t("keys.how")}</p>
      <div className="flex justify-end gap-2">
        <Button onClick={() => void copy()}>{t("keys.copy")}</Button>
        <Button tone="accent" onClick={onClose}>
          {t("common.done")}
        </Button>
      </div>
    </div>
  );
}
