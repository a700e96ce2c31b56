// The kinds of options. Each is native on every platform, or a form, or a menu: what the platform has.
import { type Option, option, Wrong } from "./option.ts";

type Length = { min?: number; max?: number; default?: string };

export const text = (says: string, { min = 1, max = 1000, default: fallback }: Length = {}): Option<string> =>
  option<string>({
    kind: "text",
    says,
    min,
    max,
    example: "…",
    ...(fallback === undefined ? {} : { fallback }),
    schema: { type: "string", minLength: min, maxLength: max },
    parse(raw) {
      if (typeof raw !== "string" && typeof raw !== "number") throw new Wrong("Write it as text.");
      const value = String(raw).normalize("NFC").trim();
      if (value.length < min)
        throw new Wrong("Write at least {min, plural, one {# letter} other {# letters}}.", { min });
      if (value.length > max) throw new Wrong("This has {length} letters; {max} fit.", { length: value.length, max });
      return value;
    },
  });

type Range = { min?: number; max?: number; default?: number };

export const whole = (says: string, { min = 0, max = 1_000_000, default: fallback }: Range = {}): Option<number> =>
  option<number>({
    kind: "whole",
    says,
    min,
    max,
    example: String(fallback ?? Math.max(min, 1)),
    ...(fallback === undefined ? {} : { fallback: String(fallback) }),
    schema: { type: "integer", minimum: min, maximum: max },
    parse(raw) {
      const value =
        typeof raw === "number"
          ? raw
          : typeof raw === "string" && /^[+-]?\d{1,15}$/.test(raw.trim())
            ? Number(raw)
            : Number.NaN;
      if (!Number.isSafeInteger(value))
        throw new Wrong("Write a whole number, such as {example}.", { example: Math.max(min, 1) });
      if (value < min || value > max) throw new Wrong("Between {min} and {max}, please.", { min, max });
      return value;
    },
  });

export const choice = <const C extends readonly string[]>(
  says: string,
  choices: C,
  more: { default?: C[number] } = {},
): Option<C[number]> =>
  option<C[number]>({
    kind: "choice",
    says,
    choices,
    example: choices[0] ?? "",
    ...(more.default === undefined ? {} : { fallback: more.default }),
    schema: { type: "string", enum: [...choices] },
    parse(raw) {
      const value = typeof raw === "string" ? raw.trim().toLowerCase() : "";
      const found = choices.find((c) => c.toLowerCase() === value);
      if (found === undefined) throw new Wrong("Choose one of: {choices}.", { choices: choices.join(", ") });
      return found;
    },
  });
