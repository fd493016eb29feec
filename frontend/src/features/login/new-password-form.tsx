// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { identity } from "@/api/identity";
import { useSettings } from "@/core/settings";
import { Button } from "@/ui/button";
import { hasExpired, type MiddleStepProps } from "./code-form";
import { Alert, Heading } from "./heading";
import { OwnPassword, poorText, useOwnPassword } from "./own-password";

/** Who comes with an initial password, which somebody else knows, chooses their own before anything else. */
export function NewPasswordForm({ ticket, onIn, onAsked, onBack }: MiddleStepProps) {
  const { t } = useTranslation();
  const change = async (password: string) => {
    const got = await identity.withNewPassword(ticket, password);
    if ("ticket" in got) onAsked(got);
    else onIn(got);
  };
  const { own, setOwn, busy, fault, submit } = useOwnPassword(change, (error) => {
    if (!hasExpired(error)) return poorText(error, t);
    onBack("expired");
    return "";
  });
  return (
    <form onSubmit={submit} className="w-full max-w-80" aria-labelledby="own-title">
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
