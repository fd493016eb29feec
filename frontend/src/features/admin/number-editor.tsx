// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { type AssignmentIn, type NumberOut, numbers, people } from "@/api/admin";
import { api } from "@/api/client";
import { dialled, shownNumber } from "@/core/number";
import { faultText } from "@/hooks/useActions";
import { Button } from "@/ui/button";
import { Input, Labelled } from "@/ui/field";
import { Segments } from "@/ui/segments";
import { Select } from "@/ui/select";
import { Switch } from "@/ui/switch";
import { toast } from "@/ui/toast";
import { fieldWord } from "./field-word";
import { GuardedDialog } from "./guarded-dialog";
import { HoursChoice, PromptChoice } from "./hours-choice";
import { type Difference, differences, isChangedMeanwhile, Meanwhile } from "./meanwhile";

type Kind = AssignmentIn["target_kind"];
type Network = NonNullable<AssignmentIn["networks"]>[number];

const KINDS: readonly (Kind | "switchboard")[] = ["free", "user", "queue", "number", "switchboard"];
const LEADS: readonly Kind[] = ["queue", "number"];
const NETWORKS: readonly Network[] = ["pstn", "phone", "browser"];
const STAFF = ["", "overseas", "travelling"];

const wishOf = (n: NumberOut): AssignmentIn => ({
  target_kind: n.target_kind as Kind,
  target: n.target,
  branch: n.branch,
  isp: n.isp,
  staff: n.staff as NonNullable<AssignmentIn["staff"]>,
  hours_id: n.hours_id,
  networks: n.networks as Network[],
  is_switchboard: n.kind === "switchboard",
  prompt_id: n.prompt_id,
});

/** What a number becomes that is to be used like this; who may call it is as usual, until somebody says otherwise. */
const usedAs = (use: string): Partial<AssignmentIn> => {
  const isSwitchboard = use === "switchboard";
  return {
    target_kind: isSwitchboard ? "queue" : (use as Kind),
    target: "",
    is_switchboard: isSwitchboard,
    networks: use === "queue" || use === "number" ? [...NETWORKS] : ["phone", "browser"],
  };
};

