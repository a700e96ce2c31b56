// Text, choices and yes or no.
import { localeOf } from "../../words/say.ts";
import { choiceIn } from "../names.ts";
import { near } from "../near.ts";
import { type Option, option, Wrong } from "../option.ts";
import { composed, plain, typed } from "./typed.ts";

type Length = { min?: number; max?: number; default?: string; example?: string };

export const text = (says: string, { min = 1, max = 1000, default: fallback, example }: Length = {}): Option<string> =>
  option<string>({
    kind: "text",
    says,
    min,
    max,
    example: example ?? fallback ?? "…",
    ...(fallback === undefined ? {} : { fallback }),
    schema: { type: "string", minLength: min, maxLength: max },
    parse(raw) {
      if (typeof raw !== "string" && typeof raw !== "number") throw new Wrong("Write it as text.");
      const written = String(raw);
      // Composed letters take at most four units of what was typed; beyond that it cannot fit, and is not looked at.
      if (written.length > max * 4 + 100)
        throw new Wrong("This has {length, number} letters; {max, number} fit.", { length: written.length, max });
      const value = plain(composed(written)).trim();
      const length = lettersOf(value);
      if (length < min) throw new Wrong("Write at least {min, plural, one {# letter} other {# letters}}.", { min });
      if (length > max) throw new Wrong("This has {length, number} letters; {max, number} fit.", { length, max });
      return value;
    },
  });

/** As JSON Schema counts: a letter outside the basic plane is one. */
const lettersOf = (value: string): number => {
  let count = 0;
  for (const _ of value) count++;
  return count;
};

export const choice = <const C extends readonly string[]>(
  says: string,
  choices: C,
  more: { default?: C[number] } = {},
): Option<C[number]> =>
  option<C[number]>({
    kind: "choice",
    says,
    choices,
    example: more.default ?? choices[0] ?? "",
    ...(more.default === undefined ? {} : { fallback: more.default }),
    schema: { type: "string", enum: [...choices] },
    parse(raw, at) {
      const value = typeof raw === "string" || typeof raw === "number" ? String(raw).trim().slice(0, 200) : "";
      const lower = value.toLowerCase();
      const found =
        choices.find((c) => c.toLowerCase() === lower) ??
        choices.find((c) => choiceIn(localeOf(at.locale), c).toLowerCase() === lower);
      if (found !== undefined) return found;
      const meant = near(choices, lower, (c) => [c])[0];
      if (meant !== undefined)
        throw new Wrong("Choose one of: {choices}. Did you mean {near}?", { choices: choices.join(", "), near: meant });
      throw new Wrong("Choose one of: {choices}.", { choices: choices.join(", ") });
    },
    suggest: async (act, wanted) => suggestOf(choices, wanted, (c) => choiceIn(localeOf(act.locale), c)),
  });

const suggestOf = (values: readonly string[], wanted: string, labelOf = (value: string) => value) => {
  const begin = wanted.trim().toLowerCase();
  return values
    .map((value) => ({ value, label: labelOf(value) }))
    .filter((s) => s.value.toLowerCase().startsWith(begin) || s.label.toLowerCase().startsWith(begin))
    .slice(0, 25);
};

// The words of the seven languages; each has one meaning in all of them.
const YES = "yes y true on 1 si s sim oui o ja j はい うん 예 네 응 ok";
const NO = "no n false off 0 nao não non nein いいえ いや 아니요 아니오 아니";
const YES_WORDS = new Set(YES.split(" "));
const NO_WORDS = new Set(NO.split(" "));

export const yesNo = (says: string, more: { default?: boolean } = {}): Option<boolean> =>
  option<boolean>({
    kind: "yesNo",
    says,
    example: "yes",
    ...(more.default === undefined ? {} : { fallback: more.default ? "yes" : "no" }),
    schema: { type: "boolean" },
    parse(raw) {
      if (typeof raw === "boolean") return raw;
      if (typeof raw === "number" && (raw === 0 || raw === 1)) return raw === 1;
      const word = typeof raw === "string" ? typed(raw, 20).replace("í", "i") : "";
      if (YES_WORDS.has(word)) return true;
      if (NO_WORDS.has(word)) return false;
      throw new Wrong("Write yes or no.");
    },
    suggest: async (_act, wanted) => suggestOf(["yes", "no"], wanted),
  });

// The sixteen basic names of CSS, and orange, which came with CSS 2.1.
const NAMED: Readonly<Record<string, string>> = {
  black: "#000000",
  silver: "#c0c0c0",
  gray: "#808080",
  grey: "#808080",
  white: "#ffffff",
  maroon: "#800000",
  red: "#ff0000",
  purple: "#800080",
  fuchsia: "#ff00ff",
  magenta: "#ff00ff",
  green: "#008000",
  lime: "#00ff00",
  olive: "#808000",
  yellow: "#ffff00",
  navy: "#000080",
  blue: "#0000ff",
  teal: "#008080",
  aqua: "#00ffff",
  cyan: "#00ffff",
  orange: "#ffa500",
};

/** Always `#rrggbb`, lower case. */
export const colour = (says: string, more: { default?: string } = {}): Option<string> =>
  option<string>({
    kind: "colour",
    says,
    example: "#5b4ce0",
    ...(more.default === undefined ? {} : { fallback: more.default }),
    schema: { type: "string", pattern: "^#[0-9a-fA-F]{6}$", examples: ["#5b4ce0"] },
    parse(raw) {
      const word = typeof raw === "string" ? typed(raw, 20) : "";
      if (Object.hasOwn(NAMED, word)) return NAMED[word]!;
      if (/^#[0-9a-f]{3}$/.test(word)) return `#${[...word.slice(1)].map((c) => c + c).join("")}`;
      if (/^#?[0-9a-f]{6}$/.test(word)) return `#${word.replace("#", "")}`;
      throw new Wrong("Write a colour as #5b4ce0, or by name, such as teal.");
    },
    suggest: async (_act, wanted) => suggestOf(Object.keys(NAMED), wanted),
  });
