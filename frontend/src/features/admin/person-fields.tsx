// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { people } from "@/api/admin";
import { Input, Labelled } from "@/ui/field";
import { Select } from "@/ui/select";

export interface PersonForm {
  login: string;
  name: string;
  language: "zh" | "en";
  number: string;
  branch: string;
  roles: string[];
}

export function PersonFields({ form, onChange }: { form: PersonForm; onChange(patch: Partial<PersonForm>): void }) {
  const { t } = useTranslation();
  const { data } = useQuery({ queryKey: ["roles"], queryFn: () => people.roles(), staleTime: 60_000 });
  const toggle = (role: string, on: boolean) =>
    onChange({ roles: on ? [...form.roles, role] : form.roles.filter((r) => r !== role) });
  return (
    <>
      <div className="grid grid-cols-1 gap-3 sm:grid-cols-2">
        {(["name", "login", "number", "branch"] as const).map((name) => (
          <Labelled key={name} label={t(`admin.person_${name}`)}>
            {(id) => (
              <Input
                id={id}
                value={form[name]}
                maxLength={name === "number" ? 64 : 100}
                autoComplete="off"
                onChange={(e) => onChange({ [name]: e.target.value })}
              />
            )}
          </Labelled>
        ))}
        <Labelled label={t("admin.person_language")}>
          {(id) => (
            <Select
              id={id}
              label={t("admin.person_language")}
              value={form.language}
              choices={["zh", "en"].map((value) => ({ value, label: t(`admin.language_${value}`) }))}
              onChange={(language) => onChange({ language: language as PersonForm["language"] })}
            />
          )}
        </Labelled>
      </div>
      <fieldset className="mt-4">
        <legend className="pb-1 text-sm font-medium text-ink-2">{t("admin.person_roles")}</legend>
        <div className="grid grid-cols-2 gap-x-4 sm:grid-cols-3">
          {(data?.roles ?? []).map(({ role, may_give }) => (
            <label key={role} className="flex min-h-8 items-center gap-2 text-sm">
              <input
                type="checkbox"
                className="size-4 accent-accent"
                disabled={!may_give}
                checked={form.roles.includes(role)}
                onChange={(e) => toggle(role, e.target.checked)}
              />
              {t(`role.${role}`)}
            </label>
          ))}
        </div>
      </fieldset>
    </>
  );
}
