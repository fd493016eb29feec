// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type PersonIn, people } from "@/api/admin";
import { faultText } from "@/hooks/useActions";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { toast } from "@/ui/toast";
import { InitialPassword } from "./initial-password";
import { PersonFields, type PersonForm } from "./person-fields";

const NOBODY: PersonForm = { login: "", name: "", language: "zh", number: "", branch: "", roles: ["employee"] };

export function PersonMaker({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [form, setForm] = useState(NOBODY);
  const [made, setMade] = useState<{ login: string; password: string } | null>(null);
  const isComplete = form.login.trim() && form.name.trim() && form.roles.length > 0;
  const make = async () => {
    try {
      const person = await people.make({ ...form, number: form.number.trim() || null } as PersonIn);
      await client.invalidateQueries({ queryKey: ["admin-people"] });
      setMade({ login: person.login, password: person.initial_password ?? "" });
    } catch (error) {
      toast("fault", faultText(error));
    }
  };
  if (made) return <InitialPassword login={made.login} password={made.password} onClose={onClose} />;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("admin.new_person")}
      className="w-[min(560px,calc(100vw-24px))]!"
      footer={
        <Button tone="accent" disabled={!isComplete} onClick={() => void make()}>
          {t("admin.create")}
        </Button>
      }
    >
      <form
        className="min-h-0 flex-1 overflow-y-auto px-5 pb-5"
        onSubmit={(e) => {
          e.preventDefault();
          if (isComplete) void make();
        }}
      >
        <PersonFields form={form} onChange={(patch) => setForm((was) => ({ ...was, ...patch }))} />
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
