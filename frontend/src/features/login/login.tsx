// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api } from "@/api/client";
import { choose, useSettings } from "@/core/settings";
import { Mark } from "@/features/shell/mark";
import { faultText } from "@/hooks/useActions";
import { languageNow } from "@/i18n";
import { Button } from "@/ui/button";
import { Input, Labelled } from "@/ui/field";
import { Languages } from "@/ui/icons";
import { BrandPanel } from "./brand-panel";

export function Login() {
  const { t } = useTranslation();
  const flip = () => choose({ language: languageNow() === "zh" ? "en" : "zh" });
  return (
    <main className="flex min-h-full">
      <BrandPanel />
      <div className="flex flex-1 flex-col px-6 py-5 lg:bg-sheet">
        <div className="flex items-center justify-between">
          <span className="flex items-center gap-2.5 lg:invisible">
            <Mark size={30} />
            <span className="text-lg font-semibold">HeadCall</span>
          </span>
          <Button tone="quiet" icon={Languages} onClick={flip} lang={languageNow() === "zh" ? "en" : "zh-CN"}>
            {t("login.other_language")}
          </Button>
        </div>
        <div className="flex flex-1 items-center justify-center pb-16">
          <Form />
        </div>
        <p className="text-center text-xs text-ink-3">{t("login.foot")}</p>
      </div>
    </main>
  );
}

function Form() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [login, setLogin] = useState(useSettings.getState().login);
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setFault("");
    try {
      const me = await api.logIn(login.trim(), password);
      choose({ login: login.trim() });
      client.setQueryData(["session"], me);
    } catch (error) {
      setFault(error instanceof ApiError && error.status === 401 ? t("fault.bad-credentials") : faultText(error));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(e) => void submit(e)} className="w-full max-w-80" aria-labelledby="login-title">
      <h1 id="login-title" className="text-2xl font-semibold">
        {t("login.title")}
      </h1>
      <p className="mt-1.5 mb-7 text-base text-ink-3">{t("login.text")}</p>
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
        <p role="alert" className="min-h-5 text-sm text-stop-ink">
          {fault}
        </p>
        <Button tone="accent" size="lg" type="submit" disabled={busy} className="w-full">
          {t(busy ? "login.busy" : "login.go")}
        </Button>
      </div>
    </form>
  );
}
