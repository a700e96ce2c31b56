// A command in words and as data: for help, forms, completion, OpenAPI, and agents' tools.
import { type Act, mayActAs, type Role } from "../act.ts";
import type { OptionError } from "../problem.ts";
import type { Input } from "../view/index.ts";
import { type Locale, localeOf, say } from "../words/say.ts";
import type { Command, Effect } from "./command.ts";
import { choiceIn, localised } from "./names.ts";
import { near } from "./near.ts";
import type { Option } from "./option.ts";
import type { Registry } from "./registry.ts";
import { isSecretOption } from "./secret.ts";
import { formatWords } from "./words.ts";

/** Whoever speaks a language: an act, or a surface that registers in one. */
export type Speaker = Pick<Act, "say"> & { locale?: string };
export const speaker = (locale: Locale): Speaker => ({ locale, say: (text, vars) => say(locale, text, vars) });

/** An example that only stands where a value would: words of any kind, a name that nobody has. */
const SAYS_NOTHING = /^(…$|my-)/;

/** The options of a command as the inputs of a form, with what was given and what is wrong with it. */
export function inputsOf(
  command: Command,
  act: Speaker,
  given: Record<string, unknown> = {},
  errors: readonly OptionError[] = [],
): Input[] {
  const locale = localeOf(act.locale);
  return Object.entries(command.options).map(([name, spec]) => {
    const value = isSecretOption(name) ? undefined : (given[name] ?? spec.fallback);
    const error = errors.find((e) => e.option === name);
    return {
      name,
      label: act.say(spec.says),
      kind: spec.kind,
      required: spec.required && spec.fallback === undefined,
      ...(spec.choices || SAYS_NOTHING.test(spec.example) ? {} : { hint: spec.example }),
      ...(spec.choices ? { choices: spec.choices.map((c) => ({ value: c, label: choiceIn(locale, c) })) } : {}),
      ...(spec.min === undefined ? {} : { min: spec.min }),
      ...(spec.max === undefined ? {} : { max: spec.max }),
      ...(value === undefined || value === null || typeof value === "object" ? {} : { value: String(value) }),
      ...(error ? { error: act.say(error.text, error.vars) } : {}),
    };
  });
}

/** A command as data, in the speaker's language: for completion, help and forms. */
export type Described = {
  name: string;
  /** What it is called in the speaker's language; understood as the English name is. */
  local: string;
  says: string;
  role: Role;
  reply: "public" | "private";
  effects: readonly Effect[];
  reads: boolean;
  examples: readonly string[];
  inputs: Input[];
};

export function describeCommand(command: Command, act: Speaker): Described {
  return {
    name: command.name,
    local: localised(command, localeOf(act.locale)).name,
    says: act.say(command.says),
    role: command.role,
    reply: command.reply,
    effects: command.effects,
    reads: command.reads ?? false,
    examples: examplesOf(command),
    inputs: inputsOf(command, act),
  };
}

/** Lines a person might type. Where the command brings none, they are made from its options. */
export function examplesOf(command: Command): readonly string[] {
  if (command.examples.length > 0) return command.examples.map((line) => (line.startsWith("/") ? line : `/${line}`));
  const all = Object.entries(command.options).filter(([, spec]) => spec.kind !== "file");
  const needed = all.filter(([, spec]) => spec.required && spec.fallback === undefined);
  const lines = [needed, all.slice(0, Math.max(2, needed.length))].map((some) =>
    formatWords(command, Object.fromEntries(some.map(([name, spec]) => [name, spec.example]))),
  );
  return [...new Set(lines)];
}

/** What a program sends to run it: JSON Schema, for OpenAPI and for MCP and agents' tools. */
export type CommandSchema = {
  type: "object";
  properties: Record<string, Record<string, unknown>>;
  required?: string[];
  additionalProperties: false;
};

export function jsonSchemaOf(command: Command): CommandSchema {
  const entries = Object.entries(command.options);
  const required = entries.filter(([, spec]) => spec.required && spec.fallback === undefined).map(([name]) => name);
  return {
    type: "object",
    properties: Object.fromEntries(entries.map(([name, spec]) => [name, schemaOf(spec)])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

function schemaOf(spec: Option): Record<string, unknown> {
  const more = spec.schema.description;
  const value = spec.fallback === undefined ? undefined : defaultOf(spec.kind, spec.fallback);
  return {
    ...spec.schema,
    description: typeof more === "string" ? `${spec.says}. ${more}` : spec.says,
    ...(value === undefined ? {} : { default: value }),
  };
}

const defaultOf = (kind: Option["kind"], fallback: string): string | number | boolean =>
  kind === "whole" || kind === "decimal" ? Number(fallback) : kind === "yesNo" ? fallback === "yes" : fallback;

/** The commands whose names are nearest to what was typed, and that the person may run. */
export function nearest(commands: Registry, typed: string, role: Role, most = 3, locale: Locale = "en"): Command[] {
  const may = commands.all().filter((c) => mayActAs(role, c.role));
  const names = (c: Command) => [...new Set([c.name, localised(c, locale).name])];
  return near(may, typed.slice(0, 60).replace(/[._]/g, " "), names, most);
}
