// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Enrolment, identity } from "@/api/identity";
import { Picture } from "@/features/login/enrolment";
import { Alert } from "@/features/login/heading";
import { RecoveryCodes } from "@/features/login/recovery-codes";
import { faultText } from "@/hooks/useActions";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input, Labelled } from "@/ui/field";

interface Closable {
  onClose(): void;
}

function useDone(onClose: () => void): () => void {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: ["second-factor"] });
    onClose();
  };
}

/** Password, picture, codes: three steps in one dialogue. */
export function Enrol({ onClose }: Closable) {
  const { t } = useTranslation();
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const done = useDone(onClose);
  const title = t(codes ? "factor.codes_title" : "factor.enrol_title");
  const text = t(codes ? "factor.codes_text" : enrolment ? "factor.enrol_text" : "factor.password_text");
  return (
    <Dialog open onClose={codes ? () => undefined : onClose} title={title} description={text}>
      <div className="overflow-y-auto px-5 pb-5">
        {codes ? (
          <RecoveryCodes codes={codes} onDone={done} />
        ) : enrolment ? (
          <Picture enrolment={enrolment} onCode={async (code) => setCodes((await identity.confirm(code)).codes)} />
        ) : (
          <Proof go={t("factor.next")} onProof={async (password) => setEnrolment(await identity.enrol(password))} />
        )}
      </div>
    </Dialog>
  );
}

export function SwitchOff({ onClose }: Closable) {
  const { t } = useTranslation();
  const done = useDone(onClose);
  const off = async (password: string, code: string) => {
    await identity.switchOff(password, code);
    done();
  };
  return (
    <Dialog open onClose={onClose} title={t("factor.off_title")} description={t("factor.off_text")}>
      <div className="px-5 pb-5">
        <Proof go={t("factor.off")} tone="stop" withCode onProof={off} />
      </div>
    </Dialog>
  );
}

export function RenewCodes({ onClose }: Closable) {
  const { t } = useTranslation();
  const [codes, setCodes] = useState<string[] | null>(null);
  const done = useDone(onClose);
  const renew = async (password: string, code: string) => setCodes((await identity.renewCodes(password, code)).codes);
  return (
    <Dialog
      open
      onClose={codes ? () => undefined : onClose}
      title={t("factor.codes_title")}
      description={t(codes ? "factor.codes_text" : "factor.renew_text")}
    >
      <div className="overflow-y-auto px-5 pb-5">
        {codes ? (
          <RecoveryCodes codes={codes} onDone={done} />
        ) : (
          <Proof go={t("factor.renew")} withCode onProof={renew} />
        )}
      </div>
    </Dialog>
  );
}

interface ProofProps {
  go: ReactNode;
  tone?: "accent" | "stop";
  withCode?: boolean;
  /** What it throws is shown. */
  onProof(password: string, code: string): Promise<void>;
}

/** A page left open is not yet its owner: password, and the code where there is one. */
function Proof({ go, tone = "accent", withCode = false, onProof }: ProofProps) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setFault("");
    try {
      await onProof(password, code);
    } catch (error) {
      setFault(faultText(error));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(e) => void submit(e)} className="space-y-4">
      <Labelled label={t("login.password")}>
        {(id) => (
          <Input
            id={id}
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={(e) => setPassword(e.target.value)}
            required
            autoFocus
          />
        )}
      </Labelled>
      {withCode && (
        <Labelled label={t("factor.code_or_paper")}>
          {(id) => (
            <Input
              id={id}
              className="figures"
              autoComplete="one-time-code"
              autoCapitalize="none"
              maxLength={14}
              value={code}
              onChange={(e) => setCode(e.target.value)}
              required
            />
          )}
        </Labelled>
      )}
      <Alert text={fault} />
      <Button tone={tone} size="lg" type="submit" disabled={busy || !password} className="w-full">
        {go}
      </Button>
    </form>
  );
}
