// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { identity, type Protected } from "@/api/identity";
import { dayOf } from "@/features/settings/security";
import { faultText } from "@/hooks/useActions";
import { Empty, PanelHead, Spinner } from "@/ui/bits";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { ShieldCheck } from "@/ui/icons";
import { toast } from "@/ui/toast";

const ROLES = ["owner", "admin", "supervisor", "agent", "employee", "guest"];

/** Who must log in with a second factor, and who lost theirs. */
export function Security() {
  const { t } = useTranslation();
  return (
    <section aria-label={t("admin.security")} className="sheet flex min-h-0 min-w-0 flex-1 flex-col overflow-y-auto">
      <PanelHead title={t("admin.security")} />
      <div className="space-y-6 px-4 pb-4">
        <Policy />
        <People />
      </div>
    </section>
  );
}

function Policy() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: ["identity-policy"], queryFn: identity.policy });
  const roles = data?.second_factor_roles ?? [];
  const flip = async (role: string) => {
    try {
      const wanted = roles.includes(role) ? roles.filter((r) => r !== role) : [...roles, role];
      client.setQueryData(["identity-policy"], await identity.changePolicy(wanted));
    } catch (error) {
      toast("fault", faultText(error));
    }
  };
  if (!data) return <Spinner label={t("common.loading")} />;
  return (
    <fieldset>
      <legend className="text-sm font-medium">{t("factor.policy")}</legend>
      <p className="mt-0.5 mb-2 max-w-150 text-xs text-ink-3">{t("factor.policy_text")}</p>
      <div className="flex flex-wrap gap-x-6 gap-y-1">
        {ROLES.map((role) => (
          <label key={role} className="flex min-h-8 items-center gap-2 text-sm">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={roles.includes(role)}
              onChange={() => void flip(role)}
            />
            {t(`factor.role_${role}`)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function People() {
  const { t } = useTranslation();
  const [lost, setLost] = useState<Protected | null>(null);
  const { data } = useQuery({ queryKey: ["second-factors"], queryFn: identity.protected });
  const people = data?.people ?? [];
  return (
    <div>
      <h3 className="text-sm font-medium">{t("factor.people")}</h3>
      {data && people.length === 0 && <Empty icon={ShieldCheck} title={t("factor.nobody")} />}
      <ul className="divide-y divide-line">
        {people.map((each) => (
          <li key={each.user_id} className="flex flex-wrap items-center gap-3 py-3">
            <div className="min-w-44 flex-1">
              <p className="text-sm font-medium break-words">{each.name}</p>
              <p className="text-xs text-ink-3">
                {each.login} · {t("factor.since", { day: dayOf(each.since) })}
              </p>
            </div>
            <Button size="sm" tone="stop-quiet" aria-label={t("factor.reset_of", each)} onClick={() => setLost(each)}>
              {t("factor.reset")}
            </Button>
          </li>
        ))}
      </ul>
      {lost && <Reset person={lost} onClose={() => setLost(null)} />}
    </div>
  );
}

function Reset({ person, onClose }: { person: Protected; onClose(): void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const reset = async () => {
    try {
      await identity.reset(person.user_id);
      onClose();
    } catch (error) {
      toast("fault", faultText(error));
    }
    void client.invalidateQueries({ queryKey: ["second-factors"] });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("factor.reset_of", person)}
      description={t("factor.reset_text")}
      footer={
        <Button tone="stop" onClick={() => void reset()}>
          {t("factor.reset")}
        </Button>
      }
    >
      {null}
    </Dialog>
  );
}
