// SPDX-License-Identifier: Apache-2.0
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Enrolment } from "@/api/identity";
import { faultText } from "@/hooks/useActions";
import { Button } from "@/ui/button";
import { Labelled } from "@/ui/field";
import { CodeInput } from "./code-input";
import { Alert } from "./heading";

export interface PictureProps {
  enrolment: Enrolment;
  /** Carries the first code to the server; what it throws is shown. */
  onCode(code: string): Promise<void>;
}

/** What the telephone photographs, what one types instead, and the field for its first code. */
export function Picture({ enrolment, onCode }: PictureProps) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const submit = async (e?: FormEvent, typed = code) => {
    e?.preventDefault();
    setBusy(true);
    setFault("");
    try {
      await onCode(typed);
    } catch (error) {
      setFault(faultText(error));
      setCode("");
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(e) => void submit(e)} className="space-y-4">
      <div className="flex flex-col items-center gap-4 sm:flex-row sm:items-start">
        <img
          alt={t("factor.picture")}
          src={`data:image/svg+xml;utf8,${encodeURIComponent(enrolment.picture)}`}
          className="size-44 shrink-0 rounded-xl border border-line bg-white"
        />
        <div className="min-w-0 text-sm text-ink-2">
          <p>{t("factor.scan")}</p>
          <a href={enrolment.uri} className="mt-2 inline-block py-1 font-medium text-accent-ink underline sm:hidden">
            {t("factor.same_phone")}
          </a>
          <p className="mt-3 text-xs text-ink-3">{t("factor.type")}</p>
          <code className="mt-1 block rounded-md bg-sunken px-2 py-1.5 text-xs break-all select-all">
            {enrolment.secret.replace(/(.{4})(?=.)/g, "$1 ")}
          </code>
        </div>
      </div>
      <Labelled label={t("factor.first_code")}>
        {(id) => (
          <CodeInput
            id={id}
            value={code}
            onChange={setCode}
            onWhole={(typed) => void submit(undefined, typed)}
            disabled={busy}
          />
        )}
      </Labelled>
      <Alert text={fault} />
      <Button tone="accent" size="lg" type="submit" disabled={busy || !code} className="w-full">
        {t("factor.confirm")}
      </Button>
    </form>
  );
}
