// SPDX-License-Identifier: Apache-2.0
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { useSettings } from "@/core/settings";
import type { Language } from "@/core/wire";
import en from "./en.json";
import zh from "./zh.json";

export function languageOf(chosen: Language | null, browser: readonly string[]): Language {
  if (chosen) return chosen;
  const first = browser.find((l) => /^(zh|en)/i.test(l));
  return first && /^en/i.test(first) ? "en" : "zh";
}

export const languageNow = (): Language =>
  languageOf(useSettings.getState().language, navigator.languages ?? [navigator.language]);

export const localeOf = (language: Language): string => (language === "zh" ? "zh-CN" : "en-GB");

export const i18n = i18next.createInstance();

void i18n.use(initReactI18next).init({
  lng: languageNow(),
  fallbackLng: "zh",
  resources: { zh: { translation: zh }, en: { translation: en } },
  interpolation: { escapeValue: false },
});

function apply(): void {
  const language = languageNow();
  document.documentElement.lang = localeOf(language);
  if (i18n.language !== language) void i18n.changeLanguage(language);
}

apply();
useSettings.subscribe(apply);
