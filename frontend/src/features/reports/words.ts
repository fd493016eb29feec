// SPDX-License-Identifier: Apache-2.0
import type { TFunction } from "i18next";
import { languageNow } from "@/i18n";

export type I18nWords = TFunction;

/** Of a text in both languages, the one that is shown. */
export const wordOf = (text: { zh: string; en: string }): string => text[languageNow()];
