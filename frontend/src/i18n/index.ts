// SPDX-License-Identifier: Apache-2.0
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { useSettings } from "@/core/settings";
import type { Language } from "@/core/wire";

export function languageOf(chosen: Language | null, browser: readonly string[]): Language {
  if (chosen) return chosen;
  const first = browser.find((l) => /^(zh|en)/i.test(l));
  return first && /^en/i.test(first) ? "en" : "zh";
}

export const languageNow = (): Language =>
  languageOf(useSettings.getState().language, navigator.languages ?? [navigator.language]);

export const localeOf = (language: Language): string => (language === "zh" ? "zh-CN" : "en-GB");

export const i18n = i18next.createInstance();

const WORDS: Record<Language, () => Promise<{ default: object }>> = {
  zh: () => import("./zh.json"),
  en: () => import("./en.json"),
};

/** Words of pages that come later than the first load. */
const MORE: Record<Language, () => Promise<{ default: object }>> = {
  zh: () => import("./more.zh.json"),
  en: () => import("./more.en.json"),
};

let rest: Promise<unknown> = Promise.resolve();
let hasSpoken = false;

/** A page that is loaded later waits for the words that are, too. */
export function withWords<T>(load: () => Promise<T>): () => Promise<T> {
  return async () => (await Promise.all([load(), rest]))[0];
}

async function bring(language: Language): Promise<void> {
  i18n.addResourceBundle(language, "translation", (await MORE[language]()).default, true, true);
}

void i18n.use(initReactI18next).init({
  lng: languageNow(),
  fallbackLng: false,
  partialBundledLanguages: true,
  resources: {},
  interpolation: { escapeValue: false },
  react: { bindI18nStore: "added", useSuspense: false },
});

/** Brings the words of a language, once, and speaks it. */
export async function speak(language: Language): Promise<void> {
  if (!i18n.hasResourceBundle(language, "translation")) {
    i18n.addResourceBundle(language, "translation", (await WORDS[language]()).default);
    // Who comes waits for the first words alone; who changes the language on a later page sees no key in between.
    rest = bring(language).catch(() => undefined);
    if (hasSpoken) await rest;
  }
  hasSpoken = true;
  document.documentElement.lang = localeOf(language);
  if (i18n.language !== language) await i18n.changeLanguage(language);
}

useSettings.subscribe((now, before) => {
  if (now.language !== before.language) void speak(languageNow());
});
