// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { identity } from "@/api/identity";
import type { Me } from "@/core/wire";
import { faultText } from "@/hooks/useActions";
import { Spinner } from "@/ui/bits";
import { Button } from "@/ui/button";
import { hasExpired, type StepProps } from "./code-form";
import { Picture } from "./enrolment";
import { Alert, Heading } from "./heading";
import { RecoveryCodes } from "./recovery-codes";

/** Somebody whose role must have a second factor gets one at the door. */
export function EnrolForm({ ticket, onIn, onBack }: StepProps) {
  const { t } = useTranslation();
  const [done, setDone] = useState<{ me: Me; codes: string[] } | null>(null);
  const { data, error } = useQuery({
    queryKey: ["enrol", ticket],
    queryFn: () => identity.enrolAtLogIn(ticket),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    refetchOnReconnect: false,
  });
  useEffect(() => {
    if (error && hasExpired(error)) onBack("expired");
  }, [error, onBack]);
  const confirm = async (code: string) => {
    try {
      setDone(await identity.confirmAtLogIn(ticket, code));
    } catch (refusal) {
      if (hasExpired(refusal)) onBack("expired");
      throw refusal;
    }
  };
  if (done) {
    return (
      <section className="w-full max-w-96" aria-labelledby="paper-title">
        <Heading id="paper-title" title={t("factor.codes_title")}>
          {t("factor.codes_text")}
        </Heading>
        <RecoveryCodes codes={done.codes} onDone={() => onIn(done.me)} />
      </section>
    );
  }
  return (
    <section className="w-full max-w-96" aria-labelledby="enrol-title">
      <Heading id="enrol-title" title={t("factor.enrol_title")}>
        {t("login.enrol_text")}
      </Heading>
      {data && <Picture enrolment={data} onCode={confirm} />}
      {!data && !error && <Spinner label={t("common.loading")} />}
      {error && <Alert text={faultText(error)} />}
      <Button tone="quiet" className="mt-3" onClick={() => onBack("wish")}>
        {t("login.back")}
      </Button>
    </section>
  );
}
