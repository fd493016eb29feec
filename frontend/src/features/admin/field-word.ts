// SPDX-License-Identifier: Apache-2.0
import type { TFunction } from "i18next";

/** What the API calls a field, in the reader's words: those of a queue's rules stand in its editor too. */
export function fieldWord(t: TFunction, name: string): string {
  return t([`field.${name}`, `admin.rule_${name}`], { defaultValue: name });
}

/** `queue.change` as the reader says it. */
export function actionWord(t: TFunction, action: string): string {
  return t(`did.${action.replaceAll(".", "_")}`, { defaultValue: action });
}
