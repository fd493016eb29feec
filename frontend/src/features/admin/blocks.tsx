// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { numbers } from "@/api/admin";
import { dialled, shownNumber } from "@/core/number";
import { faultText } from "@/hooks/useActions";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input, Labelled } from "@/ui/field";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast";
import { NumberField } from "./number-field";

const NEW = { name: "", first: "", count: 100 as number | null };
const RANGE = { first: "", last: "", branch: "", isp: "", staff: "" };

/** Blocks of numbers, and what a range of them is for. */
export function Blocks({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: ["admin-blocks"], queryFn: () => numbers.blocks() });
  const attempt = async (work: () => Promise<unknown>, said: string) => {
    try {
      await work();
      await client.invalidateQueries({ queryKey: ["admin-blocks"] });
      await client.invalidateQueries({ queryKey: ["admin-numbers"] });
      toast("done", said);
      return true;
    } catch (error) {
      toast("fault", faultText(error));
      return false;
    }
  };
  return (
    <Dialog open onClose={onClose} title={t("admin.blocks")} className="w-[min(640px,calc(100vw-24px))]!">
      <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">
        <ul className="divide-y divide-line">
          {(data?.blocks ?? []).map((b) => (
            <li key={b.block_id} className="flex items-center gap-3 py-2">
              <div className="min-w-0 flex-1">
                <p className="text-sm font-medium break-words">{b.name}</p>
                <p className="figures text-xs text-ink-3">
                  {shownNumber(b.first)} – {shownNumber(b.last)}
                  {" · "}
                  {t("admin.block_free", { free: b.free, total: b.total })}
                </p>
                <progress className="mt-1 block h-1.5 w-full" max={b.total} value={b.used} aria-label={b.name} />
              </div>
              <Button
                size="sm"
                tone="stop-quiet"
                disabled={b.used > 0}
                aria-label={t("admin.remove_of", { name: b.name })}
                onClick={() => void attempt(() => numbers.removeBlock(b.block_id), t("admin.done"))}
              >
                {t("admin.remove")}
              </Button>
            </li>
          ))}
        </ul>
        <NewBlock attempt={attempt} />
        <Range attempt={attempt} />
      </div>
    </Dialog>
  );
}

type Attempt = (work: () => Promise<unknown>, said: string) => Promise<boolean>;

function NewBlock({ attempt }: { attempt: Attempt }) {
  const { t } = useTranslation();
  const [form, setForm] = useState(NEW);
  const isWhole = form.name.trim() && dialled(form.first).length === 11 && form.count !== null;
  const add = async () => {
    const block = { name: form.name, first: dialled(form.first), count: form.count ?? 0 };
    if (await attempt(() => numbers.addBlock(block), t("admin.done"))) setForm(NEW);
  };
  return (
    <fieldset className="mt-4 border-t border-line pt-3">
      <legend className="float-left mb-2 w-full text-sm font-semibold">{t("admin.new_block")}</legend>
      <div className="clear-both grid grid-cols-1 gap-3 sm:grid-cols-[1fr_1fr_6rem_auto] sm:items-end">
        <Labelled label={t("admin.name")}>
          {(id) => (
            <Input
              id={id}
              value={form.name}
              maxLength={100}
              onChange={(e) => setForm({ ...form, name: e.target.value })}
            />
          )}
        </Labelled>
        <Labelled label={t("admin.block_first")}>
          {(id) => (
            <Input
              id={id}
              value={form.first}
              maxLength={24}
              inputMode="numeric"
              onChange={(e) => setForm({ ...form, first: e.target.value })}
            />
          )}
        </Labelled>
        <div className="flex flex-col gap-1.5 text-sm font-medium text-ink-2">
          <span aria-hidden>{t("admin.block_count")}</span>
          <NumberField
            label={t("admin.block_count")}
            value={100}
            min={1}
            max={10_000}
            onChange={(count) => setForm({ ...form, count })}
          />
        </div>
        <Button tone="accent" disabled={!isWhole} onClick={() => void add()}>
          {t("admin.add")}
        </Button>
      </div>
    </fieldset>
  );
}

function Range({ attempt }: { attempt: Attempt }) {
  const { t } = useTranslation();
  const [form, setForm] = useState(RANGE);
  const set = async () => {
    const { first, last, branch, isp, staff } = form;
    const range = { first: dialled(first), last: dialled(last), branch, isp, staff: staff as "" };
    if (await attempt(() => numbers.setRange(range), t("admin.done"))) setForm(RANGE);
  };
  return (
    <fieldset className="mt-4 border-t border-line pt-3">
      <legend className="float-left mb-2 w-full text-sm font-semibold">{t("admin.range_title")}</legend>
      <div className="clear-both grid grid-cols-1 gap-3 sm:grid-cols-2">
        {(["first", "last", "branch", "isp"] as const).map((name) => (
          <Labelled key={name} label={t(`admin.range_${name}`)}>
            {(id) => (
              <Input
                id={id}
                value={form[name]}
                maxLength={100}
                onChange={(e) => setForm({ ...form, [name]: e.target.value })}
              />
            )}
          </Labelled>
        ))}
        <Labelled label={t("field.staff")}>
          {(id) => (
            <Select
              id={id}
              label={t("field.staff")}
              value={form.staff}
              choices={["", "overseas", "travelling"].map((s) => ({
                value: s,
                label: t(`admin.staff_${s || "office"}`),
              }))}
              onChange={(staff) => setForm({ ...form, staff })}
            />
          )}
        </Labelled>
        <Button className="self-end" disabled={!dialled(form.first) || !dialled(form.last)} onClick={() => void set()}>
          {t("admin.range_set")}
        </Button>
      </div>
    </fieldset>
  );
}
