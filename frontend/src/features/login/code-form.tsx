// SPDX-License-Identifier: Apache-2.0
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { type Challenge, identity } from "@/api/identity";
import type { Me } from "@/core/wire";
import { faultText } from "@/hooks/useActions";
import { Button } from "@/ui/button";
import { Labelled } from "@/ui/field";
import { CodeInput } from "./code-input";
import { Alert, Heading } from "./heading";

export interface StepProps {
  ticket: string;
  onIn(me: Me): void;
  onBack(why: "expired" | "wish"): void;
}

export interface MiddleStepProps extends StepProps {
  onAsked(next: Challenge): void;
}

export const hasExpired = (error: unknown): boolean =>
  error instanceof ApiError && error.fault.cause === "log-in-expired";

/** The second step: what the telephone shows, or one of the codes on paper. */
export function CodeForm({ ticket, onIn, onAsked, onBack }: MiddleStepProps) {
  const { t } = useTranslation();
  const [onPaper, setOnPaper] = useState(false);
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const submit = async (e?: FormEvent, typed = code) => {
    e?.preventDefault();
    setBusy(true);
    setFault("");
    try {
      const got = await identity.withCode(ticket, typed);
      if ("ticket" in got) onAsked(got);
      else onIn(got);
    } catch (error) {
      if (hasExpired(error)) return onBack("expired");
      setFault(faultText(error));
      setCode("");
      setBusy(false);
    }
  };
  const flip = () => {
    setOnPaper(!onPaper);
    setCode("");
    setFault("");
  };
  return (
    <form onSubmit={(e) => void submit(e)} className="w-full max-w-80" aria-labelledby="code-title">
      <Heading id="code-title" title={t("login.code_title")}>
        {t(onPaper ? "login.paper_text" : "login.code_text")}
      </Heading>
      <Labelled label={t(onPaper ? "login.paper" : "login.code")}>
        {(id) => (
          <CodeInput
            key={String(onPaper)}
            id={id}
            value={code}
            onPaper={onPaper}
            onChange={setCode}
            onWhole={(typed) => void submit(undefined, typed)}
            disabled={busy}
          />
        )}
      </Labelled>
      <div className="mt-4 space-y-4">
        <Alert text={fault} />
        <Button tone="accent" size="lg" type="submit" disabled={busy || !code} className="w-full">
          {t(busy ? "login.busy" : "login.go")}
        </Button>
        <div className="flex justify-between">
          <Button tone="quiet" onClick={() => onBack("wish")}>
            {t("login.back")}
          </Button>
          <Button tone="quiet" onClick={flip}>
            {t(onPaper ? "login.use_phone" : "login.use_paper")}
          </Button>
        </div>
      </div>
    </form>
  );
}
