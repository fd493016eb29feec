// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { identity } from "@/api/identity";
import { Alert } from "@/features/login/heading";
import { OwnPassword, poorText, useOwnPassword } from "@/features/login/own-password";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input, Labelled } from "@/ui/field";
import { toast } from "@/ui/toast";

/** Another password: the old one is asked for, as a page left open is not yet its owner. */
export function ChangePassword({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const [old, setOld] = useState("");
  const change = async (password: string) => {
    await identity.changePassword(old, password);
    toast("done", t("factor.password_changed"));
    onClose();
  };
  const { own, setOwn, busy, fault, submit } = useOwnPassword(change, (error) => {
    const isWrong = error instanceof ApiError && error.fault.cause === "bad-credentials";
    return isWrong ? t("factor.password_wrong") : poorText(error, t);
  });
  return (
    <Dialog open onClose={onClose} title={t("factor.password_change")} description={t("factor.password_change_text")}>
      <form onSubmit={submit} className="flex flex-col gap-4 overflow-y-auto px-5 pb-5">
        <Labelled label={t("factor.password_old")}>
          {(id) => (
            <Input
              id={id}
              type="password"
              value={old}
              onChange={(e) => setOld(e.target.value)}
              autoComplete="current-password"
              maxLength={1024}
              required
              autoFocus
            />
          )}
        </Labelled>
        <OwnPassword value={own} onChange={setOwn} />
        <Alert text={fault} />
        <Button tone="accent" type="submit" disabled={busy} className="self-end">
          {t("factor.password_save")}
        </Button>
      </form>
    </Dialog>
  );
}
