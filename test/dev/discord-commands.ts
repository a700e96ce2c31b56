// Registered commands as Discord's client offers them to one person: in their language, with what may be chosen. Its own
// names of everything are taken as well, in any language.
import type { Choice, Offer } from "./screen.ts";
import { parseLine, splitTyped } from "./typed.ts";

export type Registered = {
  name: string;
  name_localizations?: Record<string, string> | null;
  type: number;
  description?: string;
  description_localizations?: Record<string, string> | null;
  required?: boolean;
  choices?: { name: string; name_localizations?: Record<string, string> | null; value: string | number }[];
  autocomplete?: boolean;
  options?: Registered[];
};
type Option = Registered & { said: string; hint: string };
export type Spoken = { name: string; said: string; hint: string; options: Option[] };

export function spoken(registered: readonly Registered[], locale: string): Spoken[] {
  const said = (r: Pick<Registered, "name" | "name_localizations">) => r.name_localizations?.[locale] ?? r.name;
  const hint = (r: Registered) => r.description_localizations?.[locale] ?? r.description ?? "";
  const options = (r: Registered): Option[] =>
    (r.options ?? []).map((o) => ({
      ...o,
      said: said(o),
      hint: hint(o),
      choices: (o.choices ?? []).map((c) => ({ ...c, name: said(c) })),
    }));
  return registered
    .filter((r) => r.type === 1)
    .flatMap((r) => {
      const subs = (r.options ?? []).filter((o) => o.type === 1);
      if (subs.length === 0) return [{ name: r.name, said: said(r), hint: hint(r), options: options(r) }];
      return subs.map((s) => ({
        name: `${r.name} ${s.name}`,
        said: `${said(r)} ${said(s)}`,
        hint: hint(s),
        options: options(s),
      }));
    });
}

/** The command that a line begins with, and how it is called there. */
function find(all: readonly Spoken[], line: string): { command: Spoken; called: string } | undefined {
  const found = all.flatMap((command) =>
    [command.said, command.name]
      .map((called) => ({ command, called }))
      .filter(({ called }) => `${line} `.startsWith(`/${called} `)),
  );
  return found.sort((a, b) => b.called.length - a.called.length)[0];
}

const isCalled = (option: Option, name: string) => option.said === name || option.name === name;

/** What Discord would send; or why it would not. */
export function readCommand(
  all: readonly Spoken[],
  line: string,
): { name: string; given: Record<string, unknown> } | { problem: string } {
  const found = find(all, line);
  if (!found) return { problem: `There is no command ${line.split(" ").slice(0, 2).join(" ")}.` };
  const { command, called } = found;
  const given: Record<string, unknown> = {};
  const names = command.options.map((o) => o.said);
  for (const [name, value] of parseLine(line.slice(1), called, names)) {
    const option = command.options.find((o) => isCalled(o, name));
    if (!option) return { problem: `${name}: there is no such option.` };
    given[option.name] = valueFor(option, value);
  }
  const missing = command.options.find((o) => o.required && given[o.name] === undefined);
  return missing ? { problem: `${missing.said}: this option is required.` } : { name: command.name, given };
}

function valueFor(option: Option, value: string): unknown {
  if (option.type === 4 || option.type === 10) return Number(value);
  if (option.type === 5) return /^(true|yes|1)$/i.test(value);
  return option.choices?.find((c) => c.name.toLowerCase() === value.toLowerCase())?.value ?? value;
}

/** What is offered; `ask`: the bot is asked for the rest. */
export function offersFor(
  all: readonly Spoken[],
  line: string,
): { offers: Offer[]; ask?: { name: string; option: string; value: string; put: (choice: Choice) => Offer } } {
  const found = find(all, line);
  if (!found || !line.startsWith(`/${found.called} `)) {
    const named = all.filter((c) => `/${c.said}`.startsWith(line.trimEnd()) || `/${c.name}`.startsWith(line.trimEnd()));
    return { offers: named.map((c) => ({ insert: `/${c.said} `, label: `/${c.said}`, hint: c.hint })) };
  }
  const { command } = found;
  const { before, option, value } = splitTyped(line);
  const spec = command.options.find((o) => option !== undefined && isCalled(o, option));
  if (!spec) {
    const left = command.options.filter((o) => !line.includes(` ${o.said}:`) && o.said.startsWith(value));
    return { offers: left.map((o) => ({ insert: `${before}${o.said}:`, label: o.said, hint: o.hint })) };
  }
  const put = (c: Choice): Offer => ({
    insert: `${before}${option}:${/\s/.test(c.value) ? `"${c.value}"` : c.value} `,
    label: c.label,
    hint: c.value,
  });
  if (spec.autocomplete) return { offers: [], ask: { name: command.name, option: spec.name, value, put } };
  const known = (spec.choices ?? []).map((c) => ({ value: String(c.value), label: c.name }));
  return { offers: known.filter((c) => c.label.toLowerCase().includes(value.toLowerCase())).map(put) };
}
