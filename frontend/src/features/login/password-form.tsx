// SPDX-License-Identifier: Apache-2.0
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { type Challenge, identity } from "@/api/identity";
import { choose, useSettings } from "@/core/settings";
import type { Me } from "@/core/wire";
import { faultText } from "@/hooks/useActions";
import { Button } from "@/ui/button";
import { Input, Labelled } from "@/ui/field";
import { CompanyLogIn } from "./company";
import { Alert, Heading } from "./heading";

export interface PasswordFormProps {
  notice: string;
  onIn(me: Me): void;
  onAsked(next: Challenge): void;
}

export function PasswordForm({ notice, onIn, onAsked }: PasswordFormProps) {
  const { t } = useTranslation();
  const [login, setLogin] = useState(useSettings.getState().login);
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState(notice);
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setFault("");
    try {
      const got = await identity.logIn(login.trim(), password);
      choose({ login: login.trim() });
      if ("ticket" in got) onAsked(got);
      else onIn(got);
    } catch (error) {
      setFault(error instanceof ApiError && error.status === 401 ? t("fault.bad-credentials") : faultText(error));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(e) => void submit(e)} className="w-full max-w-80" aria-labelledby="login-title">
      <Heading id="login-title" title={t("login.title")}>
        {t("login.text")}
      </Heading>
      <div className="space-y-4">
        <Labelled label={t("login.login")}>
          {(id) => (
            <Input
              id={id}
              className="h-11 text-base"
              value={login}
              onChange={(e) => setLogin(e.target.value)}
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              required
              autoFocus={!login}
            />
          )}
        </Labelled>
        <Labelled label={t("login.password")}>
          {(id) => (
            <Input
              id={id}
              className="h-11 text-base"
              type="password"
              value={password}
              onChange={(e) => setPassword(e.target.value)}
              autoComplete="current-password"
              required
              autoFocus={!!login}
            />
          )}
        </Labelled>
        <Alert text={fault} />
        <Button tone="accent" size="lg" type="submit" disabled={busy} className="w-full">
          {t(busy ? "login.busy" : "login.go")}
        </Button>
      </div>
      <CompanyLogIn />
    </form>
  );
}
