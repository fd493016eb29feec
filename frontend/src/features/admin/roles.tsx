// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { people } from "@/api/admin";
import { Spinner } from "@/ui/bits";
import { Dialog } from "@/ui/dialog";

/** What each role may do. */
export function Roles({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const { data } = useQuery({ queryKey: ["roles"], queryFn: () => people.roles(), staleTime: 60_000 });
  return (
    <Dialog open onClose={onClose} title={t("admin.roles")} description={t("admin.roles_text")}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
      <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5" tabIndex={0}>
        {!data && <Spinner label={t("common.loading")} />}
        {data?.roles.map(({ role, rights }) => (
          <section key={role} className="border-t border-line py-2.5 first:border-0">
            <h3 className="text-sm font-semibold">{t(`role.${role}`)}</h3>
            <ul className="mt-1 list-disc pl-5 text-xs text-ink-2">
              {rights.map((right) => (
                <li key={right}>{t(`right.${right.replaceAll(".", "_")}`, { defaultValue: right })}</li>
              ))}
              {rights.length === 0 && <li>{t("admin.no_rights")}</li>}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
