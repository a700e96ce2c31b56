// What an option of a command is, to every surface: a kind, words, bounds, and one parser that never trusts its input.
import type { Act } from "../act.ts";
import type { OptionError, Words } from "../problem.ts";

export type OptionKind =
  | "text"
  | "whole"
  | "decimal"
  | "money"
  | "yesNo"
  | "choice"
  | "pick"
  | "person"
  | "period"
  | "moment"
  | "duration"
  | "file"
  | "colour";

/** What parsing may look at. A bench gives it without a database; only `pick` and `person` need `act`. */
export type ParseContext = { now: Date; locale: string; zone: string; currency: string; act?: Act };

export type Suggestion = { value: string; label: string };

export type Option<T = unknown> = {
  readonly kind: OptionKind;
  readonly says: string;
  readonly required: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
  /** What a person might type, for help and forms. */
  readonly example: string;
  /** What is used when nothing is given, as a person would type it. */
  readonly fallback?: string;
  /** For an MCP or agent tool and OpenAPI. */
  readonly schema: Record<string, unknown>;
  /** Throws `Wrong`. Called only with something given (not undefined, null or ""). */
  parse(raw: unknown, at: ParseContext): T | Promise<T>;
  /** What to offer while a person types. */
  suggest?(act: Act, typed: string): Promise<Suggestion[]>;
  optional(): Option<T | undefined>;
};

export type Options = Record<string, Option>;
export type Parsed<O extends Options> = { [K in keyof O]: O[K] extends Option<infer T> ? T : never };

/** What an option's parser throws: what is wrong with it and what would be right. */
export class Wrong extends Error {
  readonly vars: Words;
  constructor(text: string, vars: Words = {}) {
    super(text);
    this.vars = vars;
  }
}

type Spec<T> = Omit<Option<T>, "required" | "optional">;
export function option<T>(spec: Spec<T>, required = true): Option<T> {
  return {
    ...spec,
    required,
    optional: () => option<T | undefined>(spec as Spec<T | undefined>, false),
  };
}

const given = (raw: unknown) => raw !== undefined && raw !== null && raw !== "";

/**
 * Parses all options at once, so that a person hears of every mistake in one answer. Stays synchronous as long as
 * every parser does: a command without `pick` or `person` costs no promise.
 */
export function parseOptions(
  options: Options,
  raw: Record<string, unknown>,
  at: ParseContext,
):
  | { values: Record<string, unknown>; errors: OptionError[] }
  | Promise<{ values: Record<string, unknown>; errors: OptionError[] }> {
  const values: Record<string, unknown> = {};
  const errors: OptionError[] = [];
  let waits: Promise<void>[] | undefined;
  for (const name in raw) {
    if (!Object.hasOwn(options, name))
      errors.push({ option: name, text: "There is no option called {name}.", vars: { name: clip(name) } });
  }
  for (const name in options) {
    const spec = options[name]!;
    const value = Object.hasOwn(raw, name) ? raw[name] : undefined;
    const from = given(value) ? value : spec.fallback;
    if (!given(from)) {
      if (spec.required) errors.push({ option: name, text: "This is needed." });
      continue;
    }
    try {
      const parsed = spec.parse(from, at);
      if (parsed instanceof Promise) {
        waits ??= [];
        waits.push(
          parsed.then(
            (v) => {
              values[name] = v;
            },
            (error) => {
              errors.push(asError(name, error));
            },
          ),
        );
      } else values[name] = parsed;
    } catch (error) {
      errors.push(asError(name, error));
    }
  }
  return waits ? Promise.all(waits).then(() => ({ values, errors })) : { values, errors };
}

function asError(option: string, error: unknown): OptionError {
  if (error instanceof Wrong) return { option, text: error.message, vars: error.vars };
  throw error;
}

/** Somebody's input inside our sentence: short, on one line. */
export const clip = (text: unknown, most = 60): string => {
  const line = String(text).replace(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
};
