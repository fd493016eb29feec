// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SeatRules } from "@/api/admin";
import { api } from "@/api/client";
import { Button, IconButton } from "@/ui/button";
import { Input } from "@/ui/field";
import { X } from "@/ui/icons";
import { Switch } from "@/ui/switch";
import { PromptChoice } from "./hours-choice";
import { NumberField } from "./number-field";

export interface SeatFieldsProps {
  seat: SeatRules | null;
  freeNumber: string;
  onChange(seat: SeatRules | null): void;
}

const FIELD = "w-24!";

export function SeatFields({ seat, freeNumber, onChange }: SeatFieldsProps) {
  const { t } = useTranslation();
  const patch = (change: Partial<SeatRules>) => seat && onChange({ ...seat, ...change });
  const sit = (on: boolean) =>
    onChange(
      on
        ? { agent_number: freeNumber, level: 1, seat: Number(freeNumber) || 0, ringback: "", queues: [], skills: {} }
        : null,
    );
  return (
    <fieldset className="mt-5 border-t border-line pt-3">
      <legend className="sr-only">{t("admin.seat")}</legend>
      <div className="flex items-center justify-between">
        <span aria-hidden className="text-sm font-semibold">
          {t("admin.is_agent")}
        </span>
        <Switch label={t("admin.is_agent")} checked={seat !== null} onChange={sit} />
      </div>
      {seat && (
        <>
          <div className="mt-2 flex flex-wrap gap-4 text-sm">
            <span className="flex items-center gap-2">
              <span aria-hidden>{t("admin.seat_number")}</span>
              <Input
                aria-label={t("admin.seat_number")}
                className={FIELD}
                inputMode="numeric"
                maxLength={16}
                value={seat.agent_number}
                onChange={(e) => patch({ agent_number: e.target.value.replace(/\D/g, "") })}
              />
            </span>
            {(["level", "seat"] as const).map((name) => (
              <span key={name} className="flex items-center gap-2">
                <span aria-hidden>{t(`admin.seat_${name}`)}</span>
                <NumberField
                  label={t(`admin.seat_${name}`)}
                  className={FIELD}
                  min={name === "level" ? 1 : 0}
                  max={name === "level" ? 100 : 100_000}
                  value={seat[name] ?? 0}
                  onChange={(n) => n !== null && patch({ [name]: n })}
                />
              </span>
            ))}
          </div>
          <div className="mt-3 flex flex-col gap-1">
            <PromptChoice
              kind="music"
              label={t("field.ringback")}
              none={t("admin.ringback_none")}
              value={seat.ringback ?? ""}
              onChange={(ringback) => patch({ ringback })}
            />
            <p className="text-xs text-ink-3">{t("admin.ringback_text")}</p>
          </div>
          <SeatQueues seat={seat} onChange={(queues) => patch({ queues })} />
          <SeatSkills skills={seat.skills ?? {}} onChange={(skills) => patch({ skills })} />
        </>
      )}
    </fieldset>
  );
}

type Queues = NonNullable<SeatRules["queues"]>;

function SeatQueues({ seat, onChange }: { seat: SeatRules; onChange(queues: Queues): void }) {
  const { t } = useTranslation();
  const { data } = useQuery({ queryKey: ["queues"], queryFn: () => api.queues() });
  const served = seat.queues ?? [];
  return (
    <fieldset className="mt-3">
      <legend className="text-sm font-medium text-ink-2">{t("admin.seat_queues")}</legend>
      <ul>
        {(data?.queues ?? []).map(({ id, name }) => {
          const mine = served.find((s) => s.queue_id === id);
          const others = served.filter((s) => s.queue_id !== id);
          return (
            <li key={id} className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 text-sm">
              <label className="flex min-w-32 flex-1 items-center gap-2 break-words">
                <input
                  type="checkbox"
                  className="size-4 accent-accent"
                  checked={mine !== undefined}
                  onChange={(e) =>
                    onChange(e.target.checked ? [...others, { queue_id: id, position: 0, weight: 1 }] : others)
                  }
                />
                {name}
              </label>
              {mine &&
                (["position", "weight"] as const).map((field) => (
                  <span key={field} className="flex items-center gap-1.5 text-xs text-ink-3">
                    <span aria-hidden>{t(`admin.seat_${field}`)}</span>
                    <NumberField
                      label={t("admin.seat_of_queue", { what: t(`admin.seat_${field}`), name })}
                      className="h-8! w-18!"
                      min={field === "weight" ? 1 : 0}
                      max={field === "weight" ? 100 : 100_000}
                      value={mine[field] ?? 0}
                      onChange={(n) =>
                        n !== null && onChange(served.map((s) => (s === mine ? { ...s, [field]: n } : s)))
                      }
                    />
                  </span>
                ))}
            </li>
          );
        })}
      </ul>
    </fieldset>
  );
}

function SeatSkills({
  skills,
  onChange,
}: {
  skills: Record<string, number>;
  onChange(s: Record<string, number>): void;
}) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const add = () => {
    if (!name.trim()) return;
    onChange({ ...skills, [name.trim()]: 1 });
    setName("");
  };
  return (
    <fieldset className="mt-3">
      <legend className="text-sm font-medium text-ink-2">{t("admin.seat_skills")}</legend>
      <ul>
        {Object.entries(skills).map(([skill, level]) => (
          <li key={skill} className="flex min-h-10 items-center gap-3 text-sm">
            <span className="min-w-0 flex-1 break-words">{skill}</span>
            <NumberField
              label={t("admin.skill_level", { skill })}
              className="h-8! w-18!"
              min={1}
              max={100}
              value={level}
              onChange={(n) => n !== null && onChange({ ...skills, [skill]: n })}
            />
            <IconButton
              icon={X}
              size="sm"
              label={t("admin.remove_of", { name: skill })}
              onClick={() => onChange(Object.fromEntries(Object.entries(skills).filter(([s]) => s !== skill)))}
            />
          </li>
        ))}
      </ul>
      <div className="mt-1 flex gap-2">
        <Input
          aria-label={t("admin.new_skill")}
          placeholder={t("admin.new_skill")}
          value={name}
          maxLength={40}
          onChange={(e) => setName(e.target.value)}
          onKeyDown={(e) => {
            if (e.key !== "Enter") return;
            e.preventDefault();
            add();
          }}
        />
        <Button disabled={!name.trim()} onClick={add}>
          {t("admin.add")}
        </Button>
      </div>
    </fieldset>
  );
}
