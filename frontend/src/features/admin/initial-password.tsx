// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";

/** Shown once: the server keeps its hash alone. */
export function InitialPassword({ login, password, onClose }: { login: string; password: string; onClose(): void }) {
  const { t } = useTranslation();
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("admin.initial_password")}
      description={t("admin.initial_password_text")}
      footer={
        <>
          <Button onClick={() => void navigator.clipboard?.writeText(`${login} ${password}`)}>{t("admin.copy")}</Button>
          <Button tone="accent" onClick={onClose}>
            {t("admin.done")}
          </Button>
        </>
      }
    >
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2 px-5 pb-5 text-sm">
        <dt className="text-ink-3">{t("admin.person_login")}</dt>
        <dd className="break-all">{login}</dd>
        <dt className="text-ink-3">{t("login.password")}</dt>
        <dd className="font-mono break-all select-all" data-testid="initial-password">
          {password}
        </dd>
      </dl>
    </Dialog>
  );
}
