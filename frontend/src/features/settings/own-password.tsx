// SPDX-License-Identifier: Apache-2.0
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { identity } from "@/api/identity";
import { Alert } from "@/features/login/heading";
import { OwnPassword, poorText } from "@/features/login/own-password";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input, Labelled } from "@/ui/field";
import { toast } from "@/ui/toast";

/** Another password: the old one is asked for, as a page left open is not yet its owner. */
export function ChangePassword({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const [old, setOld] = useState("");
  const [own, setOwn] = useState({ password: "", again: "" });
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    if (own.password !== own.again) return setFault(t("login.not_the_same"));
    setBusy(true);
    setFault("");
    try {
      await identity.changePassword(old, own.password);
      toast("done", t("factor.password_changed"));
      onClose();
    } catch (error) {
      const isWrong = error instanceof ApiError && error.fault.cause === "bad-credentials";
      setFault(isWrong ? t("factor.password_wrong") : poorText(error, t));
      setBusy(false);
    }
  };
  return (
    <Dialog open onClose={onClose} title={t("factor.password_change")} description={t("factor.password_change_text")}>
      <form onSubmit={(e) => void submit(e)} className="flex flex-col gap-4 overflow-y-auto px-5 pb-5">
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
