// SPDX-License-Identifier: Apache-2.0
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { choose, type Theme, useSettings } from "@/core/settings";
import { dispatch, useDesk } from "@/core/store";
import type { AnswerOn, Language } from "@/core/wire";
import { DeviceSelect } from "@/features/check/device-select";
import { Ringtones } from "@/features/check/ringtones";
import { faultText } from "@/hooks/useActions";
import { useDevices, usePermission } from "@/hooks/useDevices";
import { languageOf } from "@/i18n";
import { Button } from "@/ui/button";
import { Segments } from "@/ui/segments";
import { Slider } from "@/ui/slider";
import { Switch } from "@/ui/switch";
import { toast } from "@/ui/toast";
import { Security } from "./security";
import { ShortcutEditor } from "./shortcut-editor";
import { Wake } from "./wake";

export function SettingsPage() {
  const { t } = useTranslation();
  return (
    <main className="min-h-0 flex-1 overflow-y-auto px-3 pb-8 md:pr-4 md:pl-1">
      <div className="mx-auto max-w-170">
        <h1 className="px-1 pt-3 pb-4 text-2xl font-semibold">{t("nav.settings")}</h1>
        <Calls />
        <Look />
        <Sound />
        <Security />
        <ShortcutEditor />
      </div>
    </main>
  );
}

export function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="mb-5">
      <h2 className="px-1 pb-2 text-sm font-semibold">{title}</h2>
      <div className="sheet divide-y divide-line">{children}</div>
    </section>
  );
}

export function Item({ title, text, children }: { title: string; text?: string; children?: ReactNode }) {
  return (
    <div className="flex min-h-13 flex-wrap items-center gap-x-6 gap-y-2 px-4 py-2.5">
      <div className="min-w-44 flex-1">
        <p className="text-sm font-medium">{title}</p>
        {text && <p className="text-xs text-ink-3">{text}</p>}
      </div>
      {children}
    </div>
  );
}

async function change(patch: { language?: Language; answer_on?: AnswerOn }): Promise<void> {
  try {
    dispatch({ type: "me", me: await api.change(patch) });
  } catch (error) {
    toast("fault", faultText(error));
  }
}

function Calls() {
  const { t } = useTranslation();
  const me = useDesk((s) => s.me);
  if (!me) return null;
  return (
    <Group title={t("settings.calls")}>
      <Item title={t("settings.answer_on")} text={t("settings.answer_on_text")}>
        <Segments
          label={t("settings.answer_on")}
          value={me.answer_on}
          choices={["browser", "phone", "both"].map((value) => ({ value, label: t(`answer_on.${value}`) }))}
          onChange={(v) => void change({ answer_on: v as AnswerOn })}
        />
      </Item>
      {me.agent && <Item title={t("codes.title")} text={t("codes.text")} />}
      <Notices />
      <Wake />
    </Group>
  );
}

function Notices() {
  const { t } = useTranslation();
  const on = useSettings((s) => s.notifications);
  const permission = usePermission("notifications");
  const ask = (wanted: boolean) => {
    choose({ notifications: wanted });
    if (wanted && permission !== "granted" && "Notification" in window) void Notification.requestPermission();
  };
  return (
    <Item
      title={t("settings.notices")}
      text={t(permission === "denied" ? "check.notices_denied" : "settings.notices_text")}
    >
      <Switch label={t("settings.notices")} checked={on && permission === "granted"} onChange={ask} />
    </Item>
  );
}

function Look() {
  const { t } = useTranslation();
  const theme = useSettings((s) => s.theme);
  const language = languageOf(
    useSettings((s) => s.language),
    navigator.languages,
  );
  return (
    <Group title={t("settings.look")}>
      <Item title={t("settings.language")}>
        <Segments
          label={t("settings.language")}
          value={language}
          choices={[
            { value: "zh", label: "简体中文" },
            { value: "en", label: "English" },
          ]}
          onChange={(v) => {
            choose({ language: v as Language });
            void change({ language: v as Language });
          }}
        />
      </Item>
      <Item title={t("settings.theme")}>
        <Segments
          label={t("settings.theme")}
          value={theme}
          choices={["system", "light", "dark"].map((value) => ({ value, label: t(`theme.${value}`) }))}
          onChange={(v) => choose({ theme: v as Theme })}
        />
      </Item>
    </Group>
  );
}

function Sound() {
  const { t } = useTranslation();
  const devices = useDevices();
  const s = useSettings();
  return (
    <Group title={t("settings.sound")}>
      {(["microphone", "speaker", "ringer"] as const).map((kind) => (
        <Item key={kind} title={t(`check.${kind}`)}>
          <div className="w-full sm:w-72">
            <DeviceSelect kind={kind} devices={devices} />
          </div>
        </Item>
      ))}
      <Item title={t("check.tone")}>
        <Ringtones />
      </Item>
      <Item title={t("check.volume")}>
        <div className="w-full sm:w-72">
          <Slider label={t("check.volume")} value={s.ringVolume} onChange={(ringVolume) => choose({ ringVolume })} />
        </div>
      </Item>
      {(["echoCancellation", "noiseSuppression", "autoGainControl"] as const).map((key) => (
        <Item key={key} title={t(`settings.${key}`)} text={t(`settings.${key}_text`)}>
          <Switch label={t(`settings.${key}`)} checked={s[key]} onChange={(on) => choose({ [key]: on })} />
        </Item>
      ))}
      <Item title={t("check.title")} text={t("settings.check_text")}>
        <Button render={<Link to="/check" />} nativeButton={false}>
          {t("settings.check")}
        </Button>
      </Item>
    </Group>
  );
}
