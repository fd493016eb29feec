// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { QueueWhole } from "@/api/types";
import { Button, IconButton } from "@/ui/button";
import { Input } from "@/ui/field";
import { X } from "@/ui/icons";
import { PromptChoice } from "./hours-choice";

type Texts = NonNullable<QueueWhole["announcements"]>;

/** What waiting callers hear in turn: a prompt of the house's own, or a text for its voice. */
export function Announcements({ value, onChange }: { value: Texts; onChange(value: Texts): void }) {
  const { t } = useTranslation();
  const set = (n: number, patch: Partial<Texts[number]>) =>
    onChange(value.map((was, i) => (i === n ? { ...was, ...patch } : was)));
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="pb-1 text-sm font-medium text-ink-2">{t("field.announcements")}</legend>
      {value.map((text, n) => (
        <div key={n} className="flex flex-col gap-2 rounded-lg border border-line p-2.5">
          <div className="flex items-end gap-2">
            <div className="min-w-0 flex-1">
              <PromptChoice
                kind="announcement"
                label={t("admin.announcement_n", { n: n + 1 })}
                none={t("admin.closed_spoken")}
                value={text.prompt_id ?? ""}
                onChange={(prompt_id) => set(n, { prompt_id })}
              />
            </div>
            <IconButton
              icon={X}
              label={t("admin.remove_of", { name: t("admin.announcement_n", { n: n + 1 }) })}
              onClick={() => onChange(value.filter((_, i) => i !== n))}
            />
          </div>
          {!text.prompt_id &&
            (["zh", "en"] as const).map((language) => (
              <Input
                key={language}
                aria-label={t("admin.announcement_in", { n: n + 1, language: t(`admin.language_${language}`) })}
                placeholder={t(`admin.language_${language}`)}
                value={text[language] ?? ""}
                maxLength={500}
                onChange={(e) => set(n, { [language]: e.target.value })}
              />
            ))}
        </div>
      ))}
      <Button
        size="sm"
        className="self-start"
        disabled={value.length >= 20}
        onClick={() => onChange([...value, { zh: "", en: "", prompt_id: "" }])}
      >
        {t("admin.add")}
      </Button>
    </fieldset>
  );
}
