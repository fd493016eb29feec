// SPDX-License-Identifier: Apache-2.0
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { identity } from "@/api/identity";
import { useSettings } from "@/core/settings";
import { Button } from "@/ui/button";
import { hasExpired, type MiddleStepProps } from "./code-form";
import { Alert, Heading } from "./heading";
import { OwnPassword, poorText } from "./own-password";

/** Who comes with an initial password, which somebody else knows, chooses their own before anything else. */
export function NewPasswordForm({ ticket, onIn, onAsked, onBack }: MiddleStepProps) {
  const { t } = useTranslation();
  const [own, setOwn] = useState({ password: "", again: "" });
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    if (own.password !== own.again) return setFault(t("login.not_the_same"));
    setBusy(true);
    setFault("");
    try {
      const got = await identity.withNewPassword(ticket, own.password);
      if ("ticket" in got) onAsked(got);
      else onIn(got);
    } catch (error) {
      if (hasExpired(error)) return onBack("expired");
      setFault(poorText(error, t));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(e) => void submit(e)} className="w-full max-w-80" aria-labelledby="own-title">
      <Heading id="own-title" title={t("login.own_title")}>
        {t("login.own_text")}
      </Heading>
      <div className="space-y-4">
        {/* So that the browser's keeper of passwords knows whose this is. */}
        <input type="text" className="hidden" autoComplete="username" readOnly value={useSettings.getState().login} />
        <OwnPassword value={own} onChange={setOwn} autoFocus className="h-11 text-base" />
        <Alert text={fault} />
        <Button tone="accent" size="lg" type="submit" disabled={busy} className="w-full">
          {t(busy ? "login.busy" : "login.own_go")}
        </Button>
        <Button tone="quiet" onClick={() => onBack("wish")}>
          {t("login.back")}
        </Button>
      </div>
    </form>
  );
}
