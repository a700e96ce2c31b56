// A command in words and as data: for help, forms, completion, OpenAPI, and agents' tools.
import { type Act, mayActAs, type Role } from "../act.ts";
import type { OptionError } from "../problem.ts";
import type { Input } from "../view/index.ts";
import type { Command } from "./command.ts";
import { near } from "./near.ts";
import type { Registry } from "./registry.ts";

/** The options of a command as the inputs of a form, with what was given and what is wrong with it. */
export function inputsOf(
  command: Command,
  act: Pick<Act, "say">,
  given: Record<string, unknown> = {},
  errors: readonly OptionError[] = [],
): Input[] {
  return Object.entries(command.options).map(([name, spec]) => {
    const value = given[name] ?? spec.fallback;
    const error = errors.find((e) => e.option === name);
    return {
      name,
      label: act.say(spec.says),
      kind: spec.kind,
      required: spec.required && spec.fallback === undefined,
      hint: spec.example,
      ...(spec.choices ? { choices: spec.choices.map((c) => ({ value: c, label: c })) } : {}),
      ...(spec.min === undefined ? {} : { min: spec.min }),
      ...(spec.max === undefined ? {} : { max: spec.max }),
      ...(value === undefined || value === null || typeof value === "object" ? {} : { value: String(value) }),
      ...(error ? { error: act.say(error.text, error.vars) } : {}),
    };
  });
}

/** The commands whose names are nearest to what was typed, and that the person may run. */
export function nearest(commands: Registry, typed: string, role: Role, most = 3): Command[] {
  const may = commands.all().filter((c) => mayActAs(role, c.role));
  return near(may, typed.slice(0, 60).replace(/[._]/g, " "), (c) => [c.name], most);
}
