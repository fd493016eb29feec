// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { languageOf } from "@/i18n";
import en from "@/i18n/en.json";
import moreEn from "@/i18n/more.en.json";
import moreZh from "@/i18n/more.zh.json";
import zh from "@/i18n/zh.json";

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, prefix = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") found.set(prefix + key, value);
    else for (const [k, v] of flat(value, `${prefix}${key}.`)) found.set(k, v);
  }
  return found;
}

const words = { zh: new Map([...flat(zh), ...flat(moreZh)]), en: new Map([...flat(en), ...flat(moreEn)]) };
const holes = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]).sort();

describe("both languages", () => {
  test("have the same keys", () => {
    expect([...words.en.keys()].sort()).toEqual([...words.zh.keys()].sort());
  });

  test("say nothing twice: what is in the first load is not in the rest", () => {
    expect([...flat(zh).keys()].filter((key) => flat(moreZh).has(key))).toEqual([]);
    expect([...flat(en).keys()].filter((key) => flat(moreEn).has(key))).toEqual([]);
  });

  test("leave no text empty, and fill the same holes", () => {
    for (const [key, text] of words.zh) {
      expect(text.trim(), key).not.toBe("");
      expect(holes(words.en.get(key) ?? ""), key).toEqual(holes(text));
    }
  });

  test("have no Chinese in the English file but the name of the language", () => {
    const stray = [...words.en].filter(([, text]) => /\p{Script=Han}/u.test(text)).map(([key]) => key);
    expect(stray.sort()).toEqual(["action.language", "login.other_language"]);
  });
});

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? sources(join(folder, e.name)) : /\.tsx?$/.test(e.name) ? [join(folder, e.name)] : [],
  );
}

describe("the pages", () => {
  const src = join(import.meta.dirname, "../../src");

  test("ask for no word that is missing", () => {
    const missing = sources(src).flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/\bt\("([\w.-]+)"/g)]
        .map((m) => m[1] as string)
        .filter((key) => !words.zh.has(key))
        .map((key) => `${file.slice(src.length + 1)}: ${key}`),
    );
    expect(missing).toEqual([]);
  });

  test("hold no Chinese of their own, but for the name of the language", () => {
    const stray = sources(src).filter((file) => /["'`>][^"'`<\n]*\p{Script=Han}/u.test(readFileSync(file, "utf8")));
    expect(stray.map((f) => f.slice(src.length + 1))).toEqual(["features/settings/settings.tsx"]);
  });
});

describe("the language of the page", () => {
  test.each([
    [null, ["zh-CN", "en"], "zh"],
    [null, ["en-US", "zh-CN"], "en"],
    [null, ["de-DE", "en"], "en"],
    [null, ["ja-JP"], "zh"],
    ["en", ["zh-CN"], "en"],
  ] as const)("chosen %s, browser %o: %s", (chosen, browser, language) => {
    expect(languageOf(chosen, browser)).toBe(language);
  });
});
