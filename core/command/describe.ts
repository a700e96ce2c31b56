// A command in words and as data: for help, forms, completion, OpenAPI, and agents' tools.
import { type Act, mayActAs, type Role } from "../act.ts";
import type { OptionError } from "../problem.ts";
import type { Input } from "../view/index.ts";
import type { Command } from "./command.ts";
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
  const wanted = typed.toLowerCase().replace(/[._]/g, " ").slice(0, 40);
  return commands
    .all()
    .filter((c) => mayActAs(role, c.role))
    .map((c) => ({ c, d: distance(wanted, c.name) - (c.name.startsWith(wanted) || wanted.startsWith(c.name) ? 3 : 0) }))
    .filter(({ c, d }) => d <= Math.max(2, Math.floor(c.name.length / 3)))
    .sort((a, b) => a.d - b.d || (a.c.name < b.c.name ? -1 : 1))
    .slice(0, most)
    .map(({ c }) => c);
}

/** How many letters differ, counting two swapped neighbours as one. */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
