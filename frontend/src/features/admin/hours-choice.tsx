// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { hours, type PromptKind, prompts } from "@/api/admin";
import { Labelled } from "@/ui/field";
import { Select } from "@/ui/select";

interface ChoiceProps {
  value: string;
  onChange(id: string): void;
}

export function HoursChoice({ value, onChange }: ChoiceProps) {
  const { t } = useTranslation();
  const { data } = useQuery({ queryKey: ["hours"], queryFn: () => hours.every() });
  const choices = (data?.hours ?? []).map((h) => ({ value: h.hours_id, label: h.name }));
  return (
    <Labelled label={t("field.hours_id")}>
      {(id) => (
        <Select
          id={id}
          label={t("field.hours_id")}
          value={value}
          choices={[{ value: "", label: t("admin.always_open") }, ...choices]}
          onChange={onChange}
        />
      )}
    </Labelled>
  );
}

export function PromptChoice({
  value,
  onChange,
  kind,
  label,
  none,
}: ChoiceProps & { kind: PromptKind; label: string; none: string }) {
  const { data } = useQuery({ queryKey: ["prompts"], queryFn: () => prompts.every() });
  const choices = (data?.prompts ?? [])
    .filter((p) => p.kind === kind && p.versions.length > 0)
    .map((p) => ({ value: p.prompt_id, label: p.name }));
  return (
    <Labelled label={label}>
      {(id) => (
        <Select
          id={id}
          label={label}
          value={value}
          choices={[{ value: "", label: none }, ...choices]}
          onChange={onChange}
        />
      )}
    </Labelled>
  );
}
