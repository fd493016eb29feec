// SPDX-License-Identifier: Apache-2.0
import type { TFunction } from "i18next";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { faultText } from "@/hooks/useActions";
import { Input, Labelled } from "@/ui/field";

/** A new password as it is typed: twice, for nobody sees it. */
export interface Own {
  password: string;
  again: string;
}

export interface OwnPasswordProps {
  value: Own;
  onChange(value: Own): void;
  autoFocus?: boolean;
  className?: string;
}

export function OwnPassword({ value, onChange, autoFocus = false, className = "" }: OwnPasswordProps) {
  const { t } = useTranslation();
  return (["password", "again"] as const).map((name) => (
    <Labelled key={name} label={t(`login.own_${name}`)}>
      {(id) => (
        <Input
          id={id}
          className={className}
          type="password"
          value={value[name]}
          onChange={(e) => onChange({ ...value, [name]: e.target.value })}
          autoComplete="new-password"
          maxLength={1024}
          required
          autoFocus={autoFocus && name === "password"}
        />
      )}
    </Labelled>
  ));
}

/** A form with a new password: sends it once it was typed the same twice; `explain` puts a refusal into words. */
export function useOwnPassword(change: (password: string) => Promise<void>, explain: (error: unknown) => string) {
  const { t } = useTranslation();
  const [own, setOwn] = useState<Own>({ password: "", again: "" });
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (own.password !== own.again) return setFault(t("login.not_the_same"));
    setBusy(true);
    setFault("");
    change(own.password).catch((error: unknown) => {
      setFault(explain(error));
      setBusy(false);
    });
  };
  return { own, setOwn, busy, fault, submit };
}

/** Why the server does not take it, in words: what makes a password good is more than the catalogue says. */
export function poorText(error: unknown, t: TFunction): string {
  const isPoor = error instanceof ApiError && error.fault.fields?.includes("password");
  return isPoor ? t("login.poor_password") : faultText(error);
}
