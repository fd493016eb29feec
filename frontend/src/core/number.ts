// SPDX-License-Identifier: Apache-2.0
// Numbers as people write them. What is dialled is always digits, `+`, `*` and `#`.

/** What may be sent to the server: `8301234-1001` and `8301234 1001` mean the same. */
export function dialled(text: string): string {
  return text.replace(/[^\d+*#]/g, "");
}

export function looksDiallable(text: string): boolean {
  return /^\+?[\d\s\-()*#.]{2,24}$/.test(text.trim()) && dialled(text).length >= 2;
}

const SHAPES: readonly [RegExp, string][] = [
  [/^(400\d)(\d{6})(\d)$/, "$1-$2-$3"], // the internal form of the published number
  [/^(400\d)(\d{6})$/, "$1-$2"],
  [/^(\+?86)?(1[3-9]\d)(\d{4})(\d{4})$/, "$2 $3 $4"], // Chinese mobile
  [/^(830\d{4})(\d{4})$/, "$1-$2"], // employee number: block and short number
  [/^(010|02\d)(\d{4})(\d{4})$/, "$1 $2 $3"], // Beijing, Shanghai …: three-digit area code
  [/^(0[3-9]\d{2})(\d{4})(\d{4})$/, "$1 $2 $3"],
  [/^(0[3-9]\d{2})(\d{3})(\d{4})$/, "$1 $2 $3"],
];

export function shownNumber(number: string): string {
  const plain = dialled(number);
  for (const [shape, form] of SHAPES) {
    if (shape.test(plain)) return plain.replace(shape, form);
  }
  const abroad = ABROAD.exec(plain);
  if (abroad) return `+${abroad[1]} ${grouped(abroad[2] ?? "")}`;
  return plain || number;
}

/** A country's code has one digit in zones 1 and 7, and mostly two or three elsewhere (ITU-T E.164 D). */
const ABROAD = /^\+([17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})(\d{4,})$/;

/** In threes, the last four together: where an area ends is not to be known without each country's plan. */
function grouped(digits: string): string {
  return `${digits.slice(0, -4).replace(/\d{3}(?=\d{2})/g, "$& ")} ${digits.slice(-4)}`.trim();
}
