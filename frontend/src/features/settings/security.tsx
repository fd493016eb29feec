// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { identity } from "@/api/identity";
import { languageNow, localeOf } from "@/i18n";
import { Badge } from "@/ui/bits";
import { Button } from "@/ui/button";
import { Keys } from "./keys";
import { ChangePassword } from "./own-password";
import { Enrol, RenewCodes, SwitchOff } from "./second-factor";
import { Sessions } from "./sessions";
import { Group, Item } from "./settings";

export const dayOf = (iso: string): string => new Date(iso).toLocaleDateString(localeOf(languageNow()));
export const momentOf = (iso: string): string =>
  new Date(iso).toLocaleString(localeOf(languageNow()), { dateStyle: "medium", timeStyle: "short" });

/** How one proves who one is, where one is logged in, and which programs act for one. */
export function Security() {
  return (
    <>
      <SecondFactor />
      <Sessions />
      <Keys />
    </>
  );
}

type Doing = "password" | "enrol" | "off" | "codes" | null;

function SecondFactor() {
  const { t } = useTranslation();
  const [doing, setDoing] = useState<Doing>(null);
  const { data } = useQuery({ queryKey: ["second-factor"], queryFn: identity.secondFactor });
  if (!data) return null;
  const close = () => setDoing(null);
  const on = data.since !== null;
  return (
    <Group title={t("factor.title")}>
      {data.possible && (
        <Item title={t("login.password")} text={t("factor.password_what")}>
          <Button onClick={() => setDoing("password")}>{t("factor.password_change")}</Button>
        </Item>
      )}
      <Item
        title={t("factor.name")}
        text={
          data.since
            ? t("factor.since", { day: dayOf(data.since) })
            : t(data.possible ? "factor.what" : "factor.elsewhere")
        }
      >
        {data.required && data.possible && <Badge tone={on ? "go" : "warn"}>{t("factor.required")}</Badge>}
        {on ? (
          <Button tone="stop-quiet" onClick={() => setDoing("off")}>
            {t("factor.off")}
          </Button>
        ) : (
          data.possible && (
            <Button tone="accent" onClick={() => setDoing("enrol")}>
              {t("factor.on")}
            </Button>
          )
        )}
      </Item>
      {on && (
        <Item title={t("factor.codes_title")} text={t("factor.codes_left", { count: data.codes_left })}>
          {data.codes_left < 3 && <Badge tone="warn">{t("factor.few")}</Badge>}
          <Button onClick={() => setDoing("codes")}>{t("factor.renew")}</Button>
        </Item>
      )}
      {doing === "password" && <ChangePassword onClose={close} />}
      {doing === "enrol" && <Enrol onClose={close} />}
      {doing === "off" && <SwitchOff onClose={close} />}
      {doing === "codes" && <RenewCodes onClose={close} />}
    </Group>
  );
}
