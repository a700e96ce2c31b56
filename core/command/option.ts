// What an option of a command is, to every surface: a kind, words, bounds, and one parser that never trusts its input.
import type { Act } from "../act.ts";
import type { OptionError, Words } from "../problem.ts";
import { near } from "./near.ts";

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

/** Nothing was given, and nothing stands in for it. */
export const NEEDED = new Wrong("This is needed.");

type Spec<T> = Omit<Option<T>, "required" | "optional">;
export function option<T>(spec: Spec<T>, required = true): Option<T> {
  return {
    ...spec,
    required,
    optional: () => option<T | undefined>(spec as Spec<T | undefined>, false),
  };
}

const given = (raw: unknown) => raw !== undefined && raw !== null && raw !== "";

export type Parsing = { values: Record<string, unknown>; errors: OptionError[] };

// Somebody who sends a hundred wrong names has learnt enough from the first ones.
const MOST_UNKNOWN = 20;

/**
 * Parses all options at once, so that a person hears of every mistake in one answer. Stays synchronous as long as
 * every parser does: a command without `pick` or `person` costs no promise.
 */
export function parseOptions(
  options: Options,
  raw: Record<string, unknown>,
  at: ParseContext,
): Parsing | Promise<Parsing> {
  const values: Record<string, unknown> = {};
  const errors: OptionError[] = unknownNames(options, raw);
  let waits: Promise<void>[] | undefined;
  for (const name in options) {
    const spec = options[name]!;
    const value = Object.hasOwn(raw, name) ? raw[name] : undefined;
    const from = given(value) ? value : spec.fallback;
    if (!given(from)) {
      if (spec.required) errors.push({ option: name, text: NEEDED.message });
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
            (error) => void errors.push(asError(name, error)),
          ),
        );
      } else values[name] = parsed;
    } catch (error) {
      if (error instanceof Wrong || !waits) errors.push(asError(name, error));
      else waits.push(Promise.reject(error));
    }
  }
  return waits ? Promise.all(waits).then(() => ({ values, errors: inOrder(errors, options) })) : { values, errors };
}

function unknownNames(options: Options, raw: Record<string, unknown>): OptionError[] {
  const errors: OptionError[] = [];
  for (const name in raw) {
    if (Object.hasOwn(options, name)) continue;
    if (errors.length === MOST_UNKNOWN) break;
    const meant = near(Object.keys(options), name, (o) => [o])[0];
    const option = clip(name);
    errors.push(
      asError(
        option,
        meant === undefined
          ? new Wrong("There is no option called {name}.", { name: option })
          : new Wrong("There is no option called {name}. Did you mean {near}?", { name: option, near: meant }),
      ),
    );
  }
  return errors;
}

/** Those that had to look something up come in as they end; people read them as they were declared. */
function inOrder(errors: OptionError[], options: Options): OptionError[] {
  const order = new Map(Object.keys(options).map((name, index) => [name, index]));
  return errors.sort((a, b) => (order.get(a.option) ?? -1) - (order.get(b.option) ?? -1));
}

function asError(option: string, error: unknown): OptionError {
  if (error instanceof Wrong) return { option, text: error.message, vars: error.vars };
  throw error;
}

/** Somebody's input inside our sentence: short, on one line, whatever it is. */
export const clip = (text: unknown, most = 60): string => {
  const written = typeof text === "object" || typeof text === "function" ? nameOf(text) : String(text);
  const line = written
    .slice(0, most * 4)
    .replace(/\s+/g, " ")
    .trim();
  return (line.length > most ? `${line.slice(0, most - 1)}…` : line).toWellFormed();
};

/** An object has no words of its own; a file has a name, an amount its digits. */
function nameOf(value: object | null): string {
  const { name, amount, currency } = { ...value } as Record<string, unknown>;
  if (typeof name === "string") return name;
  if (typeof amount === "string") return typeof currency === "string" ? `${amount} ${currency}` : amount;
  return value === null ? "" : "…";
}