export function NumberEditor({ number, onClose }: { number: NumberOut; onClose(): void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [known, setKnown] = useState(number);
  const [changed, setChanged] = useState<Partial<AssignmentIn>>({});
  const [meanwhile, setMeanwhile] = useState<Difference[]>([]);
  const wish = { ...wishOf(known), ...changed };
  const change = (patch: Partial<AssignmentIn>) => setChanged((was) => ({ ...was, ...patch }));
  const save = async () => {
    try {
      await numbers.assign(known.number, { ...wish, version: known.version });
      await Promise.all(
        ["admin-numbers", "admin-blocks", "admin-people", "queues"].map((key) =>
          client.invalidateQueries({ queryKey: [key] }),
        ),
      );
      onClose();
    } catch (error) {
      toast("fault", faultText(error));
      if (!isChangedMeanwhile(error)) return;
      const page = await numbers.page({ q: known.number, limit: 10, offset: 0 });
      const now = page.numbers.find((n) => n.number === known.number);
      if (!now) return onClose();
      setMeanwhile(differences(known, now, ["version", "target", "kind", "display"]));
      setKnown(now);
    }
  };
  const isWhole = wish.target_kind === "free" || (wish.target && (wish.networks ?? []).length > 0);
  return (
    <GuardedDialog
      isChanged={Object.keys(changed).length > 0}
      onClose={onClose}
      title={shownNumber(known.number)}
      footer={
        <Button tone="accent" disabled={Object.keys(changed).length === 0 || !isWhole} onClick={() => void save()}>
          {t("admin.save")}
        </Button>
      }
    >
      <div className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto px-5 pb-5">
        <Meanwhile changes={meanwhile} word={(name) => fieldWord(t, name)} />
        <Segments
          label={t("admin.number_use")}
          value={wish.is_switchboard ? "switchboard" : wish.target_kind}
          choices={KINDS.map((kind) => ({ value: kind, label: t(`admin.use_${kind}`) }))}
          onChange={(use) => change(usedAs(use))}
        />
        {wish.is_switchboard && (
          <>
            <p className="text-sm text-ink-3">{t("admin.switchboard_text")}</p>
            <PromptChoice
              kind="announcement"
              label={t("admin.switchboard_prompt")}
              none={t("admin.closed_spoken")}
              value={wish.prompt_id ?? ""}
              onChange={(prompt_id) => change({ prompt_id })}
            />
            <div className="flex flex-wrap items-center justify-between gap-2 text-sm font-medium text-ink-2">
              <span aria-hidden>{t("admin.zero_leads")}</span>
              <Segments
                label={t("admin.zero_leads")}
                value={wish.target_kind}
                choices={LEADS.map((kind) => ({ value: kind, label: t(`admin.use_${kind}`) }))}
                onChange={(kind) => change({ target_kind: kind as Kind, target: "" })}
              />
            </div>
          </>
        )}
        <Target
          kind={wish.target_kind}
          value={wish.target ?? ""}
          name={wish.target === known.target ? known.target_name : ""}
          onChange={(target) => change({ target })}
        />
        {(["branch", "isp"] as const).map((name) => (
          <Labelled key={name} label={t(`field.${name}`)}>
            {(id) => (
              <Input
                id={id}
                value={wish[name] ?? ""}
                maxLength={100}
                onChange={(e) => change({ [name]: e.target.value })}
              />
            )}
          </Labelled>
        ))}
        <Labelled label={t("field.staff")}>
          {(id) => (
            <Select
              id={id}
              label={t("field.staff")}
              value={wish.staff ?? ""}
              choices={STAFF.map((s) => ({ value: s, label: t(`admin.staff_${s || "office"}`) }))}
              onChange={(staff) => change({ staff: staff as NonNullable<AssignmentIn["staff"]> })}
            />
          )}
        </Labelled>
        {wish.target_kind !== "free" && (
          <>
            <HoursChoice value={wish.hours_id ?? ""} onChange={(hours_id) => change({ hours_id })} />
            <Reach value={wish.networks ?? []} onChange={(networks) => change({ networks })} />
          </>
        )}
      </div>
    </GuardedDialog>
  );
}

/** From which networks the number may be called. */
function Reach({ value, onChange }: { value: readonly Network[]; onChange(value: Network[]): void }) {
  const { t } = useTranslation();
  return (
    <fieldset className="flex flex-col gap-2 text-sm">
      <legend className="pb-1 font-medium text-ink-2">{t("field.networks")}</legend>
      {NETWORKS.map((network) => (
        <div key={network} className="flex items-center justify-between">
          <span aria-hidden>{t(`admin.network_${network}`)}</span>
          <Switch
            label={t(`admin.network_${network}`)}
            checked={value.includes(network)}
            onChange={(on) => onChange(NETWORKS.filter((n) => (n === network ? on : value.includes(n))))}
          />
        </div>
      ))}
    </fieldset>
  );
}

interface TargetProps {
  kind: Kind;
  value: string;
  name: string;
  onChange(target: string): void;
}

function Target({ kind, value, name, onChange }: TargetProps) {
  const { t } = useTranslation();
  const queues = useQuery({ queryKey: ["queues"], queryFn: () => api.queues(), enabled: kind === "queue" });
  if (kind === "free") return null;
  if (kind === "user") return <PersonChoice value={value} name={name} onChange={onChange} />;
  return (
    <Labelled label={t(`admin.use_${kind}`)}>
      {(id) =>
        kind === "queue" ? (
          <Select
            id={id}
            label={t("admin.use_queue")}
            value={value}
            choices={(queues.data?.queues ?? []).map((q) => ({ value: q.id, label: q.name }))}
            onChange={onChange}
          />
        ) : (
          <Input
            id={id}
            value={value}
            maxLength={32}
            inputMode="tel"
            onChange={(e) => onChange(dialled(e.target.value))}
          />
        )
      }
    </Labelled>
  );
}

/** A few who fit what is typed: there may be thousands. */
function PersonChoice({ value, name, onChange }: Omit<TargetProps, "kind">) {
  const { t } = useTranslation();
  const [q, setQ] = useState("");
  const asked = useDeferredValue(q);
  const { data } = useQuery({
    queryKey: ["admin-people", asked, "choice"],
    queryFn: () => people.page({ q: asked, active: true, limit: 8, offset: 0 }),
    enabled: asked.trim() !== "",
  });
  const found = asked.trim() ? (data?.people ?? []) : [];
  return (
    <div>
      <Labelled label={t("admin.use_user")}>
        {(id) => (
          <Input
            id={id}
            type="search"
            value={q}
            placeholder={name || t("admin.search_people")}
            maxLength={100}
            onChange={(e) => setQ(e.target.value)}
          />
        )}
      </Labelled>
      {found.length > 0 && (
        <div role="radiogroup" aria-label={t("admin.use_user")} className="mt-1.5 flex flex-col">
          {found.map((p) => (
            <label key={p.user_id} className="flex min-h-9 items-center gap-2 rounded-lg px-2 text-sm hover:bg-hover">
              <input
                type="radio"
                name="person"
                className="size-4 accent-accent"
                checked={value === p.user_id}
                onChange={() => onChange(p.user_id)}
              />
              <span className="min-w-0 flex-1 break-words">
                {p.name} <span className="text-ink-3">{p.login}</span>
              </span>
              <span className="figures text-xs text-ink-3">{p.number && shownNumber(p.number)}</span>
            </label>
          ))}
        </div>
      )}
    </div>
  );
}
