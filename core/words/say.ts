// Words in a person's language. The English text in the code is the key: a language is a folder of JSON files.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { IntlMessageFormat } from "intl-messageformat";
import type { Words } from "../problem.ts";

export const LOCALES = ["en", "en-GB", "es", "pt-BR", "fr", "de", "ja", "ko"] as const;
export type Locale = (typeof LOCALES)[number];

/** The nearest language we speak: "de-AT" is "de", "pt" is "pt-BR", unknown is "en". */
export function localeOf(wanted: string | undefined | null): Locale {
  // What a platform says is looked at here first.
  if (typeof wanted !== "string" || wanted === "") return "en";
  const exact = LOCALES.find((l) => l.toLowerCase() === wanted.toLowerCase());
  if (exact) return exact;
  const language = wanted.toLowerCase().split(/[-_]/)[0];
  return LOCALES.find((l) => l.toLowerCase().split("-")[0] === language) ?? "en";
}

const tables = new Map<string, Map<string, string>>();

/** All words of a language, read when it is first spoken. */
export function wordsOf(locale: Locale): Map<string, string> {
  let table = tables.get(locale);
  if (table) return table;
  table = new Map();
  const folder = new URL(`./${locale}/`, import.meta.url);
  if (existsSync(folder)) {
    for (const file of readdirSync(folder)
      .filter((f) => f.endsWith(".json"))
      .sort()) {
      const words = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Record<string, string>;
      for (const [key, text] of Object.entries(words)) table.set(key, text);
    }
  }
  tables.set(locale, table);
  return table;
}

const formats = new Map<string, IntlMessageFormat>();

export function say(locale: Locale, text: string, vars?: Words): string {
  const words = wordsOf(locale).get(text) ?? (locale === "en-GB" ? wordsOf("en").get(text) : undefined) ?? text;
  if (!words.includes("{")) return words;
  try {
    return formatOf(locale, words).format(vars as Record<string, string>) as string;
  } catch (error) {
    // A translation that is broken must not take the answer with it; the English is held to its variables.
    if (words === text) throw error;
    return formatOf("en", text).format(vars as Record<string, string>) as string;
  }
}

function formatOf(locale: Locale, words: string): IntlMessageFormat {
  const key = `${locale}\n${words}`;
  let format = formats.get(key);
  if (!format) {
    format = new IntlMessageFormat(words, locale, undefined, { ignoreTag: true });
    formats.set(key, format);
  }
  return format;
}
