// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Challenge } from "@/api/identity";
import { choose } from "@/core/settings";
import type { Me } from "@/core/wire";
import { Mark } from "@/features/shell/mark";
import { languageNow } from "@/i18n";
import { Button } from "@/ui/button";
import { Languages } from "@/ui/icons";
import { BrandPanel } from "./brand-panel";
import { CodeForm } from "./code-form";
import { EnrolForm } from "./enrol-form";
import { NewPasswordForm } from "./new-password-form";
import { PasswordForm } from "./password-form";

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
        <div className="flex flex-1 items-center justify-center pt-6 pb-16">
          <Steps />
        </div>
        <p className="text-center text-xs text-ink-3">{t("login.foot")}</p>
      </div>
    </main>
  );
}

/** The password, and what the server asks after it. */
function Steps() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [challenge, setChallenge] = useState<Challenge | null>(null);
  const [notice, setNotice] = useState("");
  const isIn = (me: Me) => client.setQueryData(["session"], me);
  const back = (why: "expired" | "wish") => {
    setNotice(why === "expired" ? t("login.expired") : "");
    setChallenge(null);
  };
  const asked = (next: Challenge) => {
    setNotice("");
    setChallenge(next);
  };
  if (challenge?.step === "code")
    return <CodeForm ticket={challenge.ticket} onIn={isIn} onAsked={asked} onBack={back} />;
  if (challenge?.step === "password")
    return <NewPasswordForm ticket={challenge.ticket} onIn={isIn} onAsked={asked} onBack={back} />;
  if (challenge?.step === "enrol") return <EnrolForm ticket={challenge.ticket} onIn={isIn} onBack={back} />;
  return <PasswordForm notice={notice} onIn={isIn} onAsked={asked} />;
}
